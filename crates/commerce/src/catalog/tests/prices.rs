//! The prices that a product has had, by every way in which one changes.

use kassa_db::testing::{Folder, TestPostgres};
use kassa_db::{Db, Error, Tx, params};
use kassa_model::MICROS_PER_DAY;
use serde_json::{Value, json};

use super::body;
use crate::MIGRATIONS;
use crate::testing::Bed;

/// `amount before day` of each price, newest first, and the lowest before a reduction.
async fn prices(bed: &Bed, query: &str) -> (Vec<(i64, Option<i64>)>, Value) {
    let found = bed.get(&format!("/v1/products/sku:mug/prices{query}")).await;
    let price = |row: &Value| {
        let minor = |price: &Value| price["amount_minor"].as_i64();
        (minor(&row["price"]).unwrap(), minor(&row["before"]))
    };
    (found["results"].as_array().unwrap().iter().map(price).collect(), found["lowest_30_days"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_price_is_kept() {
    for bed in Bed::each() {
        let mut mug = body("Mug", 2_000);
        mug["sku"] = "mug".into();
        bed.send("POST /v1/products", mug.clone(), 201).await;
        let day = || bed.clock.advance(MICROS_PER_DAY);
        let patch = |minor: i64| json!({"price": {"amount_minor": minor, "currency": "USD"}});
        assert_eq!(prices(&bed, "").await, (vec![(2_000, None)], Value::Null), "{}", bed.name);
        day();
        bed.send("PATCH /v1/products/sku:mug", json!({"name": "A mug"}), 200).await;
        bed.send("PATCH /v1/products/sku:mug", patch(2_000), 200).await;
        assert_eq!(prices(&bed, "").await.0.len(), 1, "{}: nothing changed", bed.name);
        bed.send("PATCH /v1/products/sku:mug", patch(1_500), 200).await;
        day();
        mug["price"]["amount_minor"] = 1_900.into();
        mug.as_object_mut().unwrap().remove("sku");
        bed.send("PUT /v1/products/sku:mug", mug.clone(), 200).await;
        let (found, lowest) = prices(&bed, "").await;
        assert_eq!(found, [(1_900, Some(1_500)), (1_500, Some(2_000)), (2_000, None)], "{}", bed.name);
        assert_eq!(lowest, Value::Null, "{}: it has risen", bed.name);
        day();
        bed.send("PATCH /v1/products/sku:mug", patch(1_800), 200).await;
        let usd = |minor: i64| json!({"amount_minor": minor, "currency": "USD"});
        assert_eq!(prices(&bed, "").await.1, usd(1_500), "{}: two days before", bed.name);
        // 31 days later only what was charged since counts, and that is the price of then.
        bed.clock.advance(31 * MICROS_PER_DAY);
        bed.send("PATCH /v1/products/sku:mug", patch(1_000), 200).await;
        assert_eq!(prices(&bed, "").await.1, usd(1_800), "{}", bed.name);
        // Another currency is no reduction.
        day();
        let euro = json!({"price": {"amount_minor": 5, "currency": "EUR"}});
        bed.send("PATCH /v1/products/sku:mug", euro, 200).await;
        let (all, lowest) = prices(&bed, "").await;
        assert_eq!((all.len(), lowest), (6, Value::Null), "{}", bed.name);
        assert_eq!(bed.call("DELETE /v1/products/sku:mug", &[], "").await.status, 204);
        let first = bed.get("/v1/products/sku:mug/prices?limit=4").await;
        let cursor = first["next_cursor"].as_str().unwrap();
        let rest = prices(&bed, &format!("?limit=4&cursor={cursor}")).await.0;
        assert_eq!(rest, all[4..], "{}", bed.name);
        assert_eq!(bed.call("GET /v1/products/sku:nope/prices", &[], "").await.status, 404);
        assert_eq!(bed.call("GET /v1/products/sku:mug/prices?cursor=x", &[], "").await.status, 400);
    }
}

/// A shop of before begins its history with the prices that are there.
#[test]
fn the_history_begins_with_what_is_there() {
    let folder = Folder::new();
    let urls = [Some(folder.sqlite_url()), TestPostgres::start().map(|cluster| cluster.fresh_database())];
    for url in urls.into_iter().flatten() {
        let db = Db::open(&url).unwrap();
        db.migrate(&MIGRATIONS[..14]).unwrap();
        let fill = |tx: &mut Tx<'_>| {
            let sql = "INSERT INTO products (sku, name, price_minor, currency, attributes, track_stock, search, version, \
                       created_at, updated_at) VALUES ($1, $1, $2, 'EUR', '{}', 1, $1, 1, 5, $3)";
            for (sku, minor, updated) in [("a", 700, 9_i64), ("b", 0, 5)] {
                tx.execute(sql, params![sku, minor, updated])?;
            }
            Ok::<_, Error>(())
        };
        db.write_blocking(fill).unwrap();
        db.migrate(MIGRATIONS).unwrap();
        let sql = "SELECT sku, before_minor, price_change.price_minor, price_change.currency, changed_at \
                   FROM price_change JOIN variants ON variants.id = variant_id ORDER BY sku";
        let kept = db.read_blocking(move |tx| {
            tx.all(sql, &[], |row| {
                Ok((row.text(0)?, row.int_or_null(1)?, row.int(2)?, row.text(3)?, row.int(4)?))
            })
        });
        let row = |sku: &str, minor, at| (sku.to_owned(), None, minor, "EUR".to_owned(), at);
        assert_eq!(kept.unwrap(), [row("a", 700, 9), row("b", 0, 5)], "{url}");
    }
}
