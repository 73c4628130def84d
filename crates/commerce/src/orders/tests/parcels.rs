//! Fulfilments parcel by parcel: made, sent on, taken back, told of, and safe against repeats and races.

use axum::http::Method;
use kassa_db::Db;
use kassa_db::testing::{Folder, TestPostgres};
use kassa_model::{MICROS_PER_DAY, Timestamp};
use serde_json::{Value, json};

use super::super::fulfilments;
use super::super::lines::Item;
use super::support::{Answered, TestShop, shops};
use crate::MIGRATIONS;

async fn post(shop: &TestShop, path: &str, body: Value) -> Answered {
    shop.call((Method::POST, path), &[], body.to_string()).await
}

/// A parcel as it is answered.
fn parcel(answer: &Answered, status: u16) -> Value {
    assert_eq!(answer.status, status, "{}", answer.body);
    answer.json()
}

fn line(sku: &str, quantity: i64) -> Value {
    json!({"lines": [{"sku": sku, "quantity": quantity}]})
}

/// An order's status, how much of it has left, and per line how much.
async fn state(shop: &TestShop, path: &str) -> (String, String, Vec<i64>) {
    let order = shop.get(path).await.json();
    let text = |name: &str| order[name].as_str().unwrap().to_owned();
    let lines = order["items"].as_array().unwrap().iter();
    let units = lines.map(|line| line["fulfilled_quantity"].as_i64().unwrap()).collect();
    (text("status"), text("fulfilment_status"), units)
}

fn is(status: &str, fulfilment: &str, units: &[i64]) -> (String, String, Vec<i64>) {
    (status.to_owned(), fulfilment.to_owned(), units.to_vec())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parcels_leave_one_by_one() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        shop.stock("xbox", 70, 10);
        let items = json!([{"sku": "ps5", "quantity": 3}, {"sku": "xbox", "quantity": 1}]);
        let path = shop.placed(items).await;
        assert_eq!(state(&shop, &path).await, is("confirmed", "unfulfilled", &[0, 0]));
        let parcels = format!("{path}/fulfilments");
        let first = parcel(&post(&shop, &parcels, line("ps5", 2)).await, 201);
        assert_eq!((&first["number"], &first["status"]), (&json!(1), &json!("packed")));
        assert_eq!(first["lines"], json!([{"sku": "ps5", "quantity": 2}]));
        assert_eq!(first["order_id"], path.rsplit('/').next().unwrap());
        assert_eq!((&first["carrier"], &first["shipped_at"]), (&Value::Null, &Value::Null));
        assert_eq!(state(&shop, &path).await, is("confirmed", "partial", &[2, 0]));
        let sent = json!({"status": "shipped", "carrier": " DHL ", "tracking_number": "4711",
            "tracking_url": "https://dhl.example/4711"});
        let sent = parcel(&post(&shop, &format!("{parcels}/1"), sent).await, 200);
        assert_eq!((&sent["status"], &sent["carrier"]), (&json!("shipped"), &json!("DHL")));
        assert_eq!(sent["tracking_url"], "https://dhl.example/4711");
        assert!(sent["shipped_at"].is_string() && sent["delivered_at"].is_null());
        // The number was mistyped: what is said anew stands, the rest stays.
        let again = json!({"status": "shipped", "tracking_number": "4712"});
        let again = parcel(&post(&shop, &format!("{parcels}/1"), again).await, 200);
        assert_eq!((&again["carrier"], &again["tracking_number"]), (&json!("DHL"), &json!("4712")));
        // The rest, at once on its way.
        let rest = parcel(&post(&shop, &parcels, json!({"status": "shipped"})).await, 201);
        let units = json!([{"sku": "ps5", "quantity": 1}, {"sku": "xbox", "quantity": 1}]);
        assert_eq!(
            (&rest["number"], &rest["lines"], &rest["status"]),
            (&json!(2), &units, &json!("shipped"))
        );
        assert_eq!(state(&shop, &path).await, is("fulfilled", "fulfilled", &[3, 1]));
        let arrived = post(&shop, &format!("{parcels}/1"), json!({"status": "delivered"})).await;
        assert!(parcel(&arrived, 200)["delivered_at"].is_string());
        let all = shop.get(&parcels).await.json();
        let stages: Vec<&Value> =
            all["results"].as_array().unwrap().iter().map(|parcel| &parcel["status"]).collect();
        assert_eq!(stages, ["delivered", "shipped"]);
        let told = shop
            .texts("SELECT kind FROM outbox WHERE kind <> 'StockBack' AND kind <> 'StockLow' ORDER BY id");
        let kinds = ["OrderConfirmed", "OrderFulfilled", "OrderShipped", "OrderShipped", "OrderFulfilled"];
        assert_eq!(told, [&kinds[..], &["OrderDelivered"]].concat());
        let body = &shop.texts("SELECT body FROM outbox WHERE kind = 'OrderDelivered'")[0];
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(
            (&body["fulfilment"]["number"], &body["order"]["status"]),
            (&json!(1), &json!("fulfilled"))
        );
        assert_eq!(shop.number("SELECT COUNT(*) FROM outbox WHERE money IS NOT NULL"), 1, "no revenue moves");
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parcel_that_is_taken_back_leaves_its_units_to_be_packed() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 2}])).await;
        let parcels = format!("{path}/fulfilments");
        parcel(&post(&shop, &parcels, json!({})).await, 201);
        assert_eq!(state(&shop, &path).await, is("fulfilled", "fulfilled", &[2]));
        let nothing = post(&shop, &parcels, json!({})).await;
        assert_eq!((nothing.status, nothing.problem().as_str()), (409, "illegal-transition"));
        let cancelled = json!({"status": "cancelled"});
        let back = parcel(&post(&shop, &format!("{parcels}/1"), cancelled.clone()).await, 200);
        assert_eq!(back["status"], "cancelled");
        assert_eq!(state(&shop, &path).await, is("confirmed", "unfulfilled", &[0]));
        for to in ["shipped", "delivered", "cancelled"] {
            let refused = post(&shop, &format!("{parcels}/1"), json!({"status": to})).await;
            assert_eq!((refused.status, refused.problem().as_str()), (409, "illegal-transition"), "{to}");
            assert_eq!(refused.json()["fulfilment_status"], "cancelled");
        }
        // Nothing has left: it can be edited and packed again, and what was refunded stays here.
        let edit = json!({"items": [{"sku": "ps5", "quantity": 3}]});
        assert_eq!(shop.put(&path, &edit).await.status, 200);
        parcel(&post(&shop, &parcels, line("ps5", 1)).await, 201);
        assert_eq!(shop.post(&format!("{path}/refunds"), "r1", &line("ps5", 1)).await.status, 200);
        let rest = parcel(&post(&shop, &parcels, json!({})).await, 201);
        assert_eq!((&rest["number"], &rest["lines"][0]["quantity"]), (&json!(3), &json!(1)));
        assert_eq!(state(&shop, &path).await, is("fulfilled", "fulfilled", &[2]));
        // With a parcel back, and all of it refunded, nothing is left to be packed.
        parcel(&post(&shop, &format!("{parcels}/3"), cancelled.clone()).await, 200);
        assert_eq!(state(&shop, &path).await, is("confirmed", "partial", &[1]));
        assert_eq!(shop.post(&format!("{path}/refunds"), "r2", &line("ps5", 2)).await.status, 200);
        assert_eq!(state(&shop, &path).await.0, "refunded");
        // It is on its way all the same, or comes back.
        parcel(&post(&shop, &format!("{parcels}/2"), json!({"status": "shipped"})).await, 200);
        parcel(&post(&shop, &format!("{parcels}/2"), cancelled).await, 200);
        assert_eq!(state(&shop, &path).await, is("refunded", "unfulfilled", &[0]));
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fulfil_writes_a_parcel() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 2}])).await;
        let order = post(&shop, &format!("{path}/fulfil"), line("ps5", 1)).await.json();
        assert_eq!((&order["status"], &order["fulfilment_status"]), (&json!("confirmed"), &json!("partial")));
        post(&shop, &format!("{path}/fulfil"), json!({})).await;
        let all = shop.get(&format!("{path}/fulfilments")).await.json();
        let [first, second] = [0, 1].map(|place| all["results"][place].clone());
        assert_eq!((&first["status"], &first["lines"]), (&json!("shipped"), &line("ps5", 1)["lines"]));
        assert_eq!((&second["number"], &second["lines"]), (&json!(2), &line("ps5", 1)["lines"]));
        shop.check_books();
    }
}

/// Whoever has ordered sees by the link what was paid and sent, and nothing of a parcel that was taken back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_link_follows_the_parcels() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        let made = shop.order("k1", "ps5", 3).await.json();
        let (id, link) = (made["id"].as_str().unwrap(), made["link"].as_str().unwrap());
        let key = link.split_once("?k=").unwrap().1;
        let (path, status) = (format!("/v1/orders/{id}"), format!("/v1/orders/{id}/status?k={key}"));
        let seen = shop.get(&status).await.json();
        assert_eq!(
            (&seen["payment_status"], &seen["fulfilment_status"]),
            (&json!("unpaid"), &json!("unfulfilled"))
        );
        assert_eq!((&seen["fulfilments"], seen["events"].as_array().unwrap().len()), (&json!([]), 1));
        for (tail, body) in [
            ("payments", json!({"reference": "bank 1"})),
            ("fulfilments", line("ps5", 1)),
            ("fulfilments", line("ps5", 1)),
            ("fulfilments/2", json!({"status": "cancelled"})),
            ("fulfilments/1", json!({"status": "shipped", "tracking_url": "https://dhl.example/1"})),
            ("fulfilments/1", json!({"status": "delivered"})),
            ("fulfil", line("ps5", 1)),
        ] {
            shop.clock.advance(1_000_000);
            let answer = post(&shop, &format!("{path}/{tail}"), body).await;
            assert!(answer.status < 300, "{tail}: {}", answer.body);
        }
        let seen = shop.get(&status).await.json();
        assert_eq!(
            (&seen["payment_status"], &seen["fulfilment_status"]),
            (&json!("paid"), &json!("partial"))
        );
        let kinds: Vec<&str> =
            seen["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["confirmed", "paid", "packed", "shipped", "delivered", "shipped"]);
        let parcels = seen["fulfilments"].as_array().unwrap();
        let stages: Vec<&str> = parcels.iter().map(|parcel| parcel["status"].as_str().unwrap()).collect();
        assert_eq!(stages, ["delivered", "cancelled", "shipped"]);
        assert_eq!(
            (&parcels[0]["tracking_url"], &parcels[0]["lines"]),
            (&json!("https://dhl.example/1"), &line("ps5", 1)["lines"])
        );
        // The reference is the shop's own.
        assert!(!seen.to_string().contains("bank 1"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parcel_of_a_key_is_made_once_for_ever() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 4}])).await;
        let parcels = format!("{path}/fulfilments");
        let first = shop.post(&parcels, "f1", &line("ps5", 1)).await;
        shop.post(&parcels, "f2", &line("ps5", 2)).await;
        assert_eq!(shop.post(&parcels, "f1", &line("ps5", 1)).await.body, first.body);
        let sent = json!({"status": "shipped", "carrier": "DHL"});
        shop.post(&format!("{parcels}/1"), "s1", &sent).await;
        shop.clock.advance(2 * MICROS_PER_DAY);
        let again = shop.post(&parcels, "f1", &line("ps5", 1)).await;
        assert_eq!((again.status, again.is_replay()), (200, true), "{}", again.body);
        assert_eq!((&again.json()["number"], &again.json()["status"]), (&json!(1), &json!("shipped")));
        let again = shop.post(&format!("{parcels}/1"), "s1", &sent).await;
        assert_eq!((again.status, again.is_replay()), (200, true), "{}", again.body);
        assert_eq!(shop.post(&parcels, "f1", &line("ps5", 2)).await.problem(), "idempotency-key-reused");
        assert_eq!(shop.post(&format!("{parcels}/2"), "s1", &sent).await.problem(), "idempotency-key-reused");
        assert_eq!(state(&shop, &path).await, is("confirmed", "partial", &[3]));
        // Of a state that is no more nothing is changed.
        let stale = [("if-match", "\"1.1\"")];
        let answer = shop.call((Method::POST, &parcels), &stale, "").await;
        assert_eq!((answer.status, answer.problem().as_str()), (412, "precondition-failed"));
        shop.check_books();
    }
}

/// Many who pack the last unit at once: one parcel.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_many_packs_the_last_unit() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 5}])).await;
        let parcels = format!("{path}/fulfilments");
        let all = (0..16).map(|_| {
            let (shop, parcels) = (shop.clone(), parcels.clone());
            tokio::spawn(async move { post(&shop, &parcels, line("ps5", 1)).await.status })
        });
        let mut statuses = Vec::new();
        for one in all.collect::<Vec<_>>() {
            statuses.push(one.await.unwrap());
        }
        let made = statuses.iter().filter(|status| **status == 201).count();
        let refused = statuses.iter().filter(|status| [409, 422].contains(*status)).count();
        assert_eq!((made, refused), (5, 11), "{statuses:?}");
        assert_eq!(state(&shop, &path).await, is("fulfilled", "fulfilled", &[5]));
        assert_eq!(shop.number("SELECT MAX(number) FROM fulfilment"), 5);
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_parcel_is_refused() {
    let shop = TestShop::sqlite();
    shop.stock("ps5", 100, 10);
    let path = shop.placed(json!([{"sku": "ps5", "quantity": 2}])).await;
    let parcels = format!("{path}/fulfilments");
    let mut bad = vec![
        json!({"lines": []}),
        json!({"lines": null}),
        json!({"lines": [7]}),
        line("ps5", 0),
        line("ps5", -1),
        line("a\u{0}", 1),
        json!({"status": "delivered"}),
        json!({"status": "cancelled"}),
        json!({"status": "sent"}),
        json!({"status": 1}),
        json!({"carrier": "a\u{0}b"}),
        json!({"carrier": "\u{200b}\u{2060}x\u{7}"}),
        json!({"carrier": "c".repeat(201)}),
        json!({"tracking_number": "4\n7"}),
        json!({"tracking_url": format!("https://x.example/{}", "y".repeat(2_100))}),
        json!({"track": 1}),
    ];
    for url in
        ["javascript:alert(1)", "data:text/html,<script>", "/x", "x", "https://a@b.test/", "https://a/ b"]
    {
        bad.push(json!({ "tracking_url": url }));
    }
    for body in &bad {
        let answer = post(&shop, &parcels, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.body);
    }
    parcel(&post(&shop, &parcels, line("ps5", 1)).await, 201);
    let one = format!("{parcels}/1");
    bad.extend([json!({}), json!({"status": "packed"}), json!({"status": null}), json!({"carrier": "DHL"})]);
    for body in
        bad.into_iter().filter(|body| !["delivered", "cancelled"].map(Value::from).contains(&body["status"]))
    {
        let answer = post(&shop, &one, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.body);
    }
    for (path, body, status) in [
        (format!("{parcels}/2"), json!({"status": "shipped"}), 404),
        (format!("{parcels}/0"), json!({"status": "shipped"}), 404),
        (format!("{parcels}/-1"), json!({"status": "shipped"}), 404),
        (format!("{parcels}/+1"), json!({"status": "shipped"}), 404),
        (format!("{parcels}/99999999999999999999"), json!({"status": "shipped"}), 404),
        (one.clone(), json!({"status": "delivered"}), 409),
        (parcels.clone(), line("ps5", 2), 422),
        (parcels.clone(), line("nope", 1), 422),
        ("/v1/orders/nonsense/fulfilments".to_owned(), json!({}), 404),
        ("/v1/orders/0190aaaa-0000-7000-8000-000000000000/fulfilments".to_owned(), json!({}), 404),
    ] {
        let answer = post(&shop, &path, body.clone()).await;
        assert_eq!(answer.status, status, "{path} {body}: {}", answer.body);
    }
    assert_eq!(state(&shop, &path).await, is("confirmed", "partial", &[1]));
    // Markup and formulas are kept as what they are: texts.
    let odd = "=cmd|' /C calc'!A0 <img src=x onerror=alert(1)> \u{202e}gnp";
    let sent = post(&shop, &one, json!({"status": "shipped", "carrier": odd})).await;
    assert_eq!(sent.json()["carrier"], odd, "{}", sent.body);
    assert!(sent.headers["content-type"].to_str().unwrap().starts_with("application/json"));
    shop.check_books();
}

/// Orders that a build before fulfilments wrote: a part that had left is a parcel, so that what is left can follow; what had left
/// whole stays as its lines say, and nobody says what is owed.
#[test]
fn a_part_that_had_left_before_is_a_parcel() {
    let folder = Folder::new();
    let mut urls = vec![folder.sqlite_url()];
    urls.extend(TestPostgres::start().map(|cluster| cluster.fresh_database()));
    for url in urls {
        let db = Db::open(&url).unwrap();
        db.migrate(&MIGRATIONS[..18]).unwrap();
        db.write_blocking(|tx| {
            for (id, status, out) in [("o1", "confirmed", 2), ("o2", "fulfilled", 3), ("o3", "confirmed", 0)] {
                let order = "INSERT INTO orders (id, status, revision, last_seq, currency, total_minor, refunded_minor, \
                             scope, context, created_at, updated_at) VALUES ($1, $2, 1, 3, 'USD', 0, 0, 's', '{}', 0, 0)";
                tx.execute(order, kassa_db::params![id, status])?;
                let line = "INSERT INTO order_lines (order_id, position, sku, name, unit_price_minor, quantity, tracked, \
                            refunded_quantity, refunded_minor, restocked_quantity, fulfilled_quantity) \
                            VALUES ($1, $2, $3, 'a', 0, 3, 0, 0, 0, 0, $4)";
                tx.execute(line, kassa_db::params![id, 1, "a", out])?;
                tx.execute(line, kassa_db::params![id, 2, "b", 0])?;
                let event = "INSERT INTO order_events (order_id, seq, kind, status, revenue_delta_minor, currency, lines, \
                             created_at) VALUES ($1, $2, 'OrderFulfilled', $3, 0, 'USD', '[]', $4)";
                for seq in [2, 3].into_iter().filter(|_| out > 0) {
                    tx.execute(event, kassa_db::params![id, seq, status, seq * 100])?;
                }
            }
            Ok::<_, kassa_db::Error>(())
        })
        .unwrap();
        db.migrate(MIGRATIONS).unwrap();
        db.migrate(MIGRATIONS).unwrap();
        let read = |tx: &mut kassa_db::Tx<'_>| {
            let parcels = fulfilments::store::of_order(tx, "o1")?;
            let others =
                fulfilments::store::of_order(tx, "o2")?.len() + fulfilments::store::of_order(tx, "o3")?.len();
            let said = "SELECT COUNT(*) FROM orders WHERE payment_status IS NOT NULL";
            Ok::<_, kassa_db::Error>((parcels, others, tx.first(said, &[], |row| row.int(0))?))
        };
        let (parcels, others, said) = db.read_blocking(read).unwrap();
        let [parcel] = &parcels[..] else { panic!("{parcels:?}") };
        assert_eq!((parcel.number, parcel.seq, parcel.status.name()), (1, 3, "shipped"), "{url}");
        assert_eq!(parcel.lines, [Item { sku: "a".to_owned(), quantity: 2 }]);
        assert_eq!(
            (parcel.shipped_at, others, said),
            (Some(Timestamp::from_micros(300)), 0, Some(0)),
            "{url}"
        );
    }
}
