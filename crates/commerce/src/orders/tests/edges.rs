//! Edit, cancel and fulfil.

use axum::http::Method;
use serde_json::{Value, json};

use super::support::{Answered, TestShop, shops};

async fn act(shop: &TestShop, path: &str, edge: &str) -> Answered {
    shop.call((Method::POST, &format!("{path}/{edge}")), &[], "").await
}

fn check(answer: &Answered, status: u16, word: &str) {
    let json = answer.json();
    let said = match status {
        200 => json["status"].as_str().unwrap_or_default().to_owned(),
        _ => answer.problem(),
    };
    assert_eq!((answer.status, said.as_str()), (status, word), "{}", answer.body);
}

fn items(sku: &str, quantity: i64) -> Value {
    json!({"items": [{"sku": sku, "quantity": quantity}]})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_returns_everything_once() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 4}])).await;
        check(&act(&shop, &path, "cancel").await, 200, "cancelled");
        check(&act(&shop, &path, "cancel").await, 409, "illegal-transition");
        check(&act(&shop, &path, "fulfil").await, 409, "illegal-transition");
        check(&shop.put(&path, &items("ps5", 1)).await, 409, "illegal-transition");
        assert_eq!(shop.on_hand("ps5"), 10);
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_fulfilled_stays() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 4}])).await;
        check(&act(&shop, &path, "fulfil").await, 200, "fulfilled");
        check(&act(&shop, &path, "cancel").await, 409, "illegal-transition");
        check(&shop.put(&path, &items("ps5", 1)).await, 409, "illegal-transition");
        check(
            &act(&shop, "/v1/orders/0190aaaa-0000-7000-8000-000000000000", "cancel").await,
            404,
            "not-found",
        );
        check(&act(&shop, "/v1/orders/nonsense", "cancel").await, 404, "not-found");
        assert_eq!(shop.on_hand("ps5"), 6);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn editing_moves_the_difference() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        shop.stock("xbox", 70, 3);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 8}])).await;
        // Ten of which eight are its own already.
        let edited = shop.put(&path, &items("ps5", 10)).await;
        check(&edited, 200, "confirmed");
        assert_eq!(
            (&edited.json()["revision"], &edited.json()["total"]["amount_minor"]),
            (&json!(2), &json!(1_000))
        );
        let refused = shop.put(&path, &items("ps5", 11)).await;
        check(&refused, 422, "insufficient-stock");
        check(&shop.put(&path, &items("nope", 1)).await, 422, "unknown-sku");
        assert_eq!((shop.on_hand("ps5"), &shop.get(&path).await.json()["revision"]), (0, &json!(2)));
        let other = json!({"items": [{"sku": "xbox", "quantity": 3}, {"sku": "ps5", "quantity": 1}]});
        check(&shop.put(&path, &other).await, 200, "confirmed");
        assert_eq!((shop.on_hand("ps5"), shop.on_hand("xbox")), (9, 0));
        shop.check_books();
        check(&act(&shop, &path, "cancel").await, 200, "cancelled");
        assert_eq!((shop.on_hand("ps5"), shop.on_hand("xbox")), (10, 3));
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edge_with_a_key_happens_once() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 4}])).await;
        let edit = async |key: &str, quantity: i64| {
            let body = items("ps5", quantity).to_string();
            shop.call((Method::PUT, &path), &[("idempotency-key", key)], body).await
        };
        let first = edit("e1", 5).await;
        let again = edit("e1", 5).await;
        assert_eq!((again.status, &again.body, again.is_replay()), (200, &first.body, true));
        assert_eq!(edit("e1", 6).await.problem(), "idempotency-key-reused");
        // A refusal for too little stock is kept, although there is enough later.
        let refused = edit("e2", 50).await;
        shop.receive("ps5", 100);
        assert_eq!((refused.status, edit("e2", 50).await.body), (422, refused.body));
        let cancel = async || {
            shop.call((Method::POST, &format!("{path}/cancel")), &[("idempotency-key", "c1")], "").await
        };
        let first = cancel().await;
        let again = cancel().await;
        assert_eq!((first.status, again.body, true), (200, first.body, true));
        shop.check_books();
    }
}

/// What a line costs, and so many of it.
fn priced(answer: &Answered) -> Vec<(i64, i64)> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let of = |line: &Value| (line["quantity"].as_i64(), line["unit_price"]["amount_minor"].as_i64());
    let lines = answer.json()["items"].as_array().unwrap().iter().map(of).collect::<Vec<_>>();
    lines.into_iter().map(|(quantity, price)| (quantity.unwrap(), price.unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_stays_keeps_its_price() {
    for shop in shops() {
        shop.stock("ps5", 100, 20);
        shop.stock("xbox", 70, 20);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 1}])).await;
        shop.change("UPDATE variants SET price_minor = price_minor * 2");
        shop.change("UPDATE products SET name = 'Dear ' || name");
        let both = json!([{"sku": "ps5", "quantity": 3}, {"sku": "xbox", "quantity": 1}]);
        let edited = shop.put(&path, &json!({ "items": both })).await;
        assert_eq!(priced(&edited), [(3, 100), (1, 140)]);
        assert_eq!(edited.json()["items"][0]["name"], "The ps5");
        assert_eq!(edited.json()["total"]["amount_minor"], 440);
        let today = shop.put(&path, &json!({"items": both, "reprice": true})).await;
        assert_eq!(priced(&today), [(3, 200), (1, 140)]);
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_of_an_archived_product_does_not_grow() {
    for shop in shops() {
        shop.stock("ps5", 100, 20);
        shop.product("usd", 5, "USD", false);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 4}])).await;
        shop.change("UPDATE variants SET archived_at = 1 WHERE sku = 'ps5'");
        let grown = shop.put(&path, &items("ps5", 5)).await;
        check(&grown, 422, "archived-product");
        let with_new = json!({"items": [{"sku": "usd", "quantity": 1}, {"sku": "ps5", "quantity": 2}]});
        assert_eq!(priced(&shop.put(&path, &with_new).await), [(1, 5), (2, 100)]);
        assert_eq!(shop.on_hand("ps5"), 18);
        // There is no price of today for it.
        let today = json!({"items": [{"sku": "ps5", "quantity": 1}], "reprice": true});
        check(&shop.put(&path, &today).await, 422, "unknown-sku");
        // Once it has left the order, it cannot come back.
        check(&shop.put(&path, &items("usd", 1)).await, 200, "confirmed");
        check(&shop.put(&path, &items("ps5", 1)).await, 422, "unknown-sku");
        assert_eq!(shop.on_hand("ps5"), 20);
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_stays_keeps_its_currency() {
    for shop in shops() {
        shop.product("a", 100, "USD", false);
        shop.product("b", 100, "USD", false);
        let path = shop.placed(json!([{"sku": "a", "quantity": 1}])).await;
        shop.change("UPDATE variants SET currency = 'EUR' WHERE sku = 'a'");
        assert_eq!(priced(&shop.put(&path, &items("a", 2)).await), [(2, 100)]);
        let today = json!({"items": [{"sku": "a", "quantity": 1}], "reprice": true});
        check(&shop.put(&path, &today).await, 400, "mixed_currencies");
        shop.change("UPDATE variants SET currency = 'EUR' WHERE sku = 'b'");
        let new = json!({"items": [{"sku": "a", "quantity": 1}, {"sku": "b", "quantity": 1}]});
        check(&shop.put(&path, &new).await, 400, "mixed_currencies");
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_order_has_one_currency() {
    for shop in shops() {
        shop.product("usd", 100, "USD", false);
        shop.product("eur", 100, "EUR", false);
        let both = json!({"items": [{"sku": "usd", "quantity": 1}, {"sku": "eur", "quantity": 1}]});
        check(&shop.post("/v1/orders", "k1", &both).await, 400, "mixed_currencies");
        let path = shop.placed(json!([{"sku": "usd", "quantity": 1}])).await;
        check(&shop.put(&path, &items("eur", 1)).await, 400, "mixed_currencies");
        assert_eq!(shop.number("SELECT COUNT(*) FROM orders"), 1);
    }
}
