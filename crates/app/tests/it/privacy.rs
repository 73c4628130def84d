//! A person erased from a shop that runs, and from one that stands still: the same search finds them before and nothing after, in
//! what the program answers and in the bytes of all its files; nobody brings them back, and the books agree.

mod again;
mod kills;
mod mails;
mod postgres;

use std::path::Path;

use serde_json::{Value, json};

use crate::http::Answer;
use crate::kassa::{Kassa, Start, run, run_with, wait_for};
use crate::market::audit_is_clean;

const EMAIL: &str = "ann.leeson@shop.test";
/// What names Ann, as it is written.
const HERS: [&str; 7] = [EMAIL, "Annabel", "0199 555", "Hidden Lane", "user-4711", "TRACK0815", "whistler-7"];
/// What names Bob, who stays.
const HIS: [&str; 2] = ["bob@shop.test", "user-47-bob"];

fn send(kassa: &Kassa, path: &str, key: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    kassa.http().send("POST", path, &headers, body.to_string().as_bytes()).unwrap()
}

fn order(kassa: &Kassa, key: &str, customer: &Value, user: &str) -> String {
    let line = if user == "user-4711" { "Hidden Lane 7" } else { "High Street 1" };
    let address = json!({"name": customer["name"], "line1": line, "city": "Leeds", "country": "GB"});
    let body = json!({"items": [{"sku": "mug", "quantity": 2}], "customer": customer, "shipping_address": address,
        "context": {"anonymous_id": format!("anon-{user}"), "user_id": user, "page": "/cart"}});
    let answer = send(kassa, "/v1/orders", key, &body);
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn event(kassa: &Kassa, user: &str, id: &str, properties: &Value) {
    let body = json!({"writeKey": "default", "type": "track", "event": "looked", "messageId": id, "userId": user,
        "anonymousId": format!("anon-{user}"), "properties": properties});
    let answer = kassa.post("/v1/track", &body.to_string());
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// A shop in which Ann and Bob have done the same.
fn lived_in(kassa: &Kassa) {
    let mug = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 1_250, "currency": "USD"}});
    assert_eq!(send(kassa, "/v1/products", "p", &mug).status, 201);
    assert_eq!(send(kassa, "/v1/inventory/mug/receive", "s", &json!({"quantity": 100})).status, 200);
    for n in 0..30 {
        event(kassa, "user-4711", &format!("a-{n}"), &json!({"nick": "whistler-7"}));
        event(kassa, "user-47-bob", &format!("b-{n}"), &json!({"nick": "mugger"}));
    }
    // Refused: it stays as a dead letter, whole.
    let bad = format!(
        r#"{{"site_id":"default","event_type":"x","path":"/","timestamp":"yesterday","note":"{EMAIL}"}}"#
    );
    assert_eq!(kassa.post("/event", &bad).status, 400);
    let ann = json!({"email": "Ann.Leeson@shop.test", "name": "Annabel Leeson", "phone": "+44 0199 555"});
    let id = order(kassa, "one", &ann, "user-4711");
    let parcel = json!({"lines": [{"sku": "mug", "quantity": 1}], "status": "shipped", "tracking_number": "TRACK0815"});
    assert_eq!(send(kassa, &format!("/v1/orders/{id}/fulfilments"), "f", &parcel).status, 201);
    let refund = json!({"lines": [{"sku": "mug", "quantity": 1}]});
    assert!(send(kassa, &format!("/v1/orders/{id}/refunds"), "r", &refund).status < 300);
    for (number, query) in
        [(1, "q=Annabel+Leeson"), (2, "q=ann.leeson%40shop.test&status=confirmed"), (3, "q=bob%40shop.test")]
    {
        let path = format!("/v1/order-views/0190a000-0000-7000-8000-00000000000{number}");
        let view = json!({"name": format!("view {number}"), "query": query, "shared": true}).to_string();
        let headers = [("content-type", "application/json")];
        assert_eq!(kassa.http().send("PUT", &path, &headers, view.as_bytes()).unwrap().status, 200);
    }
    order(kassa, "bob", &json!({"email": "bob@shop.test", "name": "Bob"}), "user-47-bob");
    settled(kassa);
}

/// Waits until all orders are in the reports and in the log.
fn settled(kassa: &Kassa) {
    kassa.wait_until_drained();
    let revenue = json!({"site_id": "default", "metrics": ["orders"], "date_range": "all"}).to_string();
    wait_for("both orders to be in the reports", || {
        let counted = kassa.post("/v1/query", &revenue).json()["results"][0]["metrics"][0].as_u64();
        (counted == Some(2)).then_some(())
    });
    kassa.wait_until_drained();
}

/// What the program tells: orders with where they went, customers, events, dead letters.
fn told(kassa: &Kassa) -> String {
    let paths = [
        "/v1/order-views",
        "/v1/customers",
        "/v1/events?site_id=default&limit=1000",
        "/v1/admin/dead-letters",
    ];
    let mut told = paths.map(|path| kassa.get(path).body).concat();
    for order in kassa.get("/v1/orders?limit=200").json()["results"].as_array().unwrap() {
        let path = format!("/v1/orders/{}", order["id"].as_str().unwrap());
        told.push_str(&kassa.get(&path).body);
        told.push_str(&kassa.get(&format!("{path}/fulfilments")).body);
    }
    told
}

/// The bytes of all files.
fn bytes_below(folder: &Path) -> String {
    let (mut bytes, mut waiting) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(path) = waiting.pop() {
        match path.is_dir() {
            true => waiting.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path())),
            false => bytes.extend(std::fs::read(&path).unwrap_or_default()),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Which of these a text holds, in any case of letters.
fn found<'a>(text: &str, needles: &[&'a str]) -> Vec<&'a str> {
    let text = text.to_lowercase();
    needles.iter().copied().filter(|needle| text.contains(&needle.to_lowercase())).collect()
}

fn revenue(kassa: &Kassa) -> Value {
    let ask = json!({"site_id": "default", "metrics": ["revenue", "orders", "units", "refunds"], "date_range": "all"});
    kassa.post("/v1/query", &ask.to_string()).json()["results"].clone()
}

fn kassa_says(data: &Path, arguments: &[&str]) -> String {
    kassa_says_with(data, arguments, &[])
}

fn kassa_says_with(data: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let data = data.display().to_string();
    let mut all = arguments.to_vec();
    all.extend(["--data", &data]);
    let output = run_with(&all, environment);
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {text}");
    text
}

/// After an erasure: nothing of hers anywhere, his is there, money as before, and no replay brings anything back.
fn is_gone(data: &Path, before: &Value) {
    is_gone_with(data, before, None);
}

/// The same of a shop on this database.
fn is_gone_with(data: &Path, before: &Value, database: Option<&str>) {
    let environment: Vec<(&str, &str)> =
        database.map(|url| ("KASSA_DATABASE__URL", url)).into_iter().collect();
    let kassa = Start::up(data).with_database(database).start();
    kassa.wait_until_drained();
    assert_eq!(found(&told(&kassa), &HERS), [""; 0]);
    assert_eq!(found(&told(&kassa), &HIS), HIS);
    assert_eq!(revenue(&kassa), *before);
    assert!(kassa.stop().success());
    assert_eq!(found(&bytes_below(data), &HERS), [""; 0], "in the bytes of the files");
    assert_eq!(found(&bytes_below(&data.join("log")), &HIS), HIS);
    audit_is_clean(data, None, &environment);
    let again = data.with_extension("again.duckdb");
    kassa_says_with(data, &["replay", "--into", &again.display().to_string()], &environment);
    assert_eq!(
        found(&String::from_utf8_lossy(&std::fs::read(&again).unwrap()), &HERS),
        [""; 0],
        "in a replay"
    );
    std::fs::remove_file(again).unwrap();
}

#[test]
fn a_person_is_erased_from_a_shop_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).start();
    lived_in(&kassa);
    assert_eq!(found(&told(&kassa), &HERS), HERS, "she was there");
    let before = revenue(&kassa);
    let exported = kassa_says(&data, &["privacy", "export", "--email", EMAIL]);
    assert_eq!(found(&exported, &HERS), HERS, "{exported}");
    assert_eq!(found(&exported, &HIS), [""; 0], "{exported}");
    let erased = kassa_says(&data, &["privacy", "erase", "--email", "Ann.Leeson@Shop.test"]);
    for part in ["1 orders", "1 customers", "events", "records"] {
        assert!(erased.contains(part), "{part}: {erased}");
    }
    assert_eq!(found(&told(&kassa), &HERS), [""; 0], "while it runs");
    let again: Value =
        serde_json::from_str(&kassa_says(&data, &["privacy", "erase", "--email", EMAIL, "--json"])).unwrap();
    assert_eq!((&again["counts"]["orders"], &again["counts"]["events"]), (&json!(0), &json!(0)), "{again}");
    let list = kassa_says(&data, &["privacy", "list"]);
    assert_eq!((list.lines().count(), found(&list, &HERS)), (2, vec![]), "{list}");
    // She may come back, and is somebody new.
    order(&kassa, "again", &json!({"email": "new@shop.test", "name": "New"}), "user-new");
    assert!(kassa.stop().success());
    let kassa = Start::up(&data).start();
    kassa.wait_until_drained();
    wait_for("the third order to be in the reports", || {
        (revenue(&kassa)[0]["metrics"][1].as_u64() == Some(3)).then_some(())
    });
    let after = revenue(&kassa);
    assert_ne!(after, before);
    assert!(kassa.stop().success());
    is_gone(&data, &after);
}

#[test]
fn a_person_is_erased_from_a_shop_that_stands_still() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).start();
    lived_in(&kassa);
    let before = revenue(&kassa);
    assert!(kassa.stop().success());
    assert!(found(&bytes_below(&data), &HERS).len() >= 6, "she was there");
    kassa_says(&data, &["privacy", "erase", "--user", "user-4711"]);
    let bytes = bytes_below(&data);
    // By her user's id nobody knows of the address in the event that was refused.
    assert_eq!(found(&bytes, &HERS[1..]), [""; 0]);
    kassa_says(&data, &["privacy", "erase", "--email", EMAIL]);
    assert_eq!(found(&bytes_below(&data), &HERS), [""; 0]);
    is_gone(&data, &before);
    let nobody = run(&["privacy", "erase", "--data", &data.display().to_string()]);
    assert!(!nobody.status.success(), "somebody has to be named");
}
