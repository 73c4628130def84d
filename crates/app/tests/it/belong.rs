//! Parts of a data folder that do not belong together: refused in a sentence, rebuilt where that is possible, or given up by
//! whoever says so.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::kassa::{Kassa, Start, metric, wait_for};
use crate::market::audit_is_clean;

/// A shop in a folder.
struct Folder {
    _kept: tempfile::TempDir,
    root: PathBuf,
    data: PathBuf,
}

impl Folder {
    fn new() -> Self {
        let kept = tempfile::tempdir().unwrap();
        let root = kept.path().to_owned();
        Self { _kept: kept, data: root.join("data"), root }
    }

    /// Sells so many mugs, sees that all is published and folded, and ends.
    fn sold(self, orders: std::ops::Range<u64>) -> Self {
        self.sell(orders);
        self
    }

    fn sell(&self, orders: std::ops::Range<u64>) {
        let kassa = Start::up(&self.data).start();
        if orders.start == 0 {
            let mug =
                json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 1_250, "currency": "USD"}});
            assert_eq!(send(&kassa, "/v1/products", "p", &mug), 201);
            assert_eq!(send(&kassa, "/v1/inventory/mug/receive", "s", &json!({"quantity": 1_000})), 200);
        }
        for number in orders {
            let body = json!({"items": [{"sku": "mug", "quantity": 1}]});
            assert_eq!(send(&kassa, "/v1/orders", &format!("o-{number}"), &body), 201);
        }
        settled(&kassa);
        assert!(kassa.stop().success());
    }

    /// What a start says that is refused.
    fn refused(&self) -> String {
        let why = Start::up(&self.data).try_start().map(|_| ()).unwrap_err();
        assert!(!why.contains("panicked"), "{why}");
        let last = why.lines().last().unwrap_or_default().to_owned();
        assert!(last.contains("or start once with --accept-loss, which gives up "), "{why}");
        last
    }

    /// Starts all the same; the log tells what was given up, and from then on nothing needs to be accepted.
    fn accepted(&self, loss: &str) {
        let before = said(&self.data).len();
        Start::up(&self.data).with("--accept-loss").start().stop();
        let told = said(&self.data)[before..].to_owned();
        let line = told.lines().find(|line| line.contains("accepting a loss")).unwrap_or_default();
        assert!(line.contains(loss), "{told}");
        Start::up(&self.data).start().stop();
    }

    fn keep(&self, name: &str) -> PathBuf {
        let to = self.root.join(name);
        copy(&self.data, &to);
        to
    }

    /// Puts a part of `from` into the folder, in place of its own.
    fn put(&self, from: &Path, part: &str) {
        for name in [part.to_owned(), format!("{part}-wal"), format!("{part}-shm"), format!("{part}.wal")] {
            let (at, other) = (self.data.join(&name), from.join(&name));
            if at.is_dir() {
                fs::remove_dir_all(&at).unwrap();
            } else {
                let _ = fs::remove_file(&at);
            }
            if other.exists() {
                copy(&other, &at);
            }
        }
    }
}

fn send(kassa: &Kassa, path: &str, key: &str, body: &serde_json::Value) -> u16 {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    kassa.http().send("POST", path, &headers, body.to_string().as_bytes()).unwrap().status
}

/// Waits until every order is in the log and in the store.
fn settled(kassa: &Kassa) {
    let revenue = json!({"site_id": "default", "metrics": ["orders"], "date_range": "all"}).to_string();
    wait_for("all orders to be in the reports", || {
        let placed = kassa.get("/v1/orders?limit=200").json()["results"].as_array().unwrap().len();
        let counted = kassa.post("/v1/query", &revenue).json()["results"][0]["metrics"][0].as_u64();
        (counted == Some(placed as u64)).then_some(())
    });
    wait_for("the outbox to be empty", || {
        (metric(&kassa.get("/metrics").body, "kassa_outbox_unpublished_rows") == Some(0.0)).then_some(())
    });
}

fn said(data: &Path) -> String {
    String::from_utf8_lossy(&fs::read(data.with_extension("stderr")).unwrap_or_default()).into_owned()
}

fn copy(from: &Path, to: &Path) {
    let done = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(done.success());
}

#[test]
fn a_database_that_is_gone_or_empty_is_refused() {
    let folder = Folder::new().sold(0..4);
    let whole = folder.keep("whole");
    folder.put(&folder.root, "kassa.db");
    let why = folder.refused();
    assert!(why.contains("kassa.db is new or empty"), "{why}");
    fs::write(folder.data.join("kassa.db"), "").unwrap();
    assert!(folder.refused().contains("put the database back"));
    folder.put(&whole, "kassa.db");
    Start::up(&folder.data).start().stop();
    folder.put(&folder.root, "kassa.db");
    folder.accepted("every product, all stock");
}

#[test]
fn a_store_that_is_gone_is_rebuilt_from_a_whole_log_and_refused_beside_a_trimmed_one() {
    let folder = Folder::new().sold(0..4);
    folder.put(&folder.root, "events.duckdb");
    let kassa = Start::up(&folder.data).start();
    settled(&kassa);
    kassa.stop();
    audit_is_clean(&folder.data, None, &[]);

    let trimming =
        Start::up(&folder.data).env("KASSA_LOG__SEGMENT_BYTES", "1048576").env("KASSA_LOG__KEEP_HOURS", "0");
    let kassa = trimming.start();
    let long =
        json!({"site_id": "default", "event_type": "page_view", "path": format!("/{}", "x".repeat(1_500))});
    let mut http = kassa.http();
    wait_for("the log to let go of its first segment", || {
        for _ in 0..200 {
            assert_eq!(http.post("/event", &long.to_string()).unwrap().status, 202);
        }
        let log = kassa.get("/v1/admin/log").json();
        (log["events"]["partitions"][0]["first"].as_u64() > Some(0)).then_some(())
    });
    kassa.wait_until_drained();
    kassa.stop();
    let whole = folder.keep("whole");
    folder.put(&folder.root, "events.duckdb");
    let why = folder.refused();
    assert!(
        why.contains("events.duckdb is new or empty")
            && why.contains("no longer begins with its first record"),
        "{why}"
    );
    folder.put(&whole, "events.duckdb");
    Start::up(&folder.data).start().stop();
    folder.put(&folder.root, "events.duckdb");
    folder.accepted("reports begin anew without these events");
}

#[test]
fn parts_of_another_folder_are_refused() {
    let (folder, other) = (Folder::new().sold(0..3), Folder::new().sold(0..5));
    let own = folder.keep("own");
    for part in ["log", "events.duckdb"] {
        folder.put(&other.data, part);
    }
    let why = folder.refused();
    assert!(why.contains("the event log") && why.contains("comes from another folder"), "{why}");
    for part in ["log", "events.duckdb"] {
        folder.put(&own, part);
    }
    audit_is_clean(&folder.data, None, &[]);
    folder.put(&other.data, "kassa.db");
    assert!(folder.refused().contains("comes from another folder"));
    folder.accepted("counts as this shop's from here on");
}

#[test]
fn parts_of_another_time_are_refused() {
    let folder = Folder::new().sold(0..3);
    let early = folder.keep("early");
    folder.sell(3..6);
    let late = folder.keep("late");
    // The log and the store of before: what the database says is published, the log lacks.
    for part in ["log", "events.duckdb"] {
        folder.put(&early, part);
    }
    let why = folder.refused();
    assert!(why.contains("the shop's orders are published up to") && why.contains("ends at"), "{why}");
    for part in ["log", "events.duckdb"] {
        folder.put(&late, part);
    }
    // The database of before: the log tells of orders that it does not know.
    folder.put(&early, "kassa.db");
    let why = folder.refused();
    assert!(why.contains("does not know that change of an order"), "{why}");
    folder.put(&late, "kassa.db");
    audit_is_clean(&folder.data, None, &[]);
    for part in ["log", "events.duckdb"] {
        folder.put(&early, part);
    }
    folder.accepted("of events 0: the money");
}
