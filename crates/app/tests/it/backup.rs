//! Backups and the way back: one consistent copy while everything is busy, through kills, and nothing that is damaged,
//! unfinished or in the way.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use kassa_db::testing::TestPostgres;
use serde_json::{Value, json};

use crate::kassa::{Kassa, Start, run, run_with, wait_for};
use crate::market::{Market, audit_is_clean, seed};
use crate::pictures::PICTURE;

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn backup(data: &Path, to: &Path) -> Output {
    run_with(&["backup", "--data", data.to_str().unwrap(), "--to", to.to_str().unwrap()], &RESERVE)
}

fn restore(from: &Path, data: &Path) -> Output {
    run(&["restore", "--from", from.to_str().unwrap(), "--data", data.to_str().unwrap()])
}

/// Uploads a picture, and sells something that it shows.
fn pictured(kassa: &Kassa) {
    let made = kassa.http().send("POST", "/v1/assets", &[("content-type", "image/png")], PICTURE).unwrap();
    assert_eq!(made.status, 201, "{made:?}");
    let product = json!({"sku": "pictured", "name": "Print", "price": {"amount_minor": 100},
                         "images": [{"id": made.json()["id"], "alt": "Red and blue"}]});
    assert_eq!(kassa.post("/v1/products", &product.to_string()).status, 201);
}

/// The pictures of that product, and their files.
fn pictures(kassa: &Kassa) -> Value {
    let images = kassa.get("/v1/products/sku:pictured").json()["images"].clone();
    let files = images.as_array().unwrap().iter().map(|image| {
        let file = kassa.get(&format!("/assets/i/{}-640", image["id"].as_str().unwrap()));
        assert_eq!((file.status, file.header("content-type")), (200, Some("image/jpeg")), "{file:?}");
        file.body
    });
    json!({"files": files.collect::<Vec<_>>(), "images": images})
}

/// As for kassas that tests start.
const RESERVE: [(&str, &str); 1] = [("KASSA_LOG__RESERVE_BYTES", "1048576")];

fn done(output: &Output) {
    assert!(output.status.success(), "{}", said(output));
}

fn refused(output: &Output, expected: &str) {
    let text = said(output);
    assert!(!output.status.success() && text.contains(expected) && !text.contains("panicked"), "{text}");
}

/// Money and visits of all time, and what is known of orders and stock.
fn state(kassa: &Kassa) -> Value {
    let ask = |metrics: Value| {
        let query = json!({"site_id": "default", "metrics": metrics, "date_range": "all"});
        kassa.post("/v1/query", &query.to_string()).json()["results"].clone()
    };
    json!({
        "money": ask(json!(["revenue", "orders", "units", "refunds"])),
        "visits": ask(json!(["visitors", "visits", "pageviews", "events"])),
        "orders": kassa.get("/v1/orders?limit=200").json(),
        "stock": kassa.get("/v1/inventory?limit=200").json(),
        "pictures": pictures(kassa),
        "fingerprint": kassa.get("/v1/admin/fingerprint").json(),
    })
}

/// A small shop whose process has ended.
fn small(folder: &Path) -> (PathBuf, Value) {
    let data = folder.join("data");
    let kassa = Start::up(&data).start();
    let market = Arc::new(Market::default());
    market.orders_moved(&kassa);
    market.stock_moved(&kassa);
    market.open(50);
    let buyers = market.start(seed());
    market.close(buyers, 30);
    for number in 0..30 {
        let event = json!({"site_id": "default", "event_type": "page_view", "path": format!("/{number}")});
        assert_eq!(kassa.post("/event", &event.to_string()).status, 202);
    }
    pictured(&kassa);
    market.settle(&kassa, &kassa);
    let state = state(&kassa);
    assert!(kassa.stop().success());
    (data, state)
}

#[test]
fn a_backup_under_load_comes_back_with_clean_books() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).start();
    let market = Arc::new(Market::default());
    market.orders_moved(&kassa);
    market.stock_moved(&kassa);
    market.open(200);
    let buyers = market.start(seed());
    let (end, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let visitors = std::thread::spawn({
        let (end, sent, address) = (Arc::clone(&end), Arc::clone(&sent), kassa.address.clone());
        move || {
            let mut http = crate::http::Http::connect(&address).unwrap();
            while !end.load(Ordering::SeqCst) {
                let event = json!({"site_id": "default", "event_type": "page_view", "path": "/busy"});
                assert_eq!(http.post("/event", &event.to_string()).unwrap().status, 202);
                sent.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    let mut backups = Vec::new();
    for number in 0..3 {
        let before = sent.load(Ordering::SeqCst);
        let to = folder.path().join(format!("backups/{number}"));
        done(&backup(&data, &to));
        // One may be acknowledged and not counted yet.
        backups.push((to, before, sent.load(Ordering::SeqCst) + 1));
    }
    let known = kassa.get("/v1/admin/condition").json()["backup"].clone();
    assert_eq!(known["to"].as_str(), backups[2].0.to_str(), "{known}");
    assert!(known["checked_at"].is_string() && known["bytes"].as_u64() > Some(0), "{known}");
    market.close(buyers, 60);
    end.store(true, Ordering::SeqCst);
    visitors.join().unwrap();
    market.settle(&kassa, &kassa);
    audit_is_clean(&data, None, &[]);
    assert!(kassa.stop().success());
    for (number, (from, before, after)) in backups.iter().enumerate() {
        closed_to_others(from);
        let there = folder.path().join(format!("elsewhere-{number}"));
        done(&restore(from, &there));
        closed_to_others(&there);
        let kassa = Start::up(&there).start();
        let restored = kassa.get("/v1/admin/condition").json()["restored"].clone();
        assert_eq!(restored["from"].as_str(), from.to_str(), "{restored}");
        kassa.wait_until_drained();
        // The relay publishes what was waiting, the processor folds what the log had ahead of the store.
        wait_for("the outbox to be published", || {
            let waiting = crate::kassa::metric(&kassa.get("/metrics").body, "kassa_outbox_unpublished_rows");
            (waiting == Some(0.0)).then_some(())
        });
        kassa.wait_until_drained();
        let said = audit_is_clean(&there, None, &[]);
        assert!(said.contains("the books agree"), "{said}");
        let views = kassa.get("/stats?site_id=default").json()["total_views"].as_u64().unwrap();
        assert!(
            (*before..=*after).contains(&views),
            "{before} to {after} were sent around it, {views} are there"
        );
        let order = json!({"items": [{"sku": "sku-1", "quantity": 1}]});
        let headers = [("content-type", "application/json"), ("idempotency-key", "afterwards")];
        let placed = kassa.http().send("POST", "/v1/orders", &headers, order.to_string().as_bytes()).unwrap();
        assert!(matches!(placed.status, 201 | 422), "{placed:?}");
        assert!(kassa.stop().success());
    }
    println!("backup: 3 under load, {}; each restored, audits clean", market.report());
}

/// No salts, and nothing that others may read.
fn closed_to_others(dir: &Path) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        assert_ne!(entry.file_name(), "salts.json");
        let mode = entry.metadata().unwrap().permissions().mode();
        let path = entry.path();
        if path.is_dir() {
            assert_eq!(mode & 0o077, 0, "{}", path.display());
            closed_to_others(&path);
        } else if entry.file_name() != "kassa.lock" {
            assert_eq!(mode & 0o177, 0, "{}", path.display());
        }
    }
}

#[test]
fn a_folder_that_stands_still_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (data, before) = small(folder.path());
    let (to, there) = (folder.path().join("backup"), folder.path().join("there"));
    done(&backup(&data, &to));
    done(&restore(&to, &there));
    audit_is_clean(&there, None, &[]);
    let kassa = Start::up(&there).start();
    assert_eq!(state(&kassa), before);
    assert!(kassa.stop().success());
    let kassa = Start::up(&data).start();
    assert_eq!(state(&kassa), before, "the folder itself is as it was");
}

#[test]
fn a_backup_that_is_killed_is_no_backup() {
    let folder = tempfile::tempdir().unwrap();
    let (data, before) = small(folder.path());
    let to = folder.path().join("backup");
    for point in ["backup.after_store", "backup.before_manifest"] {
        let mut kassa = Start::up(&data).env("KASSA_FAILPOINTS", &format!("{point}=1")).start();
        assert!(!backup(&data, &to).status.success(), "{point}");
        assert!(!kassa.ended().success(), "{point} was not hit");
        refused(&restore(&to, &folder.path().join("there")), "holds no finished backup");
    }
    let left = || fs::read_dir(data.join("exports")).unwrap().count();
    assert_eq!(left(), 1, "the second has removed what the first had left");
    let kassa = Start::up(&data).start();
    done(&backup(&data, &to));
    assert_eq!(left(), 0);
    assert_eq!(state(&kassa), before);
    done(&restore(&to, &folder.path().join("there")));
}

#[test]
fn a_restore_that_is_killed_is_refused_and_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let (data, before) = small(folder.path());
    let to = folder.path().join("backup");
    done(&backup(&data, &to));
    let there = folder.path().join("there");
    for plan in ["restore.mid_copy=1", "restore.mid_copy=3", "restore.before_end=1"] {
        let arguments = ["restore", "--from", to.to_str().unwrap(), "--data", there.to_str().unwrap()];
        let killed = run_with(&arguments, &[("KASSA_FAILPOINTS", plan)]);
        assert_eq!(
            std::os::unix::process::ExitStatusExt::signal(&killed.status),
            Some(6),
            "{plan}: {}",
            said(&killed)
        );
        let why = Start::up(&there).try_start().map(|_| ()).unwrap_err();
        assert!(why.contains("was not finished") && why.contains("kassa restore"), "{plan}: {why}");
        refused(&run(&["audit", "--data", there.to_str().unwrap()]), "was not finished");
    }
    done(&restore(&to, &there));
    audit_is_clean(&there, None, &[]);
    assert_eq!(state(&Start::up(&there).start()), before);
}

#[test]
fn what_is_damaged_newer_or_in_the_way_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (data, _) = small(folder.path());
    let (to, there) = (folder.path().join("backup"), folder.path().join("there"));
    done(&backup(&data, &to));
    refused(&backup(&data, &to), "is not empty");
    refused(&restore(&to, &data), "is not empty");
    refused(&restore(&folder.path().join("nowhere"), &there), "holds no finished backup");

    let manifest: Value = serde_json::from_slice(&fs::read(to.join("backup.json")).unwrap()).unwrap();
    for entry in manifest["files"].as_array().unwrap() {
        let path = to.join(entry["path"].as_str().unwrap());
        let whole = fs::read(&path).unwrap();
        if whole.is_empty() {
            continue;
        }
        let mut bad = whole.clone();
        bad[whole.len() / 2] ^= 1;
        fs::write(&path, bad).unwrap();
        refused(&restore(&to, &there), "the backup is damaged");
        fs::remove_file(&path).unwrap();
        refused(&restore(&to, &there), "the backup is damaged");
        fs::write(&path, whole).unwrap();
    }
    let with = |change: &dyn Fn(&mut Value)| {
        let mut other = manifest.clone();
        change(&mut other);
        fs::write(to.join("backup.json"), other.to_string()).unwrap();
        restore(&to, &there)
    };
    refused(&with(&|manifest| manifest["v"] = json!(3)), "a newer kassa made the backup");
    refused(
        &with(&|manifest| manifest["files"][0]["path"] = json!("../../escaped")),
        "is no part of a backup",
    );
    refused(
        &with(&|manifest| manifest["files"][0]["path"] = json!("/tmp/escaped")),
        "is no part of a backup",
    );
    let without = |manifest: &mut Value| {
        manifest["files"].as_array_mut().unwrap().retain(|entry| entry["path"] != "log/meta.json");
    };
    refused(&with(&without), "does not name log/meta.json");
    // Nothing was left where it was refused: what is whole goes there.
    done(&with(&|_| {}));
}

#[test]
fn a_shop_on_postgres_is_left_to_its_own_tools() {
    let Some(server) = TestPostgres::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let url = server.fresh_database();
    let _kassa = Start::up(&data).with_database(Some(&url)).start();
    refused(&backup(&data, &folder.path().join("backup")), "pg_dump");
}
