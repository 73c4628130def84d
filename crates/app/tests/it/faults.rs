//! What can go wrong around the files: each a clear error or a recovery, never a panic, never silent loss.

use std::fs;
use std::path::{Path, PathBuf};

use kassa_db::testing::TestPostgres;

use crate::kassa::{Start, metric, run, wait_for};

const EVENT: &str = r#"{"site_id":"shop","event_type":"page_view","path":"/"}"#;

fn views(kassa: &crate::kassa::Kassa) -> u64 {
    kassa.get("/stats?site_id=shop").json()["total_views"].as_u64().unwrap()
}

/// A data folder with 20 events in it, all folded, its process gone.
fn filled(folder: &Path) -> (Start, PathBuf) {
    let data = folder.join("data");
    let start = Start::up(&data);
    let kassa = start.start();
    for _ in 0..20 {
        assert_eq!(kassa.post("/event", EVENT).status, 202);
    }
    kassa.wait_until_drained();
    kassa.kill();
    (start, data)
}

fn segments(data: &Path) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "log") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&data.join("log").join("events"), &mut found);
    found.sort();
    found
}

#[test]
fn a_second_process_is_refused_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).start();
    let refusal = Start::up(&data).try_start().map(|_| ()).unwrap_err();
    assert!(refusal.contains("is in use by another kassa (process"), "{refusal}");
    assert!(refusal.contains(&kassa.pid().to_string()), "{refusal}");
}

#[test]
fn a_port_that_is_taken_is_named_and_explained_once() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let why = Start::up(&folder.path().join("data")).listen(&address).try_start().err().unwrap();
    assert!(why.contains(&format!("cannot listen on {address}")), "{why}");
    assert_eq!(why.matches("already in use").count(), 1, "{why}");
}

#[test]
fn a_full_log_answers_503_and_takes_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let full = Start::up(&data).env("KASSA_LOG__RESERVE_BYTES", "999999999999999").start();
    let answer = full.post("/event", EVENT);
    assert_eq!(answer.status, 503, "{answer:?}");
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
    assert_eq!(full.get("/livez").status, 200);
    full.kill();
    let kassa = Start::up(&data).start();
    assert_eq!(kassa.post("/event", EVENT).status, 202);
    wait_for("the one accepted event", || (views(&kassa) == 1).then_some(()));
}

#[test]
fn a_torn_tail_is_cut_and_all_else_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let (start, data) = filled(folder.path());
    let last = segments(&data).pop().unwrap();
    let mut bytes = fs::read(&last).unwrap();
    let starts = frames(&bytes);
    let (before, last_frame) = (starts[starts.len() - 2], starts[starts.len() - 1]);
    // The beginning of another frame after the last one, as an interrupted write leaves it.
    let end = last_frame + (last_frame - before);
    bytes.copy_within(before..before + 60, end);
    fs::write(&last, &bytes).unwrap();
    let kassa = start.start();
    assert_eq!(kassa.post("/event", EVENT).status, 202);
    wait_for("the new event", || (views(&kassa) == 21).then_some(()));
}

#[test]
fn damage_in_the_middle_is_an_error_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let (start, data) = filled(folder.path());
    break_the_middle(&data);
    let refusal = start.try_start().map(|_| ()).unwrap_err();
    assert!(refusal.contains("corrupt") && refusal.contains("kassa log salvage"), "{refusal}");
    assert!(!refusal.contains("panicked"), "{refusal}");

    let log = data.join("log").display().to_string();
    let verified = run(&["log", "verify", &log]);
    assert!(!verified.status.success(), "{verified:?}");
    let salvaged = run(&["log", "salvage", &log]);
    assert!(salvaged.status.success(), "{salvaged:?}");
    assert!(run(&["log", "verify", &log]).status.success());
    let kassa = start.start();
    assert_eq!(views(&kassa), 20, "the store had them already");
    assert_eq!(kassa.post("/event", EVENT).status, 202);
    wait_for("the new event", || (views(&kassa) == 21).then_some(()));
}

/// Flips a byte in the middle one of the frames that the first segment holds.
fn break_the_middle(data: &Path) {
    let first = segments(data).remove(0);
    let mut bytes = fs::read(&first).unwrap();
    let starts = frames(&bytes);
    assert_eq!(starts.len(), 20, "one frame for each event");
    bytes[starts[10] + 100] ^= 0xff;
    fs::write(&first, &bytes).unwrap();
}

/// Where frames begin: at their magic number, 8-byte aligned.
fn frames(bytes: &[u8]) -> Vec<usize> {
    (0..bytes.len() - 8).step_by(8).filter(|&at| bytes[at..at + 4] == bytes[..4]).collect()
}

#[test]
fn a_deleted_log_beside_a_living_store_is_refused_with_instructions() {
    let folder = tempfile::tempdir().unwrap();
    let (start, data) = filled(folder.path());
    fs::remove_dir_all(data.join("log")).unwrap();
    let refusal = start.try_start().map(|_| ()).unwrap_err();
    assert!(refusal.contains("was filled from log"), "{refusal}");
    assert!(!refusal.contains("panicked"), "{refusal}");
    assert!(data.join("events.duckdb").exists());
}

#[test]
fn a_broken_store_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (start, data) = filled(folder.path());
    fs::write(data.join("events.duckdb"), vec![0x5a; 100_000]).unwrap();
    let refusal = start.try_start().map(|_| ()).unwrap_err();
    assert!(refusal.contains("cannot open the store") && refusal.contains("events.duckdb"), "{refusal}");
    assert!(!refusal.contains("panicked"), "{refusal}");
}

#[test]
fn a_log_path_that_is_no_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("log"), "a file").unwrap();
    let refusal = Start::up(&data).try_start().map(|_| ()).unwrap_err();
    assert!(refusal.contains("log") && !refusal.contains("panicked"), "{refusal}");
}

#[test]
fn a_slow_store_does_not_slow_the_collector() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).env("KASSA_FAILPOINTS", "store.before_commit=sleep:3000").start();
    let mut http = kassa.http();
    let began = std::time::Instant::now();
    let mut sent = 0;
    while began.elapsed().as_secs() < 2 {
        assert_eq!(http.post("/event", EVENT).unwrap().status, 202);
        sent += 1;
    }
    assert!(sent > 100, "the collector waited for the store: {sent} events in 2 s");
    let lag =
        wait_for("a lag that shows", || metric(&kassa.get("/metrics").body, "kassa_process_lag_records"));
    assert!(lag > 0.0, "{sent} sent and no lag");
    kassa.wait_until_drained();
    assert_eq!(views(&kassa), sent);
}

#[test]
fn a_database_that_does_not_answer_at_the_start_is_waited_for() {
    let Some(server) = TestPostgres::start_own() else { return };
    let folder = tempfile::tempdir().unwrap();
    let url = server.fresh_database();
    server.stop();
    let kassa = Start::up(&folder.path().join("data")).with_database(Some(&url)).start();
    assert_eq!(kassa.get("/livez").status, 200);
    let ready = kassa.get("/readyz");
    assert!(ready.status == 503 && ready.body.contains("cannot use the database"), "{ready:?}");
    let refused = kassa.get("/v1/products");
    assert_eq!(refused.status, 503, "{refused:?}");
    server.resume();
    wait_for("kassa to be ready", || (kassa.get("/readyz").status == 200).then_some(()));
    let products = kassa.get("/v1/products");
    assert!(products.status == 200 && products.body.contains("[]"), "{products:?}");
    assert!(kassa.stop().success());
}
