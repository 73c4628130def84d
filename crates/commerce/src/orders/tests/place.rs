//! Placing orders, and placing them again.

use axum::body::Body;
use axum::http::Method;
use kassa_model::MICROS_PER_DAY;
use serde_json::json;

use super::support::{NOW, shops};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn takes_stock_once_per_key() {
    for shop in shops() {
        shop.stock("ps5", 49_900, 10);
        let first = shop.order("k1", "ps5", 2).await;
        assert_eq!(first.status, 201, "{}", first.body);
        let order = first.json();
        assert_eq!(order["status"], "confirmed");
        assert_eq!(order["total"], json!({"amount_minor": 99_800, "currency": "USD"}));
        assert_eq!(order["items"][0]["unit_price"]["amount_minor"], 49_900);
        assert_eq!(first.headers["location"], format!("/v1/orders/{}", order["id"].as_str().unwrap()));
        let again = shop.order("k1", "ps5", 2).await;
        assert_eq!((again.status, &again.body), (201, &first.body));
        assert!(again.is_replay() && !first.is_replay());
        assert_eq!(again.headers["content-type"], first.headers["content-type"]);
        assert_eq!(again.headers["location"], first.headers["location"]);
        let other = shop.order("k1", "ps5", 3).await;
        assert_eq!((other.status, other.problem().as_str()), (422, "idempotency-key-reused"));
        assert_eq!(shop.on_hand("ps5"), 8);
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_are_orders_that_failed_and_are_kept() {
    for shop in shops() {
        shop.stock("ps5", 49_900, 1);
        shop.stock("xbox", 39_900, 5);
        let items = json!({"items": [{"sku": "xbox", "quantity": 1}, {"sku": "ps5", "quantity": 2}]});
        let first = shop.post("/v1/orders", "k1", &items).await;
        assert_eq!((first.status, first.problem().as_str()), (422, "insufficient-stock"), "{}", first.body);
        let problem = first.json();
        assert_eq!(
            (&problem["sku"], &problem["available"], &problem["requested"]),
            (&json!("ps5"), &json!(1), &json!(2))
        );
        let order = shop.get(&format!("/v1/orders/{}", problem["order_id"].as_str().unwrap())).await.json();
        assert_eq!(
            (&order["status"], &order["fail_reason"]),
            (&json!("failed"), &json!("insufficient-stock"))
        );
        shop.receive("ps5", 10);
        let again = shop.post("/v1/orders", "k1", &items).await;
        assert_eq!((again.status, again.body, true), (422, first.body, again.headers.len() > 1));
        let unknown = shop.order("k2", "nope", 1).await;
        assert_eq!((unknown.status, unknown.problem().as_str()), (422, "unknown-sku"));
        assert!(shop.order("k2", "nope", 1).await.is_replay());
        // Nothing of a failed order stays taken.
        assert_eq!((shop.on_hand("xbox"), shop.on_hand("ps5")), (5, 11));
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn archived_products_are_unknown_and_untracked_ones_always_there() {
    for shop in shops() {
        shop.product("game", 6_000, "USD", false);
        shop.stock("gone", 1_000, 5);
        shop.db
            .write_blocking(|tx| {
                let id = crate::catalog::store::by_skus(tx, &["gone"])?[0].id;
                crate::catalog::archive(tx, id, None, NOW)
            })
            .unwrap();
        assert_eq!(shop.order("k1", "gone", 1).await.problem(), "unknown-sku");
        assert_eq!(shop.order("k2", "game", 1_000_000).await.status, 201);
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn equal_items_are_one_line() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        shop.stock("xbox", 10, 10);
        let items = json!([{"sku": "xbox", "quantity": 1}, {"sku": "ps5", "quantity": 2}, {"sku": "xbox", "quantity": 3}]);
        let path = shop.placed(items).await;
        let order = shop.get(&path).await.json();
        let line =
            |place: usize| (order["items"][place]["sku"].clone(), order["items"][place]["quantity"].clone());
        assert_eq!((line(0), line(1)), ((json!("xbox"), json!(4)), (json!("ps5"), json!(2))));
        assert_eq!((shop.on_hand("ps5"), shop.on_hand("xbox")), (8, 6));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_reference_lives_for_ever() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        let body = json!({"items": [{"sku": "ps5", "quantity": 1}], "client_reference": "cart-1"});
        let first = shop.post("/v1/orders", "k1", &body).await.json();
        // The same request with another key is the same order, as it is now.
        let other_key = shop.post("/v1/orders", "k2", &body).await;
        assert_eq!((other_key.status, &other_key.json()["id"]), (200, &first["id"]), "{}", other_key.body);
        // A day later the key is forgotten, the reference is not.
        shop.clock.set(NOW.plus_micros(MICROS_PER_DAY + 1));
        shop.db
            .write_blocking(|tx| crate::idempotency::clean(tx, NOW.plus_micros(MICROS_PER_DAY + 1), 1_000))
            .unwrap();
        shop.call((Method::POST, &format!("/v1/orders/{}/fulfil", first["id"].as_str().unwrap())), &[], "")
            .await;
        let late = shop.post("/v1/orders", "k1", &body).await;
        assert_eq!((late.status, &late.json()["status"]), (200, &json!("fulfilled")));
        let other = json!({"items": [{"sku": "ps5", "quantity": 2}], "client_reference": "cart-1"});
        let refused = shop.post("/v1/orders", "k9", &other).await;
        assert_eq!((refused.status, refused.problem().as_str()), (422, "client-reference-reused"));
        assert_eq!((shop.on_hand("ps5"), shop.number("SELECT COUNT(*) FROM orders")), (9, 1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_is_the_reference_of_an_order_without_one() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        let first = shop.order("k1", "ps5", 1).await.json();
        for days in [1, 2] {
            // Expired but not yet cleaned away, and the day after that again.
            shop.clock.set(NOW.plus_micros(days * MICROS_PER_DAY + days));
            let late = shop.order("k1", "ps5", 1).await;
            assert_eq!((late.status, &late.json()["id"]), (200, &first["id"]));
        }
        assert_eq!(shop.order("k1", "ps5", 2).await.status, 422);
        assert_eq!(shop.on_hand("ps5"), 9);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_order_is_not_kept() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        let wrong = shop.post("/v1/orders", "k1", &json!({"items": []})).await;
        assert_eq!(wrong.status, 400);
        assert_eq!(shop.order("k1", "ps5", 1).await.status, 201);
        let keyless = shop
            .call(
                (Method::POST, "/v1/orders"),
                &[],
                json!({"items": [{"sku": "ps5", "quantity": 1}]}).to_string(),
            )
            .await;
        assert_eq!((keyless.status, keyless.problem().as_str()), (400, "missing-idempotency-key"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prices_are_the_catalogues() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        let body = json!({"items": [{"sku": "ps5", "quantity": 1, "price": 1}]});
        assert_eq!(shop.post("/v1/orders", "k1", &body).await.status, 400);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 1}])).await;
        shop.db
            .write_blocking(|tx| {
                let id = crate::catalog::store::by_skus(tx, &["ps5"])?[0].id;
                let price = kassa_model::Money { amount_minor: 700, currency: kassa_model::Currency::USD };
                let change = crate::catalog::Change { price: Some(price.into()), ..Default::default() };
                crate::catalog::update(tx, id, None, &change, NOW)
            })
            .unwrap();
        // An order keeps the price it was made at.
        assert_eq!(shop.get(&path).await.json()["total"]["amount_minor"], 100);
        let later = shop.placed(json!([{"sku": "ps5", "quantity": 1}])).await;
        assert_eq!(shop.get(&later).await.json()["total"]["amount_minor"], 700);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_orders_and_repeats() {
    for shop in shops() {
        shop.stock("ps5", 100, 1);
        shop.order("k1", "ps5", 1).await;
        shop.order("k1", "ps5", 1).await;
        shop.order("k2", "ps5", 1).await;
        // The reference of the first, by another key.
        let body = json!({"items": [{"sku": "ps5", "quantity": 1}], "client_reference": "cart-1"});
        shop.receive("ps5", 1);
        shop.post("/v1/orders", "k3", &body).await;
        assert_eq!(shop.post("/v1/orders", "k4", &body).await.status, 200);
        let text = shop.metrics.text();
        for line in [
            "orders_created_total{status=\"confirmed\"} 2",
            "orders_created_total{status=\"failed\"} 1",
            "order_processing_duration_seconds_count{status=\"confirmed\"} 2",
            "idempotency_cache_hits_total 2",
            "idempotency_cache_misses_total 3",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_orders() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        for n in 0..5 {
            shop.clock.set(NOW.plus_micros(n * 1_000_000));
            let email = if n % 2 == 0 { "a@shop.test" } else { "b@shop.test" };
            let body =
                json!({"items": [{"sku": "ps5", "quantity": 1}], "customer": {"name": "N", "email": email}});
            assert_eq!(shop.post("/v1/orders", &format!("k{n}"), &body).await.status, 201);
        }
        shop.order("k9", "ps5", 100).await;
        let numbers = async |query: &str| {
            let page = shop.call((Method::GET, &format!("/v1/orders?{query}")), &[], Body::empty()).await;
            assert_eq!(page.status, 200, "{query}: {}", page.body);
            let page = page.json();
            let numbers: Vec<i64> = page["results"]
                .as_array()
                .unwrap()
                .iter()
                .map(|order| order["number"].as_i64().unwrap())
                .collect();
            (numbers, page["next_cursor"].as_str().map(str::to_owned))
        };
        let (all, end) = numbers("").await;
        assert_eq!((all.len(), end), (6, None));
        assert!(all.is_sorted_by(|a, b| a > b));
        let mut walked = Vec::new();
        let mut cursor = String::new();
        loop {
            let (page, next) = numbers(&format!("limit=4&cursor={cursor}")).await;
            walked.extend(page);
            let Some(next) = next else { break };
            cursor = next;
        }
        assert_eq!(walked, all);
        assert_eq!(numbers("customer=a%40shop.test").await.0.len(), 3);
        assert_eq!(numbers("status=failed").await.0.len(), 1);
        assert_eq!(
            numbers("status=confirmed&from=2026-11-21T05:00:01Z&to=2026-11-21T05:00:03Z").await.0.len(),
            2
        );
        for bad in ["status=done", "from=yesterday", "cursor=x", "limit=0", "colour=red"] {
            let answer = shop.get(&format!("/v1/orders?{bad}")).await;
            assert_eq!(answer.status, 400, "{bad}");
        }
    }
}
