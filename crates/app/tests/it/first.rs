//! The main path: an event goes in, is acknowledged, survives `kill -9`, and is counted once.

use serde_json::json;

use crate::kassa::{Start, wait_for};
use crate::market::send;

fn views(kassa: &crate::kassa::Kassa) -> u64 {
    kassa.get("/stats?site_id=shop").json()["total_views"].as_u64().unwrap()
}

#[test]
fn an_event_is_counted_and_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start::up(&folder.path().join("data"));
    let kassa = start.start();
    let event = r#"{"site_id":"shop","event_type":"page_view","path":"/p/1","user_id":"u1"}"#;
    let answer = kassa.post("/event", event);
    assert_eq!(answer.status, 202);
    assert_eq!(answer.body, r#"{"status":"queued","message":"Event received and queued for processing"}"#);
    wait_for("the view to be counted", || (views(&kassa) == 1).then_some(()));
    assert_eq!(
        kassa.get("/stats?site_id=shop").json(),
        json!({"site_id": "shop", "date": null, "total_views": 1, "unique_users": 1,
               "top_paths": [{"path": "/p/1", "views": 1}]})
    );

    assert_eq!(kassa.post("/event", event).status, 202);
    kassa.kill();
    let kassa = start.start();
    wait_for("both views to be counted", || (views(&kassa) == 2).then_some(()));
    assert!(kassa.stop().success());
}

#[test]
fn an_id_sent_three_times_counts_once_also_across_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start::up(&folder.path().join("data"));
    let kassa = start.start();
    let page = r#"{"writeKey":"shop","type":"page","messageId":"m-1","anonymousId":"a","context":{"page":{"path":"/"}}}"#;
    for _ in 0..2 {
        assert_eq!(kassa.post("/v1/page", page).body, r#"{"success":true}"#);
    }
    kassa.wait_until_drained();
    kassa.kill();
    let kassa = start.start();
    assert_eq!(kassa.post("/v1/page", page).status, 200);
    kassa.wait_until_drained();
    assert_eq!(views(&kassa), 1);
    let counts = kassa.get("/v1/admin/counts?site_id=shop");
    assert!(counts.body.contains("duplicate"), "{counts:?}");
}

#[test]
fn the_front_page_is_the_shop_s_where_there_is_one_else_the_dashboard() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).start();
    let front = || kassa.http().send("GET", "/", &[], b"").unwrap();
    let sent = front();
    assert_eq!((sent.status, sent.header("location")), (303, Some("/dashboard")), "{sent:?}");
    let product = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 900, "currency": "USD"}});
    let made = send(&mut kassa.http(), "POST", "/v1/products", "p", &product).unwrap();
    assert_eq!((made.status, front().status), (201, 200), "{made:?}");
    let path = format!("/v1/products/{}", made.json()["id"]);
    let archived = kassa.http().send("DELETE", &path, &[], b"").unwrap();
    assert_eq!((archived.status, front().status), (204, 303), "{archived:?}");
    assert!(kassa.stop().success());
}
