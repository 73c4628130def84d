//! Revenue that no report would show, and a demo that would stand among real orders: both refused at start.

use serde_json::json;

use crate::kassa::Start;
use crate::market::send;

const EVENT: &str = r#"{"site_id":"shop","event_type":"page_view","path":"/"}"#;

#[test]
fn orders_without_a_processor_need_a_word_of_the_owner() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let shop = Start::command(&data, &["serve", "--roles", "catalog,orders,inventory"]);
    let refusal = shop.try_start().map(|_| ()).unwrap_err();
    assert!(
        refusal.contains("no report would ever show their revenue")
            && refusal.contains("orders.without_reports = true"),
        "{refusal}"
    );
    assert!(!data.join("log").exists(), "a refused start has made a log");

    // By word of the owner it runs, and its log waits for no reader.
    let kassa = shop.clone().env("KASSA_ORDERS__WITHOUT_REPORTS", "true").start();
    let log = kassa.get("/v1/admin/log").json();
    assert_eq!(log["events"]["partitions"][0]["groups"], json!([]), "{log}");
    assert!(kassa.stop().success());

    // A collector's log waits for the processor that comes later, and a store that is filled from a log is not left behind.
    let collector = Start::command(&data, &["serve", "--roles", "collector"]).start();
    assert_eq!(collector.post("/event", EVENT).status, 202);
    let log = collector.get("/v1/admin/log").json();
    assert_eq!(log["events"]["partitions"][0]["groups"][0]["group"], "processor", "{log}");
    assert!(collector.stop().success());
    let kassa = Start::up(&data).start();
    kassa.wait_until_drained();
    assert_eq!(kassa.get("/stats?site_id=shop").json()["total_views"], 1);
    assert!(kassa.stop().success());
    let refusal = shop.env("KASSA_ORDERS__WITHOUT_REPORTS", "true").try_start().map(|_| ()).unwrap_err();
    assert!(refusal.contains("events.duckdb is filled from this log"), "{refusal}");
}

#[test]
fn a_demo_is_not_poured_into_somebody_s_folder() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |data: &std::path::Path, what: &str| {
        let refusal = Start::up(data).with("--demo").try_start().map(|_| ()).unwrap_err();
        assert!(refusal.contains(what) && refusal.contains("--data"), "{refusal}");
        let kassa = Start::up(data).start();
        assert!(!kassa.get("/v1/products").body.contains("starfall"), "{what}: products of the demo");
        assert_eq!(kassa.get("/stats?site_id=demo").json()["total_views"], 0, "{what}: traffic of the demo");
    };

    let data = folder.path().join("shop");
    let kassa = Start::up(&data).start();
    let product = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 900, "currency": "USD"}});
    let made = send(&mut kassa.http(), "POST", "/v1/products", "p", &product).unwrap();
    assert_eq!(made.status, 201, "{made:?}");
    assert!(kassa.stop().success());
    refused(&data, "a shop of its own");

    let data = folder.path().join("events");
    let kassa = Start::up(&data).start();
    assert_eq!(kassa.post("/event", EVENT).status, 202);
    kassa.kill();
    refused(&data, "events of its own");

    // A folder of the demo's own starts again, also with what was added to it.
    let data = folder.path().join("demo");
    let kassa = Start::up(&data).with("--demo").start();
    let added = send(&mut kassa.http(), "POST", "/v1/products", "p", &product).unwrap();
    assert_eq!(added.status, 201, "{added:?}");
    assert!(kassa.stop().success());
    let kassa = Start::up(&data).with("--demo").start();
    assert!(kassa.get("/v1/products?limit=100").body.contains("starfall"));
    assert!(kassa.stop().success());
}
