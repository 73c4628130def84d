//! Which currency a price has: the one that is named, else the one that it had, else the shop's.

use serde_json::{Value, json};

use super::body;
use crate::ShopOptions;
use crate::testing::Bed;

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_alone_keeps_the_currency() {
    for bed in Bed::each() {
        let mut product = body("Mug", 900);
        product["price"]["currency"] = "EUR".into();
        let made = bed.send("POST /v1/products", product, 201).await;
        let path = format!("/v1/products/{}", made["id"]);
        let check = async |head: &str, body: Value, expected: Value| {
            let changed = bed.send(&format!("{head} {path}"), body.clone(), 200).await;
            assert_eq!(changed["price"], expected, "{} {head} {body}", bed.name);
        };
        let euros = |amount: i64| json!({"amount_minor": amount, "currency": "EUR"});
        check("PATCH", json!({"price": {"amount_minor": 800}}), euros(800)).await;
        check("PATCH", json!({"price": {"amount_minor": 700, "currency": null}}), euros(700)).await;
        check("PUT", json!({"name": "Mug", "price": {"amount_minor": 600}}), euros(600)).await;
        check("PATCH", json!({"price": euros(500)}), euros(500)).await;
        let yen = json!({"amount_minor": 500, "currency": "JPY"});
        check("PATCH", json!({"price": {"amount_minor": 500, "currency": "jpy"}}), yen).await;
        let plain = bed.send("POST /v1/products", json!({"name": "Cup", "price": {"amount_minor": 5}}), 201);
        assert_eq!(plain.await["price"]["currency"], "USD", "{}: a new one has the shop's", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn prices_are_in_currencies_that_there_are() {
    let bed = Bed::sqlite();
    let priced = |code: &str| json!({"name": "Mug", "price": {"amount_minor": 5, "currency": code}});
    let path = format!("/v1/products/{}", bed.send("POST /v1/products", priced("EUR"), 201).await["id"]);
    for code in ["ABC", "XTS", "DEM", "EUX"] {
        for head in ["POST /v1/products", &format!("PUT {path}"), &format!("PATCH {path}")] {
            let refused = bed.send(head, priced(code), 400).await;
            let detail = refused["detail"].as_str().unwrap();
            assert!(detail.contains(code) && detail.contains("ISO 4217"), "{head}: {detail}");
        }
    }
    let currencies = ["EUR", "CHF"].map(|code| code.parse().unwrap()).to_vec();
    let bed = bed.with(ShopOptions { currency: currencies[0], currencies, ..ShopOptions::default() });
    bed.send("POST /v1/products", priced("chf"), 201).await;
    let refused = bed.send("POST /v1/products", priced("USD"), 400).await;
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("USD") && detail.contains("EUR, CHF"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_in_another_currency_stays_and_can_be_changed() {
    let bed = Bed::sqlite();
    let path = format!("/v1/products/{}", bed.send("POST /v1/products", body("Mug", 5), 201).await["id"]);
    bed.write(|tx| {
        tx.execute("UPDATE products SET currency = 'DEM'", &[])?;
        tx.execute("UPDATE variants SET currency = 'DEM'", &[])
    });
    let changed = bed.send(&format!("PATCH {path}"), json!({"price": {"amount_minor": 6}}), 200).await;
    assert_eq!(changed["price"], json!({"amount_minor": 6, "currency": "DEM"}));
}
