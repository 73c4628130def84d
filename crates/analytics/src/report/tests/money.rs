//! Money in reports as a client sees it: amounts with their currency, breakdowns, time series, comparisons, refusals.

use kassa_model::Event;
use serde_json::{Value, json};

use super::support::{World, event, money, view};

const CONFIRMED: &str = "Order Completed";

/// Two orders of this week and one of the week before, each in its visit.
async fn world() -> World {
    let world = World::open();
    let from = |source: &str, campaign: &str, event: Event| Event {
        source: Some(source.to_owned()),
        utm_source: Some(source.to_owned()),
        utm_campaign: Some(campaign.to_owned()),
        ..event
    };
    world
        .seed(vec![
            from("news", "old", view("/mugs", 1, "2026-11-12T10:00:00Z")),
            money(("a", CONFIRMED, "confirmed"), 1, "2026-11-12T10:05:00Z", &[("mug", 1, 500)]),
            from("ads", "mugs", view("/mugs", 2, "2026-11-18T10:00:00Z")),
            money(
                ("b", CONFIRMED, "confirmed"),
                2,
                "2026-11-18T10:05:00Z",
                &[("mug", 2, 1_000), ("cap", 1, 333)],
            ),
            from("news", "new", view("/", 3, "2026-11-19T10:00:00Z")),
            money(("c", CONFIRMED, "confirmed"), 3, "2026-11-19T10:01:00Z", &[("cap", 2, 666)]),
            view("/", 4, "2026-11-19T11:00:00Z"),
            money(("a", "Order Refunded", "refunded"), 0, "2026-11-20T09:00:00Z", &[("mug", -1, -500)]),
            // Sent by a client, with whatever it claims: a plain event.
            Event {
                props: r#"{"revenue":99,"currency":"EUR"}"#.to_owned(),
                ..event(CONFIRMED, 4, "2026-11-19T11:01:00Z")
            },
        ])
        .await;
    world
}

fn eur(amount_minor: i64) -> Value {
    json!({"amount_minor": amount_minor, "currency": "EUR"})
}

#[tokio::test]
async fn totals_and_breakdowns() {
    let world = world().await;
    let check = async |extra: Value, expected: Value| {
        assert_eq!(world.rows(extra.clone()).await, expected, "{extra}");
    };
    let all = ["revenue", "orders", "units", "refunds", "average_order_value"];
    check(json!({"metrics": all}), json!([[eur(1_499), 2, 4, eur(500), eur(1_000)]])).await;
    check(json!({"metrics": ["conversion_rate", "visitors"]}), json!([[66.7, 3]])).await;
    // The refund of an order of last week counts this week, at the source of its order.
    let by_source = json!({"metrics": ["revenue", "orders"], "dimensions": ["visit:utm_source"]});
    check(by_source, json!([["ads", eur(1_333), 1], ["news", eur(166), 1]])).await;
    let by_campaign = json!({"metrics": ["revenue"], "dimensions": ["visit:utm_campaign"]});
    check(by_campaign, json!([["mugs", eur(1_333)], ["new", eur(666)], ["old", eur(-500)]])).await;
    let landed = json!({"metrics": ["revenue"], "filters": [["is", "visit:entry_page", ["/mugs"]]]});
    check(landed, json!([[eur(833)]])).await;
    let by_product = json!({"metrics": ["revenue", "units", "orders", "average_order_value"],
        "dimensions": ["product:sku"]});
    check(by_product, json!([["cap", eur(999), 3, 2, eur(500)], ["mug", eur(500), 1, 1, eur(1_000)]])).await;
    let mugs = json!({"metrics": ["revenue", "refunds"], "filters": [["is", "product:name", ["The mug"]]]});
    check(mugs, json!([[eur(500), eur(500)]])).await;
    let refunded = json!({"metrics": ["revenue"], "filters": [["is", "order:status", ["refunded"]]]});
    check(refunded, json!([[eur(-500)]])).await;
    let smallest = json!({"metrics": ["revenue"], "dimensions": ["product:category"],
        "order_by": [["revenue", "asc"]], "pagination": {"limit": 1}});
    check(smallest, json!([["mugs", eur(500)]])).await;
}

#[tokio::test]
async fn time_series_and_comparisons() {
    let world = world().await;
    let days = json!({"metrics": ["revenue", "orders", "visitors"], "date_range": ["2026-11-17", "2026-11-20"],
        "dimensions": ["time:day"]});
    let expected = json!([
        ["2026-11-17", eur(0), 0, 0],
        ["2026-11-18", eur(1_333), 1, 1],
        ["2026-11-19", eur(666), 1, 2],
        ["2026-11-20", eur(-500), 0, 0]
    ]);
    assert_eq!(world.rows(days).await, expected);
    let query = json!({"site_id": "shop", "metrics": ["revenue", "orders", "conversion_rate", "average_order_value"],
        "date_range": "7d", "include": {"comparisons": {"mode": "previous_period"}}});
    let answer = world.query(query).await;
    assert_eq!(
        answer["results"],
        json!([{"dimensions": [], "metrics": [eur(1_499), 2, 66.7, eur(1_000)], "comparison": {"dimensions": [],
            "metrics": [eur(500), 1, 100, eur(500)], "change": [200, 100, -33.3, 100]}}])
    );
    let query = json!({"site_id": "shop", "metrics": ["revenue", "average_order_value"], "date_range": "7d",
        "dimensions": ["visit:utm_campaign"], "include": {"comparisons": {"mode": "previous_period"}}});
    let answer = world.query(query).await;
    assert_eq!(
        answer["results"][2],
        json!({"dimensions": ["old"], "metrics": [eur(-500), null], "comparison": {"dimensions": ["old"],
            "metrics": [eur(500), eur(500)], "change": [-200, null]}})
    );
    assert_eq!(answer["results"][0]["comparison"]["metrics"], json!([eur(0), null]));
    assert_eq!(world.query(answer["query"].clone()).await, answer);
}

#[tokio::test]
async fn currencies_are_never_added() {
    let world = world().await;
    let mut yen = money(("d", CONFIRMED, "confirmed"), 3, "2026-11-19T12:00:00Z", &[("cap", 1, 400)]);
    yen.order.as_mut().unwrap().currency = "JPY".to_owned();
    world.seed(vec![yen]).await;
    let refused = async |extra: Value| {
        let mut query = json!({"site_id": "shop", "date_range": "7d"});
        for (name, value) in extra.as_object().unwrap() {
            query[name] = value.clone();
        }
        let answer = world.post(query.to_string()).await;
        assert_eq!(answer.status, 400, "{extra}: {}", answer.text);
        let problem = answer.json();
        assert_eq!(problem["type"], "/errors/mixed_currencies", "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains("EUR, JPY"), "{problem}");
    };
    for metric in ["revenue", "refunds", "average_order_value"] {
        refused(json!({"metrics": [metric]})).await;
        refused(json!({"metrics": ["visitors", metric], "dimensions": ["visit:source"]})).await;
        refused(json!({"metrics": [metric], "filters": [["is", "order:currency", ["EUR", "JPY"]]]})).await;
    }
    // Each period has only one, but not the same.
    let day_of_yen = json!(["2026-11-19T11:30:00Z", "2026-11-19T12:30:00Z"]);
    let day_of_euros = json!(["2026-11-12T00:00:00Z", "2026-11-13T00:00:00Z"]);
    refused(json!({"metrics": ["revenue"], "date_range": day_of_yen,
        "include": {"comparisons": {"mode": "custom", "date_range": day_of_euros}}}))
    .await;
    let by_currency = json!({"metrics": ["revenue", "orders"], "dimensions": ["order:currency"]});
    let yen = json!({"amount_minor": 400, "currency": "JPY"});
    assert_eq!(world.rows(by_currency).await, json!([["EUR", eur(1_499), 2], ["JPY", yen, 1]]));
    let only =
        |currency: &str| json!({"metrics": ["revenue"], "filters": [["is", "order:currency", [currency]]]});
    assert_eq!(world.rows(only("JPY")).await, json!([[yen]]));
    assert_eq!(world.rows(only("EUR")).await, json!([[eur(1_499)]]));
    let none = json!({"amount_minor": 0, "currency": "GBP"});
    assert_eq!(world.rows(only("GBP")).await, json!([[none]]));
    // Counts have no currency.
    assert_eq!(world.rows(json!({"metrics": ["orders", "units"]})).await, json!([[3, 5]]));
}

#[tokio::test]
async fn nothing_sold_is_nothing_in_the_shops_currency() {
    let world = World::open();
    let all = ["revenue", "orders", "units", "refunds", "average_order_value", "conversion_rate"];
    let nothing = json!({"amount_minor": 0, "currency": "USD"});
    assert_eq!(world.rows(json!({"metrics": all})).await, json!([[nothing, 0, 0, nothing, null, null]]));
}

#[tokio::test]
async fn visitors_have_no_product() {
    let world = world().await;
    for metric in ["visitors", "events", "conversion_rate", "bounce_rate"] {
        for extra in [
            json!({"dimensions": ["product:sku"]}),
            json!({"filters": [["not", ["is", "order:currency", ["EUR"]]]]}),
        ] {
            let mut query = json!({"site_id": "shop", "date_range": "7d", "metrics": ["revenue", metric]});
            for (name, value) in extra.as_object().unwrap() {
                query[name] = value.clone();
            }
            let answer = world.post(query.to_string()).await;
            assert_eq!(answer.status, 400, "{query}");
            let detail = answer.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains(&format!("{metric:?} cannot be grouped or filtered by")), "{detail}");
        }
    }
}
