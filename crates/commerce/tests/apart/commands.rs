//! The internal routes as the role of orders calls them.

use kassa_commerce::inventory::{self, StockLine};
use kassa_db::testing::Folder;
use kassa_db::{Error, Tx};
use kassa_model::Timestamp;
use kassa_service::client::{Call, Client, Sent};
use serde_json::{Value, json};

use super::bed::{Split, id};

const DEDUCT: &str = "/v1/internal/stock/deduct";
const RELEASE: &str = "/v1/internal/stock/release";

async fn send(client: &Client, path: &str, body: &Value) -> (u16, Value) {
    match client.send(Call::post(path, body).unwrap()).await {
        Sent::Answer(answer) => (answer.status.as_u16(), answer.json().unwrap()),
        other => panic!("{other:?}"),
    }
}

fn deduct(reference: &str, sku: &str, quantity: i64) -> Value {
    json!({ "ref": reference, "lines": [{ "sku": sku, "quantity": quantity }] })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_deducts_of_one_ref_are_one() {
    let split = Split::new(&[("a", 10)]).await;
    let client = split.stock.client();
    let calls = (0..20).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { send(&client, DEDUCT, &deduct("o/1", "a", 3)).await })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap(), (200, json!({ "outcome": "moved", "low": [] })));
    }
    assert_eq!(split.stock.on_hand("a").await, 7);
    println!("20 concurrent deducts of one ref: one deduction, 0 violations");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_deduct_after_a_cancel_leaks_nothing() {
    let split = Split::new(&[("a", 10)]).await;
    let client = split.stock.client();
    let placed = split.place("a=4").await;
    assert_eq!(placed.status, 201, "{placed:?}");
    let order = id(&placed);
    assert_eq!(split.stock.on_hand("a").await, 6);
    assert_eq!(split.cancel(&order).await.status, 200);
    split.exact().await;
    assert_eq!(split.stock.on_hand("a").await, 10);
    // A copy of the command that was held up on its way.
    let late = send(&client, DEDUCT, &deduct(&format!("{order}/1"), "a", 4)).await;
    assert_eq!(late, (200, json!({ "outcome": "moved", "low": [] })));
    // One that comes for the first time after its release.
    let release = json!({ "ref": "x/c2", "of": "x/1", "lines": [{ "sku": "a", "quantity": 4 }] });
    assert_eq!(send(&client, RELEASE, &release).await.0, 200);
    assert_eq!(send(&client, DEDUCT, &deduct("x/1", "a", 4)).await.0, 409);
    assert_eq!(split.stock.on_hand("a").await, 10);
    split.exact().await;
}

fn take_one(tx: &mut Tx<'_>, reference: &str) -> Result<(), Error> {
    let taken = [StockLine { sku: "a".to_owned(), quantity: 1 }];
    inventory::deduct(tx, reference, &taken, Timestamp::from_micros(1_800_000_000_000_000)).map(drop)
}

/// Stock that is taken for an order that there is not, far down in a ledger of several pages.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_finds_stock_that_was_taken_for_no_order() {
    let folders = [Folder::new(), Folder::new()];
    let urls = (folders[0].sqlite_url(), folders[1].sqlite_url());
    let apart = Split::new(&[("a", 10_000)]).await;
    let another = Split::in_one_process(&[("a", 10_000)], (&urls.0, Some(&urls.1))).await;
    for split in [apart, another] {
        let order = id(&split.place("a=4").await);
        assert_eq!(split.cancel(&order).await.status, 200);
        assert_eq!(split.place("a=1").await.status, 201);
        split.exact().await;
        let db = split.stock.shop.inventory.as_ref().unwrap();
        // Other clients' references are nobody's business here.
        let others =
            |tx: &mut Tx<'_>| (0..2_300).try_for_each(|number| take_one(tx, &format!("ext:{number}")));
        db.write(others).await.unwrap();
        split.audit_is_clean().await;
        let nobody = "0190ffff-0000-7000-8000-000000000000";
        db.write(move |tx| take_one(tx, &format!("{nobody}/1"))).await.unwrap();
        let report = split.audit().await;
        let two = &report.invariants[1];
        assert!(!two.ok && two.violations_total == 1, "{two:?}");
        assert_eq!(two.violations[0].about, nobody);
        assert!(two.violations[0].what.contains("there is no such order"), "{two:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_by_what_became_of_it() {
    let split = Split::new(&[("a", 10)]).await;
    let client = split.stock.client();
    let check = async |body: Value, status: u16, outcome: &str| {
        let answer = send(&client, DEDUCT, &body).await;
        assert_eq!((answer.0, answer.1["outcome"].as_str()), (status, Some(outcome)), "{body}: {answer:?}");
    };
    check(deduct("1/1", "a", 2), 200, "moved").await;
    check(deduct("2/1", "a", 9), 422, "insufficient").await;
    check(deduct("3/1", "b", 1), 404, "unknown_sku").await;
    check(deduct("1/1", "a", 3), 409, "void").await;
    let ledger = client.send(Call::get("/v1/internal/stock/ledger?ref=1/&ref=2/1")).await;
    let Sent::Answer(ledger) = ledger else { panic!("{ledger:?}") };
    let expected = json!({ "entries": [{ "ref": "1/1", "sku": "a", "kind": "deduct", "quantity": -2 }] });
    assert_eq!(ledger.json::<Value>().unwrap(), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refuses_bad_commands_and_strangers() {
    let split = Split::new(&[("a", 10)]).await;
    let client = split.stock.client();
    for body in [
        json!({}),
        json!([]),
        json!({ "ref": "", "lines": [{ "sku": "a", "quantity": 1 }] }),
        json!({ "ref": "o/1", "lines": [] }),
        json!({ "ref": "o/1", "lines": [{ "sku": "a", "quantity": 0 }] }),
        json!({ "ref": "o/1", "lines": [{ "sku": "a", "quantity": -1 }] }),
        json!({ "ref": "o/1", "lines": [{ "sku": "a", "quantity": 1.5 }] }),
        json!({ "ref": "o/1", "lines": [{ "sku": "a", "quantity": 1_000_000_001_i64 }] }),
        json!({ "ref": "o/1", "lines": [{ "sku": "a\u{0}", "quantity": 1 }] }),
        json!({ "ref": "o\u{0}/1", "lines": [{ "sku": "a", "quantity": 1 }] }),
        json!({ "ref": "o/1", "lines": [{ "sku": "a", "quantity": 1 }], "more": 1 }),
        json!({ "ref": "x".repeat(256), "lines": [{ "sku": "a", "quantity": 1 }] }),
    ] {
        assert_eq!(send(&client, DEDUCT, &body).await.0, 400, "{body}");
    }
    let url = format!("http://{}", split.stock.address);
    for (token, expected) in [(None, 401), (Some("wrong"), 401)] {
        let stranger = Client::new(&url, token).unwrap();
        assert_eq!(send(&stranger, DEDUCT, &deduct("o/1", "a", 1)).await.0, expected);
        assert_eq!(send(&stranger, RELEASE, &json!({})).await.0, expected);
        let ledger = stranger.send(Call::get("/v1/internal/stock/ledger?ref=o")).await;
        assert!(matches!(ledger, Sent::Answer(answer) if answer.status == 401));
    }
    assert_eq!(split.stock.on_hand("a").await, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_commands_are_one_transaction() {
    let split = Split::new(&[("a", 10)]).await;
    let client = split.stock.client();
    let command = |reference: &str, quantity: i64| json!({ "command": "deduct", "ref": reference, "lines": [{ "sku": "a", "quantity": quantity }] });
    let back =
        json!({ "command": "release", "ref": "1/c2", "of": "1/1", "lines": [{ "sku": "a", "quantity": 8 }] });
    let commands = json!([command("1/1", 8), command("2/1", 3), back, command("3/1", 3)]);
    let (status, replies) = send(&client, "/v1/internal/stock/commands", &commands).await;
    assert_eq!(status, 200, "{replies}");
    let outcomes: Vec<&str> =
        replies.as_array().unwrap().iter().map(|reply| reply["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["moved", "insufficient", "moved", "moved"]);
    assert_eq!(split.stock.on_hand("a").await, 7);
    for bad in [
        json!({}),
        json!([{ "command": "steal", "ref": "4/1", "lines": [] }]),
        json!([command("4/1", 1), command("5/1", 0)]),
        (0..101).map(|n| command(&format!("{n}/9"), 1)).collect(),
    ] {
        assert_eq!(send(&client, "/v1/internal/stock/commands", &bad).await.0, 400, "{bad}");
    }
    assert_eq!(split.stock.on_hand("a").await, 7);
}
