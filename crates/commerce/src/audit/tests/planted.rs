//! Flaws planted in the tables, one at a time: exactly the invariant that says so is broken.

use std::collections::BTreeMap;

use kassa_db::Engine;
use kassa_model::{MICROS_PER_DAY, Timestamp};

use super::support::{Books, Reports, broken, silent, spoil};
use crate::audit::MoneyRow;
use crate::testing::Bed;

/// A flaw: its name, the invariant that it breaks, the order that it is about, and the statements that plant it.
type Flaw = (&'static str, usize, &'static str, &'static [&'static str]);

const FLAWS: &[Flaw] = &[
    ("stock that came from nowhere", 1, "", &["UPDATE stock SET on_hand = on_hand + 1 WHERE sku = 'mug'"]),
    ("an entry that is gone", 1, "", &["DELETE FROM ledger WHERE sku = 'ps5' AND kind = 'receive'"]),
    (
        "a ledger of what has no stock",
        1,
        "",
        &["INSERT INTO ledger (ref, sku, kind, quantity, created_at) VALUES ('x', 'ghost', 'receive', 3, 0)"],
    ),
    (
        "stock taken twice",
        2,
        "confirmed",
        &[
            "INSERT INTO ledger (ref, sku, kind, quantity, created_at) VALUES ($1 || '/1x', 'mug', 'deduct', -2, 0)",
            "UPDATE stock SET on_hand = on_hand - 2 WHERE sku = 'mug'",
        ],
    ),
    (
        "stock never taken",
        2,
        "confirmed",
        &[
            "DELETE FROM ledger WHERE ref = $1 || '/1' AND sku = 'cap'",
            "UPDATE stock SET on_hand = on_hand + 1 WHERE sku = 'cap'",
        ],
    ),
    (
        "stock of a cancelled order that never came back",
        2,
        "cancelled",
        &[
            "DELETE FROM ledger WHERE ref LIKE $1 || '/c%'",
            "UPDATE stock SET on_hand = on_hand - 3 WHERE sku = 'mug'",
        ],
    ),
    (
        "stock that was kept behind the ledger's back",
        2,
        "kept",
        &["DELETE FROM ledger WHERE ref LIKE $1 || '/c%'"],
    ),
    ("stock that nobody kept", 2, "kept", &["UPDATE orders SET stock_kept = 0 WHERE id = $1"]),
    (
        "units handed over that no event knows of",
        3,
        "partly",
        &["UPDATE order_lines SET fulfilled_quantity = 1 WHERE order_id = $1"],
    ),
    (
        "a key that failed, and an order that did not",
        4,
        "confirmed",
        &["INSERT INTO failed_references (scope, key, reference, fingerprint, order_id) \
             SELECT scope, 'k-x', client_reference, 'f', id FROM orders WHERE id = $1"],
    ),
    (
        "an order that is fulfilled with something left",
        3,
        "partly",
        &[
            "UPDATE orders SET status = 'fulfilled' WHERE id = $1",
            "UPDATE order_events SET status = 'fulfilled' WHERE order_id = $1 AND kind = 'OrderFulfilled'",
        ],
    ),
    (
        "stock of an order that is not there",
        2,
        "",
        &[
            "INSERT INTO ledger (ref, sku, kind, quantity, created_at) \
             VALUES ('0190ffff-0000-7000-8000-000000000000/1', 'mug', 'deduct', -1, 0)",
            "UPDATE stock SET on_hand = on_hand - 1 WHERE sku = 'mug'",
        ],
    ),
    (
        "entries of what is not tracked",
        2,
        "untracked",
        &[
            "INSERT INTO stock (sku, on_hand, reserved, low_stock_at, created_at, updated_at) \
             VALUES ('ebook', 0, 0, 0, 0, 0)",
            "INSERT INTO ledger (ref, sku, kind, quantity, created_at) VALUES ($1 || '/1', 'ebook', 'deduct', -1, 0)",
            "INSERT INTO ledger (ref, sku, kind, quantity, created_at) VALUES ($1 || '/2', 'ebook', 'release', 1, 0)",
        ],
    ),
    ("a wrong total", 3, "confirmed", &["UPDATE orders SET total_minor = total_minor + 1 WHERE id = $1"]),
    ("no line", 3, "untracked", &["DELETE FROM order_lines WHERE order_id = $1"]),
    (
        "a line of no order",
        3,
        "untracked",
        &["UPDATE order_lines SET order_id = 'x' || $1 WHERE order_id = $1"],
    ),
    ("another price", 3, "untracked", &["UPDATE order_lines SET unit_price_minor = 1 WHERE order_id = $1"]),
    ("a status without an event", 3, "confirmed", &["UPDATE orders SET status = 'fulfilled' WHERE id = $1"]),
    (
        "an illegal edge",
        3,
        "fulfilled",
        &[
            "UPDATE orders SET status = 'confirmed' WHERE id = $1",
            "UPDATE order_events SET status = 'confirmed' WHERE order_id = $1",
        ],
    ),
    (
        "an event that is gone",
        3,
        "fulfilled",
        &[
            "DELETE FROM order_events WHERE order_id = $1 AND seq = 2",
            "DELETE FROM outbox WHERE order_id = $1 AND seq = 2",
        ],
    ),
    ("a refund that is gone", 3, "part", &["DELETE FROM refunds WHERE order_id = $1 AND amount_minor = 99"]),
    ("a revision too many", 3, "edited", &["UPDATE orders SET revision = revision + 1 WHERE id = $1"]),
    (
        "money that its lines did not move",
        3,
        "untracked",
        &["UPDATE order_events SET lines = '[]' WHERE order_id = $1"],
    ),
    (
        "work of no order",
        3,
        "",
        &["INSERT INTO work (order_id, kind, ref, payload, attempts, next_at, created_at) \
        VALUES ('nobody', 'release', 'nobody/c2', '{}', 0, 0, 9000000000000000)"],
    ),
    (
        "two orders of one client reference",
        4,
        "confirmed",
        &["UPDATE orders SET client_reference = (SELECT client_reference FROM orders WHERE id = $1) \
           WHERE status = 'fulfilled'"],
    ),
    (
        "a client reference that is not kept",
        4,
        "confirmed",
        &["DELETE FROM client_references WHERE order_id = $1"],
    ),
    (
        "a client reference of no order",
        4,
        "",
        &["INSERT INTO client_references (scope, reference, fingerprint, order_id, created_at) \
           VALUES ('admin', 'lost', '', 'lost', 0)"],
    ),
    (
        "an answer that names another order",
        4,
        "confirmed",
        &["UPDATE idempotency SET body = '{\"id\":\"other\"}' WHERE order_id = $1"],
    ),
    (
        "an answer about no order",
        4,
        "confirmed",
        &["UPDATE idempotency SET order_id = 'x' || $1 WHERE order_id = $1"],
    ),
    (
        "an answer that is none to keep",
        4,
        "confirmed",
        &["UPDATE idempotency SET status = 500 WHERE order_id = $1"],
    ),
    (
        "an order refused that was not",
        4,
        "confirmed",
        &["UPDATE idempotency SET status = 422 WHERE order_id = $1"],
    ),
    ("a change without its outbox row", 5, "edited", &["DELETE FROM outbox WHERE order_id = $1 AND seq = 2"]),
    (
        "a change with two outbox rows",
        5,
        "edited",
        &["INSERT INTO outbox (order_id, seq, kind, body, money, created_at) \
           SELECT order_id, seq, kind, body, money, created_at FROM outbox \
           WHERE order_id = $1 AND seq = 2"],
    ),
    (
        "an outbox row without its change",
        5,
        "edited",
        &["INSERT INTO outbox (order_id, seq, kind, body, created_at) \
           SELECT order_id, 99, 'OrderFulfilled', body, created_at FROM outbox \
           WHERE order_id = $1 AND seq = 2"],
    ),
    (
        "money under its order's id alone",
        5,
        "untracked",
        &[
            "UPDATE outbox SET money = REPLACE(money, 'order:' || $1 || ':1', 'order:' || $1) WHERE order_id = $1",
        ],
    ),
    (
        "an outbox row with other money",
        5,
        "untracked",
        &["UPDATE outbox SET money = REPLACE(money, ':700', ':701') WHERE order_id = $1"],
    ),
    (
        "a published row that the log does not hold",
        5,
        "confirmed",
        &[
            "UPDATE outbox SET body = REPLACE(body, $1, '0190ffff-0000-7000-8000-000000000000') WHERE order_id = $1",
        ],
    ),
    (
        "an order that nobody decides",
        7,
        "failed",
        &[
            "UPDATE orders SET status = 'accepted' WHERE id = $1",
            "UPDATE order_events SET status = 'accepted', kind = 'OrderAccepted' WHERE order_id = $1",
            "UPDATE outbox SET kind = 'OrderAccepted' WHERE order_id = $1",
            "UPDATE idempotency SET status = 202 WHERE order_id = $1",
        ],
    ),
    ("an edit that nobody decides", 7, "confirmed", &["UPDATE orders SET pending_edit = 'x' WHERE id = $1"]),
    (
        "a command that nobody sends",
        7,
        "confirmed",
        &["INSERT INTO work (order_id, kind, ref, payload, attempts, next_at, created_at) \
           VALUES ($1, 'release', 'x', '{}', 0, 0, 0)"],
    ),
    (
        "a request that never ends",
        7,
        "",
        &[
            "INSERT INTO idempotency (scope, key, fingerprint, state, deadline, status, headers, body, created_at) \
           VALUES ('admin', 'late', '', 'running', 0, 202, '[]', '', 0)",
        ],
    ),
    ("a fulfilment that holds nothing", 3, "partly", &["DELETE FROM fulfilment_line WHERE order_id = $1"]),
    (
        "a fulfilment of more than was handed over",
        3,
        "partly",
        &["UPDATE fulfilment_line SET quantity = quantity + 1 WHERE order_id = $1"],
    ),
    ("a fulfilment that is gone", 3, "partly", &["DELETE FROM fulfilment WHERE order_id = $1"]),
    (
        "units handed over in no fulfilment",
        3,
        "fulfilled",
        &["DELETE FROM fulfilment WHERE order_id = $1", "DELETE FROM fulfilment_line WHERE order_id = $1"],
    ),
    (
        "a fulfilment of no order",
        3,
        "sent",
        &[
            "UPDATE fulfilment SET order_id = 'x' || $1 WHERE order_id = $1",
            "UPDATE fulfilment_line SET order_id = 'x' || $1 WHERE order_id = $1",
        ],
    ),
    (
        "a fulfilment that came back by itself",
        3,
        "partly",
        &[
            "UPDATE fulfilment SET status = 'cancelled' WHERE order_id = $1",
            "UPDATE order_lines SET fulfilled_quantity = 0 WHERE order_id = $1",
        ],
    ),
    (
        "a fulfilment that arrived without an event",
        3,
        "partly",
        &["UPDATE fulfilment SET status = 'delivered' WHERE order_id = $1"],
    ),
    ("a fulfilment that no event made", 3, "sent", &["UPDATE fulfilment SET seq = 99 WHERE order_id = $1"]),
    (
        "an order that was never sent and is fulfilled",
        3,
        "sent",
        &["UPDATE fulfilment SET status = 'shipped' WHERE order_id = $1 AND status = 'cancelled'"],
    ),
    (
        "money that came by no event",
        3,
        "paid",
        &["UPDATE payment SET captured_minor = captured_minor - 1 WHERE order_id = $1"],
    ),
    (
        "money that went back by no event",
        3,
        "paid",
        &["UPDATE payment SET refunded_minor = refunded_minor + 1 WHERE order_id = $1"],
    ),
    (
        "an event of a payment that is gone",
        3,
        "paid",
        &["DELETE FROM payment_event WHERE payment_id LIKE $1 || '%' AND kind = 'refunded'"],
    ),
    ("a payment that is gone", 3, "paid", &["DELETE FROM payment WHERE order_id = $1"]),
    (
        "a payment that is gone with its events",
        3,
        "paid",
        &[
            "DELETE FROM payment WHERE order_id = $1",
            "DELETE FROM payment_event WHERE payment_id LIKE $1 || '%'",
        ],
    ),
    (
        "a payment of no order",
        3,
        "paid",
        &["UPDATE payment SET order_id = 'x' || $1, id = 'x' || id WHERE order_id = $1"],
    ),
    ("an order paid by nobody", 3, "confirmed", &["UPDATE orders SET payment_status = 'paid' WHERE id = $1"]),
    (
        "an order that owes what came",
        3,
        "paid",
        &["UPDATE orders SET payment_status = 'unpaid' WHERE id = $1"],
    ),
    (
        "an order of which nobody says what it owes",
        3,
        "paid",
        &["UPDATE orders SET payment_status = NULL WHERE id = $1"],
    ),
    (
        "a payment in another currency",
        3,
        "paid",
        &["UPDATE payment SET currency = 'USD' WHERE order_id = $1"],
    ),
    (
        "more money than the order costs",
        3,
        "paid",
        &[
            "UPDATE payment SET amount_minor = amount_minor + 1, captured_minor = captured_minor + 1 WHERE order_id = $1",
            "UPDATE payment_event SET amount_minor = amount_minor + 1 WHERE payment_id LIKE $1 || '%' AND kind = 'captured'",
        ],
    ),
    (
        "a row that nobody publishes",
        7,
        "edited",
        &[
            "INSERT INTO outbox_waiting (id, created_at) SELECT id, created_at FROM outbox WHERE order_id = $1",
        ],
    ),
];

async fn settled(bed: Bed) -> (Books, BTreeMap<&'static str, String>) {
    let mut books = Books::open(bed).await;
    let mut made = books.one_of_each().await;
    made.extend(books.paid_and_sent().await);
    books.publish().await;
    books.wait(3_600);
    (books, made)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_planted_flaw_is_found() {
    println!("{} flaws", FLAWS.len());
    for (name, invariant, about, statements) in FLAWS {
        for bed in Bed::each() {
            let (books, made) = settled(bed).await;
            for statement in *statements {
                books.spoil(statement, made.get(about).map_or("", String::as_str));
            }
            let report = books.audit().await;
            let found = serde_json::to_string_pretty(&report).unwrap();
            assert_eq!(broken(&report), [*invariant], "{}: {name}: {found}", books.bed.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_is_there_twice_is_found() {
    for bed in Bed::each() {
        let (books, _) = settled(bed).await;
        let db = &books.bed.db;
        match db.engine() {
            Engine::Postgres => {
                spoil(db, "ALTER TABLE ledger DROP CONSTRAINT ledger_ref_sku_kind_key", "");
            }
            Engine::Sqlite => {
                spoil(db, "ALTER TABLE ledger RENAME TO entries", "");
                spoil(
                    db,
                    "CREATE TABLE ledger (id INTEGER PRIMARY KEY, ref TEXT, sku TEXT, kind TEXT, quantity INTEGER, \
                     reason TEXT, created_at INTEGER)",
                    "",
                );
                spoil(db, "INSERT INTO ledger SELECT * FROM entries", "");
            }
        }
        let twice = "INSERT INTO ledger (ref, sku, kind, quantity, created_at) \
                     SELECT ref, sku, kind, quantity, created_at FROM ledger WHERE sku = 'mug' AND kind = 'receive'";
        spoil(db, twice, "");
        spoil(db, "UPDATE stock SET on_hand = on_hand + 60 WHERE sku = 'mug'", "");
        assert_eq!(broken(&books.audit().await), [1], "{}", books.bed.name);
    }
}

/// What is done to what reports count.
type Miscount = (&'static str, fn(&mut Reports));

const MISCOUNTS: &[Miscount] = &[
    ("a change that is not counted", |reports| drop(reports.rows.pop())),
    ("a change that is counted twice", |reports| reports.rows.extend(reports.rows.first().cloned())),
    ("another amount", |reports| reports.rows[0].revenue_minor += 1),
    ("another currency", |reports| reports.rows[0].currency = "USD".to_owned()),
    ("another day", |reports| {
        let at = reports.rows[0].occurred_at;
        reports.rows[0].occurred_at = at.plus_micros(MICROS_PER_DAY);
    }),
    ("another id", |reports| reports.rows[0].id.truncate(42)),
    ("an order that is not there", |reports| {
        reports.rows.push(MoneyRow {
            order_id: "0190ffff-0000-7000-8000-000000000000".to_owned(),
            id: "order:0190ffff-0000-7000-8000-000000000000:1".to_owned(),
            currency: "EUR".to_owned(),
            revenue_minor: 1,
            occurred_at: Timestamp::from_micros(0),
        });
    }),
    ("an id that is stored twice", |reports| reports.repeated.push(("v1".to_owned(), Timestamp::default()))),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_miscount_is_found() {
    for bed in Bed::each() {
        let (books, _) = settled(bed).await;
        for (name, spoil) in MISCOUNTS {
            let mut reports = books.reports().await;
            spoil(&mut reports);
            let report = books.audit_over(reports).run(silent()).await.unwrap();
            assert_eq!(broken(&report), [6], "{}: {name}: {report:?}", books.bed.name);
        }
    }
}

/// A look at the ids of the last days finds a repetition of today; one of long ago is found where all are compared.
#[tokio::test(flavor = "multi_thread")]
async fn ids_of_long_ago_are_compared_where_all_are() {
    let (books, _) = settled(Bed::sqlite()).await;
    let now = kassa_model::Clock::now(&*books.bed.clock);
    let day_before = now.plus_micros(-MICROS_PER_DAY);
    let check = async |received_at: Timestamp, since: Option<Timestamp>, expected: &[usize]| {
        let mut reports = books.reports().await;
        reports.repeated.push(("v1".to_owned(), received_at));
        let report = books.audit_over(reports).run_since(since, silent()).await.unwrap();
        assert_eq!(broken(&report), expected, "{received_at} {since:?}");
    };
    check(now, Some(day_before), &[6]).await;
    check(Timestamp::default(), Some(day_before), &[]).await;
    check(Timestamp::default(), None, &[6]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stands_still_is_found() {
    let (mut books, _) = settled(Bed::sqlite()).await;
    books.order(&[("mug", 1)]).await;
    books.publish().await;
    // The group goes back to the start: what it has not read is an hour old.
    let mut group =
        kassa_eventlog::EventLog::subscribe(&*books.log, kassa_eventlog::Stream::Events, "processor")
            .await
            .unwrap();
    let limits = kassa_eventlog::Limits::BATCH;
    while let kassa_eventlog::Delivery::Assigned { partition, .. } = group.next(limits).await.unwrap() {
        group.commit(&[(partition, kassa_eventlog::Offset::START)]).await.unwrap();
    }
    let report = books.audit().await;
    assert_eq!(broken(&report), [7], "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_apart_is_judged_by_the_ledger() {
    let cases: [(&str, &[usize], &'static str, &'static str); 3] = [
        (
            "taken twice",
            &[2],
            "confirmed",
            "INSERT INTO ledger (ref, sku, kind, quantity, created_at) \
            VALUES ($1 || '/1x', 'mug', 'deduct', -2, 0)",
        ),
        ("never given back", &[2], "cancelled", "DELETE FROM ledger WHERE ref LIKE $1 || '/c%'"),
        ("from nowhere", &[1], "", "UPDATE stock SET on_hand = on_hand + 1 WHERE sku = 'mug'"),
    ];
    for (name, invariants, about, statement) in cases {
        let (books, made) = settled(Bed::apart()).await;
        let before = books.audit().await;
        assert!(before.ok, "before: {before:?}");
        let stock = books.bed.shop.inventory.clone().unwrap();
        spoil(&stock, statement, made.get(about).map_or("", String::as_str));
        if invariants == [2] {
            let sums = "UPDATE stock SET on_hand = (SELECT SUM(quantity) FROM ledger WHERE ledger.sku = stock.sku) \
                        WHERE sku = 'mug'";
            spoil(&stock, sums, "");
        }
        let report = books.audit().await;
        assert_eq!(broken(&report), invariants, "{name}: {report:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_beyond_its_bounds_is_found() {
    for spoilt in
        ["UPDATE stock SET reserved = on_hand + 1 WHERE sku = 'mug'", "UPDATE stock SET reserved = -1"]
    {
        let (books, _) = settled(Bed::sqlite()).await;
        for statement in [
            "ALTER TABLE stock RENAME TO bounded",
            "CREATE TABLE stock (sku TEXT PRIMARY KEY, on_hand INTEGER, reserved INTEGER, low_stock_at INTEGER, \
             created_at INTEGER, updated_at INTEGER)",
            "INSERT INTO stock SELECT * FROM bounded",
            spoilt,
        ] {
            books.spoil(statement, "");
        }
        assert_eq!(broken(&books.audit().await), [1], "{spoilt}");
    }
}
