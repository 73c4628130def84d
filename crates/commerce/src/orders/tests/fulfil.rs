//! Fulfilment by lines, and cancels that keep the stock.

use axum::http::Method;
use kassa_db::Db;
use kassa_db::testing::{Folder, TestPostgres};
use serde_json::{Value, json};

use super::support::{Answered, TestShop, shops};
use crate::MIGRATIONS;

async fn fulfil(shop: &TestShop, path: &str, body: Value) -> Answered {
    shop.call((Method::POST, &format!("{path}/fulfil")), &[], body.to_string()).await
}

/// An order's status, and what of each line was handed over.
fn state(answer: &Answered) -> (String, Vec<i64>) {
    let order = answer.json();
    assert_eq!(answer.status, 200, "{}", answer.body);
    let lines = order["items"].as_array().unwrap().iter();
    let units = lines.map(|line| line["fulfilled_quantity"].as_i64().unwrap()).collect();
    (order["status"].as_str().unwrap().to_owned(), units)
}

fn lines(lines: &[(&str, i64)]) -> Value {
    let line = |(sku, quantity): &(&str, i64)| json!({"sku": sku, "quantity": quantity});
    json!({"lines": lines.iter().map(line).collect::<Vec<_>>()})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_is_handed_over() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        shop.stock("xbox", 70, 10);
        let items = json!([{"sku": "ps5", "quantity": 3}, {"sku": "xbox", "quantity": 1}]);
        let path = shop.placed(items.clone()).await;
        let first = fulfil(&shop, &path, lines(&[("ps5", 2)])).await;
        assert_eq!(state(&first), ("confirmed".to_owned(), vec![2, 0]));
        let event = "SELECT body FROM outbox WHERE kind = 'OrderFulfilled' ORDER BY id";
        let told: Value = serde_json::from_str(&shop.texts(event)[0]).unwrap();
        assert_eq!(told["lines"], json!([{"sku": "ps5", "quantity": 2}]));
        assert_eq!(told["order"]["items"][0]["fulfilled_quantity"], 2);
        // What has begun to leave the house can neither be edited nor cancelled.
        let edit = shop.put(&path, &json!({ "items": items })).await;
        assert_eq!((edit.status, edit.problem().as_str()), (409, "illegal-transition"));
        let cancel = shop.call((Method::POST, &format!("{path}/cancel")), &[], "").await;
        assert_eq!((cancel.status, cancel.problem().as_str()), (409, "illegal-transition"));
        for (asked, problem) in [
            (lines(&[("ps5", 2)]), "fulfil-exceeds-order"),
            (lines(&[("ps5", 1), ("ps5", 1)]), "fulfil-exceeds-order"),
            (lines(&[("nope", 1)]), "fulfil-exceeds-order"),
        ] {
            let refused = fulfil(&shop, &path, asked).await;
            assert_eq!((refused.status, refused.problem().as_str()), (422, problem), "{}", refused.body);
        }
        // Refunds go on; a unit that is refunded need not be handed over.
        let refund = shop.post(&format!("{path}/refunds"), "r1", &lines(&[("xbox", 1)])).await;
        assert_eq!(state(&refund), ("confirmed".to_owned(), vec![2, 0]));
        let last = fulfil(&shop, &path, lines(&[("ps5", 1)])).await;
        assert_eq!(state(&last), ("fulfilled".to_owned(), vec![3, 0]));
        assert_eq!(fulfil(&shop, &path, lines(&[("ps5", 1)])).await.status, 409);
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_lines_all_that_is_left_is_handed_over() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 4}])).await;
        fulfil(&shop, &path, lines(&[("ps5", 1)])).await;
        shop.post(&format!("{path}/refunds"), "r1", &lines(&[("ps5", 1)])).await;
        let rest = fulfil(&shop, &path, json!({})).await;
        assert_eq!(state(&rest), ("fulfilled".to_owned(), vec![3]));
        let bodies = shop.texts("SELECT body FROM outbox WHERE kind = 'OrderFulfilled' ORDER BY id");
        let told: Value = serde_json::from_str(&bodies[1]).unwrap();
        assert_eq!(told["lines"], json!([{"sku": "ps5", "quantity": 2}]));
        for bad in [json!({"lines": []}), json!({"lines": null}), lines(&[("ps5", 0)]), json!({"line": 1})] {
            let path = shop.placed(json!([{"sku": "ps5", "quantity": 1}])).await;
            assert_eq!(fulfil(&shop, &path, bad.clone()).await.status, 400, "{bad}");
            assert_eq!(shop.get(&path).await.json()["status"], "confirmed");
        }
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_can_keep_the_stock() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        shop.product("ebook", 5, "USD", false);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 4}, {"sku": "ebook", "quantity": 1}])).await;
        let back = json!({"lines": [{"sku": "ps5", "quantity": 1, "restock": true}]});
        shop.post(&format!("{path}/refunds"), "r1", &back).await;
        let cancel = format!("{path}/cancel");
        let body = json!({"restock": false});
        let kept = shop.post(&cancel, "c1", &body).await;
        assert_eq!((kept.status, &kept.json()["status"]), (200, &json!("cancelled")), "{}", kept.body);
        assert_eq!(kept.json()["stock_kept"], true);
        assert_eq!(shop.post(&cancel, "c1", &body).await.body, kept.body);
        // Another body under the key is another request.
        assert_eq!(shop.post(&cancel, "c1", &json!({})).await.problem(), "idempotency-key-reused");
        assert_eq!(shop.on_hand("ps5"), 7, "3 of 4 are gone for good");
        let said = shop.texts("SELECT reason FROM ledger WHERE kind = 'release' AND quantity = 0");
        assert_eq!(said, ["kept"]);
        assert!(shop.get(&path).await.json()["stock_kept"].as_bool().unwrap());
        shop.check_books();
    }
}

/// Orders that a build before fulfilment by lines wrote.
#[test]
fn what_was_fulfilled_before_is_fulfilled_line_by_line() {
    let folder = Folder::new();
    let mut urls = vec![folder.sqlite_url()];
    urls.extend(TestPostgres::start().map(|cluster| cluster.fresh_database()));
    for url in urls {
        let db = Db::open(&url).unwrap();
        db.migrate(&MIGRATIONS[..5]).unwrap();
        db.write_blocking(|tx| {
            for (id, status) in [("o1", "fulfilled"), ("o2", "confirmed"), ("o3", "refunded")] {
                let order = "INSERT INTO orders (id, status, revision, last_seq, currency, total_minor, refunded_minor, \
                             scope, context, created_at, updated_at) VALUES ($1, $2, 1, 2, 'USD', 0, 0, 's', '{}', 0, 0)";
                tx.execute(order, kassa_db::params![id, status])?;
                let line = "INSERT INTO order_lines (order_id, position, sku, name, unit_price_minor, quantity, \
                            tracked, refunded_quantity, refunded_minor, restocked_quantity) \
                            VALUES ($1, 1, 'a', 'a', 0, 3, 0, 0, 0, 0)";
                tx.execute(line, kassa_db::params![id])?;
                if id != "o2" {
                    let event = "INSERT INTO order_events (order_id, seq, kind, status, revenue_delta_minor, currency, \
                                 lines, created_at) VALUES ($1, 2, 'OrderFulfilled', 'fulfilled', 0, 'USD', '[]', 0)";
                    tx.execute(event, kassa_db::params![id])?;
                }
            }
            Ok::<_, kassa_db::Error>(())
        })
        .unwrap();
        db.migrate(MIGRATIONS).unwrap();
        let sql = "SELECT fulfilled_quantity FROM order_lines ORDER BY order_id";
        let found = db.read_blocking(|tx| tx.all(sql, &[], |row| row.int(0))).unwrap();
        assert_eq!(found, [3, 0, 3], "{:?}", db.engine());
    }
}
