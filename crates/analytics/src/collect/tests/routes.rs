//! Paths, methods, keys and answers.

use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kassa_model::{Dialect, Reason};

use super::shop::Shop;

const TRACKED: &str = r#"{"message":"Event tracked successfully"}"#;
const QUEUED: &str = r#"{"status":"queued","message":"Event received and queued for processing"}"#;
const ALL_REQUIRED: &str =
    r#"{"errors":["site_id is required","event_type is required","path is required"]}"#;

async fn check(shop: &Shop, path: &str, body: &str, status: u16, expected: &str) {
    let answered = shop.post(path, body.to_owned()).await;
    assert_eq!((answered.status, answered.body.as_str()), (status, expected), "{path} {body}");
    let content_type =
        if expected.starts_with('{') { "application/json" } else { "text/plain; charset=utf-8" };
    assert_eq!(answered.headers["content-type"], content_type, "{path}");
}

#[tokio::test]
async fn every_path_answers_its_dialect() {
    let shop = Shop::open();
    for prefix in ["", "/analytics"] {
        let path = |path: &str| format!("{prefix}{path}");
        check(&shop, &path("/track"), r#"{"eventType":"click"}"#, 201, TRACKED).await;
        assert_eq!(shop.last().event.dialect, Dialect::named("flat"));
        check(&shop, &path("/track"), r#"{"events":[{"event_type":"CLICK"}]}"#, 200, r#"{"status":"ok"}"#)
            .await;
        assert_eq!(shop.last().event.dialect, Dialect::named("batch"));
        check(&shop, &path("/event"), r#"{"type":"purchase"}"#, 200, "Recorded").await;
        assert_eq!(shop.last().event.dialect, Dialect::named("counter"));
        let body = r#"{"site_id":"a","event_type":"x","path":"/"}"#;
        check(&shop, &path("/event"), body, 202, QUEUED).await;
        assert_eq!(shop.last().event.dialect, Dialect::named("site"));
        for (name, name_sent) in [
            ("track", "x"),
            ("t", "x"),
            ("page", "page_view"),
            ("p", "page_view"),
            ("identify", "identify"),
            ("i", "identify"),
            ("screen", "screen"),
            ("s", "screen"),
            ("group", "group"),
            ("g", "group"),
            ("alias", "alias"),
            ("a", "alias"),
        ] {
            let path = path(&format!("/v1/{name}"));
            check(&shop, &path, r#"{"event":"x","userId":"u"}"#, 200, r#"{"success":true}"#).await;
            assert_eq!(
                (shop.last().event.name_sent.as_str(), shop.last().event.dialect),
                (name_sent, Dialect::SEGMENT)
            );
        }
        for name in ["batch", "b"] {
            let body = r#"{"batch":[{"type":"track","event":"y"}]}"#;
            check(&shop, &path(&format!("/v1/{name}")), body, 200, r#"{"success":true}"#).await;
            assert_eq!(shop.last().event.name_sent, "y");
        }
    }
    check(&shop, "/event", "{}", 400, ALL_REQUIRED).await;
    check(&shop, "/analytics/event", "{}", 400, "Event type is required").await;
    assert_eq!(shop.last_rejected().reason, Reason::MissingField);
    check(&shop, "/track", "{}", 400, r#"{"error":"Invalid payload"}"#).await;
}

#[tokio::test]
async fn nothing_depends_on_content_type_or_accept() {
    let shop = Shop::open();
    for content_type in
        ["text/plain", "application/x-www-form-urlencoded", "image/png", "application/json", "x"]
    {
        let headers =
            [("content-type", content_type), ("accept", "text/html"), ("content-encoding", "identity")];
        let answered = shop.post_with("/track", &headers, r#"{"eventType":"x"}"#).await;
        assert_eq!((answered.status, answered.body.as_str()), (201, TRACKED), "{content_type}");
    }
}

#[tokio::test]
async fn other_methods_are_told_what_is_allowed() {
    let shop = Shop::open();
    for path in ["/track", "/event", "/v1/batch", "/v1/t", "/analytics/event", "/analytics/v1/track"] {
        for method in ["GET", "PUT", "DELETE", "PATCH", "HEAD"] {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            let answered = shop.send(request).await;
            assert_eq!(answered.status, 405, "{method} {path}");
            assert_eq!(answered.headers["allow"], "POST", "{method} {path}");
        }
        let request = Request::options(path)
            .header("origin", "https://shop.test")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,x-write-key");
        let answered = shop.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!((answered.status, answered.body.as_str()), (204, ""), "{path}");
        assert_eq!(answered.headers["access-control-allow-origin"], "https://shop.test");
        assert_eq!(answered.headers["access-control-allow-headers"], "content-type,x-write-key");
    }
    let answered = shop.post_with("/event", &[("origin", "https://shop.test")], r#"{"type":"x"}"#).await;
    assert_eq!(answered.headers["access-control-allow-origin"], "https://shop.test");
    assert_eq!(answered.headers["access-control-allow-credentials"], "true");
    assert_eq!(answered.headers["vary"], "origin");
}

#[tokio::test]
async fn keys_are_taken_in_their_order() {
    let shop = Shop::open();
    let basic = format!("Basic {}", STANDARD.encode("basic:"));
    let body = r#"{"eventType":"x","writeKey":"body"}"#;
    let site = async |path: &str, headers: &[(&str, &str)]| {
        assert_eq!(shop.post_with(path, headers, body).await.status, 201);
        shop.last().event.site
    };
    let all = [("authorization", basic.as_str()), ("x-write-key", "header")];
    assert_eq!(site("/track?writeKey=query", &all).await, "basic");
    assert_eq!(site("/track?writeKey=query", &all[1..]).await, "header");
    assert_eq!(site("/track?writeKey=query", &[]).await, "query");
    assert_eq!(site("/track", &[]).await, "body");
    assert_eq!(shop.post("/track", r#"{"eventType":"x"}"#).await.status, 201);
    assert_eq!(shop.last().event.site, "default");
}

#[tokio::test]
async fn closed_mode_wants_keys() {
    let shop = Shop::closed();
    let e = |site: &str| format!("{{\"site_id\":\"{site}\",\"event_type\":\"x\",\"path\":\"/\"}}");
    let unknown_e = r#"{"errors":["unknown_site"]}"#;
    check(&shop, "/event", &e("free"), 202, QUEUED).await;
    check(&shop, "/event", &e("shop"), 400, unknown_e).await;
    check(&shop, "/event?writeKey=pk_1", &e("shop"), 202, QUEUED).await;
    check(&shop, "/event?writeKey=pk_1", &e("free"), 400, unknown_e).await;
    check(&shop, "/event?writeKey=nope", &e("shop"), 400, unknown_e).await;
    assert_eq!(shop.last_rejected().reason, Reason::UnknownSite);
    assert_eq!(shop.last_rejected().site, "");
    check(&shop, "/track", r#"{"eventType":"x"}"#, 400, r#"{"error":"unknown_site"}"#).await;
    check(&shop, "/track?writeKey=pk_1", r#"{"eventType":"x"}"#, 201, TRACKED).await;
    check(&shop, "/event", r#"{"type":"x"}"#, 400, "unknown_site").await;
    check(&shop, "/event?writeKey=pk_1", r#"{"type":"x"}"#, 200, "Recorded").await;
    let batch = r#"{"events":[{"event_type":"A"},{"event_type":"B"}]}"#;
    check(&shop, "/track", batch, 200, r#"{"status":"ok","accepted":0,"rejected":2}"#).await;
    check(&shop, "/v1/track", r#"{"event":"x"}"#, 200, r#"{"success":true,"accepted":0,"rejected":1}"#).await;
    check(&shop, "/v1/track?writeKey=pk_1", r#"{"event":"x"}"#, 200, r#"{"success":true}"#).await;
    assert_eq!(shop.last().event.site, "shop");
}
