//! `kassa audit`, by the running process and over its files: clean books are clean, spoiled ones are not.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;
use std::time::SystemTime;

use serde_json::{Value, json};

use crate::http::Answer;
use crate::kassa::{Kassa, Start, run, run_with};

fn send(kassa: &Kassa, path: &str, key: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    kassa.http().send("POST", path, &headers, body.to_string().as_bytes()).unwrap()
}

fn audit(data: &Path, more: &[&str]) -> (bool, String) {
    let data = data.display().to_string();
    let mut arguments = vec!["audit", "--data", data.as_str()];
    arguments.extend(more);
    let Output { status, stdout, stderr } = run(&arguments);
    (status.success(), format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
}

/// A few orders of everything; the clients' answers, a line each.
fn trade(kassa: &Kassa) -> Vec<String> {
    let mug = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 1_250, "currency": "USD"}});
    assert_eq!(send(kassa, "/v1/products", "p", &mug).status, 201);
    assert_eq!(send(kassa, "/v1/inventory/mug/receive", "s", &json!({"quantity": 20})).status, 200);
    let mut answers = Vec::new();
    for number in 0..12 {
        let key = format!("o-{number}");
        let quantity = if number == 11 { 100 } else { 1 };
        let body = json!({"items": [{"sku": "mug", "quantity": quantity}]});
        let answer = send(kassa, "/v1/orders", &key, &body);
        let line = json!({"key": key, "status": answer.status, "body": answer.json()});
        answers.push(line.to_string());
        let id = answer.json()["id"].as_str().unwrap_or_default().to_owned();
        match number % 4 {
            1 => assert_eq!(send(kassa, &format!("/v1/orders/{id}/cancel"), &key, &json!({})).status, 200),
            2 => {
                let (path, amount) = (format!("/v1/orders/{id}/refunds"), json!({"amount_minor": 7}));
                for again in ["r1", "r2"] {
                    let answer = send(kassa, &path, &format!("{key}{again}"), &amount);
                    assert!(answer.status < 300, "{}", answer.body);
                }
            }
            _ => {}
        }
    }
    answers
}

#[test]
fn the_books_are_audited_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = folder.path().join("answers.jsonl");
    let answers_file = file.display().to_string();
    let kassa = Start::up(&data).start();
    let mut answers = trade(&kassa);
    std::fs::write(&file, answers.join("\n")).unwrap();
    kassa.wait_until_drained();
    let check = |how: &str| {
        let (ok, text) = audit(&data, &["--answers", &answers_file]);
        assert!(ok && text.contains("the books agree"), "{how}: {text}");
        println!("{how}:\n{text}");
        let (ok, text) = audit(&data, &["--json"]);
        let report: Value = serde_json::from_str(&text).unwrap();
        assert!(ok && report["ok"] == true && report["complete"] == true, "{how}: {text}");
        let checked = |id: usize| report["invariants"][id - 1]["checked"].as_u64().unwrap();
        assert_eq!((checked(2), checked(3)), (12, 12), "{how}: {text}");
    };
    check("running");
    let report = kassa.get("/v1/admin/audit").json();
    assert_eq!((&report["ok"], &report["invariants"][5]["checked"]), (&json!(true), &json!(11)), "{report}");
    answers.push(
        json!({"key": "lost", "status": 201, "order_id": "0190ffff-0000-7000-8000-000000000000"}).to_string(),
    );
    answers.push(json!({"key": "o-0", "status": 201, "order_id": "another"}).to_string());
    let lost = folder.path().join("lost.jsonl");
    std::fs::write(&lost, answers.join("\n")).unwrap();
    let (ok, text) = audit(&data, &["--answers", &lost.display().to_string()]);
    assert!(
        !ok && text.contains("5  BROKEN") && text.contains("key lost") && text.contains("key o-0"),
        "{text}"
    );
    assert!(kassa.stop().success());
    check("stopped");
}

type Everything = BTreeMap<String, (Vec<u8>, SystemTime)>;

/// Every file below a folder, with what is in it and when that was last changed.
fn everything(dir: &Path) -> Everything {
    let mut found = Everything::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(everything(&path));
        } else {
            let changed = path.metadata().unwrap().modified().unwrap();
            found.insert(path.display().to_string(), (std::fs::read(&path).unwrap(), changed));
        }
    }
    found
}

fn assert_unchanged(data: &Path, how: &str) {
    let before = everything(data);
    let (ok, text) = audit(data, &[]);
    assert!(ok, "{how}: {text}");
    // What tells a reader of the database where its log stands is made anew by any reader.
    let changed = changed(&before, data);
    assert!(changed.iter().all(|what| what.ends_with("-shm has changed")), "{how}: {changed:?}");
}

/// What is no longer there, new, or not as it was.
fn changed(before: &Everything, data: &Path) -> Vec<String> {
    let after = everything(data);
    let lost = before.keys().filter(|name| !after.contains_key(*name)).map(|name| format!("{name} is gone"));
    let made = after.keys().filter(|name| !before.contains_key(*name)).map(|name| format!("{name} is new"));
    let differs = |name: &&String| after.get(*name).is_some_and(|state| *state != before[*name]);
    let differ = before.keys().filter(differs).map(|name| format!("{name} has changed"));
    lost.chain(made).chain(differ).collect()
}

#[test]
fn an_audit_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).start();
    trade(&kassa);
    kassa.wait_until_drained();
    kassa.kill();
    assert_unchanged(&data, "killed");
    assert!(Start::up(&data).start().stop().success());
    assert_unchanged(&data, "stopped");
    // A folder that knows no process yet, such as a copy.
    std::fs::remove_file(data.join("kassa.lock")).unwrap();
    assert_unchanged(&data, "copied");
}

#[test]
fn an_audit_brings_no_schema_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    assert!(Start::up(&data).start().stop().success());
    let url = format!("sqlite:{}", data.join("kassa.db").display());
    older(&url, 1);
    let before = everything(&data);
    let (ok, text) = audit(&data, &[]);
    assert!(!ok && text.contains("is older than this program"), "{text}");
    assert_eq!(changed(&before, &data), [""; 0], "{text}");
    let Some(cluster) = kassa_db::testing::TestPostgres::start() else { return };
    let (url, data) = (cluster.fresh_database(), folder.path().join("postgres"));
    assert!(Start::up(&data).with_database(Some(&url)).start().stop().success());
    let check = || {
        let output =
            run_with(&["audit", "--data", &data.display().to_string()], &[("KASSA_DATABASE__URL", &url)]);
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert!(check().0, "{}", check().1);
    let newest = older(&url, 1);
    let (ok, text) = check();
    assert!(!ok && text.contains("is older than this program"), "{text}");
    assert_eq!(older(&url, 0), newest, "the schema was left as it was");
}

/// Takes so many steps off what the schema says of itself; what it says then.
fn older(url: &str, steps: i64) -> i64 {
    let db = kassa_db::Db::open(url).unwrap();
    let newest: Result<Option<i64>, kassa_db::Error> = db.write_blocking(move |tx| {
        let sql = "DELETE FROM migrations WHERE set_name = 'commerce' AND number > \
                   (SELECT MAX(number) - $1 FROM migrations WHERE set_name = 'commerce')";
        tx.execute(sql, kassa_db::params![steps])?;
        let sql = "SELECT MAX(number) FROM migrations WHERE set_name = 'commerce'";
        tx.first(sql, kassa_db::params![], |row| row.int(0))
    });
    db.close();
    newest.unwrap().unwrap()
}

#[test]
fn what_is_in_the_store_does_not_wait_whatever_the_log_has_noted() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).start();
    trade(&kassa);
    crate::kassa::wait_for("everything to be published and stored", || {
        let report = kassa.get("/v1/admin/audit").json();
        let rules = report["invariants"].as_array().unwrap();
        rules.iter().all(|rule| rule["pending"] == 0).then_some(())
    });
    kassa.kill();
    // The log notes how far its readers are at most once a second: a crash may leave it with an older note, or none.
    std::fs::remove_file(data.join("log/events/groups.json")).unwrap();
    let (ok, text) = audit(&data, &["--json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    let seven = &report["invariants"][6];
    assert!(ok && seven["ok"] == true && seven["pending"] == 0, "{text}");
    assert!(seven["checked"].as_u64().unwrap() > 0, "{text}");
}

#[test]
fn a_fault_in_the_books_shows_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).env("KASSA_AUDIT__EVERY_S", "1").start();
    trade(&kassa);
    let books = |what: &str, ok: bool| {
        crate::kassa::wait_for(what, || {
            let trust = kassa.get("/v1/trust").json();
            let books = trust["books"].clone();
            (books["ok"] == ok && books["complete"] == true).then_some((books, trust))
        })
    };
    let (books_agree, _) = books("the books to agree", true);
    assert_eq!(books_agree["violations"], 0);
    kassa.wait_until_drained();
    let trust = crate::kassa::wait_for("all to be stored", || {
        let trust = kassa.get("/v1/trust").json();
        (trust["lag"] == json!({"records": 0, "seconds": 0.0})).then_some(trust)
    });
    assert!(trust["fresh_at"].as_str().unwrap() > books_agree["checked_at"].as_str().unwrap(), "{trust}");
    change_stock(&data, 1);
    let (broken, _) = books("the fault to be found", false);
    assert_eq!(broken["violations"], 1, "{broken}");
    change_stock(&data, -1);
    books("the fault to be gone", true);
    // However old the order is.
    let totals = [
        "UPDATE orders SET total_minor = total_minor + $1 WHERE id = (SELECT MIN(id) FROM orders)",
        "UPDATE orders SET total_minor = total_minor + $1 WHERE id = (SELECT MAX(id) FROM orders)",
    ];
    for total in totals {
        change(&data, total, 1);
        books("the order's fault to be found", false);
        change(&data, total, -1);
        books("the order's fault to be gone", true);
    }
}

/// Puts so many more on the shelf, past the ledger.
fn change_stock(data: &Path, more: i64) {
    change(data, "UPDATE stock SET on_hand = on_hand + $1 WHERE sku = 'mug'", more);
}

/// Runs a statement that changes a row, beside the kassa that runs.
fn change(data: &Path, sql: &'static str, more: i64) {
    let db = kassa_db::Db::open(&format!("sqlite:{}", data.join("kassa.db").display())).unwrap();
    let changed: Result<u64, kassa_db::Error> =
        db.write_blocking(move |tx| tx.execute(sql, kassa_db::params![more]));
    db.close();
    assert_eq!(changed.unwrap(), 1);
}

#[test]
fn only_the_admin_may_audit() {
    let folder = tempfile::tempdir().unwrap();
    let token = "an-admin-token-for-tests";
    let kassa = Start::up(&folder.path().join("data")).env("KASSA_ACCESS__ADMIN_TOKEN", token).start();
    for (method, path) in
        [("GET", "/v1/admin/audit"), ("POST", "/v1/admin/audit"), ("POST", "/v1/admin/audit/answers")]
    {
        let send = |headers: &[(&str, &str)]| {
            let mut all = vec![("content-type", "application/json")];
            all.extend(headers);
            let body = if path.ends_with("answers") { "{\"answers\":[]}" } else { "" };
            kassa.http().send(method, path, &all, body.as_bytes()).unwrap().status
        };
        assert_eq!(send(&[]), 401, "{method} {path}");
        assert_eq!(send(&[("authorization", "Bearer wrong")]), 401, "{method} {path}");
        let bearer = format!("Bearer {token}");
        assert_eq!(send(&[("authorization", &bearer)]), 200, "{method} {path}");
    }
}
