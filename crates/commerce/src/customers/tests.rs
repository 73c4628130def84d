//! Customers on both engines: one for each address, whoever comes first.

use std::sync::Arc;

use kassa_db::testing::{Folder, TestPostgres, prepare_all};
use kassa_db::{Db, Error, Tx, params};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Origins, Visited, store};
use crate::MIGRATIONS;
use crate::testing::Bed;

/// A shop with mugs for sale.
async fn stocked(bed: &Bed) {
    let product = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 1_250, "currency": "USD"}});
    bed.send("POST /v1/products", product, 201).await;
    bed.send("POST /v1/inventory/mug/receive", json!({"quantity": 100}), 200).await;
}

/// Orders so many mugs; the order as the shop sees it.
async fn order(bed: &Bed, customer: Value, quantity: i64) -> Value {
    let body = json!({"items": [{"sku": "mug", "quantity": quantity}], "customer": customer});
    let key = format!("idempotency-key: {}", uuid::Uuid::now_v7());
    let placed = bed.call("POST /v1/orders", &[&key], body.to_string()).await;
    assert!(placed.status < 500, "{}", placed.text);
    match placed.json()["id"].as_str() {
        Some(id) => bed.get(&format!("/v1/orders/{id}")).await,
        None => placed.json(),
    }
}

#[test]
fn every_statement_is_one_of_both_engines() {
    for bed in Bed::each() {
        prepare_all(&bed.db, store::ALL).unwrap();
    }
}

#[tokio::test]
async fn an_address_is_one_customer() {
    for bed in Bed::each() {
        stocked(&bed).await;
        let first = order(&bed, json!({"email": "Zoe@Shop.test"}), 1).await;
        assert_eq!(
            (&first["customer_id"], &first["customer_type"]),
            (&first["id"], &json!("new")),
            "{}",
            bed.name
        );
        let second = order(&bed, json!({"email": "zoe@shop.TEST", "name": "Zoë", "phone": "123"}), 2).await;
        assert_eq!((&second["customer_id"], &second["customer_type"]), (&first["id"], &json!("returning")));
        // Whoever orders with somebody's address does not rename them.
        order(&bed, json!({"email": "zoe@shop.test", "name": "Mallory", "phone": "666"}), 1).await;
        let nobody = order(&bed, json!({"name": "No address"}), 1).await;
        assert_eq!((&nobody["customer_id"], &nobody["customer_type"]), (&Value::Null, &Value::Null));
        // An order that fails makes nobody a customer.
        let refused = order(&bed, json!({"email": "late@shop.test"}), 1_000).await;
        assert_eq!(refused["status"], 422);
        let other = order(&bed, json!({"email": "zoë@shop.test", "name": "100%"}), 1).await;
        bed.send(&format!("POST /v1/orders/{}/cancel", second["id"].as_str().unwrap()), json!({}), 200).await;

        let money = "SELECT money FROM outbox WHERE money IS NOT NULL ORDER BY id";
        let money = bed.db.read_blocking(move |tx| tx.all(money, &[], |row| row.text(0))).unwrap();
        let types =
            money.iter().map(|text| serde_json::from_str::<Value>(text).unwrap()["customer_type"].clone());
        let types: Vec<String> = types.map(|kind| kind.as_str().unwrap_or("-").to_owned()).collect();
        // The last is the second order's cancellation: of one order all money is of one kind of customer.
        assert_eq!(types, ["new", "returning", "returning", "-", "new", "returning"], "{}", bed.name);

        let list = bed.get("/v1/customers").await;
        let ids: Vec<&Value> = list["results"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
        assert_eq!(
            (ids, &list["next_cursor"]),
            (vec![&other["id"], &first["id"]], &Value::Null),
            "{}",
            bed.name
        );
        let zoe = &list["results"][1];
        assert_eq!(
            (&zoe["email"], &zoe["name"], &zoe["phone"]),
            (&json!("Zoe@Shop.test"), &json!("Zoë"), &json!("123"))
        );
        assert_eq!(
            (&zoe["orders"], &zoe["revenue"]),
            (&json!(2), &json!([{"amount_minor": 2_500, "currency": "USD"}]))
        );
        assert_eq!(zoe["marketing_consent_at"], Value::Null);

        let check = async |query: &str, expected: &[&Value]| {
            let list = bed.get(&format!("/v1/customers{query}")).await;
            let ids: Vec<&Value> = list["results"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
            assert_eq!(ids, expected, "{}: {query}", bed.name);
        };
        check("?q=ZOE", &[&other["id"], &first["id"]]).await;
        check("?q=shop.test", &[&other["id"], &first["id"]]).await;
        check("?q=mallory", &[]).await;
        check("?q=100%25", &[&other["id"]]).await;
        check("?q=1__%25", &[]).await;
        check("?q=!", &[]).await;
        let page = bed.get("/v1/customers?limit=1").await;
        assert_eq!(page["next_cursor"], other["id"]);
        check(&format!("?limit=1&cursor={}", other["id"].as_str().unwrap()), &[&first["id"]]).await;
        for bad in ["?cursor=7", "?limit=0", "?q=", "?name=a"] {
            assert_eq!(bed.call(&format!("GET /v1/customers{bad}"), &[], "").await.status, 400, "{bad}");
        }
    }
}

#[tokio::test]
async fn a_customer_is_shown_with_what_they_bought() {
    for bed in Bed::each() {
        stocked(&bed).await;
        let address = json!({"name": "Zoë", "line1": "High Street 1", "city": "Leeds", "country": "GB"});
        let first = order(&bed, json!({"email": "zoe@shop.test", "name": "Zoë"}), 1).await;
        let id = first["id"].as_str().unwrap();
        let body = json!({"items": [{"sku": "mug", "quantity": 2}], "customer": {"email": "zoe@shop.test"},
            "shipping_address": address, "marketing_consent": true});
        let placed = bed.call("POST /v1/orders", &["idempotency-key: k"], body.to_string()).await;
        assert_eq!(placed.status, 201, "{}", placed.text);
        let zoe = bed.get(&format!("/v1/customers/{}", id.to_uppercase())).await;
        assert_eq!((&zoe["orders"], &zoe["shipping_address"]), (&json!(2), &address), "{}", bed.name);
        assert_eq!(zoe["revenue"], json!([{"amount_minor": 3_750, "currency": "USD"}]));
        assert_eq!((&zoe["billing_address"], &zoe["recent_orders"][1]["id"]), (&Value::Null, &first["id"]));
        assert!(zoe["marketing_consent_at"].is_string(), "{zoe}");
        // Somebody else's with her address, which the shop cancels, is none of hers.
        let elsewhere = json!({"name": "Mallory", "line1": "Low Street 9", "city": "Hull", "country": "GB"});
        let body = json!({"items": [{"sku": "mug", "quantity": 1}], "customer": {"email": "zoe@shop.test"},
            "shipping_address": elsewhere});
        let strange = bed.call("POST /v1/orders", &["idempotency-key: k2"], body.to_string()).await.json();
        let path = format!("POST /v1/orders/{}/cancel", strange["id"].as_str().unwrap());
        bed.send(&path, json!({}), 200).await;
        let still = bed.get(&format!("/v1/customers/{id}")).await;
        assert_eq!(still["shipping_address"], address, "{}", bed.name);
        for unknown in ["7", "0190a0a0-0000-7000-8000-000000000000", "%C3%A9"] {
            assert_eq!(
                bed.call(&format!("GET /v1/customers/{unknown}"), &[], "").await.status,
                404,
                "{unknown}"
            );
        }
    }
}

/// Knows where one order came from.
#[derive(Debug)]
struct From(String);

#[async_trait::async_trait]
impl Origins for From {
    async fn source_of(&self, order_id: &str) -> Option<String> {
        (order_id == self.0).then(|| "newsletter".to_owned())
    }

    async fn visits_of(&self, _order_id: &str) -> Option<Visited> {
        None
    }
}

#[tokio::test]
async fn a_customer_comes_from_where_their_first_order_came() {
    let bed = Bed::sqlite();
    stocked(&bed).await;
    let first = order(&bed, json!({"email": "zoe@shop.test"}), 1).await;
    order(&bed, json!({"email": "zoe@shop.test"}), 1).await;
    let path = format!("/v1/customers/{}", first["id"].as_str().unwrap());
    assert_eq!(bed.get(&path).await["first_source"], Value::Null);
    bed.shop.origins.set(Arc::new(From(first["id"].as_str().unwrap().to_owned()))).unwrap();
    assert_eq!(bed.get(&path).await["first_source"], "newsletter");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_first_orders_at_once_make_one_customer() {
    for bed in Bed::each() {
        stocked(&bed).await;
        let bed = Arc::new(bed);
        for round in 0..10 {
            let mut running = JoinSet::new();
            for _ in 0..6 {
                let bed = Arc::clone(&bed);
                let customer = json!({"email": format!("buyer-{round}@shop.test")});
                running.spawn(async move { order(&bed, customer, 1).await });
            }
            let orders = running.join_all().await;
            let new = orders.iter().filter(|order| order["customer_type"] == "new").count();
            let id = &orders[0]["customer_id"];
            assert!(
                id.is_string() && orders.iter().all(|order| order["customer_id"] == *id),
                "{}: {orders:?}",
                bed.name
            );
            assert_eq!(new, 1, "{}: {orders:?}", bed.name);
        }
        let count =
            bed.db.read_blocking(|tx| tx.first("SELECT COUNT(*) FROM customers", &[], |row| row.int(0)));
        assert_eq!(count.unwrap(), Some(10), "{}", bed.name);
    }
}

#[tokio::test]
async fn customers_are_found_without_regard_to_case_and_accents() {
    for bed in Bed::each() {
        stocked(&bed).await;
        let first = order(&bed, json!({"email": "Zoë@Shop.test"}), 1).await;
        let id = first["id"].as_str().unwrap();
        let other = order(&bed, json!({"email": "o@shop.test", "name": "Ole Østerbro"}), 1).await;
        let check = async |q: &str, expected: &[&Value]| {
            let list = bed.get(&format!("/v1/customers?q={q}")).await;
            let ids: Vec<&Value> = list["results"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
            assert_eq!(ids, expected, "{}: {q}", bed.name);
        };
        check("zoe%40shop", &[&first["id"]]).await;
        check("%C3%B6sterberg", &[]).await;
        // A name that is said later, and an address that is put right.
        let last = order(&bed, json!({"email": "zoë@shop.test", "name": "Zoë ÖSTERBERG"}), 1).await;
        assert_eq!(last["customer_id"], first["id"], "{}", bed.name);
        for q in ["%C3%B6sterberg", "%C3%96STERBERG", "osterberg", "Zoe+O", "zo%C3%ab%40SHOP"] {
            check(q, &[&first["id"]]).await;
        }
        check("%C3%B8sterbro", &[&other["id"]]).await;
        check("shop.test", &[&other["id"], &first["id"]]).await;
        // Nothing of it counts.
        check("%CC%81", &[]).await;
        let path = format!("PATCH /v1/orders/{}", other["id"].as_str().unwrap());
        bed.send(&path, json!({"customer": {"email": "ölaf@shop.test"}}), 200).await;
        check("olaf", &[&other["id"]]).await;
        check("o%40shop.test", &[]).await;
        assert_eq!(bed.get(&format!("/v1/customers/{id}")).await["name"], "Zoë ÖSTERBERG");
    }
}

/// Customers from before migration 31 are found so as well.
#[test]
fn customers_from_before_are_filled() {
    let folder = Folder::new();
    let urls = [Some(folder.sqlite_url()), TestPostgres::start().map(|cluster| cluster.fresh_database())];
    for url in urls.into_iter().flatten() {
        let db = Db::open(&url).unwrap();
        db.migrate(&MIGRATIONS[..30]).unwrap();
        let before = |tx: &mut Tx<'_>| {
            for number in 0..850 {
                let sql = "INSERT INTO customers (id, email, email_key, name, created_at) VALUES ($1, $2, $3, $4, 7)";
                let (id, email) = (format!("{number:03}"), format!("É{number}@Shop.test"));
                let name = Some("Ünal").filter(|_| number % 2 == 1);
                tx.execute(sql, params![&id, &email, &email.to_ascii_lowercase(), name])?;
            }
            Ok::<_, Error>(())
        };
        db.write_blocking(before).unwrap();
        db.migrate(MIGRATIONS).unwrap();
        let read = |tx: &mut Tx<'_>| {
            tx.all("SELECT fold FROM customers ORDER BY id", &[], |row| row.text_or_null(0))
        };
        let found = db.read_blocking(read).unwrap();
        let expected = |number: i64| match number {
            odd if odd % 2 == 1 => format!("unal e{odd}@shop.test"),
            even => format!("e{even}@shop.test"),
        };
        assert_eq!(found, (0..850).map(|number| Some(expected(number))).collect::<Vec<_>>(), "{url}");
        assert_eq!(db.read_blocking(store::unfolded).unwrap(), 0, "{url}");
    }
}

/// Orders from before migration 18 get their customers by it.
#[test]
fn orders_from_before_have_customers() {
    let folder = Folder::new();
    let urls = [Some(folder.sqlite_url()), TestPostgres::start().map(|cluster| cluster.fresh_database())];
    for url in urls.into_iter().flatten() {
        let db = Db::open(&url).unwrap();
        db.migrate(&MIGRATIONS[..17]).unwrap();
        let fill = |tx: &mut Tx<'_>| {
            for (id, status, name, email) in [
                ("a", "failed", Some("Nobody"), Some("zoe@shop.test")),
                ("b", "cancelled", None, Some("Zoe@Shop.test")),
                ("c", "confirmed", Some("Zoë"), Some("zoe@SHOP.test ")),
                ("d", "refunded", Some("Bob"), Some("bob@shop.test")),
                ("e", "confirmed", Some("No address"), None),
                ("f", "fulfilled", None, Some("  ")),
                ("g", "accepted", None, Some("new@shop.test")),
            ] {
                let sql = "INSERT INTO orders (id, status, revision, last_seq, currency, total_minor, refunded_minor, customer_name, \
                           customer_email, scope, context, created_at, updated_at) \
                           VALUES ($1, $2, 1, 1, 'USD', 5, 0, $3, $4, 's', '{}', 7, 7)";
                tx.execute(sql, params![id, status, name, email])?;
            }
            Ok::<_, Error>(())
        };
        db.write_blocking(fill).unwrap();
        db.migrate(MIGRATIONS).unwrap();
        let orders = "SELECT id, customer_id FROM orders ORDER BY id";
        let read = move |tx: &mut Tx<'_>| tx.all(orders, &[], |row| row.text_or_null(1));
        let found = db.read_blocking(read).unwrap();
        let found: Vec<&str> = found.iter().map(|id| id.as_deref().unwrap_or("-")).collect();
        assert_eq!(found, ["-", "b", "b", "d", "-", "-", "-"], "{url}");
        let customers = "SELECT id || ' ' || email || ' ' || COALESCE(name, '-') FROM customers ORDER BY id";
        let customers = db.read_blocking(move |tx| tx.all(customers, &[], |row| row.text(0))).unwrap();
        assert_eq!(customers, ["b Zoe@Shop.test -", "d bob@shop.test Bob"], "{url}");
    }
}
