//! Every note is written by what it tells of, once, on both engines.

use kassa_db::testing::prepare_all;
use kassa_model::{Clock, MICROS_PER_DAY, Timestamp};
use serde_json::json;

use super::{between, chaos_switched, store, version_started};
use crate::testing::Bed;

const EVER: (Timestamp, Timestamp) = (Timestamp::from_micros(0), Timestamp::from_micros(i64::MAX));

/// `kind sku detail`, oldest first.
async fn noted(bed: &Bed) -> Vec<String> {
    let mut notes = between(&bed.shop, EVER.0, EVER.1, 100).await.unwrap();
    notes.reverse();
    let short = |note: super::Note| {
        assert_eq!(note.name, note.sku.as_ref().map(|sku| format!("The {sku}")), "{}", bed.name);
        format!("{} {} {}", note.kind.name(), note.sku.unwrap_or_default(), note.detail)
    };
    notes.into_iter().map(short).collect()
}

#[test]
fn statements_run_on_both_engines() {
    for bed in Bed::each() {
        prepare_all(&bed.db, store::ALL).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_to_a_product_is_noted() {
    for bed in Bed::each() {
        let price = |minor: i64| json!({"amount_minor": minor, "currency": "EUR"});
        let step = || bed.clock.advance(1_000_000);
        let product = json!({"sku": "mug", "name": "The mug", "price": price(1_800)});
        bed.send("POST /v1/products", product, 201).await;
        step();
        bed.send("PATCH /v1/products/sku:mug", json!({"price": price(1_500)}), 200).await;
        // The same price, and another name: nothing to be noted.
        bed.send("PATCH /v1/products/sku:mug", json!({"price": price(1_500), "category": "x"}), 200).await;
        step();
        bed.send("POST /v1/inventory/mug/receive", json!({"quantity": 2}), 200).await;
        step();
        bed.send("POST /v1/inventory/mug/adjust", json!({"quantity": -2}), 200).await;
        step();
        assert_eq!(bed.call("DELETE /v1/products/sku:mug", &[], "").await.status, 204, "{}", bed.name);
        step();
        let restored = bed.call("POST /v1/products/sku:mug/restore", &[], "").await;
        assert_eq!(restored.status, 200, "{}", bed.name);
        let expected = [
            "product_published mug {}",
            r#"price_changed mug {"after":{"amount_minor":1500,"currency":"EUR"},"before":{"amount_minor":1800,"currency":"EUR"}}"#,
            "stock_back mug {}",
            "stock_out mug {}",
            "product_archived mug {}",
            "product_published mug {}",
        ];
        assert_eq!(noted(&bed).await, expected, "{}", bed.name);
        let last = between(&bed.shop, EVER.0, EVER.1, 1).await.unwrap();
        assert_eq!((last.len(), last[0].at), (1, bed.clock.now()), "{}", bed.name);
        let none = between(&bed.shop, bed.clock.now().plus_micros(1), EVER.1, 9).await.unwrap();
        assert_eq!(none, [], "{}", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_and_chaos_are_noted_and_leave_after_two_years() {
    for bed in Bed::each() {
        let now = bed.clock.now();
        for (version, days) in [("1.0.0", 0), ("1.0.0", 1), ("1.1.0", 2), ("1.0.0", 3)] {
            version_started(&bed.db, version, now.plus_micros(days * MICROS_PER_DAY)).await.unwrap();
        }
        let (on, off) = (now.plus_micros(5 * MICROS_PER_DAY), now.plus_micros(6 * MICROS_PER_DAY));
        chaos_switched(&bed.db, Some(off), on).await.unwrap();
        chaos_switched(&bed.db, None, off).await.unwrap();
        let expected = [
            r#"version_started  {"version":"1.0.0"}"#.to_owned(),
            r#"version_started  {"version":"1.1.0"}"#.to_owned(),
            r#"version_started  {"version":"1.0.0"}"#.to_owned(),
            format!(r#"chaos_on  {{"until":"{off}"}}"#),
            "chaos_off  {}".to_owned(),
        ];
        assert_eq!(noted(&bed).await, expected, "{}", bed.name);
        let later = now.plus_micros(763 * MICROS_PER_DAY);
        let gone = bed.write(move |tx| store::clean(tx, later, 100));
        assert_eq!((gone, noted(&bed).await), (2, expected[2..].to_vec()), "{}", bed.name);
    }
}
