//! Endpoints that fail for days are disabled, those that answer 410 at once, and one success forgives all.

use kassa_model::{MICROS_PER_DAY, MICROS_PER_HOUR, Timestamp};
use serde_json::{Value, json};

use super::super::endpoint::{Disabled, Reason};
use crate::notify::delivery::Sent;
use crate::testing::Bed;

fn failed() -> Sent {
    Sent::Later { status: Some(500), answer: "oops".to_owned(), after: None }
}

fn done() -> Sent {
    Sent::Done { status: Some(204), answer: String::new() }
}

fn told(bed: &Bed, id: &str, sent: &Sent, at: Timestamp) -> Option<Disabled> {
    let (hooks, id, sent) = (bed.shop.hooks.clone(), id.to_owned(), sent.clone());
    bed.write(move |tx| hooks.told(tx, &id, (&sent, at)))
}

async fn made(bed: &Bed) -> String {
    let made = bed.send("POST /v1/webhooks", json!({"url": "https://erp.example/hooks"}), 201).await;
    made["id"].as_str().unwrap().to_owned()
}

async fn shown(bed: &Bed, id: &str) -> Value {
    bed.get(&format!("/v1/webhooks/{id}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_for_five_days_is_disabled_once() {
    for bed in Bed::each() {
        let id = made(&bed).await;
        let begin = bed.shop.now();
        let at = |hours: i64| begin.plus_micros(hours * MICROS_PER_HOUR);
        assert_eq!(told(&bed, &id, &failed(), at(0)), None);
        assert_eq!(told(&bed, &id, &failed(), at(119)), None, "{}", bed.name);
        // Something has arrived: it begins anew.
        assert_eq!(told(&bed, &id, &done(), at(119)), None);
        let now = shown(&bed, &id).await;
        assert_eq!((&now["failing_since"], &now["enabled"]), (&Value::Null, &json!(true)));
        assert_eq!(now["last_failure"]["why"], "it answered 500");
        assert_eq!(told(&bed, &id, &failed(), at(120)), None);
        assert_eq!(told(&bed, &id, &failed(), at(239)), None);
        let since = at(120);
        let url = "https://erp.example/hooks".to_owned();
        let expected = Disabled { id: id.clone(), url, reason: Reason::Failing, since };
        assert_eq!(told(&bed, &id, &failed(), at(240)), Some(expected), "{}", bed.name);
        assert_eq!(told(&bed, &id, &failed(), at(241)), None, "told of once");
        let now = shown(&bed, &id).await;
        assert_eq!((&now["enabled"], &now["disabled_reason"]), (&json!(false), &json!("failing")));
        assert_eq!(now["disabled_at"], at(240).to_string());
        assert!(matches!(bed.shop.hooks.standing().await, Ok(kassa_service::Status::Degraded(_))));
        let now = bed.send(&format!("PATCH /v1/webhooks/{id}"), json!({"enabled": true}), 200).await;
        assert_eq!((&now["enabled"], &now["failing_since"]), (&json!(true), &Value::Null));
        assert_eq!(told(&bed, &id, &failed(), at(300)), None, "it begins anew");
        assert_eq!(told(&bed, "no such", &failed(), at(0)), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_no_more_gets_no_more() {
    for bed in Bed::each() {
        let id = made(&bed).await;
        let gone = Sent::Never { status: Some(410), answer: String::new() };
        let at = bed.shop.now();
        assert_eq!(told(&bed, &id, &gone, at).map(|disabled| disabled.reason), Some(Reason::Gone));
        assert_eq!(shown(&bed, &id).await["disabled_reason"], "gone");
        let never = Sent::Never { status: None, answer: "the endpoint is disabled".to_owned() };
        let later = at.plus_micros(6 * MICROS_PER_DAY);
        assert_eq!(told(&bed, &id, &never, later), None, "what was not sent says nothing of the target");
    }
}
