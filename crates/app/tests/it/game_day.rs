//! A demo's game day, from outside: begun, one at a time, stopped, and counted to the cent; and nowhere but in a demo.

use serde_json::Value;

use crate::kassa::{Kassa, Start, wait_for};

const PATH: &str = "/v1/admin/game-day";

fn run_of(kassa: &Kassa) -> Value {
    kassa.get(PATH).json()["run"].clone()
}

/// The one that has ended after the one called `before`.
fn ended(kassa: &Kassa, before: &str) -> Value {
    wait_for("the game day to end", || {
        let run = run_of(kassa);
        let is_over = run["id"] != before && matches!(run["state"].as_str(), Some("done" | "failed"));
        is_over.then_some(run)
    })
}

#[test]
fn a_game_day_ends_with_books_that_agree() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start::up(&folder.path().join("data")).with("--demo");
    let kassa = start.start();
    assert_eq!(kassa.get(PATH).json()["run"], Value::Null);
    for wrong in [r#"{"seconds":9}"#, r#"{"seconds":121}"#, r#"{"second":10}"#, r#"{"seconds":"10"}"#] {
        assert_eq!(kassa.post(PATH, wrong).status, 400, "{wrong}");
    }
    assert_eq!(kassa.post(PATH, r#"{"seconds":10}"#).status, 202);
    assert_eq!(kassa.post(PATH, r#"{"seconds":10}"#).status, 409);
    let run = ended(&kassa, "");
    let (orders, outcome) = (&run["orders"], &run["outcome"]);
    assert_eq!(outcome["ok"], true, "{run}");
    assert!(orders["asked"].as_u64() > Some(30) && orders["accepted"].as_u64() > Some(0), "{run}");
    assert_eq!(outcome["units"]["ordered"], outcome["units"]["taken"]);
    assert!(outcome["revenue"]["orders_minor"].as_i64() > Some(0), "{run}");
    println!("game day: {orders} {outcome}");

    assert_eq!(kassa.post(PATH, "{}").status, 202);
    let stopped = kassa.http().send("DELETE", PATH, &[], b"").unwrap();
    assert_eq!(stopped.status, 200, "{}", stopped.body);
    let second = ended(&kassa, run["id"].as_str().unwrap());
    assert_eq!((&second["is_stopped"], &second["outcome"]["ok"]), (&Value::Bool(true), &Value::Bool(true)));
    assert_eq!(kassa.get("/api/admin/chaos").json()["chaos_enabled"], false);
    assert!(kassa.stop().success());

    // The next start knows what came of it, and keeps that until another has ended.
    let again = start.start();
    assert_eq!(run_of(&again), second);
    assert_eq!(again.post(PATH, r#"{"seconds":10}"#).status, 202);
    again.kill();
    let at_last = start.start();
    assert_eq!(run_of(&at_last), second);
    assert!(at_last.stop().success());
}

/// A negative control: where what may have been done is sent again under a new name, stock is taken twice, and the game day says so.
#[test]
fn a_game_day_notices_stock_that_is_taken_twice() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start::up(&folder.path().join("data")).with("--demo").env("KASSA_SABOTAGE", "new_command");
    let kassa = start.start();
    assert_eq!(kassa.post(PATH, r#"{"seconds":10}"#).status, 202);
    let run = ended(&kassa, "");
    let outcome = &run["outcome"];
    assert_eq!(
        (&run["books_before"]["ok"], &outcome["ok"]),
        (&Value::Bool(true), &Value::Bool(false)),
        "{run}"
    );
    assert!(outcome["books_after"]["wrong"].as_array().unwrap().contains(&2.into()), "{run}");
    kassa.kill();
}

#[test]
fn a_shop_that_is_no_demo_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).env("KASSA_CHAOS__ALLOWED", "true").start();
    assert_eq!(kassa.get(PATH).json()["allowed"], false);
    let refused = kassa.post(PATH, "{}");
    assert_eq!((refused.status, refused.json()["type"].as_str()), (409, Some("/errors/conflict")));
    assert!(refused.body.contains("kassa up --demo"), "{}", refused.body);
    assert!(kassa.stop().success());
}
