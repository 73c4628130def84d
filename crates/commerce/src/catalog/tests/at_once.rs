//! Many variants made and changed by one change of their product, and what is there of all of them in lists.

use serde_json::{Value, json};

use super::body;
use crate::testing::Bed;

fn shown(product: &Value) -> Vec<(String, String, i64)> {
    let of = |variant: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or("–").to_owned();
        (text(&variant["sku"]), text(&variant["title"]), variant["price"]["amount_minor"].as_i64().unwrap())
    };
    product["variants"].as_array().unwrap().iter().map(of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_change_makes_a_choice_of_a_product_without_one() {
    for bed in Bed::each() {
        let mut mug = body("Mug", 900);
        mug["sku"] = json!("mug");
        bed.send("POST /v1/products", mug, 201).await;
        let choice = json!({"options": ["Size", "Colour"], "variants": [
            {"sku": "mug", "options": ["S", "red"]},
            {"sku": "mug-m", "options": ["M", "red"], "price": {"amount_minor": 1_100}, "weight_g": 300},
            {"options": ["L", "red"]},
        ]});
        let call = bed.call("PATCH /v1/products/sku:mug", &["if-match: \"1\""], choice.to_string()).await;
        assert_eq!(call.status, 200, "{}: {}", bed.name, call.text);
        let made = call.json();
        let given = format!("p-{}", made["variants"][2]["id"]);
        let sku = made["variants"][2]["sku"].as_str().unwrap().to_owned();
        assert!(sku.starts_with("p-"), "{given} {sku}");
        let expected = [("mug", "S / red", 900), ("mug-m", "M / red", 1_100), (sku.as_str(), "L / red", 900)];
        assert_eq!(shown(&made), expected.map(|(sku, title, price)| (sku.into(), title.into(), price)));
        assert_eq!((&made["version"], &made["variants"][1]["weight_g"]), (&json!(2), &json!(300)));

        // Each has a stock, and the list knows what is there of all, for those alone who may change it.
        bed.send("POST /v1/inventory/mug/receive", json!({"quantity": 30}), 200).await;
        bed.send("POST /v1/inventory/mug-m/receive", json!({"quantity": 2}), 200).await;
        let full = bed.get("/v1/products?q=mug").await;
        let row = &full["results"][0];
        assert_eq!(
            (&row["stock"]["available"], &row["stock_of_all"]),
            (&json!(30), &json!({"available": 32, "low": true}))
        );

        // An archived one comes back by its SKU.
        assert_eq!(bed.call("DELETE /v1/products/sku:mug/variants/mug-m", &[], "").await.status, 200);
        let back = json!({"variants": [{"sku": "mug-m", "options": ["M", "blue"], "weight_g": null}]});
        let back = bed.send("PATCH /v1/products/sku:mug", back, 200).await;
        assert_eq!(shown(&back)[1], ("mug-m".into(), "M / blue".into(), 1_100), "what is not said stays");
        assert_eq!(back["variants"][1]["weight_g"], Value::Null);
        let gone = json!({"variants": [{"sku": "mug-m", "archived": true}, {"sku": sku, "archived": true}]});
        let gone = bed.send("PATCH /v1/products/sku:mug", gone, 200).await;
        assert_eq!(shown(&gone).len(), 1);
        bed.send("PATCH /v1/products/sku:mug", json!({"variants": [{"sku": "mug", "archived": true}]}), 409)
            .await;
        let other = json!({"sku": "cup", "title": "Cup"});
        bed.send("PATCH /v1/products/sku:mug/variants/mug", other, 400).await;

        let two = json!({"variants": [{"sku": "mug-m", "options": ["M", "blue"]}]});
        bed.send("PATCH /v1/products/sku:mug", two, 200).await;
        let closed = bed.closed();
        let row = closed.get("/v1/products?q=mug").await["results"][0].clone();
        assert_eq!((&row["stock_of_all"], &row["variant_count"]), (&Value::Null, &json!(2)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_them_or_none() {
    for bed in Bed::each() {
        let mut mug = body("Mug", 900);
        mug["sku"] = json!("mug");
        bed.send("POST /v1/products", mug, 201).await;
        bed.send(
            "POST /v1/products",
            json!({"name": "Cup", "sku": "cup", "price": {"amount_minor": 1}}),
            201,
        )
        .await;
        let m = json!({"sku": "mug-m", "options": ["M"]});
        for (variants, status) in [
            (json!([{"sku": "mug", "options": ["S"]}, m, {"sku": "cup", "options": ["L"]}]), 409),
            (json!([{"sku": "mug", "options": ["S"]}, m, {"sku": "mug-2", "options": ["m"]}]), 409),
            (json!([m]), 400),
            (json!([{"sku": "mug", "options": ["S"]}, {"sku": "mug-m", "options": ["M", "red"]}]), 400),
            (json!([["mug", ["S"]]]), 400),
            (json!([{"sku": "mug", "options": ["S"], "colour": "red"}]), 400),
        ] {
            let change = json!({"options": ["Size"], "variants": variants});
            bed.send("PATCH /v1/products/sku:mug", change, status).await;
            let kept = bed.get("/v1/products/sku:mug").await;
            assert_eq!((&kept["version"], &kept["variant_count"]), (&json!(1), &json!(1)), "{}", bed.name);
        }
    }
}
