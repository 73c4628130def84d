//! What must not reach the disk, by whatever way it comes: the bytes of everything that kassa writes are looked at.

use std::path::Path;

use serde_json::json;

use crate::kassa::{Kassa, Start};
use crate::market::{Market, send};

/// What is in [`ADDRESS`], and addresses of visitors.
const SECRETS: [&str; 6] =
    ["s3cr3t", "hunter2", "ann@example.com", "ann%40example.com", "ann%2540example.com", "203.0.113.7"];

/// What stays of it, so that the search is known to find something.
const KEPT: &str = "/kept-page";

/// An address with every kind of secret in it.
const ADDRESS: &str = "https://ann:hunter2@shop.test/kept-page/ann@example.com;jsessionid=s3cr3t\
                       ?token=s3cr3t&email=ann%2540example.com&utm_source=https%3A%2F%2Fa.test%2F%3Ftoken%3Ds3cr3t&s3cr3t\
                       #access_token=s3cr3t";

/// Everything below `folder`, byte for byte.
fn bytes_below(folder: &Path) -> Vec<u8> {
    let (mut bytes, mut waiting) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(path) = waiting.pop() {
        match path.is_dir() {
            true => waiting.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path())),
            false => bytes.extend(std::fs::read(&path).unwrap_or_default()),
        }
    }
    bytes
}

fn post(kassa: &Kassa, (path, status): (&str, u16), headers: &[(&str, &str)], body: &str) {
    let answer = kassa.http().send("POST", path, headers, body.as_bytes()).unwrap();
    assert_eq!(answer.status, status, "{path} {body}: {}", answer.body);
}

/// Events of every format with the address in every field that it has no page in.
fn send_events(kassa: &Kassa) {
    let to = |path, status, body: serde_json::Value| post(kassa, (path, status), &[], &body.to_string());
    let text = format!("cannot open {ADDRESS} now");
    to(
        "/track",
        201,
        json!({"eventType": "click", "page": KEPT, "target": ADDRESS, "url": ADDRESS, "error": text}),
    );
    to(
        "/track",
        200,
        json!({"app_url": ADDRESS, "events": [{"event_type": "X", "page_path": KEPT, "page_title": text,
            "component_name": ADDRESS, "dom_info": {"text": ADDRESS}, "user_metadata": {"from": ADDRESS}}]}),
    );
    to("/event", 200, json!({"type": "x", "href": ADDRESS, "deep": {"path": ADDRESS, "$path": ADDRESS}}));
    to("/event", 202, json!({"site_id": "default", "event_type": "x", "path": KEPT, "referrer": ADDRESS}));
    let page = json!({"url": ADDRESS, "path": ADDRESS, "referrer": ADDRESS, "search": "token=s3cr3t"});
    to(
        "/v1/page",
        200,
        json!({"name": text, "properties": page, "context": {"page": page, "ip": "203.0.113.7"}}),
    );
    let campaign = json!({"source": ADDRESS, "content": "ann@example.com", "id": ADDRESS});
    to(
        "/v1/track",
        200,
        json!({"event": text, "properties": {"x": ADDRESS}, "context": {"campaign": campaign}}),
    );
}

/// What the old systems send as their page stays as it was sent, but for those who ask for privacy.
fn send_pages_in_private(kassa: &Kassa) {
    for (path, status, body) in [
        ("/track", 201, json!({"eventType": "x", "page": ADDRESS})),
        ("/track", 200, json!({"events": [{"event_type": "X", "page_path": ADDRESS}]})),
        ("/event", 202, json!({"site_id": "default", "event_type": "x", "path": ADDRESS})),
    ] {
        for signal in ["dnt", "sec-gpc"] {
            post(kassa, (path, status), &[(signal, "1")], &body.to_string());
        }
    }
}

/// What becomes dead letters.
fn send_what_is_refused(kassa: &Kassa, key: &str) {
    let wrong = json!({"event": "x", "timestamp": "soon", "writeKey": key, "url": ADDRESS,
        "context": {"ip": "203.0.113.7"}});
    post(kassa, ("/v1/track", 200), &[], &wrong.to_string());
    post(kassa, (&format!("/v1/track?writeKey={key}"), 200), &[("x-write-key", key)], &wrong.to_string());
    for body in [format!("{{url: '{ADDRESS}'}}"), format!("token=s3cr3t&writeKey={key}&url={ADDRESS}")] {
        for path in ["/track", "/event", "/v1/track", "/v1/batch"] {
            post(kassa, (path, 400), &[], &body);
        }
    }
}

#[test]
fn no_secret_of_an_address_is_in_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).env("KASSA_LOGS__LEVEL", "debug").start();
    let made = kassa.http().send(
        "POST",
        "/v1/admin/keys",
        &[("content-type", "application/json")],
        br#"{"name":"server","scopes":["collect"]}"#,
    );
    let key = made.unwrap().json()["key"].as_str().unwrap().to_owned();
    send_events(&kassa);
    send_pages_in_private(&kassa);
    send_what_is_refused(&kassa, &key);
    let market = Market::default();
    market.orders_moved(&kassa);
    market.stock_moved(&kassa);
    market.open(10);
    let order = json!({"items": [{"sku": "sku-1", "quantity": 1}], "context": {"page": ADDRESS}});
    assert_eq!(send(&mut kassa.http(), "POST", "/v1/orders", "k", &order).unwrap().status, 201);
    kassa.wait_until_drained();
    let export = kassa.get("/v1/export?site_id=default");
    assert_eq!(export.status, 200);
    assert!(kassa.stop().success());
    let files = bytes_below(folder.path());
    for (what, bytes) in [("the files", files.as_slice()), ("the export", export.body.as_bytes())] {
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(holds(KEPT), "the search finds what stays in {what}");
        for secret in SECRETS.into_iter().chain([key.as_str()]) {
            assert!(!holds(secret), "{secret} in {what}");
        }
    }
}
