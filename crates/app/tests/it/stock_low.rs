//! Stock that becomes low, or sells out, in a process without a log is told by the log of the process with the orders: every
//! crossing, by its own id, through kills on both sides.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use kassa_eventlog::disk::RealDisk;
use kassa_eventlog::local::{LocalLog, Options};
use kassa_eventlog::{Stream, Upkeep, retained};
use kassa_model::{LogRecord, SystemClock, decode};
use serde_json::{Value, json};

use crate::kassa::{Kassa, Start, wait_for};
use crate::market::send;

const TOKEN: &str = "a-token-between-roles";

#[test]
fn low_stock_elsewhere_reaches_the_log_through_kills() {
    let folder = tempfile::tempdir().unwrap();
    let (stock_data, orders_data) = (folder.path().join("stock"), folder.path().join("orders"));
    let role = |data: &Path, roles: &str| {
        Start::command(data, &["serve", "--roles", roles]).env("KASSA_INTERNAL_TOKEN", TOKEN)
    };
    let stock = role(&stock_data, "inventory").start();
    let stock_start = role(&stock_data, "inventory").listen(stock.address.trim_start_matches("http://"));
    let orders =
        role(&orders_data, "catalog,orders,processor,reports").env("KASSA_INVENTORY__URL", &stock.address);
    let kassa = orders.start();
    for sku in ["a", "b", "c"] {
        let product = json!({"sku": sku, "name": sku, "price": {"amount_minor": 100, "currency": "USD"}});
        assert_eq!(post(&kassa, "/v1/products", sku, &product).0, 201);
        let goods = json!({"quantity": 8});
        assert_eq!(post(&stock, &format!("/v1/inventory/{sku}/receive"), sku, &goods).0, 200);
    }
    // By an order, whose command goes to the other process.
    let order = json!({"items": [{"sku": "a", "quantity": 4}]});
    wait_for("an order", || (post(&kassa, "/v1/orders", "o", &order).0 == 201).then_some(()));
    wait_until_fetched(&stock);
    kassa.kill();
    // By hand; the process with the orders dies once it has it in its log, and before it can say so.
    assert_eq!(post(&stock, "/v1/inventory/b/adjust", "h", &json!({"quantity": -3})).0, 200);
    // What it dies of waits for it: it may not come to serve.
    if let Ok(mut armed) = orders.clone().env("KASSA_FAILPOINTS", "fetch.after_append=1").try_start() {
        assert!(!armed.ended().success());
    }
    stock.kill();
    let stock = stock_start.start();
    // By an old dialect, and to the last.
    let deduct = json!({"item_id": "c", "quantity": 8, "order_id": "x"});
    assert_eq!(post(&stock, "/api/inventory/deduct", "d", &deduct).0, 200);
    let kassa = orders.start();
    wait_until_fetched(&stock);
    assert!(kassa.stop().success());
    let told = told(&orders_data.join("log"));
    let skus: Vec<&str> = told.keys().map(|(sku, _)| sku.as_str()).collect();
    assert_eq!(skus, ["a", "b", "c"], "each crossing under one id: {told:?}");
    let times: Vec<u64> = told.values().copied().collect();
    assert_eq!(times, [1, 2, 1], "only what was not acknowledged comes again: {told:?}");
    let stock = of_stock(&orders_data.join("log"));
    let expected = [("Stock Back", "a"), ("Stock Back", "b"), ("Stock Back", "c"), ("Stock Out", "c")];
    let expected: Vec<_> =
        expected.iter().map(|(name, sku)| ((*name).to_owned(), (*sku).to_owned())).collect();
    assert_eq!(stock, expected, "what analytics knows by");
}

/// The records of stock among the events, by name and SKU.
fn of_stock(log: &Path) -> Vec<(String, String)> {
    let options = Options { reserve_bytes: 0, ..Options::new(log) };
    let log = LocalLog::open(options, Arc::new(RealDisk), Arc::new(SystemClock)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let records = runtime.block_on(retained(&log, Stream::Events)).unwrap();
    let said = records.into_values().flatten().filter_map(|(_, payload)| {
        let LogRecord::Event(recorded) = decode(&payload).unwrap() else { return None };
        let event = recorded.event;
        assert!(!event.is_of_stock() || event.site == "default", "{event:?}");
        let props: Value = serde_json::from_str(&event.props).unwrap();
        event.is_of_stock().then(|| (event.name, props["sku"].as_str().unwrap().to_owned()))
    });
    let mut said: Vec<_> = said.collect();
    said.sort();
    log.close();
    said
}

fn post(kassa: &Kassa, path: &str, key: &str, body: &Value) -> (u16, Value) {
    let answer = send(&mut kassa.http(), "POST", path, key, body).unwrap();
    (answer.status, answer.json())
}

/// Waits until nothing is left in the outbox of the process with the stock.
fn wait_until_fetched(stock: &Kassa) {
    let bearer = format!("Bearer {TOKEN}");
    wait_for("the outbox of the inventory to be fetched", || {
        let headers = [("authorization", bearer.as_str())];
        let answer = stock.http().send("GET", "/v1/internal/outbox", &headers, b"").unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["rows"].as_array().unwrap().is_empty().then_some(())
    });
}

/// How often the log says that a SKU is low, by SKU and id.
fn told(log: &Path) -> BTreeMap<(String, String), u64> {
    let options = Options { reserve_bytes: 0, ..Options::new(log) };
    let log = LocalLog::open(options, Arc::new(RealDisk), Arc::new(SystemClock)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut told = BTreeMap::new();
    runtime.block_on(async {
        for (_, payload) in retained(&log, Stream::Orders).await.unwrap().into_values().flatten() {
            let event: Value = serde_json::from_slice(&payload).unwrap();
            if event["type"] == "StockLow" {
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                *told.entry((text(&event["stock"]["sku"]), text(&event["id"]))).or_default() += 1;
            }
        }
    });
    log.close();
    told
}
