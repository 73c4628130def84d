//! Carts over HTTP: what they cost, and what has changed since they were filled.

use serde_json::{Value, json};

use crate::testing::Bed;

async fn make(bed: &Bed, sku: &str, amount_minor: i64, stock: Option<i64>) {
    let product = json!({"sku": sku, "name": format!("The {sku}"), "price": {"amount_minor": amount_minor, "currency": "USD"},
        "track_stock": stock.is_some()});
    bed.send("POST /v1/products", product, 201).await;
    if let Some(quantity) = stock.filter(|quantity| *quantity > 0) {
        bed.send(&format!("POST /v1/inventory/{sku}/receive"), json!({"quantity": quantity}), 200).await;
    }
}

async fn price(bed: &Bed, lines: Value) -> Value {
    bed.send("POST /v1/carts/price", json!({"lines": lines}), 200).await
}

/// Of a line its state, what can be had, and its total.
type Shown<'a> = (&'a str, Option<i64>, Option<i64>);

/// The lines; then the cart's total, and whether something has changed.
fn shown(priced: &Value) -> (Vec<Shown<'_>>, Option<i64>, bool) {
    let lines = priced["lines"].as_array().unwrap().iter();
    let line = |line: &'_ Value| (line["available"].as_i64(), line["total"]["amount_minor"].as_i64());
    let lines = lines.map(|one| (one["state"].as_str().unwrap(), line(one).0, line(one).1)).collect();
    (lines, priced["total"]["amount_minor"].as_i64(), priced["changed"].as_bool().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn says_what_a_cart_costs_and_what_has_changed() {
    for bed in Bed::each().into_iter().chain([Bed::apart()]) {
        make(&bed, "mug", 950, Some(3)).await;
        make(&bed, "file", 100, None).await;
        make(&bed, "none", 5, Some(0)).await;
        let priced = price(&bed, json!([{"sku": "mug", "quantity": 2, "seen_price_minor": 950}])).await;
        let (price_of, id) =
            (json!({"amount_minor": 950, "currency": "USD"}), &bed.get("/v1/products/sku:mug").await["id"]);
        let total = json!({"amount_minor": 1_900, "currency": "USD"});
        let line = json!({"sku": "mug", "product_id": id, "slug": "the-mug", "name": "The mug", "variant_title": null,
            "image": null, "quantity": 2, "price": price_of, "total": total, "available": 3, "state": "ok"});
        assert_eq!(priced, json!({"lines": [line], "total": total, "changed": false}), "{}", bed.name);
        let check = async |lines: Value, expected: &[Shown<'_>], total: Option<i64>| {
            let priced = price(&bed, lines.clone()).await;
            let changed = expected.iter().any(|(state, ..)| *state != "ok");
            assert_eq!(shown(&priced), (expected.to_vec(), total, changed), "{} {lines}", bed.name);
        };
        let mug =
            |quantity: i64, seen: i64| json!({"sku": "mug", "quantity": quantity, "seen_price_minor": seen});
        check(json!([]), &[], None).await;
        check(json!([mug(2, 900)]), &[("dearer", Some(3), Some(1_900))], Some(1_900)).await;
        check(json!([mug(2, 999)]), &[("cheaper", Some(3), Some(1_900))], Some(1_900)).await;
        check(json!([mug(4, 900)]), &[("short", Some(3), Some(2_850))], Some(2_850)).await;
        check(json!([{"sku": "none", "quantity": 1}]), &[("sold_out", Some(0), Some(0))], Some(0)).await;
        check(json!([{"sku": "who", "quantity": 1}]), &[("gone", None, None)], None).await;
        // Lines of one SKU share what is there, and the order of lines stays.
        check(
            json!([mug(2, 950), {"sku": "file", "quantity": 1_000}, {"sku": "who", "quantity": 1}, mug(2, 950), mug(1, 950)]),
            &[
                ("ok", Some(3), Some(1_900)),
                ("ok", None, Some(100_000)),
                ("gone", None, None),
                ("short", Some(1), Some(950)),
                ("sold_out", Some(0), Some(0)),
            ],
            Some(102_850),
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn buyers_do_not_see_what_is_not_sold() {
    for bed in Bed::each() {
        let draft =
            json!({"sku": "draft", "name": "Secret", "price": {"amount_minor": 1}, "status": "draft"});
        bed.send("POST /v1/products", draft, 201).await;
        make(&bed, "old", 1, Some(5)).await;
        bed.send("DELETE /v1/products/sku:old", json!({}), 204).await;
        let shirt = json!({"name": "Shirt", "price": {"amount_minor": 5}, "options": ["Size"], "track_stock": false,
            "variants": [{"sku": "s", "options": ["S"]}, {"sku": "m", "options": ["M"], "price": {"amount_minor": 7}}]});
        let shirt = bed.send("POST /v1/products", shirt, 201).await;
        let lines = json!([{"sku": "draft", "quantity": 1}, {"sku": "old", "quantity": 1}, {"sku": "m", "quantity": 1}]);
        let priced = price(&bed, lines.clone()).await;
        let gone = |sku: &str| {
            json!({"sku": sku, "product_id": null, "slug": null, "name": null, "variant_title": null, "image": null,
                "quantity": 1, "price": null, "total": null, "available": null, "state": "gone"})
        };
        assert_eq!(
            (&priced["lines"][0], &priced["lines"][1]),
            (&gone("draft"), &gone("old")),
            "{}",
            bed.name
        );
        let line = &priced["lines"][2];
        assert_eq!((&line["variant_title"], &line["price"]["amount_minor"]), (&json!("M"), &json!(7)));
        bed.send(&format!("DELETE /v1/products/{}/variants/m", shirt["id"]), json!({}), 200).await;
        assert_eq!(price(&bed, lines).await["lines"][2], gone("m"), "{}", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_what_no_cart_is() {
    let bed = Bed::sqlite();
    make(&bed, "usd", i64::from(u32::MAX), None).await;
    let euro = json!({"sku": "eur", "name": "Euro", "price": {"amount_minor": 1, "currency": "EUR"}, "track_stock": false});
    bed.send("POST /v1/products", euro, 201).await;
    let check = async |body: Value, problem: &str| {
        let refused = bed.send("POST /v1/carts/price", body, 400).await;
        assert_eq!(refused["type"], format!("/errors/{problem}"), "{refused}");
    };
    let line = |sku: &str, quantity: i64| json!({"sku": sku, "quantity": quantity});
    check(json!({"lines": [line("usd", 1), line("eur", 1)]}), "mixed_currencies").await;
    check(json!({"lines": [line("usd", 1_000_000_000)]}), "total-out-of-range").await;
    check(json!({"lines": vec![line("usd", 500_000); 9]}), "total-out-of-range").await;
    check(json!({"lines": vec![line("usd", 1); 101]}), "bad-request").await;
    for bad in [
        json!({"lines": [line("usd", 0)]}),
        json!({"lines": [line("", 1)]}),
        json!({"lines": [line("a\u{7}", 1)]}),
        json!({"lines": [line(&"x".repeat(101), 1)]}),
        json!({"lines": [{"sku": "usd", "quantity": 1, "seen_price_minor": -1}]}),
        json!({"lines": [{"sku": "usd", "quantity": 1, "price": 1}]}),
        json!({"lines": null}),
        json!({}),
    ] {
        bed.send("POST /v1/carts/price", bad, 400).await;
    }
    let most = bed.send("POST /v1/carts/price", json!({"lines": vec![line("eur", 1); 100]}), 200).await;
    assert_eq!(most["total"], json!({"amount_minor": 100, "currency": "EUR"}));
    let reply = bed.call("POST /v1/carts/price", &[], r#"{"lines":[]}"#).await;
    assert_eq!(reply.header("cache-control"), "no-store");
}
