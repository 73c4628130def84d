//! From news to endpoints: each gets what it wants once, whatever the others do.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::support::{Desk, confirmed, eventually};
use crate::notify::webhook::testing::{Does, Server};
use crate::notify::{MailOptions, WorkOptions};

const OK: &str = "HTTP/1.1 204 No Content\r\n\r\n";

fn hurried() -> WorkOptions {
    WorkOptions {
        deadline: Duration::from_millis(800),
        lease: Duration::from_secs(3),
        poll: Duration::from_millis(10),
        drain: Duration::from_millis(800),
        ..WorkOptions::default()
    }
}

async fn endpoint(desk: &Desk, server: &Server, types: Value) -> String {
    let body = json!({"url": server.url(), "event_types": types});
    desk.bed.send("POST /v1/webhooks", body, 201).await["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_endpoint_holds_up_itself_alone() {
    for desk in Desk::each(&MailOptions::default()) {
        let (good, other) = (
            Server::start(Does::Answers(OK.to_owned())).await,
            Server::start(Does::Answers(OK.to_owned())).await,
        );
        let slow = Server::start(Does::Hangs(String::new())).await;
        let hanging = endpoint(&desk, &slow, Value::Null).await;
        endpoint(&desk, &good, json!(["OrderConfirmed"])).await;
        endpoint(&desk, &other, json!(["OrderPaid"])).await;
        let reading = desk.read().await;
        let news: Vec<Value> = (1..=40).map(|number| confirmed(number, "")).collect();
        // What comes again is told once.
        desk.publish(&news).await;
        desk.publish(&news[10..20]).await;
        desk.all_read().await;
        reading.end().await;
        let (sending, begun) = (desk.send(hurried()), Instant::now());
        eventually("the good one has all", async || desk.count("sent") == 40).await;
        assert!(begun.elapsed() < Duration::from_secs(5), "{}: {:?}", desk.bed.name, begun.elapsed());
        // Of the slow one at most four are under way at a time.
        let rounds = begun.elapsed().as_millis() / 300 + 1;
        assert!(slow.taken().len() as u128 <= rounds * 4, "{} in {rounds} rounds", slow.taken().len());
        sending.end().await;
        let taken = good.taken();
        let ids: BTreeSet<&str> = taken.iter().map(|taken| taken.header("webhook-id")).collect();
        assert_eq!((taken.len(), ids.len(), other.taken().len()), (40, 40, 0), "{}", desk.bed.name);
        for taken in &taken {
            let event: Value = serde_json::from_str(&taken.body).unwrap();
            assert_eq!(event["id"], taken.header("webhook-id"));
        }
        let shown = desk.bed.get(&format!("/v1/webhooks/{hanging}")).await;
        assert!(shown["failing_since"].is_string(), "{shown}");
        assert_eq!(shown["last_failure"]["why"], "no answer within 300 ms");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_no_more_is_disabled_and_the_staff_are_told() {
    let mail = MailOptions { staff: vec!["boss@shop.test".to_owned()], ..MailOptions::default() };
    for desk in Desk::each(&mail) {
        let gone =
            Server::start(Does::Answers("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n".to_owned())).await;
        let id = endpoint(&desk, &gone, Value::Null).await;
        let reading = desk.read().await;
        desk.publish(&[confirmed(1, "")]).await;
        desk.all_read().await;
        let sending = desk.send(hurried());
        let told = "email boss@shop.test staff-webhook-disabled sent".to_owned();
        eventually("the staff are told", async || desk.rows().contains(&told)).await;
        assert!(desk.rows().contains(&format!("webhook {id}  dead")), "{:?}", desk.rows());
        let shown = desk.bed.get(&format!("/v1/webhooks/{id}")).await;
        assert_eq!((&shown["enabled"], &shown["disabled_reason"]), (&json!(false), &json!("gone")));
        // What happens now is not even written for it.
        desk.publish(&[confirmed(2, "")]).await;
        desk.all_read().await;
        let rows = desk.rows();
        assert_eq!(rows.iter().filter(|row| row.starts_with("webhook")).count(), 1, "{rows:?}");
        assert_eq!(gone.taken().len(), 1);
        reading.end().await;
        sending.end().await;
    }
}
