//! What the collector adds, and what it counts.

use std::net::IpAddr;

use bytes::Bytes;
use kassa_model::{LogRecord, MICROS_PER_DAY, RouteKey, Timestamp};

use super::super::incoming::Incoming;
use super::shop::{NOW, Shop};
use crate::wire::door;

fn address() -> IpAddr {
    "203.0.113.7".parse().unwrap()
}

#[tokio::test]
async fn stamps_what_only_it_can_know() {
    let shop = Shop::open();
    let agent = "Mozilla/5.0 ".to_owned() + &"x".repeat(2_000);
    let sent = shop.post_with("/event", &[("user-agent", &agent)], r#"{"type":"a"}"#).await;
    assert_eq!(sent.status, 200);
    let first = shop.last();
    assert_eq!(first.agent.as_deref().map(str::len), Some(1_024));
    let id: uuid::Uuid = first.event.id.parse().unwrap();
    assert_eq!(id.get_version_num(), 7);
    assert_eq!((first.event.received_at, first.event.occurred_at), (NOW, NOW));
    assert!(first.visitor_today > 0 && first.visitor_yesterday > 0);
    assert_ne!(first.visitor_today, first.visitor_yesterday);
    assert_eq!(first.event.visitor, None);
    shop.post_with("/event", &[("user-agent", &agent)], r#"{"type":"a"}"#).await;
    let second = shop.last();
    assert_eq!(second.visitor_today, first.visitor_today, "the same visitor of a day");
    assert_ne!(second.event.id, first.event.id);
    shop.post_with("/event", &[("user-agent", "another")], r#"{"type":"a"}"#).await;
    assert_ne!(shop.last().visitor_today, first.visitor_today);
    shop.clock.advance(MICROS_PER_DAY);
    shop.post_with("/event", &[("user-agent", &agent)], r#"{"type":"a"}"#).await;
    assert_eq!(shop.last().visitor_yesterday, first.visitor_today, "one visitor across midnight");
    let all = format!("{:?}", shop.records());
    assert!(!all.contains("127.0.0.1"), "no address is kept");
}

#[tokio::test]
async fn routes_by_the_visitor() {
    let shop = Shop::by_visitor();
    shop.post("/track", r#"{"eventType":"x","sessionId":"s1"}"#).await;
    shop.post("/v1/track", r#"{"event":"x","anonymousId":"s1"}"#).await;
    shop.post("/track", r#"{"eventType":"x"}"#).await;
    shop.post("/track", r#"{"eventType":""}"#).await;
    let records = shop.records();
    assert_eq!(records[0].0, RouteKey::given("default", "s1"));
    assert_eq!(records[1].0, records[0].0);
    assert!(records[2].0.0 < 1_024 && records[3].0 == records[2].0);
    // With privacy asked for, the given visitor may not even route.
    shop.post_with("/track", &[("dnt", "1")], r#"{"eventType":"x","sessionId":"s1"}"#).await;
    assert_eq!(shop.records()[4].0, records[2].0);
}

#[tokio::test]
async fn routes_by_the_site_unless_told_otherwise() {
    let shop = Shop::open();
    shop.post("/track", r#"{"eventType":"x","sessionId":"s1"}"#).await;
    shop.post("/v1/track", r#"{"event":"x","userId":"c7"}"#).await;
    shop.post("/track", r#"{"eventType":""}"#).await;
    shop.post("/v1/track", r#"{"event":"x","writeKey":"demo"}"#).await;
    let keys: Vec<_> = shop.records().into_iter().map(|(key, _)| key).collect();
    assert_eq!((keys[1], keys[2]), (keys[0], keys[0]));
    assert_ne!(keys[3], keys[0]);
}

#[tokio::test]
async fn who_names_a_user_alone_is_told_apart_by_the_address_too() {
    let shop = Shop::open();
    let agent = [("user-agent", "Mozilla/5.0")];
    shop.post_with("/event", &agent, r#"{"type":"x"}"#).await;
    let before = shop.last().visitor_today;
    shop.post_with("/v1/track", &agent, r#"{"event":"x","userId":"c7"}"#).await;
    assert_eq!(shop.last().visitor_today, before, "the browser that it was without a name");
    shop.post_with("/v1/track", &agent, r#"{"event":"x","userId":"c7","anonymousId":"a1"}"#).await;
    assert_eq!(shop.last().visitor_today, 0, "it has a name of its own");
}

#[tokio::test]
async fn honours_both_privacy_signals() {
    let shop = Shop::open();
    let body = r#"{"event":"x","userId":"u","properties":{"email":"a@b.c","plan":"p"}}"#;
    for (headers, kept) in [
        (vec![("sec-gpc", "1")], false),
        (vec![("dnt", "1")], false),
        (vec![("dnt", "0"), ("sec-gpc", "0")], true),
        (vec![], true),
    ] {
        shop.post_with("/v1/track", &headers, body).await;
        let event = shop.last().event;
        assert_eq!(event.user.is_some(), kept, "{headers:?}");
        assert_eq!(event.visitor.is_some(), kept, "{headers:?}");
        assert_eq!(event.props.contains("email"), kept, "{headers:?}");
        assert!(event.props.contains("plan"));
    }
}

#[tokio::test]
async fn where_the_client_names_the_visitor_its_address_is_not_hashed() {
    let shop = Shop::open();
    for (headers, named) in [(vec![], true), (vec![("dnt", "1")], false)] {
        shop.post_with("/v1/track", &headers, r#"{"event":"x","anonymousId":"a"}"#).await;
        let recorded = shop.last();
        assert_eq!(recorded.event.visitor.is_some(), named);
        assert_eq!((recorded.visitor_today == 0, recorded.visitor_yesterday == 0), (named, named));
    }
}

#[tokio::test]
async fn an_agent_in_the_body_of_who_is_believed_is_the_visitors() {
    let shop = Shop::open();
    let batch = r#"{"batch":[
        {"type":"page","context":{"userAgent":"one"}},{"type":"page","context":{"userAgent":"two"}},
        {"type":"page","context":{"userAgent":"one"}},{"type":"page"}]}"#;
    let secret = [("user-agent", "server"), ("authorization", "Bearer sk_sender")];
    shop.post_with("/v1/batch", &secret, batch).await;
    let records: Vec<_> = shop
        .records()
        .into_iter()
        .map(|(_, record)| match record {
            LogRecord::Event(recorded) => (recorded.agent, recorded.visitor_today),
            LogRecord::Rejected(rejected) => panic!("{rejected:?}"),
        })
        .collect();
    let agents: Vec<_> = records.iter().map(|(agent, _)| agent.as_deref().unwrap()).collect();
    assert_eq!(agents, ["one", "two", "one", "server"]);
    assert_eq!(records[0].1, records[2].1);
    assert_ne!(records[0].1, records[1].1);
    assert_ne!(records[0].1, records[3].1);
}

#[tokio::test]
async fn demo_data_goes_the_same_way_without_http() {
    let shop = Shop::open();
    let day = |days: i64| Timestamp::from_micros(NOW.micros() - days * MICROS_PER_DAY);
    let body = Bytes::from_static(br#"{"event":"Product Viewed"}"#);
    let incoming: Vec<_> = (0..30)
        .map(|days| {
            Incoming::new(door("v1/track").unwrap(), body.clone(), address())
                .agent("demo")
                .key("demo")
                .received_at(day(days))
        })
        .collect();
    let answers = shop.collector.collect_all(incoming).await.unwrap();
    assert!(answers.iter().all(|answer| answer.body == r#"{"success":true}"#));
    assert_eq!((answers.len(), shop.records().len(), shop.appends()), (30, 30, 1));
    for (days, (_, record)) in (0..30).zip(shop.records()) {
        assert_eq!((record.received_at(), record.site()), (day(days), "demo"));
    }
}

#[tokio::test]
async fn counts_types_within_bounds() {
    let shop = Shop::open();
    shop.post("/event", r#"{"type":"purchase"}"#).await;
    shop.post("/event", r#"{"type":"purchase"}"#).await;
    shop.post("/event", r#"{"type":""}"#).await;
    shop.post("/track", r#"{"eventType":"purchase"}"#).await;
    assert_eq!(shop.metric(r#"analytics_events_total{type="purchase"}"#), Some(2.0));
    for n in 0..300 {
        shop.post("/event", format!("{{\"type\":\"t{n}\"}}")).await;
    }
    let series =
        shop.metrics.text().lines().filter(|line| line.starts_with("analytics_events_total{")).count();
    assert_eq!(series, 201);
    assert_eq!(shop.metric(r#"analytics_events_total{type="other"}"#), Some(101.0));
    assert_eq!(shop.metric(r#"analytics_events_total{type="purchase"}"#), Some(2.0));
    assert_eq!(shop.metric(r#"analytics_events_total{type="t198"}"#), Some(1.0));
    assert_eq!(shop.metric(r#"analytics_events_total{type="t199"}"#), None);
    assert_eq!(
        shop.metric(r#"kassa_collect_events_total{dialect="counter",outcome="accepted"}"#),
        Some(302.0)
    );
    assert_eq!(
        shop.metric(r#"kassa_collect_events_total{dialect="counter",outcome="missing_field"}"#),
        Some(1.0)
    );
    assert_eq!(shop.metric(r#"kassa_collect_events_total{dialect="site",outcome="missing_field"}"#), None);
}

#[tokio::test]
async fn hostile_labels_do_not_break_the_metrics() {
    let shop = Shop::open();
    shop.post("/event", r#"{"type":"a\"b\\c\nd} 5\n# EOF"}"#).await;
    let text = shop.metrics.text();
    assert_eq!(text.matches("# EOF\n").count(), 1, "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("analytics_events_total{")).count(), 1);
}

#[tokio::test]
async fn countries_come_from_the_operators_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), super::super::country::testing::file("DE")).unwrap();
    let shop = Shop::with_countries(file.path());
    let country = async |address: &str| {
        let body = Bytes::from_static(br#"{"type":"x"}"#);
        let incoming = Incoming::new(door("event").unwrap(), body, address.parse().unwrap());
        shop.collector.collect(incoming).await.unwrap();
        shop.last().event.country
    };
    assert_eq!(country("91.0.0.1").await.as_deref(), Some("DE"));
    assert_eq!(country("::ffff:91.0.0.1").await.as_deref(), Some("DE"));
    assert_eq!(country("203.0.113.7").await, None);
    assert_eq!(country("2001:db8::1").await, None);
}

#[tokio::test]
async fn an_unreadable_country_file_is_told() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "no such format").unwrap();
    let error = super::super::country::Countries::open(file.path()).unwrap_err().to_string();
    assert!(error.starts_with("cannot read the GeoIP file /"), "{error}");
}
