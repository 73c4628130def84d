//! The matrix of classes, origins and hosts, through a router as the server calls it.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use axum::routing::{get, post};
use hyper::body::{Frame, SizeHint};
use tower::ServiceExt;

use super::Policy;
use super::route::{LiveOrigins, RouteClass};

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
    let response = policy().hold(class, routes, None).oneshot(request).await.unwrap();
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
    use RouteClass::{Compat, Form, Ingest, Internal, Native, Probe, Storefront, Upload};
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
        (Form, foreign, 403, ""),
        (Form, "null", 403, ""),
        (Form, "https://front.example", 403, ""),
        (Form, "http://localhost:8000", 200, ""),
        (Native, foreign, 403, ""),
        (Upload, foreign, 403, ""),
        (Upload, "http://localhost:8000", 200, ""),
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
async fn origins_come_and_go_while_it_runs() {
    let listed = std::sync::Arc::new(std::sync::Mutex::new(vec!["https://new.example".to_owned()]));
    let asked = std::sync::Arc::clone(&listed);
    let live = LiveOrigins::new(move |origin| asked.lock().unwrap().iter().any(|known| known == origin));
    let routes = Router::new().route("/x", get(|| async { "read" }));
    let routes = policy().apply_with(RouteClass::Storefront, routes, live);
    let ask = async |origin: &str| {
        let request = Request::get("/x").header("host", "localhost").header("origin", origin);
        routes.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status().as_u16()
    };
    assert_eq!(ask("https://New.example").await, 200);
    assert_eq!(ask("https://front.example").await, 200, "the policy's own are there too");
    assert_eq!(ask("https://evil.example").await, 403);
    listed.lock().unwrap().clear();
    assert_eq!(ask("https://new.example").await, 403);
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
        (RouteClass::Form, "localhost:8000", 200),
        (RouteClass::Form, "rebound.evil.example:8000", 403),
        (RouteClass::Native, "localhost:8000", 200),
        (RouteClass::Native, "LOCALHOST", 200),
        (RouteClass::Native, "127.0.0.1:8000", 200),
        (RouteClass::Native, "[::1]:8000", 200),
        (RouteClass::Native, "shop.example", 200),
        (RouteClass::Native, "Shop.Example:443", 200),
        (RouteClass::Native, "rebound.evil.example:8000", 403),
        (RouteClass::Upload, "rebound.evil.example:8000", 403),
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
        open_to_all_hosts.hold(RouteClass::Native, Router::new().route("/x", get(|| async { "read" })), None);
    let request = Request::get("/x").header("host", "shop.other").body(Body::empty()).unwrap();
    assert_eq!(routes.oneshot(request).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_rebound_page_cannot_pass_as_the_same_origin() {
    let headers = [("host", "evil.example:8000"), ("origin", "http://evil.example:8000")];
    assert_eq!(call(RouteClass::Native, "GET", &headers, "").await.0, 403);
}

/// It may set every header but a few, and its browser says of a read by GET neither `Origin` nor `Sec-Fetch-Site`.
#[tokio::test]
async fn a_rebound_page_cannot_pass_as_a_proxy() {
    use RouteClass::{Compat, Ingest, Native, Probe, Storefront};
    for by in ["x-forwarded-for", "forwarded", "via", "x-real-ip"] {
        for (class, host, status) in [
            (Storefront, "evil.example:8000", 403),
            (Compat, "evil.example:8000", 403),
            (Storefront, "shop.example", 200),
            (Storefront, "127.0.0.1:8000", 200),
            (Compat, "shop.example", 200),
            // These ask for a key, which says what to set.
            (Native, "evil.example:8000", 200),
            (Ingest, "evil.example:8000", 200),
            (Probe, "evil.example:8000", 200),
        ] {
            let headers = [("host", host), (by, "203.0.113.9")];
            let (found, _, body) = call(class, "GET", &headers, "").await;
            assert_eq!(found, status, "{class:?} {host} {by}");
            assert!(status == 200 || (body.contains("server.hosts") && body.contains("access.admin_token")));
        }
    }
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
        (RouteClass::Upload, "image/png", "x", 200),
        (RouteClass::Upload, "text/plain", "x", 200),
    ] {
        let headers = [("host", "localhost"), ("content-type", content_type)];
        let (got, _, text) = call(class, "POST", &headers, body).await;
        assert_eq!(got, status, "{class:?} {content_type}");
        assert_eq!(text.contains("/errors/unsupported-media-type"), status == 415);
    }
}

#[tokio::test]
async fn a_change_by_cookie_says_where_it_comes_from() {
    use RouteClass::{Compat, Form, Ingest, Native, Storefront, Upload};
    let ours = ("origin", "http://localhost:8000");
    let cookie = ("cookie", "a=b");
    let site = |value| ("sec-fetch-site", value);
    for (class, method, headers, status) in [
        (Native, "POST", vec![], 200),
        (Native, "POST", vec![cookie], 403),
        (Native, "GET", vec![cookie], 200),
        (Native, "HEAD", vec![cookie], 200),
        (Native, "POST", vec![cookie, ours], 200),
        (Native, "POST", vec![cookie, ("origin", "https://evil.example")], 403),
        (Native, "POST", vec![cookie, ("origin", "null")], 403),
        (Native, "POST", vec![cookie, site("same-origin")], 200),
        (Native, "POST", vec![cookie, site("none")], 200),
        (Native, "POST", vec![cookie, site("same-site")], 403),
        (Native, "POST", vec![cookie, site("cross-site")], 403),
        (Native, "POST", vec![cookie, ours, site("cross-site")], 403),
        (Native, "POST", vec![site("cross-site")], 403),
        (Native, "GET", vec![cookie, site("cross-site")], 200),
        // A key in the header was put there by a program, not by a browser of itself.
        (Native, "POST", vec![cookie, ("authorization", "Bearer k")], 200),
        (Native, "POST", vec![("authorization", "Bearer k"), site("cross-site")], 403),
        (Upload, "POST", vec![cookie], 403),
        (Upload, "POST", vec![cookie, ours], 200),
        (Upload, "POST", vec![cookie, site("cross-site")], 403),
        // Forms are sent by any page that there is, and by browsers that say nothing.
        (Form, "POST", vec![], 200),
        (Form, "POST", vec![ours, site("same-origin")], 200),
        (Form, "POST", vec![site("cross-site")], 403),
        (Form, "POST", vec![("origin", "null"), site("cross-site")], 403),
        // No other class reads cookies, and some serve other sites' pages.
        (Ingest, "POST", vec![cookie], 200),
        (Ingest, "POST", vec![cookie, ("origin", "https://evil.example"), site("cross-site")], 200),
        (Compat, "POST", vec![cookie, ("origin", "https://tools.example"), site("cross-site")], 200),
        (Storefront, "POST", vec![cookie, ("origin", "https://front.example"), site("cross-site")], 200),
    ] {
        let mut sent = vec![("host", "localhost:8000")];
        sent.extend(headers);
        assert_eq!(call(class, method, &sent, "").await.0, status, "{class:?} {method} {sent:?}");
    }
}

/// Every class against every origin, by hosts that are checked (open mode) and that are not (closed mode): what the layer
/// lets through to where keys are asked for.
#[tokio::test]
async fn every_class_by_mode_and_origin() {
    use RouteClass::{Compat, Ingest, Internal, Native, Probe, Storefront};
    const ORIGINS: [&str; 7] = [
        "",
        "http://localhost:8000",
        "http://localhost:5173",
        "https://front.example",
        "https://tools.example",
        "https://evil.example",
        "null",
    ];
    // A column per origin; `+` is let in, `-` is refused with 403.
    let mut counted = 0;
    for (class, expected) in [
        (Ingest, "+++++++"),
        (Compat, "+++-+--"),
        (Storefront, "++-+---"),
        (Native, "++-----"),
        (Internal, "+------"),
        (Probe, "+++++++"),
    ] {
        for (check_host, host, by_host) in
            [(true, "localhost:8000", true), (true, "evil.example", false), (false, "localhost:8000", true)]
        {
            for method in ["GET", "POST"] {
                let routes = Router::new().route("/x", post(|| async { "done" }).get(|| async { "read" }));
                let routes = Policy { check_host, ..policy() }.hold(class, routes, None);
                for (origin, mark) in ORIGINS.into_iter().zip(expected.chars()) {
                    let mut request = Request::builder().method(method).uri("/x").header("host", host);
                    if !origin.is_empty() {
                        request = request.header("origin", origin);
                    }
                    let response =
                        routes.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
                    let exempt = matches!(class, Ingest | Probe);
                    let let_in = (by_host || exempt) && mark == '+';
                    let status = if let_in { 200 } else { 403 };
                    assert_eq!(response.status(), status, "{class:?} {method} host {host} origin {origin:?}");
                    let allowed = response.headers().get("access-control-allow-origin");
                    assert!(
                        allowed.is_none_or(|allowed| *allowed == *origin && let_in),
                        "{class:?} {origin:?}"
                    );
                    counted += 1;
                }
            }
        }
    }
    println!("{counted} combinations of class, mode, method and origin");
}

#[test]
#[should_panic(expected = "routes of class Native are Protected")]
fn plain_routes_are_of_no_class_that_asks_for_a_key() {
    let _ = policy().apply(RouteClass::Native, Router::new());
}

#[tokio::test]
async fn the_same_host_by_another_scheme_is_another_origin() {
    use RouteClass::{Compat, Native, Storefront};
    let check = async |class, host: &str, origin: &str, status: u16| {
        let headers = [("host", host), ("origin", origin)];
        assert_eq!(call(class, "GET", &headers, "").await.0, status, "{class:?} {host} {origin}");
    };
    for class in [Native, Storefront] {
        // A port of this machine's own: kassa speaks no TLS.
        check(class, "localhost:8000", "http://localhost:8000", 200).await;
        check(class, "localhost:8000", "https://localhost:8000", 403).await;
        check(class, "[::1]:8000", "https://[::1]:8000", 403).await;
        // Not known: behind a proxy that says nothing.
        check(class, "shop.example", "http://shop.example", 200).await;
        check(class, "shop.example", "https://shop.example", 200).await;
        check(class, "shop.example", "ftp://other.example", 403).await;
    }
    // Known by the configured origins, whichever list they are in.
    for (class, host) in [(Native, "front.example"), (Storefront, "front.example"), (Native, "tools.example")]
    {
        let answer = |scheme: &'static str| {
            let policy = Policy { check_host: false, ..policy() };
            let routes = Router::new().route("/x", get(|| async { "read" }));
            let request =
                Request::get("/x").header("host", host).header("origin", format!("{scheme}://{host}"));
            policy.hold(class, routes, None).oneshot(request.body(Body::empty()).unwrap())
        };
        assert_eq!(answer("https").await.unwrap().status(), 200, "{class:?} {host}");
        assert_eq!(answer("http").await.unwrap().status(), 403, "{class:?} {host}");
    }
    // Old frontends on this machine call from any port and scheme.
    check(Compat, "localhost:8000", "https://localhost:5173", 200).await;
}

#[tokio::test]
async fn pages_may_read_what_their_clients_need() {
    let (_, headers, _) = call(
        RouteClass::Storefront,
        "GET",
        &[("host", "localhost"), ("origin", "https://front.example")],
        "",
    )
    .await;
    let exposed = headers["access-control-expose-headers"].to_str().unwrap();
    for name in ["x-request-id", "retry-after", "idempotent-replayed", "etag", "location"] {
        assert!(exposed.split(", ").any(|found| found == name), "{name} is not in {exposed}");
    }
}

#[tokio::test]
async fn native_reads_take_no_body() {
    let check = async |class: RouteClass, (method, path): (&str, &str), body: &str, expected: u16| {
        let handler = || async { "done" };
        let routes = Router::new().route(path, get(handler).post(handler).delete(handler));
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let request = request.header("host", "localhost:8000").body(Body::from(body.to_owned())).unwrap();
        let response = policy().hold(class, routes, None).oneshot(request).await.unwrap();
        assert_eq!(response.status().as_u16(), expected, "{class:?} {method} {path} {body}");
    };
    let (read, delete) = (("GET", "/v1/x"), ("DELETE", "/v1/x"));
    check(RouteClass::Native, read, "", 200).await;
    check(RouteClass::Native, read, " {} ", 200).await;
    check(RouteClass::Native, read, r#"{"limit":5}"#, 400).await;
    check(RouteClass::Native, delete, r#"{"force":true}"#, 400).await;
    check(RouteClass::Storefront, ("HEAD", "/v1/x"), "x", 400).await;
    // What a change says is its handler's business, and the old systems pass over what they do not know.
    check(RouteClass::Native, ("POST", "/v1/x"), r#"{"limit":5}"#, 200).await;
    check(RouteClass::Native, ("GET", "/api/admin/chaos"), r#"{"limit":5}"#, 200).await;
    check(RouteClass::Compat, ("GET", "/games/all"), r#"{"limit":5}"#, 200).await;
}

/// A body that goes on for ever, a KiB at a time, and counts how often it was asked to.
struct Endless {
    said_bytes: u64,
    asked: std::sync::Arc<AtomicUsize>,
}

impl axum::body::HttpBody for Endless {
    type Data = axum::body::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        assert!(self.asked.fetch_add(1, Ordering::Relaxed) < 4_096, "read for ever");
        Poll::Ready(Some(Ok(Frame::data(vec![b' '; 1_024].into()))))
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.said_bytes);
        hint
    }
}

/// Whatever the class, the mode and the key: who is asked for nothing is not kept busy by it.
#[tokio::test]
async fn a_long_body_where_none_is_taken_is_not_awaited() {
    let few = crate::RateLimit::new(1.try_into().unwrap(), 1.try_into().unwrap());
    let handler = || async { "done" };
    let takes_none = |_: crate::Bare| async { "done" };
    let routes = few.apply(Router::new().route("/v1/x", get(handler).delete(handler).post(takes_none)));
    let routes = policy().hold(RouteClass::Storefront, routes, None);
    for (method, said_bytes, asked_at_most) in [
        ("GET", 4 << 20, 0),
        ("HEAD", 4 << 20, 0),
        ("DELETE", 4 << 20, 0),
        ("GET", 0, 2),
        ("POST", 4 << 20, 0),
    ] {
        let asked = std::sync::Arc::default();
        let body = Body::new(Endless { said_bytes, asked: std::sync::Arc::clone(&asked) });
        let request = Request::builder().method(method).uri("/v1/x").header("host", "localhost:8000");
        let request = request.header("content-type", "application/json").body(body).unwrap();
        let response = routes.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 400, "{method} {said_bytes}");
        assert!(asked.load(Ordering::Relaxed) <= asked_at_most, "{method} {said_bytes}: {asked:?} times");
    }
}

#[tokio::test]
async fn a_site_made_at_run_time_tells_its_scheme_too() {
    let live = LiveOrigins::new(|origin| origin == "https://new.example");
    let routes = Router::new().route("/x", get(|| async { "read" }));
    let policy = Policy { check_host: false, ..policy() };
    let routes = policy.apply_with(RouteClass::Storefront, routes, live);
    for (origin, status) in [("https://new.example", 200), ("http://new.example", 403)] {
        let request = Request::get("/x").header("host", "New.example").header("origin", origin);
        let answer = routes.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), status, "{origin}");
    }
}
