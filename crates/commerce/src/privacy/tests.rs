//! A person before and after: the same search over every column of every table.

use std::collections::BTreeMap;
use std::sync::Arc;

use kassa_db::testing::prepare_all;
use kassa_db::{Db, Engine, Tx, params};
use kassa_model::visitor_from;
use serde_json::{Value, json};

use super::{Counts, Found, Subject, begin, end, export, find, note, store, sweep};
use crate::audit::{Audit, AuditOptions};
use crate::testing::Bed;

const EMAIL: &str = "ann.leeson@shop.test";

/// What names the person of these tests, in lower case.
fn needles() -> Vec<String> {
    let mut texts: Vec<String> =
        [EMAIL, "annabel", "0199 555", "hidden lane", "ring twice", "user-4711", "track0815", "whistler"]
            .map(str::to_owned)
            .into();
    texts.push(visitor_from("default", "anon-99").to_string());
    texts
}

/// Every column of every table, as `table.column`, with its texts in lower case.
fn dump(db: &Db) -> BTreeMap<String, Vec<String>> {
    let columns = match db.engine() {
        Engine::Sqlite => {
            "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'"
        }
        Engine::Postgres => {
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns \
             WHERE table_schema = current_schema()"
        }
    };
    let read = move |tx: &mut Tx<'_>| {
        let mut found = BTreeMap::new();
        for (table, column) in tx.all(columns, params![], |row| Ok((row.text(0)?, row.text(1)?)))? {
            let sql: &'static str =
                Box::leak(format!("SELECT CAST(\"{column}\" AS TEXT) FROM \"{table}\"").into_boxed_str());
            let texts = tx.all(sql, params![], |row| row.text_or_null(0))?;
            let texts = texts.into_iter().flatten().map(|text| text.to_lowercase()).collect();
            found.insert(format!("{table}.{column}"), texts);
        }
        Ok::<_, kassa_db::Error>(found)
    };
    db.read_blocking(read).unwrap()
}

/// The columns in which a text stands.
fn places(dump: &BTreeMap<String, Vec<String>>, needle: &str) -> Vec<String> {
    let holds = |texts: &Vec<String>| texts.iter().any(|text| text.contains(needle));
    dump.iter().filter(|(_, texts)| holds(texts)).map(|(column, _)| column.clone()).collect()
}

/// Orders a mug with all that can be said of oneself; the order's id.
async fn order(bed: &Bed, key: &str, body: Value) -> (u16, Value) {
    let reply = bed.call("POST /v1/orders", &[&format!("idempotency-key: {key}")], body.to_string()).await;
    (reply.status, reply.json())
}

/// Ann as she orders, and so many.
fn ann(quantity: i64) -> Value {
    json!({"items": [{"sku": "mug", "quantity": quantity}],
        "customer": {"email": "Ann.Leeson@Shop.test", "name": "Annabel Leeson", "phone": "+44 0199 555"},
        "shipping_address": {"name": "Annabel Leeson", "company": "Whistler & Co", "line1": "Hidden Lane 7", "city": "Leeds",
            "postal_code": "LS1 4AP", "country": "GB"},
        "note": "Ring twice", "marketing_consent": true,
        "context": {"anonymous_id": "anon-99", "user_id": "user-4711", "session_id": "s-1", "page": "/cart"}})
}

/// A shop in which Ann has done what can be done, and Bob something.
async fn lived_in(bed: &Bed) -> String {
    let product = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 1_250, "currency": "USD"}});
    let product = bed.send("POST /v1/products", product, 201).await;
    bed.send("POST /v1/inventory/mug/receive", json!({"quantity": 100}), 200).await;
    let (status, first) = order(bed, "ann.leeson@shop.test-1", ann(2)).await;
    assert_eq!(status, 201, "{first}");
    let id = first["id"].as_str().unwrap().to_owned();
    let paid = json!({"reference": "from Annabel Leeson"});
    bed.send(&format!("POST /v1/orders/{id}/payments"), paid, 201).await;
    let parcel = json!({"lines": [{"sku": "mug", "quantity": 1}], "status": "shipped", "carrier": "DHL",
        "tracking_number": "TRACK0815", "tracking_url": "https://dhl.example/TRACK0815"});
    bed.send(&format!("POST /v1/orders/{id}/fulfilments"), parcel, 201).await;
    let (status, second) = order(bed, "plain-key", ann(1)).await;
    assert_eq!(status, 201, "{second}");
    let cancel = format!("POST /v1/orders/{}/cancel", second["id"].as_str().unwrap());
    let reply = bed.call(&cancel, &["idempotency-key: cancel-ann.leeson@shop.test"], "{}").await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let (status, refused) = order(bed, "too-many", ann(900)).await;
    assert_eq!(status, 422, "{refused}");
    let wait = format!("POST /v1/products/{}/notify-me", product["id"]);
    let reply = bed.call(&wait, &[], json!({"email": "Ann.Leeson@shop.test"}).to_string()).await;
    assert!(reply.status < 300, "{}", reply.text);
    told(bed, &id, product["id"].as_i64().unwrap());
    let bob = json!({"items": [{"sku": "mug", "quantity": 1}], "customer": {"email": "bob@shop.test", "name": "Bob Whyte"},
        "context": {"user_id": "user-47"}});
    assert_eq!(order(bed, "bob-1", bob).await.0, 201);
    id
}

/// A mail to Ann, and what somebody else was told of her order.
fn told(bed: &Bed, order: &str, number: i64) {
    let order = order.to_owned();
    bed.write(move |tx| {
        let payload = json!({"order": {"id": order, "number": number, "customer": {"name": "Annabel Leeson"}}}).to_string();
        for (id, channel, target) in [("d-1", "email", "Ann.Leeson@Shop.test"), ("d-2", "webhook", "endpoint-1")] {
            let sql = "INSERT INTO deliveries (id, event_id, event_type, channel, target, template, lane, payload, order_id, state, \
                       attempts, tries, lease_until, created_at, begun_at, done_at) \
                       VALUES ($1, 'e', 'OrderConfirmed', $2, $3, '', 'l', $4, $5, 'sent', 1, 1, 0, 1, 1, 1)";
            tx.execute(sql, params![id, channel, target, &payload, &order])?;
            let sql = "INSERT INTO delivery_attempts (delivery_id, number, at, took_us, outcome, answer) \
                       VALUES ($1, 1, 1, 1, 'done', 'queued for annabel')";
            tx.execute(sql, params![id])?;
        }
        Ok(())
    });
}

/// Erases as the program does.
async fn erase(bed: &Bed, subject: &Subject) -> Counts {
    let found = find(&bed.db, subject).await.unwrap();
    let mut job = begin(&bed.db, subject, (found, "admin", None), bed.shop.now()).await.unwrap();
    let counts = sweep(&bed.shop, &job).await.unwrap();
    note(&bed.db, &mut job, counts).await.unwrap();
    end(&bed.db, &mut job, bed.shop.now()).await.unwrap();
    job.counts
}

async fn books_agree(bed: &Bed) {
    let audit =
        Audit { shop: Arc::clone(&bed.shop), log: None, money: None, options: AuditOptions::default() };
    let report = audit.run_since(None, Arc::new(|_, _, _| {})).await.unwrap();
    assert!(report.ok, "{}: {report:?}", bed.name);
}

#[test]
fn every_statement_is_one_of_both_engines() {
    for bed in Bed::each() {
        let all = [store::ALL, super::job::store::ALL, &super::sweep::statements()].concat();
        prepare_all(&bed.db, &all).unwrap();
    }
}

#[tokio::test]
async fn a_person_leaves_every_column_of_every_table() {
    for subject in [Subject::Email(EMAIL.to_owned()), Subject::User("user-4711".to_owned())] {
        for bed in Bed::each() {
            let id = lived_in(&bed).await;
            let before = dump(&bed.db);
            for needle in needles() {
                assert!(!places(&before, &needle).is_empty(), "{}: {needle} was never there", bed.name);
            }
            books_agree(&bed).await;
            let counts = erase(&bed, &subject).await;
            assert!(counts.orders == 3 && counts.customers == 1 && counts.waiting == 1, "{counts:?}");
            assert_eq!(counts.deliveries, 3, "{counts:?}");
            assert!(counts.outbox > 0 && counts.answers > 0 && counts.parcels == 1, "{counts:?}");
            let after = dump(&bed.db);
            for needle in needles() {
                assert_eq!(places(&after, &needle), [""; 0], "{}: {needle} by {subject:?}", bed.name);
            }
            for bob in ["bob@shop.test", "bob whyte", "user-47\""] {
                assert_eq!(places(&after, bob), places(&before, bob), "{}: {bob}", bed.name);
            }
            books_agree(&bed).await;
            let order = bed.get(&format!("/v1/orders/{id}")).await;
            assert_eq!(order["total"]["amount_minor"], 2_500, "{order}");
            assert_eq!(order["customer"], json!({"name": null, "email": null}), "{order}");
            // It goes on as any other.
            let refund = json!({"lines": [{"sku": "mug", "quantity": 1}]});
            let head = format!("POST /v1/orders/{id}/refunds");
            let reply = bed.call(&head, &["idempotency-key: r"], refund.to_string()).await;
            assert!(reply.status < 300, "{}", reply.text);
            books_agree(&bed).await;
            assert_eq!(erase(&bed, &subject).await, Counts::default(), "{}: a second time", bed.name);
        }
    }
}

/// A repeat of a request gets the answer that was kept, without the person in it.
#[tokio::test]
async fn a_repeated_request_does_nothing_still() {
    for bed in Bed::each() {
        lived_in(&bed).await;
        let (_, before) = order(&bed, "plain-key", ann(1)).await;
        erase(&bed, &Subject::Email(EMAIL.to_owned())).await;
        let (status, after) = order(&bed, "plain-key", ann(1)).await;
        assert_eq!((status, &after["id"]), (201, &before["id"]), "{}", bed.name);
        assert!(!after.to_string().contains("Annabel"), "{after}");
    }
}

/// One that was stopped after the orders knows still whose the other rows are.
#[tokio::test]
async fn a_stopped_erasure_is_finished_by_the_next() {
    for bed in Bed::each() {
        lived_in(&bed).await;
        let subject = Subject::Email(EMAIL.to_owned());
        let found = find(&bed.db, &subject).await.unwrap();
        let stopped = begin(&bed.db, &subject, (found, "admin", None), bed.shop.now()).await.unwrap();
        super::sweep::sweep_orders(&bed.db, &stopped.found, bed.shop.options.partition_by).await.unwrap();
        assert_eq!(super::open_jobs(&bed.db).await.unwrap(), std::slice::from_ref(&stopped), "{}", bed.name);
        let again = find(&bed.db, &subject).await.unwrap();
        assert!(again.orders.is_empty() && again.users.is_empty(), "{again:?}");
        assert!(!places(&dump(&bed.db), "annabel").is_empty(), "{}: outbox and answers are left", bed.name);
        let resumed = begin(&bed.db, &subject, (again, "admin", None), bed.shop.now()).await.unwrap();
        assert_eq!((&resumed.id, resumed.found.orders.len()), (&stopped.id, 3), "{}", bed.name);
        erase(&bed, &subject).await;
        assert_eq!(super::open_jobs(&bed.db).await.unwrap(), [], "{}", bed.name);
        for needle in needles() {
            assert_eq!(places(&dump(&bed.db), &needle), [""; 0], "{}: {needle}", bed.name);
        }
    }
}

#[tokio::test]
async fn all_that_is_kept_of_a_person_is_given_out() {
    for bed in Bed::each() {
        let id = lived_in(&bed).await;
        let found = find(&bed.db, &Subject::Email(EMAIL.to_owned())).await.unwrap();
        let exported = json!(export(&bed.shop, &found).await.unwrap());
        let text = exported.to_string().to_lowercase();
        for needle in needles() {
            assert!(text.contains(&needle), "{}: {needle} is not in {text}", bed.name);
        }
        assert!(!text.contains("bob"), "{text}");
        let orders = exported["orders"].as_array().unwrap();
        assert_eq!(orders.len(), 3, "{exported}");
        assert!(orders.iter().any(|order| order["order"]["id"] == id.as_str()), "{exported}");
        let nobody = find(&bed.db, &Subject::User("user-4".to_owned())).await.unwrap();
        assert_eq!(nobody, Found::default());
        assert_eq!(json!(export(&bed.shop, &nobody).await.unwrap())["orders"], json!([]));
    }
}
