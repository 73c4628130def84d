//! The commands of the shop's day, each against a running process and on a free folder: the same answers both ways.

use std::path::Path;

use serde_json::{Value, json};

use crate::kassa::{Kassa, Start, run};

fn says(data: &Path, arguments: &[&str]) -> String {
    let data = data.display().to_string();
    let mut all = arguments.to_vec();
    all.extend(["--data", &data]);
    let output = run(&all);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {text}{errors}");
    text
}

fn says_json(data: &Path, arguments: &[&str]) -> Value {
    let text = says(data, arguments);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"))
}

fn send(kassa: &Kassa, path: &str, key: &str, body: &Value) -> Value {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    let answer = kassa.http().send("POST", path, &headers, body.to_string().as_bytes()).unwrap();
    assert!(answer.status < 300, "{path}: {}", answer.body);
    answer.json()
}

/// What a command prints of a shop with one order of a mug; `id` is that of the order.
fn check(data: &Path, id: &str, how: &str) {
    let holds = |arguments: &[&str], parts: &[&str]| {
        let text = says(data, arguments);
        for part in parts {
            assert!(text.contains(part), "{how} {arguments:?} has no {part}: {text}");
        }
    };
    holds(&["orders", "list"], &["NUMBER", "confirmed", "12.50 USD", "ann@shop.test", id]);
    holds(&["orders", "list", "--q", "nobody"], &["NUMBER"]);
    holds(&["orders", "show", id], &["\"status\": \"confirmed\"", "ann@shop.test"]);
    holds(&["stock", "list"], &["ON HAND", "mug", "Mug"]);
    holds(&["deliveries", "list", "--channel", "email"], &["CHANNEL", "TARGET"]);
    holds(&["sites", "list"], &["TIME ZONE", "default"]);
    holds(
        &["query", "orders,units", "--by", "product:sku", "--range", "all"],
        &["PRODUCT:SKU", "ORDERS", "mug"],
    );
    holds(&["query", "revenue", "--range", "all"], &["REVENUE", "12.50 USD"]);
    holds(&["query", "orders", "--range", "all", "--csv"], &["orders\r\n1"]);
    holds(&["status"], &["outbox", "events: ", "reports", "books", "free beside"]);
    let orders = says_json(data, &["orders", "list", "--json"]);
    assert_eq!(orders["results"][0]["id"], id, "{how}: {orders}");
    let report = says_json(data, &["query", "orders", "--range", "all", "--json"]);
    assert_eq!(report["results"][0]["metrics"][0], 1, "{how}: {report}");
    let made = says_json(data, &["keys", "add", &format!("till {how}"), "--scopes", "read,orders", "--json"]);
    assert!(made["key"].as_str().is_some_and(|key| key.starts_with("ks_")), "{how}: {made}");
    holds(&["keys", "list"], &["NAME", &format!("till {how}"), "orders"]);
    let alone = says(data, &["keys", "add", "alone", "--scopes", "read"]);
    assert!(alone.starts_with("ks_live_") && alone.trim().len() == 72, "{how}: {alone}");
    let key = made["id"].as_str().unwrap();
    says(data, &["keys", "revoke", key]);
    assert!(!says(data, &["keys", "list"]).contains(key), "{how}");
    let before = says_json(data, &["stock", "list", "--json"])["results"][0]["on_hand"].as_i64().unwrap();
    let moved = (before + 5).to_string();
    holds(&["stock", "receive", "mug", "5"], &["ON HAND", &moved]);
    says(data, &["stock", "adjust", "mug", "-2"]);
    let after = says_json(data, &["stock", "list", "--json"])["results"][0]["on_hand"].as_i64().unwrap();
    assert_eq!(after, before + 3, "{how}");
    says(data, &["sites", "add", &format!("site-{how}"), "--timezone", "Europe/Berlin"]);
    let site = format!("site-{how}");
    holds(&["sites", "list"], &[&site, "Europe/Berlin"]);
    assert!(says(data, &["sites", "key", &site]).starts_with("wk_"), "{how}");
    says(data, &["sites", "set", &site, "--keep-days", "417"]);
    holds(&["sites", "list"], &["417", "Europe/Berlin"]);
    holds(&["query", "visitors", "--site", &site], &["VISITORS"]);
}

#[test]
fn the_shop_is_looked_at_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).start();
    let mug = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 1_250, "currency": "USD"}});
    send(&kassa, "/v1/products", "p", &mug);
    send(&kassa, "/v1/inventory/mug/receive", "s", &json!({"quantity": 20}));
    let order = json!({"items": [{"sku": "mug", "quantity": 1}], "customer": {"email": "ann@shop.test"}});
    let id = send(&kassa, "/v1/orders", "o", &order)["id"].as_str().unwrap().to_owned();
    let asked = json!({"site_id": "default", "metrics": ["orders"], "date_range": "all"}).to_string();
    crate::kassa::wait_for("the order to be in the reports", || {
        (kassa.post("/v1/query", &asked).json()["results"][0]["metrics"][0] == 1).then_some(())
    });
    let status = says_json(&data, &["status", "--json"]);
    assert_eq!(status["process"]["roles"].as_array().map(Vec::len), Some(7), "{status}");
    check(&data, &id, "running");
    assert!(kassa.stop().success());
    let status = says_json(&data, &["status", "--json"]);
    assert_eq!(status["process"]["roles"], json!([]), "{status}");
    check(&data, &id, "stopped");
}

#[test]
fn what_is_wrong_is_said_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    Start::up(&data).start().stop();
    let check = |arguments: &[&str], said: &str| {
        let data = data.display().to_string();
        let mut all = arguments.to_vec();
        all.extend(["--data", &data]);
        let output = run(&all);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && text.contains(said), "{arguments:?}: {text}");
    };
    check(&["orders", "show", "7"], "no order");
    check(&["query", "vistors"], "visitors");
    check(&["query", "visitors", "--filters", "["], "--filters is no JSON");
    check(&["stock", "receive", "none", "1"], "none");
    check(&["keys", "revoke", "none"], "none");
}

#[test]
fn shells_and_manuals_know_every_command() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let output = run(&["completions", shell]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success() && text.contains("dead-letters") && text.contains("privacy"),
            "{shell}"
        );
    }
    let dir = folder.path().join("man");
    assert!(run(&["man", &dir.display().to_string()]).status.success());
    let page = std::fs::read_to_string(dir.join("kassa-query.1")).unwrap();
    assert!(page.contains(".TH") && page.contains("watch"), "{page}");
    assert!(dir.join("kassa.1").exists() && dir.join("kassa-privacy-erase.1").exists());
}

#[test]
fn the_documentation_is_a_site() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).start();
    let check = |path: &str, status: u16, media: &str, parts: &[&str]| {
        let answer = kassa.get(path);
        let found = answer.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let found = found.map(|(_, value)| value.as_str()).unwrap_or_default();
        assert!(answer.status == status && found.starts_with(media), "{path}: {} {found}", answer.status);
        for part in parts {
            assert!(answer.body.contains(part), "{path} has no {part}");
        }
    };
    check("/docs", 200, "text/html", &["/docs/operations", "role=\"search\""]);
    check(
        "/docs/operations",
        200,
        "text/html",
        &["<h2 id=\"backup\">", "aria-current=\"page\"", "On this page"],
    );
    check("/docs/operations.md", 200, "text/markdown", &["## Backup"]);
    check("/docs/search?q=backup+restore", 200, "text/html", &["/docs/operations#backup"]);
    check("/docs/search?q=%3Cscript%3E", 200, "text/html", &["&lt;script&gt;"]);
    check("/docs/search", 200, "text/html", &["Ask for words"]);
    check("/docs/style.css", 200, "text/css", &["--paper", ".found"]);
    check("/docs/nothing", 404, "application/problem+json", &[]);
    check("/docs/..%2f..%2fetc%2fpasswd", 404, "application/problem+json", &[]);
    for page in ["/docs", "/docs/operations", "/docs/search?q=a"] {
        let answer = kassa.get(page);
        let policy =
            answer.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-security-policy"));
        assert!(policy.is_some_and(|(_, value)| value.contains("default-src 'none'")), "{page}");
        assert!(!answer.body.contains("<script") && !answer.body.contains("src=\"http"), "{page}");
    }
}
