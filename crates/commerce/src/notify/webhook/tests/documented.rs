//! docs/webhooks.md shows every event as kassa writes it: what it says is what a shop that goes through all of them has in its outbox.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::kinds;
use crate::testing::Bed;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/webhooks.md");
const BEGIN: &str =
    "<!-- written by KASSA_BLESS=1 cargo test -p kassa-commerce webhook::tests::documented from here -->\n";
const END: &str = "<!-- to here -->";

/// When each type of event comes.
const SENTENCES: [(&str, &str); 16] = [
    (
        "OrderAccepted",
        "An order is taken whose stock is not decided yet: where stock is in another process or database.",
    ),
    ("OrderConfirmed", "An order's stock is taken: it is to be packed."),
    ("OrderFailed", "There was too little stock for it."),
    ("OrderEdited", "Its lines have changed."),
    ("OrderCancelled", "It was given up; what was not restocked before is back in stock."),
    (
        "OrderFulfilled",
        "A part of it, or all, was handed over: `lines` says what, `fulfilment` in which parcel.",
    ),
    ("OrderRefunded", "Money, goods or both came back."),
    ("OrderPaid", "Money came for it."),
    ("OrderShipped", "A parcel that was packed is on its way."),
    ("OrderDelivered", "A parcel has arrived."),
    ("OrderFulfilmentCancelled", "A parcel was taken back before it left."),
    ("OrderAmended", "Its customer or one of its addresses was put right."),
    ("OrderNoted", "Whoever runs the shop noted something of it; the note itself stays with the order."),
    ("StockLow", "A SKU has gone down through its threshold `low_stock_at`."),
    ("StockOut", "Nothing of a SKU is left to be sold."),
    ("StockBack", "Something of it can be sold again."),
];

async fn ordered(bed: &Bed, quantity: i64, status: u16) -> String {
    let address = json!({"name": "Ann Example", "line1": "Corner Street 1", "city": "Berlin", "postal_code": "10115", "country": "DE"});
    let order = json!({"items": [{"sku": "mug", "quantity": quantity}],
        "customer": {"name": "Ann Example", "email": "ann@shop.example"}, "shipping_address": address});
    let key = format!("idempotency-key: {}", uuid::Uuid::new_v4());
    let reply = bed.call("POST /v1/orders", &[&key], order.to_string()).await;
    assert_eq!(reply.status, status, "{}", reply.text);
    let said = reply.json();
    said["id"].as_str().or_else(|| said["order_id"].as_str()).unwrap().to_owned()
}

/// The bodies that a shop writes which goes through all that can happen, by type.
async fn bodies(bed: &Bed) -> BTreeMap<String, String> {
    let price = json!({"amount_minor": 900, "currency": "EUR"});
    bed.send("POST /v1/products", json!({"sku": "mug", "name": "Mug", "price": price}), 201).await;
    let post = async |path: String, body: Value| {
        bed.clock.advance(1_000_000);
        let key = format!("idempotency-key: {}", uuid::Uuid::new_v4());
        let reply = bed.call(&format!("POST {path}"), &[&key], body.to_string()).await;
        assert!(reply.status < 300, "{path}: {} {}", reply.status, reply.text);
    };
    post("/v1/inventory/mug/receive".to_owned(), json!({"quantity": 7})).await;
    let first = ordered(bed, 2, 201).await;
    let at = |rest: &str| format!("/v1/orders/{first}{rest}");
    bed.send(&format!("PUT {}", at("")), json!({"items": [{"sku": "mug", "quantity": 3}]}), 200).await;
    bed.send(&format!("PATCH {}", at("")), json!({"customer": {"name": "Ann Sample"}}), 200).await;
    bed.send(&format!("PATCH {}", at("")), json!({"staff_note": "Rings at noon"}), 200).await;
    post(at("/payments"), json!({"reference": "bank 4711"})).await;
    let lines = json!([{"sku": "mug", "quantity": 1}]);
    let sent = json!({"status": "shipped", "carrier": "DHL", "tracking_number": "4711",
        "tracking_url": "https://dhl.example/4711"});
    post(at("/fulfilments"), json!({"lines": lines, "status": "packed"})).await;
    post(at("/fulfilments/1"), sent).await;
    post(at("/fulfilments/1"), json!({"status": "delivered"})).await;
    post(at("/fulfilments"), json!({"lines": lines, "status": "packed"})).await;
    post(at("/fulfilments/2"), json!({"status": "cancelled"})).await;
    post(at("/refunds"), json!({"lines": [{"sku": "mug", "quantity": 1, "restock": true}]})).await;
    ordered(bed, 100, 422).await;
    let other = ordered(bed, 1, 201).await;
    post(format!("/v1/orders/{other}/cancel"), json!({})).await;
    post("/v1/inventory/mug/adjust".to_owned(), json!({"quantity": -5})).await;
    written(bed).await
}

async fn written(bed: &Bed) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for db in [&bed.shop.orders, &bed.shop.inventory].into_iter().flatten() {
        let rows = db.read(|tx| {
            tx.all("SELECT kind, body FROM outbox ORDER BY id", &[], |row| Ok((row.text(0)?, row.text(1)?)))
        });
        let rows: Result<Vec<(String, String)>, kassa_db::Error> = rows.await;
        for (kind, body) in rows.unwrap() {
            found.entry(kind).or_insert(body);
        }
    }
    found
}

/// The text with every UUID as one that is always the same, by its place.
fn settled(text: &str) -> String {
    let is_one = |text: &str| uuid::Uuid::try_parse(text).is_ok() && text.as_bytes()[8] == b'-';
    let (mut known, mut out, mut rest): (Vec<&str>, String, &str) = (Vec::new(), String::new(), text);
    while let Some(next) = rest.chars().next() {
        match rest.get(..36).filter(|text| is_one(text)) {
            Some(id) => {
                let place = known.iter().position(|other| *other == id).unwrap_or(known.len());
                if place == known.len() {
                    known.push(id);
                }
                out += &format!("01934f3a-7c00-7000-8000-00000000000{place:x}");
                rest = &rest[36..];
            }
            None => {
                out.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    out
}

/// JSON with a line for each member, in the order in which it was written.
fn indented(json: &str) -> String {
    let (mut out, mut depth, mut in_text, mut escaped) = (String::new(), 0, false, false);
    let line = |depth: usize| format!("\n{}", "  ".repeat(depth));
    let mut before = ' ';
    for c in json.chars() {
        if in_text {
            in_text = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            out.push(c);
        } else {
            if matches!(c, '}' | ']') {
                depth -= 1;
                if !matches!(before, '{' | '[') {
                    out += &line(depth);
                }
            } else if matches!(before, '{' | '[' | ',') {
                out += &line(depth);
            }
            depth += usize::from(matches!(c, '{' | '['));
            in_text = c == '"';
            out.push(c);
            if c == ':' {
                out.push(' ');
            }
        }
        before = c;
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_shows_every_event_as_it_is_written() {
    let mut found = bodies(&Bed::sqlite()).await;
    let apart = Bed::apart();
    let price = json!({"amount_minor": 900, "currency": "EUR"});
    apart.send("POST /v1/products", json!({"sku": "mug", "name": "Mug", "price": price}), 201).await;
    apart.call("POST /v1/inventory/mug/receive", &[], r#"{"quantity":7}"#).await;
    ordered(&apart, 2, 201).await;
    found.extend(written(&apart).await.remove_entry("OrderAccepted"));
    let mut text = String::new();
    for kind in kinds::names() {
        let (_, sentence) = SENTENCES.iter().find(|(name, _)| *name == kind).expect("a sentence for each");
        let body = found.get(kind).unwrap_or_else(|| panic!("no {kind} was written"));
        let known: Value = serde_json::from_str(&indented(body)).unwrap();
        assert_eq!((known["type"].as_str(), &known), (Some(kind), &serde_json::from_str(body).unwrap()));
        text += &format!("\n### {kind}\n\n{sentence}\n\n```json\n{}\n```\n", indented(&settled(body)));
    }
    let document = std::fs::read_to_string(DOCUMENT).unwrap();
    let (head, rest) = document.split_once(BEGIN).expect("the document says where events begin");
    let (_, tail) = rest.split_once(END).expect("and where they end");
    let expected = format!("{head}{BEGIN}{text}\n{END}{tail}");
    if std::env::var_os("KASSA_BLESS").is_some() {
        std::fs::write(DOCUMENT, &expected).unwrap();
    }
    let is = std::fs::read_to_string(DOCUMENT).unwrap();
    assert!(is == expected, "docs/webhooks.md is not what the code writes: run it with KASSA_BLESS=1");
}
