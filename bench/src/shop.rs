//! The shop that is measured: 1,000 products with stock enough for every order, and requests that buy them.

use anyhow::ensure;
use serde_json::json;

use crate::http::{Client, get, post_once};
use crate::kassa::is_success;
use crate::requests::{PLACEHOLDER, Requests};

/// How many products.
pub(crate) const SKUS: usize = 1_000;
/// How many of each are on hand: more than any run sells.
const ON_HAND: i64 = 100_000_000;

/// Puts products and stock into an empty shop; returns the ids of the products.
pub(crate) fn fill(client: &mut Client) -> anyhow::Result<Vec<i64>> {
    let mut ids = Vec::with_capacity(SKUS);
    for place in 0..SKUS {
        let sku = sku(place);
        let product = json!({
            "sku": sku,
            "name": format!("A product of the shop, number {place}"),
            "category": format!("category-{}", place % 20),
            "description": "What one would want to know before one buys it, in a sentence or two.",
            "price": { "amount_minor": 199 + place, "currency": "EUR" },
        });
        let made = client.post_once(&format!("p{place}"), "/v1/products", &product.to_string())?;
        ensure!(is_success(&made), "product {sku} was answered {}: {}", made.0, made.1);
        let made: serde_json::Value = serde_json::from_str(&made.1)?;
        ids.extend(made["id"].as_i64());
        let path = format!("/v1/inventory/{sku}/receive");
        let received =
            client.post_once(&format!("r{place}"), &path, &json!({ "quantity": ON_HAND }).to_string())?;
        ensure!(is_success(&received), "stock of {sku} was answered {}: {}", received.0, received.1);
    }
    ensure!(ids.len() == SKUS, "{} of {SKUS} products have an id", ids.len());
    Ok(ids)
}

/// Orders of one line each, each with a key of its own: over all products in turn, or all for the first.
pub(crate) fn orders(seed: u64, skus: usize) -> Requests {
    orders_by(
        seed,
        skus,
        |place| json!({ "name": format!("Customer {place}"), "email": format!("customer-{place}@shop.test") }),
    )
}

/// The same by customers who leave no address: nobody is written to.
pub(crate) fn orders_without_address(seed: u64, skus: usize) -> Requests {
    orders_by(seed, skus, |place| json!({ "name": format!("Customer {place}") }))
}

fn orders_by(seed: u64, skus: usize, customer: fn(usize) -> serde_json::Value) -> Requests {
    // 619 has no factor in common with the number of products: neighbours in time are far apart in the table.
    Requests::new(seed, skus, |place| {
        let order = json!({
            "items": [{ "sku": sku(place * 619 % skus), "quantity": 1 + place % 3 }],
            "customer": customer(place),
        });
        post_once(PLACEHOLDER, "/v1/orders", order.to_string().as_bytes())
    })
}

/// Reads of one product each.
pub(crate) fn reads(ids: &[i64]) -> Requests {
    Requests::new(1, ids.len(), |place| get(&format!("/v1/products/{}", ids[place * 619 % ids.len()])))
}

/// Pages of one product each.
pub(crate) fn pages() -> Requests {
    Requests::new(1, SKUS, |place| get(&format!("/p/a-product-of-the-shop-number-{}", place * 619 % SKUS)))
}

/// As bench/order.pgbench names them.
fn sku(place: usize) -> String {
    format!("sku-{}", 1_000 + place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_is_bought() {
        let mut bytes = Vec::new();
        let mut requests = orders(1, SKUS);
        (0..SKUS).for_each(|_| requests.write(&mut bytes));
        let text = String::from_utf8(bytes).unwrap();
        let bought: std::collections::BTreeSet<_> =
            text.match_indices("\"sku-").map(|(at, _)| &text[at..at + 9]).collect();
        let keys: std::collections::BTreeSet<_> =
            text.match_indices("idempotency-key: ").map(|(at, _)| &text[at..at + 36]).collect();
        assert_eq!((bought.len(), keys.len()), (SKUS, SKUS));
    }
}
