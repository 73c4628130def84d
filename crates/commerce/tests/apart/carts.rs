//! Carts where stock is behind a socket that can go away.

use serde_json::json;

use super::bed::{Reply, Split};

async fn price(split: &Split) -> Reply {
    let body = json!({"lines": [{"sku": "a", "quantity": 5}]});
    split.call_with(("POST", "/v1/carts/price"), &[], Some(body)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cart_asks_the_inventory_role_and_is_priced_without_it() {
    let mut split = Split::new(&[("a", 3)]).await;
    let line = |reply: &Reply| (reply.status, reply.body["lines"][0].clone());
    let (status, known) = line(&price(&split).await);
    assert_eq!((status, &known["state"], &known["available"]), (200, &json!("short"), &json!(3)), "{known}");
    split.stock.down().await;
    let (status, away) = line(&price(&split).await);
    assert_eq!((status, &away["state"], &away["available"]), (200, &json!("ok"), &json!(null)), "{away}");
    assert_eq!(away["total"]["amount_minor"], 5_000);
}
