//! `kassa audit`, by the running process and over its files: clean books are clean, spoiled ones are not.

use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::http::Answer;
use crate::kassa::{Kassa, Start, run};

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
