//! Money back.

use axum::http::Method;
use serde_json::{Value, json};

use super::support::{Answered, TestShop, shops};
use crate::testing::{Dice, scaled, seed};

async fn refund(shop: &TestShop, path: &str, body: Value) -> Answered {
    let key = uuid::Uuid::now_v7().to_string();
    shop.post(&format!("{path}/refunds"), &key, &body).await
}

fn lines(sku: &str, quantity: i64, restock: bool) -> Value {
    json!({"lines": [{"sku": sku, "quantity": quantity, "restock": restock}]})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_lines_with_and_without_restock() {
    for shop in shops() {
        shop.stock("ps5", 333, 10);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 3}])).await;
        let first = refund(&shop, &path, lines("ps5", 1, true)).await.json();
        assert_eq!(
            (&first["status"], &first["refunded"]["amount_minor"]),
            (&json!("confirmed"), &json!(333))
        );
        assert_eq!(shop.on_hand("ps5"), 8);
        refund(&shop, &path, lines("ps5", 1, false)).await;
        assert_eq!(shop.on_hand("ps5"), 8);
        let over = refund(&shop, &path, lines("ps5", 2, false)).await;
        assert_eq!((over.status, over.problem().as_str()), (422, "refund-exceeds-order"));
        let dear = refund(&shop, &path, json!({"amount_minor": 334})).await;
        assert_eq!((dear.status, dear.problem().as_str()), (422, "refund-exceeds-order"));
        assert_eq!(dear.json()["detail"], "cannot refund 3.34 USD: 3.33 USD are left");
        let edit = shop.put(&path, &json!({"items": [{"sku": "ps5", "quantity": 1}]})).await;
        assert_eq!((edit.status, edit.problem().as_str()), (409, "illegal-transition"));
        let last = refund(&shop, &path, lines("ps5", 1, false)).await.json();
        assert_eq!((&last["status"], &last["refunded"]["amount_minor"]), (&json!("refunded"), &json!(999)));
        let more = refund(&shop, &path, json!({"amount_minor": 1})).await;
        assert_eq!((more.status, more.problem().as_str()), (409, "illegal-transition"));
        let listed = shop.get(&format!("{path}/refunds")).await.json();
        assert_eq!(listed["results"].as_array().unwrap().len(), 3);
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_that_do_not_divide_add_up() {
    for shop in shops() {
        shop.stock("ps5", 333, 10);
        shop.stock("xbox", 100, 10);
        let items = json!([{"sku": "ps5", "quantity": 3}, {"sku": "xbox", "quantity": 1}]);
        let path = shop.placed(items).await;
        // 100 of 1,099: 91 on the first line and 9 on the second.
        let order = refund(&shop, &path, json!({"amount_minor": 100})).await.json();
        let parts =
            [&order["items"][0]["refunded"]["amount_minor"], &order["items"][1]["refunded"]["amount_minor"]];
        assert_eq!(parts, [&json!(91), &json!(9)]);
        // 908 are left of three units: 303, 303 and 302.
        for expected in [100 + 303, 100 + 606, 100 + 908] {
            let order = refund(&shop, &path, lines("ps5", 1, true)).await.json();
            assert_eq!(order["refunded"]["amount_minor"], expected);
        }
        let too_much = refund(&shop, &path, json!({"amount_minor": 92})).await;
        assert_eq!(too_much.status, 422, "{}", too_much.body);
        let order = refund(&shop, &path, json!({"amount_minor": 91})).await.json();
        assert_eq!(
            (&order["status"], &order["refunded"]["amount_minor"]),
            (&json!("refunded"), &json!(1_099))
        );
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_returns_what_is_left() {
    for shop in shops() {
        shop.stock("ps5", 333, 10);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 3}])).await;
        refund(&shop, &path, lines("ps5", 1, true)).await;
        refund(&shop, &path, lines("ps5", 1, false)).await;
        refund(&shop, &path, json!({"amount_minor": 100})).await;
        let cancelled = shop.call((Method::POST, &format!("{path}/cancel")), &[], "").await;
        assert_eq!(cancelled.json()["status"], "cancelled");
        // One was restocked before, two come back now.
        assert_eq!(shop.on_hand("ps5"), 10);
        let deltas = shop.number(
            "SELECT CAST(revenue_delta_minor AS BIGINT) FROM order_events WHERE kind = 'OrderCancelled'",
        );
        assert_eq!(deltas, -(999 - 333 - 333 - 100));
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fulfilled_order_can_be_refunded_once_per_key() {
    for shop in shops() {
        shop.stock("ps5", 500, 10);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 2}])).await;
        shop.call((Method::POST, &format!("{path}/fulfil")), &[], "").await;
        let once = json!({"amount_minor": 250});
        let first = shop.post(&format!("{path}/refunds"), "r1", &once).await;
        let again = shop.post(&format!("{path}/refunds"), "r1", &once).await;
        assert_eq!((first.status, &first.body, again.is_replay()), (200, &again.body, true));
        assert_eq!(first.json()["status"], "fulfilled");
        // A second refund of the same amount is no repeat.
        let second = shop.post(&format!("{path}/refunds"), "r2", &once).await;
        assert_eq!(second.json()["refunded"]["amount_minor"], 500);
        let keyless = shop.call((Method::POST, &format!("{path}/refunds")), &[], once.to_string()).await;
        assert_eq!((keyless.status, keyless.problem().as_str()), (400, "missing-idempotency-key"));
        assert_eq!(shop.texts("SELECT kind FROM order_events WHERE kind = 'OrderRefunded'").len(), 2);
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cost_nothing_is_refunded_with_its_last_unit() {
    for shop in shops() {
        shop.stock("gift", 0, 10);
        let path = shop.placed(json!([{"sku": "gift", "quantity": 2}])).await;
        assert_eq!(refund(&shop, &path, lines("gift", 1, true)).await.json()["status"], "confirmed");
        assert_eq!(refund(&shop, &path, json!({"amount_minor": 1})).await.status, 422);
        assert_eq!(refund(&shop, &path, lines("gift", 1, true)).await.json()["status"], "refunded");
        assert_eq!(shop.on_hand("gift"), 10);
        shop.check_books();
    }
}

/// What the preview shows is what then happens: money, lines, the order, and the stock.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hard_a_preview_is_what_happens() {
    let (seed, orders) = (seed(), scaled(200));
    for shop in shops() {
        let mut dice = Dice(seed);
        for (sku, price) in [("ps5", 333), ("xbox", 100), ("free", 0)] {
            shop.stock(sku, price, 1_000_000);
        }
        let mut previews = 0;
        for _ in 0..orders {
            let items = json!([{"sku": "ps5", "quantity": 1 + dice.below(4)}, {"sku": "xbox", "quantity": 1 + dice.below(3)},
                {"sku": "free", "quantity": 1}]);
            let path = shop.placed(items).await;
            for _ in 0..1 + dice.below(5) {
                previews += 1;
                one_preview(&shop, &path, any_refund(&mut dice)).await;
            }
        }
        println!("refunds: {previews} previews of {orders} orders, seed {seed}, 0 differ");
        shop.check_books();
    }
}

fn any_refund(dice: &mut Dice) -> Value {
    let sku = ["ps5", "xbox", "free", "none"][usize::try_from(dice.below(4)).unwrap()];
    match dice.below(3) {
        0 => json!({"amount_minor": 1 + dice.below(700)}),
        restock => lines(sku, 1 + dice.below(3), restock == 1),
    }
}

async fn one_preview(shop: &TestShop, path: &str, ask: Value) {
    let skus = ["ps5", "xbox", "free"];
    let on_hand = || skus.map(|sku| shop.on_hand(sku));
    let (before, there) = (shop.get(path).await.json(), on_hand());
    let shown = shop.post(&format!("{path}/refunds/preview"), "", &ask).await;
    assert_eq!((shop.get(path).await.json(), on_hand()), (before.clone(), there), "it writes nothing");
    let done = refund(shop, path, ask.clone()).await;
    assert_eq!(shown.status, done.status, "{ask}: {} {}", shown.body, done.body);
    if done.status != 200 {
        assert_eq!(shown.problem(), done.problem(), "{ask}");
        return;
    }
    let (shown, done) = (shown.json(), done.json());
    let without_time = |order: &Value| {
        let mut order = order.clone();
        order.as_object_mut().unwrap().remove("updated_at");
        order
    };
    assert_eq!(without_time(&shown["order"]), without_time(&done), "{ask}");
    let refunded = |order: &Value| order["refunded"]["amount_minor"].as_i64().unwrap();
    assert_eq!(shown["amount"]["amount_minor"], refunded(&done) - refunded(&before), "{ask}");
    let last = shop.get(&format!("{path}/refunds")).await.json()["results"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!((&shown["amount"], &shown["lines"]), (&last["amount"], &last["lines"]), "{ask}");
    for (sku, (was, is)) in skus.iter().zip(there.into_iter().zip(on_hand())) {
        let returned = shown["stock"].as_array().unwrap().iter().find(|stock| stock["sku"] == *sku);
        match returned {
            Some(returned) => assert_eq!(
                (&returned["quantity"], &returned["on_hand"]),
                (&json!(is - was), &json!(is)),
                "{ask}"
            ),
            None => assert_eq!(was, is, "{ask}: {sku}"),
        }
    }
}
