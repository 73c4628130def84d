//! The routes of webhooks: made, read, changed, rotated, tested and removed, on both engines.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use kassa_model::MICROS_PER_HOUR;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::task::JoinSet;

use super::super::connect::Reach;
use super::super::endpoint::Reason;
use super::super::hooks::HookOptions;
use super::super::testing::{Does, Server, Taken};
use super::super::{Wanted, store};
use crate::ShopOptions;
use crate::notify::delivery::Sent;
use crate::testing::Bed;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// Beds whose webhooks may go anywhere.
fn beds() -> Vec<Bed> {
    let webhooks = HookOptions { reach: Reach::Anywhere, ..HookOptions::default() };
    let open = |bed: Bed| bed.with(ShopOptions { webhooks: webhooks.clone(), ..ShopOptions::default() });
    Bed::each().into_iter().map(open).collect()
}

/// Which of the secrets have signed a request, by the specification's own words.
fn signers<'a>(taken: &Taken, secrets: &[&'a str]) -> Vec<&'a str> {
    let said = taken.header("webhook-signature");
    let text = format!("{}.{}.{}", taken.header("webhook-id"), taken.header("webhook-timestamp"), taken.body);
    let has_signed = |secret: &&str| {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(text.as_bytes());
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        said.split(' ').any(|found| found == signature)
    };
    assert_eq!(said.split(' ').count(), secrets.iter().filter(|secret| has_signed(secret)).count(), "{said}");
    secrets.iter().copied().filter(has_signed).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_made_changed_and_removed() {
    for bed in beds() {
        let url = "https://erp.example/hooks?of=kassa";
        let body = json!({"url": url, "description": " the warehouse ", "event_types": ["StockLow", "OrderConfirmed", "StockLow"]});
        let reply = bed.call("POST /v1/webhooks", &[], body.to_string()).await;
        assert_eq!((reply.status, reply.header("cache-control")), (201, "no-store"), "{}", reply.text);
        let made = reply.json();
        let id = made["id"].as_str().unwrap();
        let path = format!("/v1/webhooks/{id}");
        assert_eq!(reply.header("location"), path);
        assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
        assert_eq!(made["event_types"], json!(["OrderConfirmed", "StockLow"]));
        let read = bed.get(&path).await;
        assert_eq!(read["secret"], Value::Null, "shown once");
        assert_eq!((&read["url"], &read["description"]), (&json!(url), &json!("the warehouse")));
        assert_eq!((&read["enabled"], &read["last_delivered_at"]), (&json!(true), &Value::Null));
        let other = bed.send("POST /v1/webhooks", json!({"url": url}), 201).await;
        assert_eq!(other["event_types"], Value::Null);
        let list = bed.get("/v1/webhooks").await;
        assert_eq!(
            (list["results"].as_array().unwrap().len(), &list["results"][0]),
            (2, &read),
            "{}",
            bed.name
        );
        let wanted = |event: &'static str| bed.write(move |tx| Ok(Wanted::read(tx)?.by(event))).len();
        assert_eq!((wanted("OrderConfirmed"), wanted("StockLow"), wanted("OrderPaid")), (2, 2, 1));
        let change = json!({"event_types": null, "description": null, "enabled": false});
        let changed = bed.send(&format!("PATCH {path}"), change, 200).await;
        assert_eq!((&changed["event_types"], &changed["description"]), (&Value::Null, &Value::Null));
        assert_eq!((&changed["enabled"], &changed["disabled_reason"]), (&json!(false), &json!("asked")));
        assert_eq!((wanted("OrderPaid"), bed.get(&path).await), (1, changed));
        assert_eq!(bed.call(&format!("DELETE {path}"), &[], "").await.status, 204);
        for head in [format!("GET {path}"), format!("DELETE {path}"), format!("POST {path}/test")] {
            assert_eq!(bed.call(&head, &[], "").await.status, 404, "{head}");
        }
        bed.send(&format!("PATCH {path}"), json!({}), 404).await;
        bed.send(&format!("POST {path}/rotate"), json!({}), 404).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_signed_with_both_secrets_while_they_change() {
    for bed in beds() {
        let server = Server::start(Does::Answers(OK.to_owned())).await;
        let made = bed.send("POST /v1/webhooks", json!({"url": server.url()}), 201).await;
        let (id, first) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
        let test = async || {
            let said = bed.send(&format!("POST /v1/webhooks/{id}/test"), json!({}), 200).await;
            assert_eq!(
                (&said["delivered"], &said["status"], &said["answer"]),
                (&json!(true), &json!(200), &json!("ok"))
            );
            let taken = server.taken().pop().unwrap();
            assert_eq!(said["webhook_id"], taken.header("webhook-id"));
            taken
        };
        let taken = test().await;
        assert!(taken.head.starts_with("POST /hooks?of=kassa HTTP/1.1"), "{}", taken.head);
        assert_eq!(taken.header("content-type"), "application/json");
        assert!(taken.header("user-agent").starts_with("kassa/"));
        let event: Value = serde_json::from_str(&taken.body).unwrap();
        assert_eq!((&event["type"], &event["webhook"]["id"]), (&json!("WebhookTest"), &json!(id)));
        assert_eq!(event["id"], taken.header("webhook-id"));
        assert_eq!(signers(&taken, &[first]), [first]);
        let rotated =
            bed.send(&format!("POST /v1/webhooks/{id}/rotate"), json!({"keep_hours": 2}), 200).await;
        let second = rotated["secret"].as_str().unwrap();
        let until = bed.shop.now().plus_micros(2 * MICROS_PER_HOUR).to_string();
        assert_eq!(bed.get(&format!("/v1/webhooks/{id}")).await["rotating_until"], until);
        assert_eq!(signers(&test().await, &[first, second]), [first, second]);
        bed.clock.advance(2 * MICROS_PER_HOUR);
        assert_eq!(signers(&test().await, &[first, second]), [second], "{}", bed.name);
        let third = bed.send(&format!("POST /v1/webhooks/{id}/rotate"), json!({"keep_hours": 0}), 200).await;
        assert_eq!(signers(&test().await, &[second, third["secret"].as_str().unwrap()]).len(), 1);
        assert_eq!(bed.get(&format!("/v1/webhooks/{id}")).await["rotating_until"], Value::Null);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_disabled_or_gone_gets_nothing_but_tests() {
    for bed in beds() {
        let server = Server::start(Does::Answers(OK.to_owned())).await;
        let made = bed.send("POST /v1/webhooks", json!({"url": server.url()}), 201).await;
        let id = made["id"].as_str().unwrap();
        let post = async || bed.shop.hooks.post(id, ("0190:1", "{}".into())).await;
        assert!(matches!(post().await, Sent::Done { status: Some(200), .. }));
        bed.send(&format!("PATCH /v1/webhooks/{id}"), json!({"enabled": false}), 200).await;
        let disabled = Sent::Never { status: None, answer: "the endpoint is disabled".to_owned() };
        assert_eq!(post().await, disabled, "{}: heeded at once", bed.name);
        bed.send(&format!("POST /v1/webhooks/{id}/test"), json!({}), 200).await;
        bed.call(&format!("DELETE /v1/webhooks/{id}"), &[], "").await;
        assert!(matches!(post().await, Sent::Never { .. }));
        assert_eq!(server.taken().len(), 2);
        let metrics = bed.metrics.text();
        assert!(metrics.contains(r#"kassa_webhook_attempts_total{result="2xx"} 2"#), "{metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_meant_is_refused() {
    let bed = Bed::sqlite();
    let check = async |body: &str, said: &str| {
        let reply = bed.call("POST /v1/webhooks", &[], body.to_owned()).await;
        assert!(reply.status == 400 && reply.text.contains(said), "{body}: {} {}", reply.status, reply.text);
    };
    check("{}", "missing field").await;
    check(r#"{"url":7}"#, "").await;
    check(r#"{"url":"ftp://a.example/"}"#, "url begins with https://").await;
    check(r#"{"url":"https://a:b@a.example/"}"#, "url names a user").await;
    check(r#"{"url":"https://a.example/\r\nx: y"}"#, "url is no address").await;
    check(r#"{"url":"http://127.0.0.1:8000/"}"#, "url has an address that is of this machine").await;
    check(r#"{"url":"http://169.254.169.254/latest/meta-data"}"#, "link-local").await;
    check(r#"{"url":"http://[::ffff:10.0.0.1]/"}"#, "not of the public internet").await;
    check(r#"{"url":"https://a.example/","event_types":["OrderConfirmd"]}"#, "did you mean").await;
    check(r#"{"url":"https://a.example/","event_types":[]}"#, "names none").await;
    check(r#"{"url":"https://a.example/","event_types":"all"}"#, "").await;
    check(r#"{"url":"https://a.example/","description":"a\u0000b"}"#, "control characters").await;
    check(r#"{"url":"https://a.example/","secret":"whsec_AAAA"}"#, "unknown").await;
    check("[]", "must be a JSON object").await;
    let made = bed.send("POST /v1/webhooks", json!({"url": "https://a.example/"}), 201).await;
    let path = format!("/v1/webhooks/{}", made["id"].as_str().unwrap());
    for body in
        [r#"{"url":null}"#, r#"{"enabled":null}"#, r#"{"enabled":"no"}"#, r#"{"url":"http://10.0.0.1/"}"#]
    {
        assert_eq!(bed.call(&format!("PATCH {path}"), &[], body.to_owned()).await.status, 400, "{body}");
    }
    for body in [r#"{"keep_hours":169}"#, r#"{"keep_hours":-1}"#, r#"{"keep_hours":1.5}"#, r#"{"keep":1}"#] {
        assert_eq!(
            bed.call(&format!("POST {path}/rotate"), &[], body.to_owned()).await.status,
            400,
            "{body}"
        );
    }
    for id in ["x", "0190", "%00", "..%2f", "%ff"] {
        let status = bed.call(&format!("GET /v1/webhooks/{id}"), &[], "").await.status;
        assert!(matches!(status, 400 | 404), "{id}: {status}");
    }
    for _ in 1..50 {
        bed.send("POST /v1/webhooks", json!({"url": "https://a.example/"}), 201).await;
    }
    bed.send("POST /v1/webhooks", json!({"url": "https://a.example/"}), 409).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn endpoints_are_for_admins() {
    let bed = Bed::sqlite().closed();
    for (token, status) in [
        ("", 401),
        ("authorization: Bearer nonsense", 401),
        ("authorization: Bearer an-admin-token-for-tests", 200),
    ] {
        let headers: &[&str] = if token.is_empty() { &[] } else { &[token] };
        assert_eq!(bed.call("GET /v1/webhooks", headers, "").await.status, status, "{token}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_change_is_for_the_version_that_was_read() {
    for bed in beds() {
        let bed = Arc::new(bed);
        let url = "https://erp.example/hooks";
        let made = bed.call("POST /v1/webhooks", &[], json!({"url": url}).to_string()).await;
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/webhooks/{id}");
        let etag = async || bed.call(&format!("GET {path}"), &[], "").await.header("etag").to_owned();
        assert_eq!((made.header("etag"), etag().await.as_str()), ("\"1\"", "\"1\""), "{}", bed.name);
        let ask = async |head: &str, headers: &[&str], body: Value| {
            bed.call(&head.replacen("{}", &path, 1), headers, body.to_string()).await
        };
        let first = ask("PATCH {}", &["if-match: \"1\""], json!({"description": "first"})).await;
        assert_eq!((first.status, first.header("etag"), etag().await.as_str()), (200, "\"2\"", "\"2\""));
        let rotated = ask("POST {}/rotate", &["if-match: \"2\""], json!({})).await;
        assert_eq!((rotated.status, rotated.header("etag")), (200, "\"3\""), "{}", rotated.text);
        // How it does is no part of it; that it was given up is.
        let now = bed.shop.now();
        let named = id.clone();
        bed.write(move |tx| {
            store::failed(tx, &named, "no answer", now)?;
            store::delivered(tx, &named, now)
        });
        assert_eq!(etag().await, "\"3\"", "{}", bed.name);
        let named = id.clone();
        assert!(bed.write(move |tx| store::disable(tx, &named, Reason::Failing, now)));
        assert_eq!(etag().await, "\"4\"", "{}", bed.name);
        for (head, body) in [
            ("PATCH {}", json!({"enabled": false})),
            ("POST {}/rotate", json!({})),
            ("DELETE {}", Value::Null),
        ] {
            let late = match body.is_null() {
                true => bed.call(&head.replacen("{}", &path, 1), &["if-match: \"3\""], "").await,
                false => ask(head, &["if-match: \"3\""], body).await,
            };
            assert_eq!((late.status, late.problem().as_str()), (412, "precondition-failed"), "{head}");
        }
        let read = bed.get(&path).await;
        assert_eq!((&read["description"], &read["version"]), (&json!("first"), &json!(4)), "{}", bed.name);
        assert_eq!(ask("PATCH {}", &[], json!({"enabled": true})).await.header("etag"), "\"5\"");
        assert_eq!(ask("PATCH {}", &["if-match: \u{fc}"], json!({})).await.status, 400, "{}", bed.name);
        let mut running = JoinSet::new();
        for number in 0..6 {
            let (bed, head) = (Arc::clone(&bed), format!("PATCH {path}"));
            let body = json!({"description": format!("{number}")}).to_string();
            running.spawn(async move { bed.call(&head, &["if-match: \"5\""], body).await.status });
        }
        let mut statuses = running.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412], "{}", bed.name);
        let gone = bed.call(&format!("DELETE {path}"), &["if-match: \"6\""], "").await;
        assert_eq!(gone.status, 204, "{}: {}", bed.name, gone.text);
    }
}
