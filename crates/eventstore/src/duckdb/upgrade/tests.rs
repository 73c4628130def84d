//! Stores of older versions: upgraded whole, also through kills and with many rows.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use duckdb::Connection;
use kassa_model::{ORIGIN_NAMES, Progress, Silent};

use super::{PARTS, Step, VERSION, bring_up};
use crate::conformance::places::{everything, resume};
use crate::conformance::random::batches;
use crate::conformance::sample::{Random, scaled};
use crate::duckdb::schema::{EVENT_COLUMNS, OWN_COLUMNS};
use crate::duckdb::tests::{check_story, child, folder, numbered, open, refusal};
use crate::duckdb::{DuckStore, Options};
use crate::{Batch, EventStore};

/// Hears what is told.
#[derive(Debug, Default)]
struct Heard(Mutex<Vec<(u64, u64)>>);

impl Progress for Heard {
    fn tell(&self, what: &str, done: u64, of: u64) {
        assert_eq!(what, "upgrading the event store");
        self.0.lock().unwrap().push((done, of));
    }
}

/// The tables as version 6 had them, with what is in them.
fn back_to_version_6(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    for (table, name) in [("events", "offset"), ("dead_letters", "offset"), ("positions", "position")] {
        let sql = format!(
            "ALTER TABLE {table} RENAME log_{name} TO {name}_low;
             ALTER TABLE {table} ADD COLUMN {name}_high UBIGINT DEFAULT 0;
             ALTER TABLE {table} ALTER {name}_high SET NOT NULL;"
        );
        connection.execute_batch(&sql).unwrap();
    }
    let sql = "ALTER TABLE events DROP COLUMN item_skus; UPDATE kassa_store SET version = 6";
    connection.execute_batch(sql).unwrap();
    connection
}

/// The tables as version 1 had them, with what is in them.
fn back_to_version_1(path: &Path) {
    let connection = back_to_version_6(path);
    for name in ORIGIN_NAMES {
        let kept = format!(
            "ALTER TABLE events ADD COLUMN {name} VARCHAR; UPDATE events SET {name} = CASE WHEN json_exists(own, '$.{name}') \
             THEN json_extract_string(own, '$.{name}') ELSE visit_{name} END"
        );
        connection.execute_batch(&kept).unwrap();
    }
    let later = ["non_interactive", "anonymous_visitor", "own", "props_read"];
    for column in EVENT_COLUMNS[OWN_COLUMNS..].iter().chain(&later) {
        connection.execute_batch(&format!("ALTER TABLE events DROP COLUMN {column}")).unwrap();
    }
    let sql = "BEGIN; ALTER TABLE counts DROP COLUMN log_partition; ALTER TABLE positions DROP COLUMN state; DROP TABLE owner;
               UPDATE kassa_store SET version = 1; COMMIT;";
    connection.execute_batch(sql).unwrap();
}

/// A store of version 1 with so many numbered batches.
async fn of_version_1(path: &Path, batches: u64) {
    let store = open(path);
    for number in 0..batches {
        store.insert(numbered(number)).await.unwrap();
    }
    drop(store);
    back_to_version_1(path);
}

fn version(path: &Path) -> i64 {
    let connection = Connection::open(path).unwrap();
    connection.query_row("SELECT max(version) FROM kassa_store", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_store_of_version_1_is_upgraded_and_goes_on() {
    let (folder, path) = folder();
    of_version_1(&path, 5).await;
    let heard = Arc::new(Heard::default());
    let exports_dir = Some(folder.path().to_owned());
    let options = Options { progress: heard.clone(), exports_dir, ..Options::new(&path) };
    let store = DuckStore::open(options.clone()).unwrap();
    assert_eq!(check_story(&store).await, 5);
    assert_eq!(resume(&store, everything(0)).await.state, None);
    store.insert(Batch { state: Some("kept".to_owned()), ..numbered(5) }).await.unwrap();
    drop(store);
    assert_eq!(version(&path), VERSION);
    let told = heard.0.lock().unwrap().clone();
    let all = (VERSION as u64 - 1) * PARTS;
    assert_eq!((told.first(), told.last()), (Some(&(0, all)), Some(&(all, all))));
    assert!(told.is_sorted() && told.len() > VERSION as usize, "{told:?}");
    // The next open has nothing to do, and finds what came after the upgrade.
    let store = DuckStore::open(options).unwrap();
    assert_eq!(*heard.0.lock().unwrap(), told);
    assert_eq!(check_story(&store).await, 6);
    assert_eq!(resume(&store, everything(0)).await.state.as_deref(), Some("kept"));
    // A backup of it has its rows, too.
    let copy = folder.path().join("copy.duckdb");
    store.copy_to(&copy, Arc::new(Silent)).await.unwrap();
    assert_eq!(check_story(&open(&copy)).await, 6);
}

/// The steps, with the visits written piece by piece of so few rows that hardly a visit lies in one.
fn by_small_pieces() -> Vec<Step> {
    let mut steps = super::STEPS.to_vec();
    steps[1] = Step::Work(|connection, told| super::visits::write_by(97, connection, told));
    steps
}

/// What the fold would have written is what the upgrade writes: the fingerprint is of the rows and of their visits.
#[tokio::test]
async fn old_rows_get_the_facts_of_their_visits_in_the_order_of_the_log() {
    for steps in [super::STEPS.to_vec(), by_small_pieces()] {
        let (_folder, path) = folder();
        let mut random = Random(7);
        let store = open(&path);
        for mut batch in batches(&mut random, 2_000) {
            // Of what came with later versions nothing is known of old rows.
            for row in &mut batch.rows {
                (row.event.non_interactive, row.event.anonymous_visitor) = (false, None);
            }
            store.insert(batch).await.unwrap();
        }
        let expected = store.fingerprint().await.unwrap();
        drop(store);
        back_to_version_1(&path);
        bring_up(&Connection::open(&path).unwrap(), &Options::new(&path), &steps).unwrap();
        assert_eq!(open(&path).fingerprint().await.unwrap(), expected);
        let none =
            |text: &str| text.rsplit('-').next().is_some_and(|visits| visits.chars().all(|char| char == '0'));
        assert!(!none(&expected), "{expected}");
    }
}

#[tokio::test]
async fn positions_of_128_bits_become_64() {
    for table in ["events SET offset_high", "dead_letters SET offset_high", "positions SET position_high"] {
        let (_folder, path) = folder();
        let store = open(&path);
        for number in 0..2 {
            store.insert(numbered(number)).await.unwrap();
        }
        drop(store);
        back_to_version_6(&path).execute_batch(&format!("UPDATE {table} = 1")).unwrap();
        let why = refusal(&path);
        assert!(why.contains("from version 6 to 7: ") && why.contains("positions beyond 64 bits"), "{why}");
        assert_eq!(version(&path), 6);
        Connection::open(&path).unwrap().execute_batch(&format!("UPDATE {table} = 0")).unwrap();
        let store = open(&path);
        assert_eq!((check_story(&store).await, version(&path)), (2, VERSION));
        store.insert(numbered(2)).await.unwrap();
        drop(store);
        assert_eq!(check_story(&open(&path)).await, 3);
    }
}

#[tokio::test]
async fn a_kill_during_an_upgrade_leaves_a_whole_store() {
    let points = [
        ("upgrade.store_before_commit=1", 1),
        ("upgrade.store_after_commit=1", 2),
        ("upgrade.store_before_commit=2", 2),
        ("upgrade.store_after_commit=2", 3),
        ("upgrade.store_before_commit=4", 4),
        ("upgrade.store_after_commit=4", 5),
    ];
    for (point, left) in points {
        let (_folder, path) = folder();
        of_version_1(&path, 3).await;
        let status = child(&path, point).status().unwrap();
        assert!(!status.success(), "{point} was not hit");
        assert_eq!(version(&path), left, "{point}");
        let store = open(&path);
        assert_eq!(check_story(&store).await, 3, "{point}");
        store.insert(numbered(3)).await.unwrap();
        assert_eq!(check_story(&store).await, 4, "{point}");
    }
}

#[tokio::test]
async fn old_rows_get_the_products_that_they_name() {
    let (_folder, path) = folder();
    let (mut random, store) = (Random(9), open(&path));
    for batch in batches(&mut random, 500) {
        store.insert(batch).await.unwrap();
    }
    drop(store);
    let skus = |connection: &Connection| {
        let sql = "SELECT sequence, item_skus FROM events ORDER BY sequence";
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.collect::<Result<Vec<(u64, Option<String>)>, _>>().unwrap()
    };
    let connection = Connection::open(&path).unwrap();
    // Of what became of stock there was nothing then.
    connection.execute_batch("DELETE FROM events WHERE order_id = ''").unwrap();
    let expected = skus(&connection);
    assert!(expected.iter().flat_map(|(_, skus)| skus).any(|skus| skus.contains('\u{1f}')));
    let sql = "ALTER TABLE events DROP COLUMN item_skus; UPDATE kassa_store SET version = version - 1";
    connection.execute_batch(sql).unwrap();
    bring_up(&connection, &Options::new(&path), super::STEPS).unwrap();
    assert_eq!(skus(&connection), expected);
}

/// What a step that touches every row looks like.
const REWRITES: Step = Step::Statements(
    "CREATE TABLE rewritten AS SELECT * REPLACE (upper(title) AS title) FROM events;
     DROP TABLE events; ALTER TABLE rewritten RENAME TO events;",
);

#[tokio::test]
async fn hard_an_upgrade_that_rewrites_every_row_keeps_to_time_and_memory() {
    let (_folder, path) = folder();
    let rows = scaled(5_000_000);
    of_version_1(&path, 1).await;
    let fill = format!(
        "CREATE TEMP TABLE one AS SELECT * FROM events LIMIT 1;
         INSERT INTO events SELECT one.* REPLACE (
             'e' || range AS id, range::UBIGINT + 1000 AS sequence, 'A title of page ' || range AS title,
             range // 5 + 1 AS session, (hash(range // 5) % 1000003)::BIGINT AS visitor, '/p/' || range % 500 AS path,
             CASE range % 4 WHEN 0 THEN 'Google' WHEN 1 THEN 'newsletter' END AS source,
             to_timestamp(1767225600 + range / 2)::TIMESTAMP AS received_at) FROM range({rows}), one;"
    );
    Connection::open(&path).unwrap().execute_batch(&fill).unwrap();
    let began = Instant::now();
    let store = open(&path);
    let as_it_is = began.elapsed();
    assert_eq!(store.status().await.unwrap().events, rows + 9);
    drop(store);

    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("SET memory_limit = '256 MiB'").unwrap();
    let mut steps = super::STEPS.to_vec();
    steps.push(REWRITES);
    let began = Instant::now();
    bring_up(&connection, &Options::new(&path), &steps).unwrap();
    let rewritten = began.elapsed();
    let sql = "SELECT count(*) FILTER (title LIKE 'A TITLE OF PAGE %') FROM events";
    let changed: u64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(changed, rows);
    println!(
        "upgrade: {rows} events to version {VERSION} in {:.2} s, every row rewritten in {:.2} s",
        as_it_is.as_secs_f64(),
        rewritten.as_secs_f64()
    );
    let most = Duration::from_secs(60).mul_f64(rows as f64 / 5e6).max(Duration::from_secs(30));
    assert!(as_it_is + rewritten < most, "{as_it_is:?} and {rewritten:?}");
}
