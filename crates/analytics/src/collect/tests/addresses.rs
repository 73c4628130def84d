//! What a site says of addresses, and whom the collector believes about them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kassa_model::{LogRecord, Reason};
use serde_json::{Value, json};

use super::shop::Shop;

/// The secret of the key `sender` in the tests' configuration.
const SECRET: &str = "sk_sender";

fn props(shop: &Shop) -> Value {
    serde_json::from_str(&shop.last().event.props).unwrap()
}

#[tokio::test]
async fn an_address_is_told_by_a_word_and_kept_nowhere() {
    let shop = Shop::ruled(r#"{"labels":{"127.0.0.0/8":"office","192.0.2.0/24":"till"}}"#);
    shop.post("/v1/track?writeKey=pk_1", r#"{"event":"x","properties":{"a":1,"$label":"mine"}}"#).await;
    assert_eq!(props(&shop), json!({"a": 1, "$label": "office"}));
    shop.post("/track?writeKey=pk_1", r#"{"eventType":"x"}"#).await;
    assert_eq!(props(&shop), json!({"$label": "office"}));
    shop.post("/v1/track", r#"{"event":"x","writeKey":"nobody"}"#).await;
    let all = format!("{:?}", shop.records());
    assert!(!all.contains("127.0.0.1"), "{all}");
    let other = Shop::ruled(r#"{"labels":{"192.0.2.0/24":"till"}}"#);
    other.post("/v1/track?writeKey=pk_1", r#"{"event":"x"}"#).await;
    assert_eq!(props(&other), json!({}));
}

#[tokio::test]
async fn of_an_excluded_address_the_count_is_kept() {
    let shop = Shop::ruled(r#"{"exclude_addresses":["127.0.0.1"]}"#);
    for (path, body) in [
        ("/v1/track", r#"{"event":"x"}"#),
        ("/v1/batch", r#"{"batch":[{"type":"page"},{"type":"nonsense"}]}"#),
        ("/track", r#"{"eventType":"x"}"#),
        ("/event", r#"{"type":"x"}"#),
    ] {
        let answer = shop.post(&format!("{path}?writeKey=pk_1"), body).await;
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.body);
    }
    let records = shop.records();
    assert_eq!(records.len(), 5);
    for (_, record) in records {
        let LogRecord::Rejected(kept) = record else { panic!("it is kept: {record:?}") };
        assert_eq!((kept.site.as_str(), kept.reason), ("shop", Reason::ExcludedAddress));
        assert_eq!((kept.detail.as_str(), kept.original.as_str()), ("", ""));
    }
    assert_eq!(shop.metric("kassa_collect_excluded_total"), Some(5.0));
    assert_eq!(shop.metric(r#"analytics_events_total{type="x"}"#), None);
}

/// A server library says whose request it was; only who shows a secret key is believed.
#[tokio::test]
async fn a_secret_key_is_believed_about_address_and_agent() {
    let shop = Shop::ruled(r#"{"labels":{"192.0.2.0/24":"till"},"exclude_addresses":["198.51.100.7"]}"#);
    let said = |ip: &str| format!(r#"{{"type":"page","context":{{"ip":"{ip}","userAgent":"Visitor"}}}}"#);
    let bearer = format!("Bearer {SECRET}");
    let secret = [("authorization", bearer.as_str()), ("x-write-key", "pk_1"), ("user-agent", "server")];
    let public = [("x-write-key", "pk_1"), ("user-agent", "server")];
    let in_place = [("x-write-key", SECRET), ("user-agent", "server")];
    for (headers, believed) in [(&secret[..], true), (&public[..], false)] {
        shop.post_with("/v1/page", headers, &said("192.0.2.9")).await;
        let kept = shop.last();
        assert_eq!(kept.agent.as_deref(), Some(if believed { "Visitor" } else { "server" }));
        assert_eq!(kept.event.props.contains("till"), believed, "{}", kept.event.props);
    }
    let body = format!("{{\"writeKey\":\"{SECRET}\",{}", &said("192.0.2.10")[1..]);
    shop.post_with("/v1/page", &[("user-agent", "server")], &body).await;
    shop.post_with("/v1/page", &in_place, &said("192.0.2.10")).await;
    let batch =
        format!("{{\"batch\":[{},{},{}]}}", said("192.0.2.11"), said("198.51.100.7"), said("192.0.2.12"));
    shop.post_with("/v1/batch", &secret, &batch).await;
    let visitors: Vec<i64> = shop
        .records()
        .iter()
        .filter_map(|(_, record)| match record {
            LogRecord::Event(recorded) => Some(recorded.visitor_today),
            LogRecord::Rejected(_) => None,
        })
        .collect();
    assert_eq!(visitors.len(), 6, "the excluded one is not kept");
    assert_eq!(visitors[2], visitors[3], "in the body or in the head, the key is believed");
    let different: std::collections::BTreeSet<_> = visitors.iter().collect();
    assert_eq!(different.len(), 5, "{visitors:?}");
    let all = format!("{:?}", shop.records());
    assert!(!all.contains("192.0.2."), "{all}");
}

/// Wherever a write key is taken a secret key is, and it is written down nowhere.
#[tokio::test]
async fn a_secret_key_is_taken_wherever_a_write_key_is() {
    let shop = Shop::ruled(r#"{"labels":{"192.0.2.0/24":"till"}}"#);
    let basic = format!("Basic {}", STANDARD.encode(format!("{SECRET}:")));
    let in_address = format!("/v1/page?writeKey={SECRET}");
    let page = r#"{"type":"page","context":{"ip":"192.0.2.9","userAgent":"Visitor"}}"#;
    let in_body = format!("{{\"writeKey\":\"{SECRET}\",{}", &page[1..]);
    let batch = format!("{{\"writeKey\":\"{SECRET}\",\"batch\":[{page}]}}");
    let heads = [("authorization", basic.as_str()), ("x-write-key", SECRET)];
    for (path, headers, body) in [
        ("/v1/page", &heads[..1], page),
        ("/v1/page", &heads[1..], page),
        (in_address.as_str(), &heads[..0], page),
        ("/v1/page", &heads[..0], in_body.as_str()),
        ("/v1/batch", &heads[..0], batch.as_str()),
    ] {
        shop.post_with(path, headers, body).await;
        let kept = shop.last();
        assert_eq!(
            (kept.event.site.as_str(), kept.agent.as_deref()),
            ("shop", Some("Visitor")),
            "{path} {body}"
        );
        assert!(kept.event.props.contains("till"), "{path} {body}");
    }
    for (path, body) in [
        ("/track", r#"{"eventType":"x"}"#),
        ("/track", r#"{"events":[{"event_type":"X"}]}"#),
        ("/event", r#"{"type":"x"}"#),
        ("/event", r#"{"site_id":"free","event_type":"x","path":"/"}"#),
    ] {
        let body = format!("{{\"writeKey\":\"{SECRET}\",{}", &body[1..]);
        let answer = shop.post_with(path, &[], &body).await;
        assert!((200..300).contains(&answer.status), "{body}: {}", answer.body);
    }
    assert_eq!(shop.last().event.site, "free");
    let refused =
        format!("{{\"writeKey\":\"{SECRET}\",\"event\":\"x\",\"timestamp\":\"soon\",{}", &page[1..]);
    shop.post("/v1/track", refused).await;
    assert!(shop.last_rejected().original.contains("(key)"));
    let all = format!("{:?}", shop.records());
    assert!(!all.contains(SECRET) && !all.contains("192.0.2."), "{all}");
}

/// Whose key is limited to a site is believed about that one alone.
#[tokio::test]
async fn a_secret_key_of_one_site_is_not_believed_about_another() {
    let shop = Shop::ruled(r#"{"labels":{"192.0.2.0/24":"till"}}"#);
    let body = r#"{"type":"page","context":{"ip":"192.0.2.9","userAgent":"Visitor"}}"#;
    let bearer = [("authorization", "Bearer sk_of_free"), ("x-write-key", "pk_1"), ("user-agent", "server")];
    shop.post_with("/v1/page", &bearer, body).await;
    let kept = shop.last();
    assert_eq!((kept.event.site.as_str(), kept.agent.as_deref()), ("shop", Some("server")));
    assert!(!kept.event.props.contains("till"), "{}", kept.event.props);
    shop.post_with("/v1/page", &[("x-write-key", "sk_of_free")], body).await;
    let kept = shop.last();
    assert_eq!((kept.event.site.as_str(), kept.agent.as_deref()), ("free", Some("Visitor")));
}

#[tokio::test]
async fn pages_and_referrers_go_by_the_site_s_rules() {
    let shop =
        Shop::ruled(r#"{"trailing_slash":"keep","keep_query":["id"],"ignore_referrers":["id.example"]}"#);
    let send = async |referrer: &str| {
        let body =
            json!({"context": {"page": {"url": "https://shop.test/p/?id=5&token=s3", "referrer": referrer}}});
        shop.post("/v1/page?writeKey=pk_1", body.to_string()).await;
        shop.last()
    };
    let kept = send("https://login.id.example/back?code=s3").await;
    assert_eq!(kept.event.path.as_deref(), Some("/p/?id=5"));
    assert_eq!(kept.event.referrer.as_deref(), Some("https://login.id.example/back"));
    assert!(kept.referrer_ignored && !kept.event.props.contains("s3"), "{}", kept.event.props);
    assert!(send("https://www.shop.test/cart").await.referrer_ignored);
    assert!(!send("https://blog.example/").await.referrer_ignored);
}

#[tokio::test]
async fn a_browser_that_a_program_drives_says_so() {
    let shop = Shop::open();
    shop.post("/v1/page", r#"{"context":{"webdriver":true}}"#).await;
    assert!(shop.last().automated);
    assert_eq!(props(&shop), json!({}));
    shop.post("/v1/page", r#"{"context":{"webdriver":false}}"#).await;
    assert!(!shop.last().automated);
    shop.post("/track", r#"{"webdriver":true,"events":[{"event_type":"X"}]}"#).await;
    assert!(shop.last().automated);
    shop.post("/track", r#"{"webdriver":true,"events":[{"event_type":"X","webdriver":"no"}]}"#).await;
    assert!(!shop.last().automated);
}
