//! Who may ask, on every route; and a store that fails, on every route.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use kassa_eventstore::Error;
use serde_json::json;

use super::spy::{Failure, Spy};
use super::support::{KEY_ALL, KEY_SHOP, World};

/// Every GET route that asks the store about `shop`.
const ROUTES: &[&str] = &[
    "/stats?site_id=shop",
    "/events?site_id=shop",
    "/v1/realtime?site_id=shop",
    "/v1/events?site_id=shop",
    "/v1/export?site_id=shop",
    "/v1/admin/dead-letters?site_id=shop",
    "/v1/admin/dead-letters/x",
    "/v1/admin/counts?site_id=shop",
];

#[tokio::test]
async fn closed_mode_wants_a_key_on_every_route() {
    let world = World::closed();
    for route in ROUTES.iter().chain(&["/v1/query/definitions", "/v1/realtime/stream?site_id=shop"]) {
        let answer = world.get(route).await;
        assert_eq!(answer.status, 401, "{route}");
        assert!(answer.headers.contains_key("www-authenticate"), "{route}");
        assert_eq!(world.get_with_key(route, "sk-wrong").await.status, 401, "{route}");
        let native = route.starts_with("/v1");
        assert_eq!(answer.headers["content-type"] == "application/problem+json", native, "{route}");
    }
    assert_eq!(world.post("{}").await.status, 401);
}

#[tokio::test]
async fn a_key_of_one_site_finds_no_other() {
    let world = World::closed();
    let query =
        |site: &str| json!({"site_id": site, "metrics": ["visitors"], "date_range": "7d"}).to_string();
    let check = async |site: &str, key: &str, status: u16| {
        let request = Request::post("/v1/query").header("authorization", format!("Bearer {key}"));
        let answer = world.send(request.body(Body::from(query(site))).unwrap()).await;
        assert_eq!(answer.status, status, "{site} {key}");
    };
    check("shop", KEY_SHOP, 200).await;
    check("berlin", KEY_SHOP, 404).await;
    check("nobody", KEY_SHOP, 404).await;
    check("berlin", KEY_ALL, 200).await;
    check("nobody", KEY_ALL, 404).await;
    for route in ["/v1/realtime", "/v1/realtime/stream", "/v1/events", "/v1/export"] {
        let answer = world.get_with_key(&format!("{route}?site_id=berlin"), KEY_SHOP).await;
        assert_eq!(answer.status, 404, "{route}");
    }
}

#[tokio::test]
async fn a_store_that_fails_is_told_apart() {
    let check = async |error: Failure, status: u16, retry: bool| {
        let store = Arc::new(Spy::default());
        store.fail(Some(error));
        let world = World::over(store);
        let mut answers =
            vec![world.post(r#"{"site_id":"shop","metrics":["visits"],"date_range":"all"}"#).await];
        for route in ROUTES {
            answers.push(world.get(route).await);
        }
        for answer in answers {
            assert_eq!(answer.status, status, "{}", answer.text);
            assert_eq!(answer.headers.contains_key("retry-after"), retry);
            assert!(!answer.text.contains("secret"), "{}", answer.text);
            assert!(answer.json().is_object());
        }
    };
    check(|| Error::Unavailable("secret path".to_owned()), 503, true).await;
    check(|| Error::Open("secret path".to_owned()), 503, true).await;
    check(|| Error::Timeout(30), 504, false).await;
    check(|| Error::Invalid("a bad expression".to_owned()), 400, false).await;
    check(|| Error::Failed("secret path".to_owned()), 500, false).await;
}

#[tokio::test]
async fn other_methods_are_not_allowed() {
    let world = World::open();
    for route in ["/stats", "/events", "/v1/events", "/v1/export", "/v1/realtime", "/v1/admin/counts"] {
        for method in ["POST", "PUT", "DELETE", "PATCH"] {
            let request = Request::builder().method(method).uri(route).body(Body::empty()).unwrap();
            let answer = world.send(request).await;
            assert_eq!(answer.status, 405, "{method} {route}");
            assert!(answer.headers.contains_key("allow"), "{method} {route}");
        }
    }
    assert_eq!(world.get("/v1/query").await.status, 405);
}
