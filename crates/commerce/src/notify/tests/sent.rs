//! From deliveries to a server, however it behaves.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kassa_db::params;
use serde_json::Value;

use super::server::{Manners, Server};
use super::support::{Desk, confirmed, eventually};
use crate::notify::delivery::{Channel, NewDelivery};
use crate::notify::{MailOptions, WorkOptions, store};

fn hurried() -> WorkOptions {
    WorkOptions {
        deadline: Duration::from_millis(400),
        lease: Duration::from_secs(2),
        poll: Duration::from_millis(10),
        drain: Duration::from_millis(500),
        ..WorkOptions::default()
    }
}

fn to(server: &Server) -> MailOptions {
    MailOptions {
        url: server.url.parse().unwrap(),
        from: "Shop <shop@shop.test>".to_owned(),
        ..MailOptions::default()
    }
}

async fn publish(desk: &Desk, count: u64) {
    let running = desk.read().await;
    let all: Vec<Value> = (1..=count).map(|number| confirmed(number, &format!("c{number}@b.test"))).collect();
    desk.publish(&all).await;
    desk.all_read().await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_order_is_one_mail() {
    let server = Server::start(Manners::Good).await;
    for desk in Desk::each(&to(&server)) {
        let before = server.taken().len();
        publish(&desk, 30).await;
        let sending = desk.send(hurried());
        eventually("all mails are sent", async || desk.count("sent") == 30).await;
        sending.end().await;
        let taken = server.taken().split_off(before);
        let mut ids: BTreeMap<String, String> = BTreeMap::new();
        for mail in &taken {
            assert_eq!(mail.header("From"), "Shop <shop@shop.test>");
            assert_eq!(mail.header("To"), mail.to);
            ids.insert(mail.header("Message-ID"), mail.to.clone());
        }
        assert_eq!((taken.len(), ids.len()), (30, 30), "{}", desk.bed.name);
        let rows = desk.bed.write(|tx| {
            let sql = "SELECT id, target, attempts FROM deliveries JOIN delivery_attempts ON delivery_id = id \
                       WHERE outcome = 'done' AND status = 250 AND next_at IS NULL AND done_at IS NOT NULL";
            tx.all(sql, params![], |row| Ok((row.text(0)?, row.text(1)?, row.int(2)?)))
        });
        assert_eq!(rows.len(), 30, "{}", desk.bed.name);
        for (id, target, attempts) in rows {
            assert_eq!((ids.get(&format!("<{id}@shop.test>")), attempts), (Some(&target), 1));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_behaves_badly_loses_no_mail() {
    use Manners::{Closed, Endless, FullDisk, Garbage, HangsInBody, HangsUp, Later, Silent, TakesAndHangsUp};
    for manners in [HangsUp, Silent, Garbage, Endless, Closed, Later, HangsInBody, TakesAndHangsUp, FullDisk]
    {
        let server = Server::start(manners).await;
        let desk = Desk::sqlite(to(&server));
        publish(&desk, 6).await;
        let sending = desk.send(hurried());
        let tried = async || {
            let sql = "SELECT COUNT(*) FROM deliveries WHERE attempts = 1 AND state = 'waiting' AND lease_until = 0";
            desk.bed.write(move |tx| tx.first(sql, params![], |row| row.int(0))) == Some(6)
        };
        eventually("each was tried once", tried).await;
        assert_eq!((desk.count("sent"), desk.count("dead")), (0, 0), "{manners:?}");
        let is_told = desk.bed.shop.told.trouble().mail.is_some();
        assert!(is_told, "{manners:?}: nobody is told that no mail is taken");
        server.behave(Manners::Good);
        desk.bed.clock.advance(7_000_000);
        eventually("all mails are sent", async || desk.count("sent") == 6).await;
        sending.end().await;
        let taken = server.taken();
        let mut by_id: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for mail in &taken {
            by_id.entry(mail.header("Message-ID")).or_default().push(&mail.text);
        }
        assert_eq!(by_id.len(), 6, "{manners:?}: {by_id:?}");
        assert!(
            by_id.values().all(|texts| texts.iter().all(|text| *text == texts[0])),
            "a repeat that differs"
        );
        let expected = if manners == TakesAndHangsUp { 12 } else { 6 };
        assert_eq!(taken.len(), expected, "{manners:?}");
        assert_eq!(desk.bed.shop.told.trouble().mail, None, "{manners:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_exist_is_tried_once() {
    let server = Server::start(Manners::Never).await;
    let desk = Desk::sqlite(to(&server));
    publish(&desk, 3).await;
    let sending = desk.send(hurried());
    eventually("all are given up", async || desk.count("dead") == 3).await;
    let sql = "SELECT COUNT(*) FROM delivery_attempts WHERE status = 550 AND outcome = 'never' AND answer LIKE '%no such person%'";
    assert_eq!(desk.bed.write(move |tx| tx.first(sql, params![], |row| row.int(0))), Some(3));
    // And anew, once somebody asks for it.
    server.behave(Manners::Good);
    let listed = desk.bed.get("/v1/deliveries?state=dead&channel=email").await;
    for row in listed["results"].as_array().unwrap() {
        let path = format!("POST /v1/deliveries/{}/replay", row["id"].as_str().unwrap());
        let replayed = desk.bed.send(&path, serde_json::json!({}), 200).await;
        assert_eq!((&replayed["state"], &replayed["attempts"]), (&"waiting".into(), &1.into()));
    }
    eventually("all are sent", async || desk.count("sent") == 3).await;
    sending.end().await;
    assert_eq!(server.taken().len(), 3);
}

/// After a day nothing is tried any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_for_a_day_is_given_up() {
    let server = Server::start(Manners::HangsUp).await;
    let desk = Desk::sqlite(to(&server));
    publish(&desk, 2).await;
    let sending = desk.send(hurried());
    let mut hours = 0;
    while desk.count("dead") < 2 {
        desk.bed.clock.advance(900_000_000);
        hours += 1;
        assert!(hours < 4 * 40, "it is never given up");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    sending.end().await;
    let sql = "SELECT MIN(attempts) FROM deliveries";
    let attempts = desk.bed.write(move |tx| tx.first(sql, params![], |row| row.int(0))).unwrap();
    assert!((6..=30).contains(&attempts), "{attempts}");
}

/// A mail server that says nothing keeps no webhook.
#[tokio::test(flavor = "multi_thread")]
async fn what_hangs_holds_up_itself_alone() {
    let server = Server::start(Manners::Silent).await;
    for desk in Desk::each(&to(&server)) {
        publish(&desk, 40).await;
        let own = desk.bed.shop.now();
        desk.bed.write(move |tx| {
            let now = tx.now(own)?;
            for number in 0..20 {
                let new = NewDelivery {
                    event_id: format!("e{number}"),
                    event_type: "OrderConfirmed".to_owned(),
                    channel: Channel::Webhook,
                    // Endpoints that nobody has: each is given up at once.
                    target: format!("0190a000-0000-7000-8000-00000000000{}", number % 5),
                    template: "",
                    payload: "{}".to_owned(),
                    order_id: None,
                };
                store::insert(tx, &new, now)?;
            }
            Ok(())
        });
        let sending = desk.send(WorkOptions {
            deadline: Duration::from_secs(20),
            lease: Duration::from_secs(60),
            ..hurried()
        });
        let begun = Instant::now();
        eventually("all webhooks are tried", async || desk.count("dead") == 20).await;
        assert!(begun.elapsed() < Duration::from_secs(10), "{}: they waited for mails", desk.bed.name);
        assert_eq!(desk.count("waiting"), 40, "{}", desk.bed.name);
        sending.end().await;
    }
}

/// Several processes share what is due.
#[tokio::test(flavor = "multi_thread")]
async fn two_workers_send_each_mail_once() {
    let server = Server::start(Manners::Good).await;
    for desk in Desk::each(&to(&server)) {
        let before = server.taken().len();
        publish(&desk, 150).await;
        let options = || WorkOptions { lease: Duration::from_secs(30), ..WorkOptions::default() };
        let both = [desk.send(options()), desk.send(options())];
        eventually("all mails are sent", async || desk.count("sent") == 150).await;
        for sending in both {
            sending.end().await;
        }
        let taken = server.taken().split_off(before);
        assert_eq!(taken.len(), 150, "{}", desk.bed.name);
    }
}
