//! A log that is full, a row that cannot be read, ids that come late, rows that are old.

use std::sync::atomic::Ordering;
use std::time::Duration;

use kassa_db::params;
use kassa_eventlog::Stream;
use kassa_service::Shutdown;

use super::support::{Desk, amount, eventually, put};
use crate::outbox::{RelayError, RelayOptions, Round};

fn options() -> RelayOptions {
    let (poll, pause_max) = (Duration::from_millis(5), Duration::from_millis(50));
    RelayOptions { batch_rows: 5, poll, pause_max, ..RelayOptions::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_log_stops_it_until_there_is_room() {
    let desk = Desk::new();
    let (relay, _, metrics) = desk.relay(options());
    let shutdown = Shutdown::new();
    let task = tokio::spawn(relay.run(shutdown.clone()));
    desk.put(0..10).await;
    eventually("the first are published", async || desk.unpublished().await == 0).await;
    desk.log.shut.store(true, Ordering::SeqCst);
    desk.put(10..30).await;
    let failures = |least: u64| {
        let text = metrics.text();
        let value = text.lines().find_map(|line| line.strip_prefix("kassa_outbox_failures_total "));
        value.unwrap().parse::<u64>().unwrap() >= least
    };
    eventually("it is tried again and again", async || failures(4)).await;
    assert_eq!(desk.unpublished().await, 20, "nothing is marked that is not in the log");
    let measured = |text: &str| metrics.text().contains(text);
    eventually("the backlog is measured", async || measured("kassa_outbox_unpublished_rows 20.0\n")).await;
    assert!(!measured("kassa_outbox_oldest_seconds 0.0\n"), "{}", metrics.text());
    desk.log.shut.store(false, Ordering::SeqCst);
    eventually("the rest is published", async || desk.unpublished().await == 0).await;
    shutdown.trigger();
    task.await.unwrap();
    let found = desk.log.revenue_by_id().await;
    assert_eq!(found, (0..30).map(|number| (format!("order:o-{number}:1"), amount(number))).collect());
    // The public events of the rows that failed came again, each time from the first row on.
    let numbers = desk.log.texts(Stream::Orders).await;
    let mut first_time: Vec<i64> = Vec::new();
    for number in numbers.iter().map(|text| text.parse().unwrap()) {
        if !first_time.contains(&number) {
            first_time.push(number);
        }
    }
    assert_eq!(first_time, (0..30).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_cannot_be_read_is_not_passed_over() {
    let desk = Desk::new();
    desk.put(1..6).await;
    let spoil = "UPDATE outbox SET money = $1 WHERE order_id = 'o-3'";
    let kept = desk
        .db
        .write(move |tx| {
            let sql = "SELECT money FROM outbox WHERE order_id = 'o-3'";
            let kept = tx.first(sql, &[], |row| row.text(0))?;
            tx.execute(spoil, params!["{"])?;
            Ok::<_, kassa_db::Error>(kept.unwrap())
        })
        .await
        .unwrap();
    let (mut relay, ..) = desk.relay(options());
    for _ in 0..3 {
        let error = relay.round().await.unwrap_err();
        assert!(matches!(error, RelayError::Row { id: 3, .. }), "{error}");
        assert!(
            error.to_string().starts_with("cannot publish row 3 of the outbox: its money cannot be read")
        );
        assert_eq!(desk.unpublished().await, 3);
    }
    desk.db.write(move |tx| tx.execute(spoil, params![&kept])).await.unwrap();
    assert_eq!(relay.round().await.unwrap(), Round::Published(3));
    assert_eq!(desk.log.texts(Stream::Orders).await, ["1", "2", "3", "4", "5"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_smaller_id_that_comes_later_is_published() {
    for desk in Desk::each() {
        a_smaller_id_that_comes_later_is_published_on(desk).await;
    }
}

async fn a_smaller_id_that_comes_later_is_published_on(desk: Desk) {
    let (mut relay, ..) = desk.relay(options());
    desk.put(1..3).await;
    let late = |number: i64, id: i64| {
        desk.db.write(move |tx| {
            put(tx, number)?;
            let sql = "UPDATE outbox SET id = $1 WHERE order_id = $2";
            tx.execute(sql, params![id, &format!("o-{number}")])?;
            let sql = "UPDATE outbox_waiting SET id = $1 WHERE created_at = $2";
            tx.execute(sql, params![id, number])
        })
    };
    late(9, 900).await.unwrap();
    assert_eq!(relay.round().await.unwrap(), Round::Published(3));
    // As on PostgreSQL, where the transaction that took the smaller id was the slower one.
    late(5, 500).await.unwrap();
    assert_eq!(relay.round().await.unwrap(), Round::Published(1));
    assert_eq!(desk.log.texts(Stream::Orders).await, ["1", "2", "9", "5"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn published_rows_go_when_their_time_is_over() {
    for desk in Desk::each() {
        published_rows_go_when_their_time_is_over_on(desk).await;
    }
}

async fn published_rows_go_when_their_time_is_over_on(desk: Desk) {
    desk.put(0..10).await;
    let (mut relay, ..) = desk.relay(RelayOptions { keep: Duration::from_secs(60), ..options() });
    assert_eq!(relay.round().await.unwrap(), Round::Published(5));
    relay.note_age().await.unwrap();
    assert_eq!(relay.clean_some().await.unwrap(), 0, "too young");
    let (mut relay, ..) = desk.relay(RelayOptions { keep: Duration::ZERO, ..options() });
    relay.note_age().await.unwrap();
    assert_eq!(relay.clean_some().await.unwrap(), 5);
    assert_eq!(desk.unpublished().await, 5, "what is not published stays, however old");
    assert_eq!(relay.round().await.unwrap(), Round::Standby, "another holds the lease");
    drop(relay);
}
