//! What no client should send: always a 4xx with a reason, and nothing is written.

use axum::body::Body;
use axum::http::Method;
use serde_json::json;

use super::support::TestShop;

fn bodies() -> Vec<Vec<u8>> {
    let mut bodies: Vec<Vec<u8>> = [
        "",
        "{",
        "null",
        "[]",
        "\"x\"",
        "7",
        "{}",
        "{\"items\":null}",
        "{\"items\":{}}",
        "{\"items\":[]}",
        "{\"items\":[7]}",
        "{\"items\":[[\"ps5\",1]]}",
        "[[{\"sku\":\"ps5\",\"quantity\":1}]]",
        "{\"items\":[{}]}",
        "{\"items\":[{\"sku\":\"ps5\"}]}",
        "{\"items\":[{\"sku\":7,\"quantity\":1}]}",
        "{\"items\":[{\"sku\":\"\",\"quantity\":1}]}",
        "{\"items\":[{\"sku\":\"a\\u0000b\",\"quantity\":1}]}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":0}]}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":-1}]}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":1.5}]}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":\"1\"}]}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":1e-3}]}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":true}]}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":99999999999999999999}]}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":9223372036854775807}]}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":1000000000},{\"sku\":\"ps5\",\"quantity\":1}]}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":1}],\"items\":[]}",
        "{\"items\":[{\"sku\":\"ps5\",\"sku\":\"ps5\",\"quantity\":1}]}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":1}],\"total\":1}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":1,\"price\":1}]}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":1}],\"customer\":{\"email\":\"a\\u0000\"}}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":1}],\"customer\":{\"age\":7}}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":1}],\"customer\":[]}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":1}],\"client_reference\":7}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":1}],\"context\":{\"user_id\":\"\\u0000\"}}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":1}],\"context\":{\"language\":\"../de\"}}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":1}],\"context\":{\"language\":\"abcdefghijklmnopqrstuvwxyz-abcdefghijk\"}}",
        "{\"items\":[{\"sku\":\"\\ud800\",\"quantity\":1}]}",
        "{\"items\":[{\"sku\":\"ps5\",\"quantity\":1}]} x",
    ]
    .into_iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    bodies.push(b"{\"items\":[{\"sku\":\"\xff\xfe\",\"quantity\":1}]}".to_vec());
    bodies.push("[".repeat(100_000).into_bytes());
    bodies.push(format!("{{\"items\":{}{}}}", "[".repeat(500), "]".repeat(500)).into_bytes());
    let long = "x".repeat(10 << 20);
    bodies.push(format!("{{\"items\":[{{\"sku\":\"{long}\",\"quantity\":1}}]}}").into_bytes());
    for field in ["\"client_reference\":\"", "\"customer\":{\"name\":\"", "\"context\":{\"page\":\""] {
        let end = if field.contains('{') { "\"}" } else { "\"" };
        let value = "y".repeat(5_000);
        let items = "\"items\":[{\"sku\":\"ps5\",\"quantity\":1}]";
        bodies.push(format!("{{{items},{field}{value}{end}}}").into_bytes());
    }
    let many: Vec<_> = (0..300).map(|n| json!({"sku": format!("s{n}"), "quantity": 1})).collect();
    bodies.push(json!({ "items": many }).to_string().into_bytes());
    bodies
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_of_every_route_are_refused() {
    let shop = TestShop::sqlite();
    shop.stock("ps5", 100, 10);
    let path = shop.placed(json!([{"sku": "ps5", "quantity": 1}])).await;
    let refunds = format!("{path}/refunds");
    let mut tried = 0;
    let payments = format!("{path}/payments");
    for body in bodies() {
        for (method, path) in [
            (Method::POST, "/v1/orders"),
            (Method::PUT, &path),
            (Method::POST, &refunds),
            (Method::POST, &payments),
        ] {
            let answer = shop.call((method, path), &[("idempotency-key", "k")], body.clone()).await;
            let shown: String = String::from_utf8_lossy(&body).chars().take(80).collect();
            assert!((400..500).contains(&answer.status), "{path} {shown}: {}", answer.status);
            assert!(!answer.problem().is_empty(), "{}", answer.body);
            tried += 1;
        }
    }
    for body in [
        json!({}),
        json!({"lines": []}),
        json!({"amount_minor": 0}),
        json!({"amount_minor": -1}),
        json!({"amount_minor": 1.5}),
        json!({"amount_minor": 1, "lines": [{"sku": "ps5", "quantity": 1}]}),
        json!({"lines": [{"sku": "ps5", "quantity": 0}]}),
        json!({"lines": [{"sku": "ps5", "quantity": 1, "restock": 1}]}),
        json!({"lines": [{"sku": "a\u{0}", "quantity": 1}]}),
    ] {
        let answer = shop.post(&refunds, "k", &body).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.body);
        tried += 1;
    }
    let over = shop.post(&refunds, "k", &json!({"amount_minor": i64::MAX})).await;
    assert_eq!(over.status, 422);
    println!("{tried} bad bodies, all refused");
    assert_eq!((shop.on_hand("ps5"), shop.number("SELECT COUNT(*) FROM orders")), (9, 1));
    shop.check_books();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_and_paths_are_checked() {
    let shop = TestShop::sqlite();
    shop.stock("ps5", 100, 10);
    let body = json!({"items": [{"sku": "ps5", "quantity": 1}]}).to_string();
    let long = "k".repeat(256);
    for key in ["", "  ", long.as_str(), "a\tb"] {
        let answer = shop.call((Method::POST, "/v1/orders"), &[("idempotency-key", key)], body.clone()).await;
        assert_eq!(answer.status, 400, "{key:?}");
    }
    let twice = [("idempotency-key", "a"), ("idempotency-key", "b")];
    assert_eq!(shop.call((Method::POST, "/v1/orders"), &twice, body).await.status, 400);
    for (method, path, status) in [
        (Method::GET, "/v1/orders/7", 404),
        (Method::GET, "/v1/orders/%ff", 400),
        (Method::GET, "/v1/orders/%00", 404),
        (Method::GET, "/v1/orders/0190aaaa-0000-7000-8000-000000000000", 404),
        (Method::DELETE, "/v1/orders", 405),
        (Method::DELETE, "/v1/orders/0190aaaa-0000-7000-8000-000000000000", 405),
        (Method::GET, "/v1/orders/0190aaaa-0000-7000-8000-000000000000/cancel", 405),
        (Method::POST, "/v1/orders/0190aaaa-0000-7000-8000-000000000000/fulfil", 404),
    ] {
        let answer = shop.call((method.clone(), path), &[], Body::empty()).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
    }
}

/// What nobody would look at is refused by name, in the parameters and in the body, and nothing happens.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_known_is_refused() {
    let shop = TestShop::sqlite();
    shop.stock("ps5", 100, 10);
    let path = shop.placed(json!([{"sku": "ps5", "quantity": 1}])).await;
    let events = shop.number("SELECT COUNT(*) FROM order_events");
    let items = json!({"items": [{"sku": "ps5", "quantity": 1}]});
    let refund = json!({"amount_minor": 1});
    let (cancel, fulfil, refunds) =
        (format!("{path}/cancel"), format!("{path}/fulfil"), format!("{path}/refunds"));
    let (fulfilments, payments) = (format!("{path}/fulfilments"), format!("{path}/payments"));
    let parcel = format!("{fulfilments}/1");
    let routes = [
        (Method::POST, "/v1/orders", items.clone()),
        (Method::PUT, path.as_str(), items),
        (Method::PATCH, path.as_str(), json!({"staff_note": null})),
        (Method::POST, cancel.as_str(), json!({})),
        (Method::POST, fulfil.as_str(), json!({})),
        (Method::POST, refunds.as_str(), refund),
        (Method::POST, fulfilments.as_str(), json!({})),
        (Method::POST, parcel.as_str(), json!({"status": "shipped"})),
        (Method::POST, payments.as_str(), json!({"reference": "a"})),
        (Method::GET, fulfilments.as_str(), json!({})),
        (Method::GET, payments.as_str(), json!({})),
        (Method::GET, "/v1/orders", json!({})),
        (Method::GET, path.as_str(), json!({})),
        (Method::GET, refunds.as_str(), json!({})),
    ];
    for (method, path, body) in routes {
        let key = [("idempotency-key", "k")];
        let asked = format!("{path}?dry_run=true");
        let answer = shop.call((method.clone(), &asked), &key, body.to_string()).await;
        assert_eq!(answer.status, 400, "{method} {asked}: {}", answer.body);
        assert!(answer.body.contains(r#"unknown parameter \"dry_run\""#), "{}", answer.body);
        let mut more = body;
        more["restok"] = json!(false);
        let answer = shop.call((method.clone(), path), &key, more.to_string()).await;
        assert_eq!(answer.status, 400, "{method} {path}: {}", answer.body);
        assert!(answer.body.contains(r#"unknown member \"restok\""#), "{}", answer.body);
    }
    let typo = json!({"items": [{"sku": "ps5", "quantty": 1}]});
    let answer = shop.post("/v1/orders", "k", &typo).await;
    assert!(answer.body.contains(r#"did you mean \"quantity\"?"#), "{}", answer.body);
    assert_eq!((shop.on_hand("ps5"), shop.number("SELECT COUNT(*) FROM orders")), (9, 1));
    assert_eq!(shop.number("SELECT COUNT(*) FROM order_events"), events);
}
