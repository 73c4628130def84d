//! The matrix of classes, origins and hosts, through a router as the server calls it.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use axum::routing::{get, post};
use tower::ServiceExt;

use super::{Policy, RouteClass};

fn policy() -> Policy {
    Policy {
        check_host: true,
        hosts: vec!["shop.example".to_owned()],
        cors_origins: vec!["https://tools.example".to_owned()],
        site_origins: vec!["https://front.example".to_owned()],
    }
}

async fn call(
    class: RouteClass,
    method: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, HeaderMap, String) {
    let routes = Router::new().route("/x", post(|| async { "done" }).get(|| async { "read" }));
    let mut request = Request::builder().method(method).uri("/x");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let response = policy().apply(class, routes).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    (parts.status.as_u16(), parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
}

/// What the class does with a request of that origin: the status, and the origin that is allowed.
async fn judged(class: RouteClass, origin: &str) -> (u16, String) {
    let headers = [("host", "localhost:8000"), ("origin", origin)];
    let (status, headers, _) = call(class, "GET", &headers, "").await;
    let allowed = headers.get("access-control-allow-origin").map_or("", |value| value.to_str().unwrap());
    (status, allowed.to_owned())
}

#[tokio::test]
async fn origins_by_class() {
    use RouteClass::{Compat, Ingest, Internal, Native, Probe, Storefront};
    let foreign = "https://evil.example";
    for (class, origin, status, allowed) in [
        (Ingest, foreign, 200, foreign),
        (Ingest, "null", 200, "null"),
        (Compat, foreign, 403, ""),
        (Compat, "null", 403, ""),
        (Compat, "http://localhost:5173", 200, "http://localhost:5173"),
        (Compat, "http://127.0.0.1:3000", 200, "http://127.0.0.1:3000"),
        (Compat, "http://[::1]:3000", 200, "http://[::1]:3000"),
        (Compat, "http://localhost.evil.example", 403, ""),
        (Compat, "https://tools.example", 200, "https://tools.example"),
        (Compat, "http://tools.example", 403, ""),
        (Compat, "https://front.example", 403, ""),
        (Storefront, foreign, 403, ""),
        (Storefront, "https://front.example", 200, "https://front.example"),
        (Storefront, "http://localhost:8000", 200, "http://localhost:8000"),
        (Storefront, "http://localhost:5173", 403, ""),
        (Native, foreign, 403, ""),
        (Native, "null", 403, ""),
        (Native, "https://tools.example", 403, ""),
        (Native, "http://localhost:5173", 403, ""),
        (Native, "http://localhost:8000", 200, ""),
        (Internal, "http://localhost:8000", 403, ""),
        (Probe, foreign, 200, ""),
    ] {
        let judged = judged(class, origin).await;
        assert_eq!((judged.0, judged.1.as_str()), (status, allowed), "{class:?} {origin}");
    }
}

#[tokio::test]
async fn preflights_are_answered_by_class() {
    let ask = async |class, origin: &str| {
        let headers = [
            ("host", "localhost:8000"),
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "content-type, x-write-key"),
        ];
        call(class, "OPTIONS", &headers, "").await
    };
    let (status, headers, body) = ask(RouteClass::Ingest, "https://any.example").await;
    assert_eq!((status, body.as_str()), (204, ""));
    assert_eq!(headers["access-control-allow-origin"], "https://any.example");
    assert_eq!(headers["access-control-allow-credentials"], "true");
    assert_eq!(headers["access-control-allow-headers"], "content-type, x-write-key");
    assert_eq!(headers["access-control-max-age"], "86400");
    assert_eq!(headers["vary"], "origin");
    assert!(headers["access-control-allow-methods"].to_str().unwrap().contains("POST"));
    let (status, headers, _) = ask(RouteClass::Compat, "http://localhost:5173").await;
    assert_eq!((status, headers.contains_key("access-control-allow-credentials")), (204, false));
    assert_eq!(ask(RouteClass::Native, "https://any.example").await.0, 403);
    assert_eq!(call(RouteClass::Ingest, "OPTIONS", &[], "").await.0, 204);
}

#[tokio::test]
async fn answers_of_errors_carry_the_headers_too() {
    let headers = [("origin", "https://any.example")];
    let (status, headers, body) = call(RouteClass::Ingest, "DELETE", &headers, "").await;
    assert_eq!((status, headers["allow"].to_str().unwrap()), (405, "POST,GET,HEAD"));
    assert!(body.contains("/errors/method-not-allowed"));
    assert_eq!(headers["access-control-allow-origin"], "https://any.example");
    assert_eq!(call(RouteClass::Ingest, "GET", &[], "").await.1["vary"], "origin");
}

#[tokio::test]
async fn hosts_are_checked_where_nothing_else_protects() {
    for (class, host, status) in [
        (RouteClass::Native, "localhost:8000", 200),
        (RouteClass::Native, "LOCALHOST", 200),
        (RouteClass::Native, "127.0.0.1:8000", 200),
        (RouteClass::Native, "[::1]:8000", 200),
        (RouteClass::Native, "shop.example", 200),
        (RouteClass::Native, "Shop.Example:443", 200),
        (RouteClass::Native, "rebound.evil.example:8000", 403),
        (RouteClass::Native, "127.0.0.1.evil.example", 403),
        (RouteClass::Native, "", 403),
        (RouteClass::Compat, "rebound.evil.example", 403),
        (RouteClass::Storefront, "rebound.evil.example", 403),
        (RouteClass::Ingest, "rebound.evil.example", 200),
        (RouteClass::Probe, "10.0.0.7:8000", 200),
    ] {
        assert_eq!(call(class, "GET", &[("host", host)], "").await.0, status, "{class:?} {host}");
    }
    let open_to_all_hosts = Policy { check_host: false, ..policy() };
    let routes =
        open_to_all_hosts.apply(RouteClass::Native, Router::new().route("/x", get(|| async { "read" })));
    let request = Request::get("/x").header("host", "shop.other").body(Body::empty()).unwrap();
    assert_eq!(routes.oneshot(request).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_rebound_page_cannot_pass_as_the_same_origin() {
    let headers = [("host", "evil.example:8000"), ("origin", "http://evil.example:8000")];
    assert_eq!(call(RouteClass::Native, "GET", &headers, "").await.0, 403);
}

#[tokio::test]
async fn bodies_are_json_where_the_class_says_so() {
    for (class, content_type, body, status) in [
        (RouteClass::Compat, "text/plain", "{}", 415),
        (RouteClass::Compat, "application/json", "{}", 200),
        (RouteClass::Native, "application/x-www-form-urlencoded", "a=b", 415),
        (RouteClass::Native, "application/json; charset=utf-8", "{}", 200),
        (RouteClass::Storefront, "multipart/form-data", "x", 415),
        (RouteClass::Native, "text/plain", "", 200),
        (RouteClass::Ingest, "text/plain", "{}", 200),
    ] {
        let headers = [("host", "localhost"), ("content-type", content_type)];
        let (got, _, text) = call(class, "POST", &headers, body).await;
        assert_eq!(got, status, "{class:?} {content_type}");
        assert_eq!(text.contains("/errors/unsupported-media-type"), status == 415);
    }
}
