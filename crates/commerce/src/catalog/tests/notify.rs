//! Who wants to be told when something is back.

use kassa_db::params;
use serde_json::{Value, json};

use super::body;
use crate::testing::Bed;

fn waiting(bed: &Bed) -> Vec<(String, String, String, i64, Option<i64>)> {
    bed.write(|tx| {
        let sql =
            "SELECT sku, email_key, email, created_at, told_at FROM back_in_stock ORDER BY sku, email_key";
        tx.all(sql, &[], |row| {
            Ok((row.text(0)?, row.text(1)?, row.text(2)?, row.int(3)?, row.int_or_null(4)?))
        })
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_is_noted_once_and_anew_after_they_were_told() {
    for bed in Bed::each() {
        let mut product = body("Mug", 1);
        product["sku"] = "mug".into();
        bed.send("POST /v1/products", product, 201).await;
        let ask = async |name: &str, email: &str, status: u16| {
            bed.send(&format!("POST /v1/products/{name}/notify-me"), json!({"email": email}), status).await
        };
        assert_eq!(ask("sku:mug", " Ann@Shop.example ", 202).await, json!({}));
        bed.clock.advance(5_000_000);
        ask("sku:mug", "ann@shop.example", 202).await;
        ask("slug:mug", "bob@shop.example", 202).await;
        let (mug, start) = ("mug".to_owned(), 1_800_000_000_000_000);
        let row = |email: &str, at: i64| (mug.clone(), email.to_lowercase(), email.to_owned(), at, None);
        let first = row("Ann@Shop.example", start);
        assert_eq!(waiting(&bed), [first, row("bob@shop.example", start + 5_000_000)], "{}", bed.name);
        bed.write(|tx| {
            tx.execute("UPDATE back_in_stock SET told_at = 7 WHERE email_key LIKE 'ann%'", params![])
        });
        ask("sku:mug", "ann@shop.example", 202).await;
        assert_eq!(waiting(&bed)[0], row("ann@shop.example", start + 5_000_000), "{}", bed.name);
        for unknown in ["sku:cup", "999", "sku:", "nonsense"] {
            ask(unknown, "ann@shop.example", 404).await;
        }
        bed.send("DELETE /v1/products/sku:mug", json!({}), 204).await;
        ask("sku:mug", "ann@shop.example", 404).await;
        assert_eq!(waiting(&bed).len(), 2, "{}", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_address_is_refused() {
    let bed = Bed::sqlite();
    bed.send("POST /v1/products", body("Mug", 1), 201).await;
    let ask = async |body: Value| bed.send("POST /v1/products/1/notify-me", body, 400).await;
    for email in
        [json!(""), json!("ann"), json!("ann@\u{0}"), json!("a@b\nc"), json!(7), Value::Null, json!(["a@b"])]
    {
        ask(json!({"email": email})).await;
    }
    ask(json!({})).await;
    ask(json!({"email": "a@b.test", "name": "Ann"})).await;
    for language in [json!("../de"), json!("de\u{0}"), json!("d".repeat(36)), json!(7), json!(["de"])] {
        ask(json!({"email": "a@b.test", "language": language})).await;
    }
    assert_eq!(waiting(&bed), []);
}
