//! Orders of before: told again they are the same, the books agree, and nobody is told of them.

use std::sync::Arc;

use kassa_db::params;
use serde_json::{Value, json};

use super::{ask, begin, export, send};
use crate::audit::{Audit, AuditOptions};
use crate::testing::Bed;

/// The invariants that the database alone decides.
async fn audit(bed: &Bed) {
    let audit =
        Audit { shop: Arc::clone(&bed.shop), log: None, money: None, options: AuditOptions::default() };
    let report = audit.run(Arc::new(|_, _, _| {})).await.unwrap();
    assert!(report.ok, "{}: {report:?}", bed.name);
}

async fn call(bed: &Bed, head: &str, body: Value) -> Value {
    let key = format!("idempotency-key: {}", uuid::Uuid::now_v7());
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let reply = bed.call(head, &[&key], body).await;
    assert!(reply.status < 300, "{} {head}: {}", bed.name, reply.text);
    if reply.text.is_empty() { Value::Null } else { reply.json() }
}

async fn order(bed: &Bed, lines: &[(&str, i64)], more: Value) -> String {
    let items: Vec<Value> =
        lines.iter().map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity})).collect();
    let mut body = json!({"items": items});
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    call(bed, "POST /v1/orders", body).await["id"].as_str().unwrap().to_owned()
}

/// A shop whose orders have gone every way that there is.
async fn busy(bed: &Bed) {
    for (sku, price) in [("mug", 1_250), ("cup", 333), ("bowl", 999)] {
        let product = json!({"sku": sku, "name": format!("A {sku}"), "category": "Kitchen",
            "price": {"amount_minor": price, "currency": "EUR"}});
        bed.send("POST /v1/products", product, 201).await;
        bed.send(&format!("POST /v1/inventory/{sku}/receive"), json!({"quantity": 100}), 200).await;
    }
    let address = json!({"name": "Ann", "line1": "High Street 1", "city": "Leeds", "country": "GB"});
    let ann = json!({"customer": {"name": "Ann", "email": "ann@shop.test"}, "shipping_address": address, "note": "Ring twice",
        "context": {"anonymous_id": "a1", "session_id": "s1", "page": "https://shop.test/cart"}});
    order(bed, &[("mug", 2)], ann.clone()).await;
    let tick = || bed.clock.advance(1_000_000);
    tick();
    let edited = order(bed, &[("mug", 1), ("cup", 3)], ann).await;
    tick();
    call(
        bed,
        &format!("PUT /v1/orders/{edited}"),
        json!({"items": [{"sku": "cup", "quantity": 1}, {"sku": "bowl", "quantity": 2}]}),
    )
    .await;
    tick();
    call(bed, &format!("POST /v1/orders/{edited}/payments"), json!({"reference": "bank 1"})).await;
    tick();
    let part = json!({"lines": [{"sku": "bowl", "quantity": 1}], "status": "packed", "carrier": "DHL"});
    call(bed, &format!("POST /v1/orders/{edited}/fulfilments"), part).await;
    tick();
    let sent = json!({"status": "shipped", "tracking_number": "4711"});
    call(bed, &format!("POST /v1/orders/{edited}/fulfilments/1"), sent).await;
    tick();
    call(bed, &format!("POST /v1/orders/{edited}/fulfilments/1"), json!({"status": "delivered"})).await;
    tick();
    call(
        bed,
        &format!("POST /v1/orders/{edited}/refunds"),
        json!({"lines": [{"sku": "bowl", "quantity": 1, "restock": true}]}),
    )
    .await;
    tick();
    call(bed, &format!("POST /v1/orders/{edited}/refunds"), json!({"amount_minor": 100})).await;
    tick();
    let given_up = order(bed, &[("cup", 2)], json!({"customer": {"email": "bob@shop.test"}})).await;
    tick();
    call(bed, &format!("POST /v1/orders/{given_up}/cancel"), json!({"restock": false})).await;
    tick();
    let all_back = order(bed, &[("bowl", 1)], Value::Null).await;
    tick();
    call(bed, &format!("POST /v1/orders/{all_back}/fulfil"), Value::Null).await;
    tick();
    call(
        bed,
        &format!("POST /v1/orders/{all_back}/refunds"),
        json!({"lines": [{"sku": "bowl", "quantity": 1}]}),
    )
    .await;
}

/// What the log gets: of each change its kind, and its money as analytics has it.
fn published(bed: &Bed) -> Vec<(String, i64, String, Option<Value>)> {
    let rows = bed.write(|tx| {
        let sql =
            "SELECT order_id, seq, kind, money FROM outbox WHERE order_id IS NOT NULL ORDER BY order_id, seq";
        tx.all(sql, params![], |row| Ok((row.text(0)?, row.int(1)?, row.text(2)?, row.text_or_null(3)?)))
    });
    let money = |text: Option<String>| {
        text.map(|text| {
            let mut money: Value = serde_json::from_str(&text).unwrap();
            // When it was told of is its own in each shop.
            money.as_object_mut().unwrap().remove("told_at");
            money
        })
    };
    rows.into_iter().map(|(order, seq, kind, text)| (order, seq, kind, money(text))).collect()
}

#[tokio::test]
async fn a_shop_that_moved_has_the_same_history() {
    for (from, to) in Bed::each().into_iter().zip(Bed::each()) {
        busy(&from).await;
        let before = export(&from, "orders").await;
        assert_eq!(before.len(), 4, "{before:?}");
        // Long afterwards, when the rows that published it are gone there.
        to.clock.advance(400 * 86_400 * 1_000_000);
        let batch = begin(&to, "orders", 'a').await;
        let taken = send(&to, &batch, &before).await;
        assert_eq!((&taken["made"], &taken["refused"]), (&json!(4), &json!(0)), "{taken}");
        assert_eq!(published(&to), published(&from), "{}", to.name);
        assert_eq!(export(&to, "orders").await, before, "{}", to.name);
        audit(&to).await;
        let told = to.write(|tx| {
            tx.all("SELECT body, created_at FROM outbox", params![], |row| Ok((row.text(0)?, row.int(1)?)))
        });
        for (body, waits_since) in told {
            let body: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(
                body["imported"]["batch"],
                json!(batch),
                "whoever sends messages knows it by that: {body}"
            );
            assert_eq!(waits_since, to.shop.now().micros(), "it waits since it came");
        }
        // Stock was taken where they were placed, not here.
        let ledger = to.write(|tx| tx.all("SELECT COUNT(*) FROM ledger", params![], |row| row.int(0)));
        assert_eq!(ledger, [0]);
        // By another file they are there already.
        let again = begin(&to, "orders", 'b').await;
        assert_eq!(send(&to, &again, &before).await["same"], 4);
        audit(&to).await;
        // What is done by hand from now on is told of.
        let open = before.iter().find(|order| order["history"].as_array().unwrap().len() == 1).unwrap();
        let id = open["id"].as_str().unwrap().to_owned();
        call(&to, &format!("POST /v1/orders/{id}/fulfil"), Value::Null).await;
        let last = to.write(|tx| {
            tx.all("SELECT body FROM outbox ORDER BY id DESC LIMIT 1", params![], |row| row.text(0))
        });
        assert!(!last[0].contains("imported"), "{last:?}");
        audit(&to).await;
    }
}

fn simple(reference: &str) -> Value {
    json!({"reference": reference, "currency": "EUR", "customer": {"email": "ann@shop.test"}, "history": [
        {"kind": "confirmed", "at": "2024-05-01T10:00:00Z", "lines": [
            {"sku": "mug", "name": "Mug", "quantity": 2, "unit_price_minor": 1_250},
            {"sku": "shipping", "name": "Shipping", "quantity": 1, "unit_price_minor": 490}]},
        {"kind": "paid", "at": "2024-05-01T10:05:00Z"},
        {"kind": "fulfilled", "at": "2024-05-02T10:05:00Z"},
        {"kind": "refunded", "at": "2024-05-09T10:05:00Z", "amount_minor": 500}]})
}

#[tokio::test]
async fn a_file_that_is_taken_back_leaves_no_money() {
    for bed in Bed::each() {
        let batch = begin(&bed, "orders", 'a').await;
        let cancelled = json!({"reference": "#2", "currency": "EUR", "history": [
            {"kind": "confirmed", "at": "2024-05-01T10:00:00Z", "lines": [{"sku": "x", "quantity": 1, "unit_price_minor": 5}]},
            {"kind": "cancelled", "at": "2024-05-01T11:00:00Z"}]});
        let taken = send(&bed, &batch, &[simple("#1"), cancelled, simple("#1")]).await;
        assert_eq!((&taken["made"], &taken["same"]), (&json!(2), &json!(1)), "{taken}");
        audit(&bed).await;
        let undo = format!("POST /v1/admin/imports/{batch}/undo");
        assert_eq!(ask(&bed, &undo, Value::Null, 200).await["undone"], 2);
        audit(&bed).await;
        let sum = bed.write(|tx| {
            tx.all("SELECT CAST(SUM(revenue_delta_minor) AS BIGINT) FROM order_events", params![], |row| {
                row.int(0)
            })
        });
        assert_eq!(sum, [0], "{}", bed.name);
        let listed = bed.get("/v1/orders").await;
        assert!(
            listed["results"].as_array().unwrap().iter().all(|order| order["status"] == "cancelled"),
            "{listed}"
        );
    }
}

#[tokio::test]
async fn an_order_that_cannot_have_been_is_refused() {
    let confirmed = json!({"kind": "confirmed", "at": "2024-05-01T10:00:00Z",
        "lines": [{"sku": "mug", "quantity": 2, "unit_price_minor": 1_250}]});
    let with = |step: Value| json!({"currency": "EUR", "history": [confirmed, step]});
    let cases = [
        (json!({"currency": "EUR", "history": []}), "empty"),
        (
            json!({"currency": "EUR", "history": [{"kind": "paid", "at": "2024-05-01T10:00:00Z"}]}),
            "begins with",
        ),
        (
            json!({"currency": "EUR", "history": [{"kind": "confirmed", "at": "2024-05-01T10:00:00Z"}]}),
            "at least one",
        ),
        (json!({"currency": "EUR", "history": [{"kind": "confirmed", "at": "May"}]}), "RFC 3339"),
        (
            json!({"currency": "EUR", "history": [{"kind": "confirmed", "at": "1970-01-01T00:00:00Z"}]}),
            "before 2000",
        ),
        (with(json!({"kind": "stolen", "at": "2024-05-01T10:00:00Z"})), "no step"),
        (with(json!({"kind": "refunded", "at": "2024-05-01T10:00:00Z", "amount_minor": 2_501})), "refund"),
        (with(json!({"kind": "refunded", "at": "2024-05-01T10:00:00Z", "amount_minor": -5})), "refund"),
        (
            with(
                json!({"kind": "fulfilled", "at": "2024-05-01T10:00:00Z", "lines": [{"sku": "cup", "quantity": 1}]}),
            ),
            "cup",
        ),
        (
            with(
                json!({"kind": "fulfilled", "at": "2024-05-01T10:00:00Z", "tracking_url": "javascript:alert(1)"}),
            ),
            "tracking_url",
        ),
        (with(json!({"kind": "delivered", "at": "2024-05-01T10:00:00Z", "number": 1})), "fulfilment"),
        (json!({"id": "../x", "currency": "EUR", "history": [confirmed]}), "UUID"),
        (json!({"currency": "EUR", "customer": {"email": "a b"}, "history": [confirmed]}), "email"),
        (
            json!({"currency": "EUR", "history": [{"kind": "confirmed", "at": "2024-05-01T10:00:00Z",
            "lines": [{"sku": "m", "quantity": 9_007_199_254_740_993_i64, "unit_price_minor": 1}]}]}),
            "quantity",
        ),
    ];
    for bed in Bed::each() {
        let batch = begin(&bed, "orders", 'a').await;
        let items: Vec<Value> = cases.iter().map(|(item, _)| item.clone()).collect();
        let taken = send(&bed, &batch, &items).await;
        let refused = taken["refused_lines"].as_array().unwrap();
        assert_eq!(refused.len(), cases.len(), "{taken}");
        for ((item, why), line) in cases.iter().zip(refused) {
            assert!(line["why"].as_str().unwrap().contains(why), "{item}: {line}");
        }
        assert!(export(&bed, "orders").await.is_empty());
        let left = bed.write(|tx| tx.all("SELECT COUNT(*) FROM customers", params![], |row| row.int(0)));
        assert_eq!(left, [0]);
    }
}
