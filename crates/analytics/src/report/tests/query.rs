//! `POST /v1/query` as a client sees it: time series, orders, pages, filters, comparisons, the normalised query.

use kassa_model::Event;
use serde_json::{Value, json};

use super::support::{World, event, view};

#[tokio::test]
async fn the_documented_question_has_the_documented_answer() {
    let world = World::open();
    world
        .seed(vec![view("/shop", 1, "2026-11-19T08:00:00Z"), view("/other", 2, "2026-11-19T09:00:00Z")])
        .await;
    let question = json!({"site_id": "shop", "metrics": ["visitors", "visits", "pageviews", "bounce_rate",
        "visit_duration"], "date_range": "7d", "dimensions": ["time:day"], "filters": [["is", "event:page", ["/shop"]]],
        "order_by": [["visitors", "desc"]], "pagination": {"limit": 100, "offset": 0},
        "include": {"comparisons": {"mode": "previous_period"}}});
    let answer = world.query(question).await;
    assert_eq!(
        answer["results"][0],
        json!({"dimensions": ["2026-11-19"], "metrics": [1, 1, 1, 100, 0], "comparison": {
            "dimensions": ["2026-11-12"], "metrics": [0, 0, 0, null, null], "change": [100, 100, 100, null, null]}})
    );
    assert_eq!(answer["meta"]["total_rows"], 7);
    assert_eq!(answer["results"].as_array().unwrap().len(), 7);
    assert_eq!(
        answer["query"],
        json!({"site_id": "shop", "metrics": ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"],
            "date_range": ["2026-11-14T00:00:00+00:00", "2026-11-21T00:00:00+00:00"], "dimensions": ["time:day"],
            "filters": [["is", "event:page", ["/shop"]]], "order_by": [["visitors", "desc"]],
            "pagination": {"limit": 100, "offset": 0},
            "include": {"bots": false, "time_labels": false, "comparisons": {"mode": "previous_period",
            "date_range": ["2026-11-07T00:00:00+00:00", "2026-11-13T12:01:00+00:00"]}}})
    );
}

#[tokio::test]
async fn empty_buckets_are_rows_of_zeros_in_order() {
    let world = World::open();
    world.seed(vec![view("/", 1, "2026-11-20T10:30:00Z"), view("/", 1, "2026-11-20T10:31:00Z")]).await;
    let rows =
        world.rows(json!({"dimensions": ["time"], "date_range": "day", "metrics": ["pageviews"]})).await;
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 24);
    for (hour, row) in rows.iter().enumerate() {
        let count = if hour == 10 { 2 } else { 0 };
        assert_eq!(*row, json!([format!("2026-11-20 {hour:02}:00:00"), count]));
    }
}

#[tokio::test]
async fn days_are_those_of_the_site() {
    let world = World::open();
    let at = |site: &str, time: &str| Event { site: site.to_owned(), ..event("x", 1, time) };
    world
        .seed(vec![
            // One second before and after the end of 25 October in Berlin, which had 25 hours.
            at("berlin", "2026-10-25T22:59:59Z"),
            at("berlin", "2026-10-25T23:00:00Z"),
            // The hour that came twice.
            at("berlin", "2026-10-25T00:30:00Z"),
            at("berlin", "2026-10-25T01:30:00Z"),
            // Around the midnight that did not exist in São Paulo.
            at("paulo", "2018-11-04T02:59:59Z"),
            at("paulo", "2018-11-04T03:00:00Z"),
            at("kathmandu", "2026-11-19T18:14:59Z"),
            at("kathmandu", "2026-11-19T18:15:00Z"),
        ])
        .await;
    let check = async |site: &str, unit: &str, from: &str, to: &str, expected: &[(&str, i64)]| {
        let query =
            json!({"site_id": site, "metrics": ["events"], "date_range": [from, to], "dimensions": [unit]});
        let answer = world.query(query).await;
        let rows = answer["results"].as_array().unwrap();
        let filled: Vec<(&str, i64)> = rows
            .iter()
            .map(|row| (row["dimensions"][0].as_str().unwrap(), row["metrics"][0].as_i64().unwrap()))
            .filter(|(_, count)| *count > 0)
            .collect();
        assert_eq!(filled, expected, "{site}");
    };
    check("berlin", "time:day", "2026-10-25", "2026-10-26", &[("2026-10-25", 3), ("2026-10-26", 1)]).await;
    let twice =
        [("2026-10-25 02:00:00+02:00", 1), ("2026-10-25 02:00:00+01:00", 1), ("2026-10-25 23:00:00", 1)];
    check("berlin", "time:hour", "2026-10-25", "2026-10-25", &twice).await;
    check("paulo", "time:day", "2018-11-03", "2018-11-04", &[("2018-11-03", 1), ("2018-11-04", 1)]).await;
    check("paulo", "time:hour", "2018-11-04", "2018-11-04", &[("2018-11-04 01:00:00", 1)]).await;
    check("kathmandu", "time:day", "2026-11-19", "2026-11-20", &[("2026-11-19", 1), ("2026-11-20", 1)]).await;
}

#[tokio::test]
async fn all_begins_with_the_first_event() {
    let world = World::open();
    let query =
        json!({"site_id": "berlin", "metrics": ["events"], "date_range": "all", "dimensions": ["time:day"]});
    assert_eq!(world.query(query.clone()).await["results"].as_array().unwrap().len(), 1);
    let first = Event { site: "berlin".to_owned(), bot: true, ..event("x", 1, "2026-11-16T23:30:00Z") };
    world.seed(vec![first]).await;
    let answer = world.query(query).await;
    assert_eq!(answer["query"]["date_range"][0], "2026-11-17T00:00:00+01:00");
    assert_eq!(answer["results"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn pages_of_rows_and_their_order() {
    let world = World::open();
    let mut events = Vec::new();
    for (page, views) in [("/c", 3), ("/a", 1), ("/b", 1), ("/d", 2)] {
        for view_number in 0..views {
            events.push(view(page, view_number, &format!("2026-11-20T10:00:0{view_number}Z")));
        }
    }
    world.seed(events).await;
    let check = async |extra: Value, expected: Value| {
        let mut query = json!({"dimensions": ["event:page"], "metrics": ["pageviews"]});
        for (name, value) in extra.as_object().unwrap() {
            query[name] = value.clone();
        }
        assert_eq!(world.rows(query).await, expected, "{extra}");
    };
    check(json!({}), json!([["/c", 3], ["/d", 2], ["/a", 1], ["/b", 1]])).await;
    check(json!({"order_by": [["pageviews", "asc"]]}), json!([["/a", 1], ["/b", 1], ["/d", 2], ["/c", 3]]))
        .await;
    check(
        json!({"order_by": [["event:page", "desc"]], "pagination": {"limit": 2}}),
        json!([["/d", 2], ["/c", 3]]),
    )
    .await;
    check(json!({"pagination": {"limit": 2, "offset": 1}}), json!([["/d", 2], ["/a", 1]])).await;
    check(json!({"pagination": {"offset": 4}}), json!([])).await;
    let page = json!({"site_id": "shop", "metrics": ["pageviews"], "date_range": "day", "dimensions": ["event:page"],
        "pagination": {"limit": 1}});
    assert_eq!(world.query(page).await["meta"]["total_rows"], 4);
}

#[tokio::test]
async fn filters_count_what_they_say() {
    let world = World::open();
    let of = |event: Event, source: Option<&str>| Event { source: source.map(str::to_owned), ..event };
    world
        .seed(vec![
            of(view("/shop", 1, "2026-11-20T10:00:00Z"), Some("google")),
            of(view("/shop/mug", 1, "2026-11-20T10:00:01Z"), Some("google")),
            of(view("/about", 2, "2026-11-20T10:00:02Z"), None),
            of(view("/SHOP", 3, "2026-11-20T10:00:03Z"), Some("bing")),
            event("ping", 4, "2026-11-20T10:00:04Z"),
        ])
        .await;
    let check = async |filters: Value, events: i64| {
        let rows = world.rows(json!({"metrics": ["events"], "filters": filters})).await;
        assert_eq!(rows, json!([[events]]), "{filters}");
    };
    check(json!([]), 5).await;
    check(json!([["is", "event:page", ["/shop"]]]), 1).await;
    check(json!([["is", "event:page", ["/shop", "/about"]]]), 2).await;
    check(json!([["is_not", "event:page", ["/shop"]]]), 4).await;
    check(json!([["contains", "event:page", ["/shop"]]]), 2).await;
    check(json!([["contains_not", "event:page", ["/shop"]]]), 3).await;
    check(json!([["matches", "event:page", ["^/shop(/.*)?$"]]]), 2).await;
    check(json!([["matches", "event:page", ["(?i)^/shop$"]]]), 2).await;
    check(json!([["matches_not", "event:page", ["^/shop"]]]), 3).await;
    check(json!([["is", "event:page", ["(none)"]]]), 1).await;
    check(json!([["is_not", "event:page", ["(none)"]]]), 4).await;
    check(json!([["is", "visit:source", ["google"]]]), 2).await;
    check(json!([["is", "visit:source", ["(none)"]]]), 2).await;
    check(json!([["is", "event:name", ["page_view"]], ["is", "visit:source", ["google"]]]), 2).await;
    check(json!([["and", [["is", "event:name", ["page_view"]], ["contains", "event:page", ["mug"]]]]]), 1)
        .await;
    check(json!([["or", [["is", "event:name", ["ping"]], ["contains", "event:page", ["mug"]]]]]), 2).await;
    check(json!([["not", ["or", [["is", "event:name", ["ping"]], ["contains", "event:page", ["mug"]]]]]]), 3)
        .await;
    check(json!([["is", "event:page", ["/shop"], {"case_sensitive": true}]]), 1).await;
    check(json!([["is", "event:page", ["' OR 1=1 --", "\\", "%", "_"]]]), 0).await;
    check(json!([["contains", "event:page", ["%"]]]), 0).await;
}

#[tokio::test]
async fn comparisons_pair_rows() {
    let world = World::open();
    world
        .seed(vec![
            view("/a", 1, "2026-11-12T10:00:00Z"),
            view("/a", 2, "2026-11-12T10:00:01Z"),
            view("/gone", 1, "2026-11-12T10:00:02Z"),
            view("/a", 1, "2026-11-19T10:00:00Z"),
            view("/a", 2, "2026-11-19T10:00:01Z"),
            view("/a", 3, "2026-11-19T10:00:02Z"),
            view("/new", 1, "2026-11-19T10:00:03Z"),
        ])
        .await;
    let query = json!({"site_id": "shop", "metrics": ["visitors", "percentage"], "date_range": "7d",
        "dimensions": ["event:page"], "include": {"comparisons": {"mode": "previous_period"}}});
    let answer = world.query(query).await;
    assert_eq!(
        answer["results"],
        json!([
            {"dimensions": ["/a"], "metrics": [3, 100],
                "comparison": {"dimensions": ["/a"], "metrics": [2, 100], "change": [50, 0]}},
            {"dimensions": ["/new"], "metrics": [1, 33.3],
                "comparison": {"dimensions": ["/new"], "metrics": [0, null], "change": [100, null]}},
        ])
    );
    assert_eq!(
        answer["meta"]["comparison_date_range"],
        json!(["2026-11-07T00:00:00+00:00", "2026-11-13T12:01:00+00:00"])
    );
    let check = async |comparison: Value, expected: Value| {
        let query = json!({"site_id": "shop", "metrics": ["visitors"], "date_range": "7d",
            "include": {"comparisons": comparison}});
        assert_eq!(world.query(query).await["results"][0]["comparison"], expected, "{comparison}");
    };
    check(json!({"mode": "year_over_year"}), json!({"dimensions": [], "metrics": [0], "change": [100]}))
        .await;
    let custom = json!({"mode": "custom", "date_range": ["2026-11-12", "2026-11-12"]});
    check(custom, json!({"dimensions": [], "metrics": [2], "change": [50]})).await;
}

#[tokio::test]
async fn a_longer_time_series_than_its_comparison_has_nulls() {
    let world = World::open();
    world.seed(vec![view("/", 1, "2026-11-01T10:00:00Z")]).await;
    let query = json!({"site_id": "shop", "metrics": ["events"], "date_range": ["2026-11-10", "2026-11-11"],
        "dimensions": ["time:day"], "include": {"comparisons": {"mode": "custom",
        "date_range": ["2026-11-01", "2026-11-01"]}}});
    let results = world.query(query).await["results"].clone();
    assert_eq!(
        results[0]["comparison"],
        json!({"dimensions": ["2026-11-01"], "metrics": [1], "change": [-100]})
    );
    assert_eq!(results[1]["comparison"], Value::Null);
}

#[tokio::test]
async fn the_normalised_query_gives_the_same_answer() {
    let world = World::open();
    world.seed(vec![view("/a", 1, "2026-11-12T10:00:00Z"), view("/b", 2, "2026-11-20T11:59:00Z")]).await;
    for range in ["realtime", "24h", "day", "7d", "28d", "30d", "91d", "month", "6mo", "12mo", "year", "all"]
    {
        for mode in ["previous_period", "year_over_year"] {
            let query = json!({"site_id": "shop", "metrics": ["visitors", "bounce_rate"], "date_range": range,
                "dimensions": ["time"], "filters": [["contains", "event:page", ["/"]]],
                "include": {"time_labels": true, "bots": true, "comparisons": {"mode": mode}}});
            let first = world.query(query).await;
            let second = world.query(first["query"].clone()).await;
            assert_eq!(first, second, "{range} {mode}");
        }
    }
}

#[tokio::test]
async fn time_labels_on_request() {
    let world = World::open();
    let query = json!({"site_id": "shop", "metrics": ["visitors"], "date_range": "7d",
        "dimensions": ["time:week", "event:page"], "include": {"time_labels": true, "total_rows": true}});
    let answer = world.query(query).await;
    assert_eq!(answer["meta"], json!({"total_rows": 0, "time_labels": ["2026-11-14", "2026-11-16"]}));
}
