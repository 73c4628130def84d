//! Data folders of earlier versions: the present binary upgrades them in place, answers what theirs answered, and goes on.
//!
//! `tests/fixtures/<version>.tar.gz` is a folder as `kill -9` left it, `<version>.json` what was asked just before and the
//! answers (scripts/fixture). They date from an October that is past, so that whatever is kept for a time only has had it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::http::Answer;
use crate::kassa::{Kassa, Start, run, run_with, wait_for};
use crate::market::audit_is_clean;

/// Every version whose folder is kept.
const VERSIONS: &[&str] = &["v0.1.0", "v0.2.0"];
/// How it was set up.
const SETTINGS: &[(&str, &str)] = &[("KASSA_SHOP__CURRENCY", "EUR"), ("KASSA_SHOP__SITE", "shop")];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// The folder of a version, in `folder`.
fn unpack(version: &str, folder: &Path) -> PathBuf {
    let packed = fixture(&format!("{version}.tar.gz"));
    let done = Command::new("tar").arg("-xzf").arg(&packed).arg("-C").arg(folder).status().unwrap();
    assert!(done.success(), "cannot unpack {}", packed.display());
    folder.join("data")
}

fn up(data: &Path) -> Start {
    SETTINGS.iter().fold(Start::up(data), |start, (name, value)| start.env(name, value))
}

/// What the binary of that version was asked and answered.
fn asked(version: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(fixture(&format!("{version}.json"))).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    expected["asked"].as_array().unwrap().clone()
}

fn send(kassa: &Kassa, method: &str, path: &str, key: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    kassa.http().send(method, path, &headers, body.to_string().as_bytes()).unwrap()
}

/// Asks everything again.
fn answers_as_before(kassa: &Kassa, asked: &[Value]) {
    for question in asked {
        let (method, path) = (question["method"].as_str().unwrap(), question["path"].as_str().unwrap());
        let headers = [("content-type", "application/json")];
        let body = if question["body"].is_null() { String::new() } else { question["body"].to_string() };
        let answer = kassa.http().send(method, path, &headers, body.as_bytes()).unwrap();
        assert_eq!(answer.status, 200, "{method} {path} {body}: {}", answer.body);
        let mut found: Value = serde_json::from_str(&answer.body).unwrap();
        if path == "/v1/admin/fingerprint" {
            found["fingerprint"] = of_that_version(&found, &question["answer"]).into();
        }
        same(&by_present_definitions(question), &found, &format!("{method} {path} {body}"));
    }
}

/// The answer of that version; where visits consisted of clicks on `/shop` alone it knew no entry page, for only page views
/// gave one. Now the first event with a page does. Lists of orders and of refunds had names of their own, and a cursor of events
/// had an offset of 32 digits and no partition, of which there was one.
fn by_present_definitions(question: &Value) -> Value {
    let mut answer = question["answer"].clone();
    if question["body"]["dimensions"] == json!(["visit:entry_page"]) {
        for row in answer["results"].as_array_mut().unwrap() {
            if row["dimensions"] == json!(["(none)"]) {
                row["dimensions"] = json!(["/shop"]);
            }
        }
    }
    if let (true, Some(cursor)) =
        (question["path"].as_str().unwrap().starts_with("/v1/events?"), answer["next_cursor"].as_str())
    {
        answer["next_cursor"] = json!(format!("{}-00000000", cursor.replacen("-0000000000000000", "-", 1)));
    }
    if let (true, Some(list)) =
        (question["path"].as_str().unwrap().starts_with("/v1/orders"), answer.as_object_mut())
    {
        let rows = list.remove("orders").or_else(|| list.remove("refunds"));
        list.extend(rows.map(|rows| ("results".to_owned(), rows)));
    }
    answer
}

/// As much of a fingerprint as the earlier version knew: what rows have more by now is hashed apart, behind it.
fn of_that_version(found: &Value, expected: &Value) -> String {
    let text = |answer: &Value| answer["fingerprint"].as_str().unwrap().to_owned();
    text(found).chars().take(text(expected).len()).collect()
}

/// Whether `found` says all that `expected` does; it may say more.
fn same(expected: &Value, found: &Value, at: &str) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (name, value) in expected {
                same(value, found.get(name).unwrap_or(&Value::Null), &format!("{at} .{name}"));
            }
        }
        (Value::Array(expected), Value::Array(found)) => {
            assert_eq!(expected.len(), found.len(), "{at}");
            for (number, (expected, found)) in expected.iter().zip(found).enumerate() {
                same(expected, found, &format!("{at} [{number}]"));
            }
        }
        _ => assert_eq!(expected, found, "{at}"),
    }
}

/// New visits, an order and a refund on top; afterwards everything still agrees.
fn goes_on(kassa: Kassa, data: &Path) {
    let revenue = |kassa: &Kassa| {
        let ask = json!({"site_id": "shop", "metrics": ["revenue", "orders"], "date_range": "all"});
        kassa.post("/v1/query", &ask.to_string()).json()["results"][0]["metrics"].clone()
    };
    let before = revenue(&kassa);
    let order = json!({"items": [{"sku": "sku-4", "quantity": 2}]});
    let placed = send(&kassa, "POST", "/v1/orders", "after-the-upgrade", &order);
    assert_eq!(placed.status, 201, "{placed:?}");
    let id = placed.json()["id"].as_str().unwrap().to_owned();
    let refund = json!({"amount_minor": 32});
    let refunded = send(&kassa, "POST", &format!("/v1/orders/{id}/refunds"), "after-the-upgrade/r", &refund);
    assert_eq!(refunded.status, 200, "{refunded:?}");
    let event = json!({"site_id": "shop", "event_type": "page_view", "path": "/after-the-upgrade"});
    assert_eq!(kassa.post("/event", &event.to_string()).status, 202);
    let total = placed.json()["total"]["amount_minor"].as_i64().unwrap();
    wait_for("the new money in the reports", || {
        let after = revenue(&kassa);
        let amount = |metrics: &Value| metrics[0]["amount_minor"].as_i64().unwrap();
        let orders = |metrics: &Value| metrics[1].as_i64().unwrap();
        let there = amount(&after) == amount(&before) + total - 32 && orders(&after) == orders(&before) + 1;
        there.then_some(())
    });
    wait_for("the new event in the reports", || {
        let found = kassa.get("/events?site_id=shop&page_path=/after-the-upgrade").json();
        (found.as_array().unwrap().len() == 1).then_some(())
    });
    audit_is_clean(data, None, SETTINGS);
    kassa.stop();
    audit_is_clean(data, None, SETTINGS);
}

#[test]
fn a_folder_of_every_version_is_upgraded_and_goes_on() {
    for version in VERSIONS {
        let folder = tempfile::tempdir().unwrap();
        let data = unpack(version, folder.path());
        // With what is configured by default the log may remove at once what it has kept for long enough.
        let kassa = up(&data).start();
        answers_as_before(&kassa, &asked(version));
        audit_is_clean(&data, None, SETTINGS);
        goes_on(kassa, &data);
    }
}

#[test]
fn the_log_of_every_version_gives_the_same_rows() {
    for version in VERSIONS {
        let folder = tempfile::tempdir().unwrap();
        let data = unpack(version, folder.path());
        let asked = asked(version);
        let fingerprint = asked.iter().find(|question| question["path"] == "/v1/admin/fingerprint").unwrap();
        let fingerprint = fingerprint["answer"]["fingerprint"].as_str().unwrap();
        // A clock of today must not remove what the comparison needs.
        let keep = [("KASSA_LOG__KEEP_HOURS", "1000000"), SETTINGS[0], SETTINGS[1]];
        let verified = run_with(&["log", "verify", "--data", data.to_str().unwrap()], &keep);
        assert!(verified.status.success(), "{verified:?}");
        let into = folder.path().join("again.duckdb");
        let arguments = ["replay", "--data", data.to_str().unwrap(), "--into", into.to_str().unwrap()];
        let replayed = run_with(&arguments, &keep);
        let said = String::from_utf8_lossy(&replayed.stdout).into_owned();
        assert!(replayed.status.success() && said.contains(fingerprint), "{replayed:?}");
        // The facts of visits, too, which the upgrade takes from the rows and the replay from the log.
        let kassa = up(&data).env(keep[0].0, keep[0].1).start();
        let upgraded = kassa.get("/v1/admin/fingerprint").json()["fingerprint"].as_str().unwrap().to_owned();
        kassa.stop();
        assert!(said.contains(&upgraded) && upgraded.len() > fingerprint.len(), "{said} is not {upgraded}");
    }
}

#[test]
fn a_kill_at_any_step_of_an_upgrade_is_made_good_by_the_next_start() {
    let mut died_at = BTreeSet::new();
    for version in VERSIONS {
        let asked = asked(version);
        for point in [
            "upgrade.store_before_commit",
            "upgrade.store_after_commit",
            "db.before_commit",
            "db.after_commit",
        ] {
            for pass in 1..=3 {
                let folder = tempfile::tempdir().unwrap();
                let data = unpack(version, folder.path());
                let plan = format!("{point}={pass}");
                let Err(_killed) = up(&data).env("KASSA_FAILPOINTS", &plan).try_start() else { continue };
                died_at.insert(point);
                let kassa = up(&data).start();
                answers_as_before(&kassa, &asked);
                kassa.stop();
                audit_is_clean(&data, None, SETTINGS);
            }
        }
    }
    assert!(died_at.len() == 4, "only at {died_at:?}");
}

/// Adds `more` to a JSON file.
fn change(file: &Path, more: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    more(&mut value);
    std::fs::write(file, value.to_string()).unwrap();
}

#[test]
fn what_a_newer_kassa_wrote_is_refused_in_a_sentence() {
    let check = |spoil: &dyn Fn(&Path), expected: &str| {
        let folder = tempfile::tempdir().unwrap();
        let data = unpack(VERSIONS[VERSIONS.len() - 1], folder.path());
        up(&data).start().stop();
        spoil(&data);
        let why = up(&data).try_start().map(|_| ()).unwrap_err();
        let last = why.lines().last().unwrap_or_default();
        assert!(last.contains(expected) && last.contains("newer kassa"), "{why}");
        assert!(!why.contains("panicked"), "{why}");
    };
    check(&|data| change(&data.join("log/meta.json"), |meta| meta["format"] = json!(99)), "log");
    check(&|data| change(&data.join("sites.json"), |sites| sites["v"] = json!(99)), "sites.json");
    check(&|data| change(&data.join("salts.json"), |salts| salts["v"] = json!(99)), "salts.json");
}

#[test]
fn a_folder_can_be_looked_at_before_it_is_upgraded() {
    let folder = tempfile::tempdir().unwrap();
    let data = unpack(VERSIONS[0], folder.path());
    let before = std::fs::read(data.join("log/meta.json")).unwrap();
    let inspected = run(&["log", "inspect", data.join("log").to_str().unwrap()]);
    assert!(inspected.status.success(), "{inspected:?}");
    assert_eq!(std::fs::read(data.join("log/meta.json")).unwrap(), before);
}
