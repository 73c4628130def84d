//! Exact amounts, in every currency and at the ends of the range.

use serde_json::json;

use super::support::shops;

const MAX: i64 = (1 << 53) - 1;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sums_are_exact_in_every_currency() {
    for shop in shops() {
        // 0.10 + 0.20; a currency without decimals; one with three.
        for (sku, price, currency) in
            [("dime", 10, "USD"), ("two-dimes", 20, "USD"), ("yen", 1, "JPY"), ("fils", 1_001, "KWD")]
        {
            shop.product(sku, price, currency, false);
        }
        let check = async |items: serde_json::Value, amount: i64, currency: &str| {
            let path = shop.placed(items).await;
            let total = &shop.get(&path).await.json()["total"];
            assert_eq!(*total, json!({"amount_minor": amount, "currency": currency}));
        };
        check(json!([{"sku": "dime", "quantity": 1}, {"sku": "two-dimes", "quantity": 1}]), 30, "USD").await;
        check(json!([{"sku": "dime", "quantity": 3}]), 30, "USD").await;
        check(json!([{"sku": "yen", "quantity": 7}]), 7, "JPY").await;
        check(json!([{"sku": "fils", "quantity": 999}]), 999_999, "KWD").await;
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn totals_beyond_what_json_keeps_exact_are_refused() {
    for shop in shops() {
        shop.product("all", MAX, "USD", false);
        shop.product("one", 1, "USD", false);
        shop.product("half", MAX / 2, "USD", false);
        let check = async |items: serde_json::Value, status: u16| {
            let key = uuid::Uuid::now_v7().to_string();
            let answer = shop.post("/v1/orders", &key, &json!({ "items": items })).await;
            assert_eq!(answer.status, status, "{}", answer.body);
            if status == 400 {
                assert_eq!(answer.problem(), "total-out-of-range");
            }
        };
        check(json!([{"sku": "all", "quantity": 1}]), 201).await;
        check(json!([{"sku": "all", "quantity": 2}]), 400).await;
        check(json!([{"sku": "all", "quantity": 1_000_000_000}]), 400).await;
        check(json!([{"sku": "all", "quantity": 1}, {"sku": "one", "quantity": 1}]), 400).await;
        check(json!([{"sku": "half", "quantity": 2}, {"sku": "one", "quantity": 1}]), 201).await;
        check(json!([{"sku": "half", "quantity": 2}, {"sku": "one", "quantity": 2}]), 400).await;
        let path = shop.placed(json!([{"sku": "all", "quantity": 1}])).await;
        let parts = shop.post(&format!("{path}/refunds"), "r1", &json!({"amount_minor": MAX - 1})).await;
        assert_eq!(parts.json()["refunded"]["amount_minor"], MAX - 1);
        let edit = shop.placed(json!([{"sku": "one", "quantity": 1}])).await;
        let over = shop.put(&edit, &json!({"items": [{"sku": "all", "quantity": 2}]})).await;
        assert_eq!((over.status, over.problem().as_str()), (400, "total-out-of-range"));
        shop.check_books();
    }
}
