//! Many at once.

use std::sync::Arc;

use axum::http::Method;
use serde_json::json;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::support::{Answered, TestShop, shops};

/// Runs `count` requests that start together.
async fn together<F>(shop: &TestShop, count: usize, request: impl Fn(TestShop, usize) -> F) -> Vec<Answered>
where
    F: Future<Output = Answered> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(count));
    let mut running = JoinSet::new();
    for place in 0..count {
        let (barrier, answer) = (Arc::clone(&barrier), request(shop.clone(), place));
        running.spawn(async move {
            barrier.wait().await;
            answer.await
        });
    }
    running.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_buyers_for_fifty() {
    for shop in shops() {
        shop.stock("ps5", 49_900, 50);
        let order =
            |shop: TestShop, place: usize| async move { shop.order(&format!("k{place}"), "ps5", 1).await };
        let answers = together(&shop, 200, order).await;
        let confirmed = answers.iter().filter(|answer| answer.status == 201).count();
        let refused = answers.iter().filter(|answer| answer.status == 422).count();
        println!("{:?}: 200 buyers for 50: {confirmed} confirmed, {refused} refused", shop.engine());
        assert_eq!((confirmed, refused, shop.on_hand("ps5")), (50, 150, 0));
        assert_eq!(shop.number("SELECT COUNT(*) FROM orders WHERE status = 'confirmed'"), 50);
        assert_eq!(shop.number("SELECT COUNT(*) FROM outbox WHERE kind = 'StockLow'"), 1);
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_hundred_identical_requests() {
    for shop in shops() {
        shop.stock("ps5", 49_900, 50);
        let order = |shop: TestShop, _| async move { shop.order("the-key", "ps5", 1).await };
        let answers = together(&shop, 100, order).await;
        let in_flight = answers.iter().filter(|answer| answer.status == 409).count();
        let mut bodies: Vec<&str> =
            answers.iter().filter(|answer| answer.status == 201).map(|answer| answer.body.as_str()).collect();
        println!("{:?}: 100 identical: {} answered, {in_flight} in flight", shop.engine(), bodies.len());
        assert_eq!(bodies.len() + in_flight, 100);
        bodies.dedup();
        assert_eq!(bodies.len(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.status == 201 && !answer.is_replay()).count(), 1);
        assert_eq!((shop.on_hand("ps5"), shop.number("SELECT COUNT(*) FROM orders")), (49, 1));
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn edges_of_one_order_at_once() {
    for shop in shops() {
        shop.stock("ps5", 1_000, 50);
        for _ in 0..5 {
            let path = shop.placed(json!([{"sku": "ps5", "quantity": 4}])).await;
            let act = |shop: TestShop, place: usize| {
                let path = path.clone();
                async move {
                    match place % 4 {
                        0 => shop.call((Method::POST, &format!("{path}/cancel")), &[], "").await,
                        1 => shop.call((Method::POST, &format!("{path}/fulfil")), &[], "").await,
                        2 => {
                            shop.put(&path, &json!({"items": [{"sku": "ps5", "quantity": 1 + place}]})).await
                        }
                        _ => {
                            let body = json!({"lines": [{"sku": "ps5", "quantity": 1, "restock": true}]});
                            shop.post(&format!("{path}/refunds"), &format!("{path}-{place}"), &body).await
                        }
                    }
                }
            };
            let answers = together(&shop, 16, act).await;
            for answer in answers {
                assert!([200, 409, 422].contains(&answer.status), "{}: {}", answer.status, answer.body);
            }
            shop.check_books();
        }
    }
}
