//! Orders are found by whom they are of, those from before too.

use kassa_db::testing::{Folder, TestPostgres, prepare_all};
use kassa_db::{Db, Error, Tx, params};
use serde_json::json;

use super::super::persons;
use crate::MIGRATIONS;
use crate::testing::Bed;

#[test]
fn every_statement_is_one_of_both_engines() {
    for bed in Bed::each() {
        prepare_all(&bed.db, persons::ALL).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_a_name_or_an_address_finds_orders() {
    for bed in Bed::each() {
        for sku in ["mug", "ozan"] {
            let product =
                json!({"sku": sku, "name": sku, "price": {"amount_minor": 100}, "track_stock": false});
            bed.send("POST /v1/products", product, 201).await;
        }
        let customers = [
            (json!({"name": "Zoë Özdemir"}), "mug"),
            (json!({"name": "Ann 100%", "email": "Ann@Shop.test"}), "mug"),
            (json!({}), "ozan"),
            (json!({"name": "Ozan"}), "mug"),
            (json!({"email": "ozan@shop.test"}), "ozan"),
        ];
        let mut paths = Vec::new();
        for (number, (customer, sku)) in customers.iter().enumerate() {
            let body = json!({"items": [{"sku": sku, "quantity": 1}], "customer": customer});
            let placed =
                bed.call("POST /v1/orders", &[&format!("idempotency-key: {number}")], body.to_string()).await;
            paths.push(format!("/v1/orders/{}", placed.json()["id"].as_str().unwrap()));
        }
        let check = async |query: &str, expected: &[i64]| {
            let page = bed.get(&format!("/v1/orders?{query}")).await;
            let numbers: Vec<i64> = page["results"]
                .as_array()
                .unwrap()
                .iter()
                .map(|order| order["number"].as_i64().unwrap())
                .collect();
            assert_eq!(numbers, expected, "{} {query}", bed.name);
            page
        };
        check("q=%C3%96zd", &[1]).await;
        check("q=OZDEM", &[1]).await;
        check("q=shop.test", &[5, 2]).await;
        check("q=100%25", &[2]).await;
        check("q=1__", &[]).await;
        // A SKU as well as people; a page at a time; narrowed; counted.
        check("q=ozan", &[5, 4, 3]).await;
        check("q=sku:ozan", &[5, 3]).await;
        let first = check("q=ozan&limit=2&total=true", &[5, 4]).await;
        assert_eq!((&first["total"], &first["total_exact"]), (&json!(3), &json!(true)), "{}", bed.name);
        check(&format!("q=ozan&limit=2&cursor={}", first["next_cursor"].as_str().unwrap()), &[3]).await;
        check("q=ozan&status=cancelled", &[]).await;
        check("q=ozan&customer=Ozan", &[4]).await;
        check("q=zoe&updated_since=2000-01-01", &[1]).await;
        // By the name of now.
        bed.send(&format!("PATCH {}", paths[0]), json!({"customer": {"name": "Zoë Yılmaz"}}), 200).await;
        check("q=ozdemir", &[]).await;
        check("q=zo%C3%AB+Y", &[1]).await;
    }
}

/// Orders from before migration 29 are found by their customers as well.
#[test]
fn orders_from_before_are_filled() {
    let folder = Folder::new();
    let urls = [Some(folder.sqlite_url()), TestPostgres::start().map(|cluster| cluster.fresh_database())];
    for url in urls.into_iter().flatten() {
        let db = Db::open(&url).unwrap();
        db.migrate(&MIGRATIONS[..28]).unwrap();
        let before = |tx: &mut Tx<'_>| {
            for number in 0..450 {
                let sql = "INSERT INTO orders (id, status, revision, last_seq, currency, total_minor, refunded_minor, \
                           customer_name, customer_email, scope, context, created_at, updated_at) \
                           VALUES ($1, 'confirmed', 1, 1, 'USD', 5, 0, $2, $3, 's', '{}', 7, 7)";
                let (id, email) = (format!("{number}"), format!("E{number}@Shop.test"));
                let (name, email) = (Some("Ünal"), Some(email.as_str()).filter(|_| number % 2 == 0));
                tx.execute(sql, params![&id, name.filter(|_| number > 0), email])?;
            }
            Ok::<_, Error>(())
        };
        db.write_blocking(before).unwrap();
        db.migrate(MIGRATIONS).unwrap();
        let read = |tx: &mut Tx<'_>| {
            tx.all("SELECT customer_fold FROM orders ORDER BY number", &[], |row| row.text_or_null(0))
        };
        let found = db.read_blocking(read).unwrap();
        let expected = |number: i64| match number {
            0 => "e0@shop.test".to_owned(),
            odd if odd % 2 == 1 => "unal".to_owned(),
            even => format!("unal e{even}@shop.test"),
        };
        assert_eq!(found, (0..450).map(|number| Some(expected(number))).collect::<Vec<_>>(), "{url}");
        assert_eq!(db.read_blocking(persons::unfilled).unwrap(), 0, "{url}");
    }
}
