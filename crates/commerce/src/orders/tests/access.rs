//! Who may see and do what.

use axum::body::Body;
use axum::http::Method;
use serde_json::json;

use super::support::TestShop;

const ADMIN: (&str, &str) = ("authorization", "Bearer admin-token-1");
const BUYER: (&str, &str) = ("authorization", "Bearer buyer-key-1");
const WRONG: (&str, &str) = ("authorization", "Bearer nobody-knows");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_orders_uuid_shows_its_lines_and_no_customer() {
    let shop = TestShop::closed();
    shop.stock("ps5", 100, 10);
    let body = json!({"items": [{"sku": "ps5", "quantity": 1}],
        "customer": {"name": "Alice", "email": "alice@shop.test"}, "client_reference": "cart-1"});
    let key = ("idempotency-key", "k1");
    let made = shop.call((Method::POST, "/v1/orders"), &[key], body.to_string()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert!(!made.body.contains("alice"));
    let path = format!("/v1/orders/{}", made.json()["id"].as_str().unwrap());
    let public = shop.get(&path).await;
    assert_eq!((public.status, public.body.contains("Alice")), (200, false));
    for header in [ADMIN, BUYER] {
        let full = shop.call((Method::GET, &path), &[header], Body::empty()).await.json();
        assert_eq!(full["customer"], json!({"name": "Alice", "email": "alice@shop.test"}));
        assert_eq!(full["client_reference"], "cart-1");
    }
    let wrong = shop.call((Method::GET, &path), &[WRONG], Body::empty()).await;
    assert_eq!(wrong.status, 401);
    for (method, tail) in [
        (Method::PUT, ""),
        (Method::POST, "/cancel"),
        (Method::POST, "/fulfil"),
        (Method::POST, "/refunds"),
        (Method::GET, "/refunds"),
        (Method::POST, "/fulfilments"),
        (Method::GET, "/fulfilments"),
        (Method::POST, "/fulfilments/1"),
        (Method::POST, "/payments"),
        (Method::GET, "/payments"),
    ] {
        let path = format!("{path}{tail}");
        let items = json!({"items": [{"sku": "ps5", "quantity": 1}]}).to_string();
        let body = if method == Method::GET { String::new() } else { items };
        let answer = shop.call((method.clone(), &path), &[], body).await;
        assert_eq!(answer.status, 401, "{method} {path}");
    }
    assert_eq!(shop.get("/v1/orders").await.status, 401);
    assert_eq!(shop.call((Method::GET, "/v1/orders"), &[ADMIN], Body::empty()).await.status, 200);
    let foreign = [("origin", "https://evil.test"), ADMIN];
    let answer = shop.call((Method::GET, "/v1/orders"), &foreign, Body::empty()).await;
    assert_eq!(answer.status, 403, "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_of_one_caller_are_not_anothers() {
    let shop = TestShop::closed();
    shop.stock("ps5", 100, 10);
    let body = json!({"items": [{"sku": "ps5", "quantity": 1}]}).to_string();
    let order =
        async |headers: &[(&str, &str)]| shop.call((Method::POST, "/v1/orders"), headers, body.clone()).await;
    let key = ("idempotency-key", "k1");
    let mut ids = Vec::new();
    for headers in [vec![key], vec![key, ADMIN], vec![key, BUYER]] {
        let first = order(&headers).await;
        assert_eq!((first.status, first.is_replay()), (201, false), "{}", first.body);
        assert!(order(&headers).await.is_replay());
        ids.push(first.json()["id"].clone());
    }
    assert_eq!((ids.len(), shop.on_hand("ps5")), (3, 7));
    assert_eq!(order(&[key, WRONG]).await.status, 401);
}
