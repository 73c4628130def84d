//! Native routes of the running binary say 400 to what they do not know, by name: no parameter and no member is passed
//! over.

use serde_json::{Value, json};

use crate::kassa::Start;

/// A method, a path that its route answers, and a body that it knows (`null`: none is taken).
fn routes(order: &str) -> Vec<(&'static str, String, Value)> {
    let own = |tail: &str| format!("{order}{tail}");
    let items = json!({"items": [{"sku": "mug", "quantity": 1}]});
    vec![
        ("POST", "/v1/orders".to_owned(), items.clone()),
        ("GET", "/v1/orders".to_owned(), Value::Null),
        ("GET", own(""), Value::Null),
        ("PUT", own(""), items),
        ("POST", own("/cancel"), json!({})),
        ("POST", own("/fulfil"), json!({})),
        ("POST", own("/refunds"), json!({"amount_minor": 1})),
        ("GET", own("/refunds"), Value::Null),
        ("POST", "/v1/query".to_owned(), json!({"site_id": "s", "metrics": ["events"], "date_range": "all"})),
        ("GET", "/v1/query/definitions".to_owned(), Value::Null),
        ("GET", "/v1/realtime".to_owned(), Value::Null),
        ("GET", "/v1/realtime/stream".to_owned(), Value::Null),
        ("GET", "/v1/events".to_owned(), Value::Null),
        ("GET", "/v1/export".to_owned(), Value::Null),
        ("GET", "/v1/admin/dead-letters".to_owned(), Value::Null),
        ("GET", "/v1/admin/dead-letters/x".to_owned(), Value::Null),
        ("GET", "/v1/admin/counts".to_owned(), Value::Null),
        ("GET", "/v1/admin/log".to_owned(), Value::Null),
        ("GET", "/v1/admin/log/inspect".to_owned(), Value::Null),
        ("GET", "/v1/admin/log/verify".to_owned(), Value::Null),
        ("GET", "/v1/admin/fingerprint".to_owned(), Value::Null),
        ("GET", "/v1/admin/audit".to_owned(), Value::Null),
        ("POST", "/v1/admin/audit".to_owned(), Value::Null),
        ("POST", "/v1/admin/audit/answers".to_owned(), json!({"answers": []})),
        ("POST", "/v1/admin/replay".to_owned(), json!({"into": "x.duckdb"})),
        ("GET", "/v1/admin/keys".to_owned(), Value::Null),
        ("POST", "/v1/admin/keys".to_owned(), json!({"name": "till", "scopes": ["read"]})),
        ("DELETE", "/v1/admin/keys/x".to_owned(), Value::Null),
        ("GET", "/v1/admin/sites".to_owned(), Value::Null),
        ("POST", "/v1/admin/sites".to_owned(), json!({"id": "blog"})),
        ("POST", "/v1/admin/sites/default/keys".to_owned(), Value::Null),
        ("DELETE", "/v1/admin/sites/default/keys/x".to_owned(), Value::Null),
        ("DELETE", "/v1/admin/sessions".to_owned(), Value::Null),
        ("GET", "/v1/session".to_owned(), Value::Null),
        ("POST", "/v1/session".to_owned(), json!({"token": "x"})),
        ("DELETE", "/v1/session".to_owned(), Value::Null),
    ]
}

#[test]
fn what_a_native_route_does_not_know_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let kassa = Start::up(&dir.path().join("data")).start();
    let product = json!({"sku": "mug", "name": "Mug", "track_stock": false, "price": {"amount_minor": 900, "currency": "USD"}});
    assert_eq!(kassa.post("/v1/products", &product.to_string()).status, 201);
    let mut http = kassa.http();
    let mut send = |method: &str, path: &str, body: &str| {
        let headers = [("content-type", "application/json"), ("idempotency-key", "k1")];
        http.send(method, path, &headers, body.as_bytes()).unwrap()
    };
    let items = json!({"items": [{"sku": "mug", "quantity": 1}]}).to_string();
    let placed = send("POST", "/v1/orders", &items);
    assert_eq!(placed.status, 201, "{placed:?}");
    let order = format!("/v1/orders/{}", placed.json()["id"].as_str().unwrap());
    for (method, path, body) in routes(&order) {
        let known = if body.is_null() { String::new() } else { body.to_string() };
        let answer = send(method, &format!("{path}?dry_run=true"), &known);
        assert_eq!(answer.status, 400, "{method} {path}?dry_run=true: {}", answer.body);
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("dry_run"), "{method} {path}: {detail}");
        let mut more = if body.is_null() { json!({}) } else { body };
        more["zzz"] = json!(1);
        let answer = send(method, &path, &more.to_string());
        assert_eq!(answer.status, 400, "{method} {path} {more}: {}", answer.body);
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("zzz"), "{method} {path}: {detail}");
    }
    let after = send("GET", &order, "{}");
    assert_eq!((after.status, after.json()["status"].clone()), (200, json!("confirmed")), "{after:?}");
}
