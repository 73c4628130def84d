//! Every definition by its name: a small site whose numbers can be counted by hand.
//!
//! | session | events |
//! |---|---|
//! | 1 (visitor 1, google, desktop) | 10:00:00 view /a · 10:01:00 view /b · 10:02:30 click on /b |
//! | 2 (visitor 2, no source, mobile) | 11:00:00 view /a, then only time_on_page 30 s and 15 s at 11:00:45 |
//! | 3 (visitor 1 again, two days before) | 09:00:00 view /b · 09:00:10 signup |
//! | 4 (visitor 3, a crawler) | 11:30:00 view /a |
//! | 5 (visitor 4) | 11:58:00 hover_enter on /c, no page view |
//!
//! In session 1, visitor 1 orders two mugs for 10.00 and gets 2.50 back.

use kassa_model::Event;
use serde_json::{Value, json};

use super::support::{World, event, money, view};
use crate::report::definitions::{FIELDS, METRICS};

async fn world() -> World {
    let world = World::open();
    let with = |event: Event, session: i64, device: &str, source: Option<&str>| Event {
        session: Some(session),
        device: Some(device.to_owned()),
        source: source.map(str::to_owned),
        ..event
    };
    let spent = |seconds: &str, time: &str| Event {
        path: Some("/a".to_owned()),
        props: format!("{{\"seconds\":{seconds}}}"),
        ..event("time_on_page", 2, time)
    };
    let on = |path: &str, event: Event| Event { path: Some(path.to_owned()), ..event };
    let google = Some("google");
    world
        .seed(vec![
            with(view("/b", 1, "2026-11-18T09:00:00Z"), 3, "mobile", Some("bing")),
            with(on("/b", event("signup", 1, "2026-11-18T09:00:10Z")), 3, "mobile", None),
            with(view("/a", 1, "2026-11-20T10:00:00Z"), 1, "desktop", google),
            with(view("/b", 1, "2026-11-20T10:01:00Z"), 1, "desktop", google),
            with(on("/b", event("click", 1, "2026-11-20T10:02:30Z")), 1, "desktop", None),
            with(view("/a", 2, "2026-11-20T11:00:00Z"), 2, "mobile", None),
            with(spent("30", "2026-11-20T11:00:30Z"), 2, "mobile", None),
            with(spent("15", "2026-11-20T11:00:45Z"), 2, "mobile", None),
            Event { bot: true, ..with(view("/a", 3, "2026-11-20T11:30:00Z"), 4, "desktop", None) },
            money(("o", "Order Completed", "confirmed"), 1, "2026-11-20T10:03:00Z", &[("mug", 2, 1_000)]),
            money(("o", "Order Refunded", "confirmed"), 1, "2026-11-20T11:00:00Z", &[("mug", 0, -250)]),
            with(on("/c", event("hover_enter", 4, "2026-11-20T11:58:00Z")), 5, "desktop", None),
        ])
        .await;
    world
}

#[tokio::test]
async fn every_metric_by_name() {
    let world = world().await;
    let all: Vec<&str> = METRICS.iter().map(|metric| metric.name).collect();
    let expected = [
        ("visitors", json!(3)),
        ("visits", json!(4)),
        ("pageviews", json!(4)),
        ("events", json!(9)),
        ("views_per_visit", json!(1)),
        // Only session 2 has one page view and nothing interactive; 5 has no page view at all.
        ("bounce_rate", json!(25)),
        // (150 + 0 + 10 + 0) / 4: time on page and hovers extend no visit.
        ("visit_duration", json!(40)),
        ("time_on_page", json!(45)),
        ("percentage", json!(100)),
        ("revenue", json!({"amount_minor": 750, "currency": "EUR"})),
        ("orders", json!(1)),
        ("units", json!(2)),
        ("refunds", json!({"amount_minor": 250, "currency": "EUR"})),
        ("average_order_value", json!({"amount_minor": 1_000, "currency": "EUR"})),
        ("conversion_rate", json!(33.3)),
    ];
    assert_eq!(expected.len(), all.len());
    for (name, value) in expected {
        assert!(all.contains(&name), "{name}");
        assert_eq!(world.rows(json!({"metrics": [name]})).await, json!([[value]]), "{name}");
    }
}

#[tokio::test]
async fn metrics_of_a_part() {
    let world = world().await;
    let check = async |extra: Value, expected: Value| {
        assert_eq!(world.rows(extra.clone()).await, expected, "{extra}");
    };
    check(json!({"date_range": "day", "metrics": ["visits", "bounce_rate"]}), json!([[3, 33.3]])).await;
    let by_device =
        json!({"dimensions": ["visit:device"], "metrics": ["visitors", "percentage", "views_per_visit"]});
    check(by_device, json!([["desktop", 2, 66.7, 1], ["mobile", 2, 66.7, 1]])).await;
    let nobody = json!({"date_range": ["2020-01-01", "2020-01-02"],
        "metrics": ["visitors", "bounce_rate", "visit_duration", "views_per_visit", "time_on_page", "percentage"]});
    check(nobody, json!([[0, null, null, null, null, null]])).await;
    let with_bots = json!({"include": {"bots": true}, "metrics": ["visitors", "pageviews"]});
    check(with_bots, json!([[4, 5]])).await;
}

#[tokio::test]
async fn every_dimension_by_name() {
    let world = World::open();
    let full = |path: &str, time: &str| Event {
        host: Some("shop.test".to_owned()),
        referrer: Some("https://r.test/".to_owned()),
        source: Some("r".to_owned()),
        utm_source: Some("us".to_owned()),
        utm_medium: Some("um".to_owned()),
        utm_campaign: Some("uc".to_owned()),
        utm_term: Some("ut".to_owned()),
        utm_content: Some("un".to_owned()),
        device: Some("desktop".to_owned()),
        browser: Some("Firefox".to_owned()),
        os: Some("Linux".to_owned()),
        country: Some("DE".to_owned()),
        ..view(path, 1, time)
    };
    let order = money(("o", "Order Completed", "confirmed"), 1, "2026-11-20T10:03:00Z", &[("mug", 2, 1_000)]);
    let order = Event { props: r#"{"customer_type":"new"}"#.to_owned(), ..order };
    world.seed(vec![full("/in", "2026-11-20T10:00:00Z"), full("/out", "2026-11-20T10:00:01Z"), order]).await;
    let expected = [
        ("event:name", json!([["page_view", 2]])),
        ("event:page", json!([["/in", 1], ["/out", 1]])),
        ("event:hostname", json!([["shop.test", 2]])),
        ("event:site", json!([["shop", 2]])),
        ("visit:entry_page", json!([["/in", 2]])),
        ("visit:exit_page", json!([["/out", 2]])),
        ("visit:hostname", json!([["shop.test", 2]])),
        ("visit:source", json!([["r", 2]])),
        ("visit:channel", json!([["Referral", 2]])),
        ("visit:referrer", json!([["https://r.test/", 2]])),
        ("visit:utm_source", json!([["us", 2]])),
        ("visit:utm_medium", json!([["um", 2]])),
        ("visit:utm_campaign", json!([["uc", 2]])),
        ("visit:utm_term", json!([["ut", 2]])),
        ("visit:utm_content", json!([["un", 2]])),
        ("visit:device", json!([["desktop", 2]])),
        ("visit:browser", json!([["Firefox", 2]])),
        ("visit:os", json!([["Linux", 2]])),
        ("visit:country", json!([["DE", 2]])),
        ("item:sku", json!([["(none)", 2]])),
        ("product:sku", json!([["mug", 2]])),
        ("product:name", json!([["The mug", 2]])),
        ("product:category", json!([["mugs", 2]])),
        ("order:currency", json!([["EUR", 2]])),
        ("order:status", json!([["confirmed", 2]])),
        ("customer:type", json!([["new", 2]])),
    ];
    assert_eq!(expected.len(), FIELDS.len());
    for (name, rows) in expected {
        assert!(FIELDS.iter().any(|field| field.name == name), "{name}");
        let of_money = ["product:", "order:", "customer:"].iter().any(|of| name.starts_with(of));
        let metric = if of_money { "units" } else { "events" };
        let extra = json!({"dimensions": [name], "metrics": [metric]});
        assert_eq!(world.rows(extra).await, rows, "{name}");
    }
}

#[tokio::test]
async fn properties_are_dimensions() {
    let world = World::open();
    let with = |props: &str, time: &str| Event { props: props.to_owned(), ..event("buy", 1, time) };
    world
        .seed(vec![
            with(r#"{"size":"L","a:b":1}"#, "2026-11-20T10:00:00Z"),
            with(r#"{"size":"L"}"#, "2026-11-20T10:00:01Z"),
            with(r#"{"size":7}"#, "2026-11-20T10:00:02Z"),
            with("{}", "2026-11-20T10:00:03Z"),
        ])
        .await;
    let by = |name: &str| json!({"dimensions": [name], "metrics": ["events"]});
    assert_eq!(world.rows(by("event:props:size")).await, json!([["L", 2], ["7", 1], ["(none)", 1]]));
    assert_eq!(world.rows(by("event:props:a:b")).await, json!([["(none)", 3], ["1", 1]]));
}

#[tokio::test]
async fn bounce_and_duration_count_at_the_entry_page() {
    let world = world().await;
    let by_page = json!({"dimensions": ["event:page"], "metrics": ["bounce_rate", "visit_duration"],
        "order_by": [["event:page", "asc"]]});
    // Sessions 1 and 2 begin on /a, session 3 on /b, session 5 has no page view, but an event on /c.
    assert_eq!(world.rows(by_page).await, json!([["/a", 50, 75], ["/b", 0, 10], ["/c", 0, 0]]));
}

#[tokio::test]
async fn the_list_of_definitions_is_served() {
    let world = World::open();
    let answer = world.get("/v1/query/definitions").await;
    assert_eq!(answer.status, 200);
    let listed = answer.json();
    for metric in METRICS {
        let found = listed["metrics"].as_array().unwrap().iter().find(|entry| entry["name"] == metric.name);
        assert_eq!(found.unwrap()["definition"], metric.definition, "{}", metric.name);
    }
    assert_eq!(listed["dimensions"].as_array().unwrap().len(), FIELDS.len() + 2);
}
