//! Totals of days from before kassa in answers: exactly those of the file, for days before the first event here, and only where a
//! question can be answered from them.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use kassa_access::{DayCounts, DayTotal, Origin, TotalsKind};
use proptest::prelude::{ProptestConfig, any, proptest};
use proptest::strategy::Strategy;
use serde_json::{Value, json};

use super::shares::{link, segment};
use super::support::{World, money, view};

const FIRST: Date = date(2026, 11, 1);

fn total(line: i64, day: Date, kind: TotalsKind, value: Option<&str>, counts: DayCounts) -> DayTotal {
    let (site, value) = ("shop".to_owned(), value.map(str::to_owned));
    DayTotal { line, site, day, kind, value, host: None, origin: Origin::default(), counts }
}

fn counts(visitors: i64) -> DayCounts {
    DayCounts {
        visitors,
        visits: 2 * visitors,
        pageviews: 5 * visitors,
        bounces: visitors,
        seconds: 60 * visitors,
        events: 0,
    }
}

/// Ten days of 10, 20 … visitors, all of Google but one; a visitor who comes on the eighth, and two pages of that day.
async fn world() -> World {
    filled(World::open().keeping()).await
}

async fn filled(world: World) -> World {
    let mut totals = Vec::new();
    for place in 0..10 {
        let day = FIRST + place.days();
        let (line, visitors) = (3 * place + 1, 10 * (place + 1));
        totals.push(total(line, day, TotalsKind::All, None, counts(visitors)));
        totals.push(total(line + 1, day, TotalsKind::Source, Some("Google"), counts(visitors - 1)));
        totals.push(total(line + 2, day, TotalsKind::Source, None, counts(1)));
    }
    assert_eq!(world.reports.access.keep_totals("events-1", totals).await.unwrap(), []);
    world
        .seed(vec![
            money(("o-1", "Order Completed", "confirmed"), 9, "2026-11-03T08:00:00Z", &[("mug", 1, 1_000)]),
            view("/a", 1, "2026-11-08T08:00:00Z"),
            view("/b", 1, "2026-11-08T08:01:00Z"),
        ])
        .await;
    world
}

async fn ask(world: &World, extra: Value) -> Value {
    let mut query = json!({"site_id": "shop", "date_range": ["2026-11-01", "2026-11-20"],
        "metrics": ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"]});
    for (name, value) in extra.as_object().unwrap() {
        query[name] = value.clone();
    }
    world.query(query).await
}

fn metrics(answer: &Value) -> Value {
    answer["results"].as_array().unwrap().iter().map(|row| row["metrics"].clone()).collect()
}

#[tokio::test]
async fn days_before_the_first_event_are_those_of_the_file() {
    let world = world().await;
    // 10 + … + 70 visitors, each with two visits, and one who came here; an order is no visitor.
    let all = ask(&world, json!({})).await;
    assert_eq!(metrics(&all), json!([[281, 561, 1402, 49.9, 30.1]]), "{all}");
    let note = &all["meta"]["imported"]["note"];
    assert!(note.as_str().unwrap().contains("sum of each day's"), "{note}");
    assert_eq!(all["meta"]["imported"]["days"], json!(["2026-11-01", "2026-11-07"]));
    assert_eq!(
        all["meta"]["imported"]["metrics"],
        json!(["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"])
    );
    let days = ask(&world, json!({"dimensions": ["time:day"], "metrics": ["visitors", "pageviews"]})).await;
    let expected: Vec<Value> = (1..=20)
        .map(|day| match day {
            1..=7 => json!([10 * day, 50 * day]),
            8 => json!([1, 2]),
            _ => json!([0, 0]),
        })
        .collect();
    assert_eq!(metrics(&days), json!(expected));
    let weeks = ask(&world, json!({"dimensions": ["time:week"], "metrics": ["visitors"]})).await;
    assert_eq!(metrics(&weeks), json!([[10], [271], [0], [0]]));
    let ever = ask(&world, json!({"date_range": "all", "metrics": ["visitors"]})).await;
    assert_eq!(
        (&metrics(&ever), &ever["query"]["date_range"][0]),
        (&json!([[281]]), &json!("2026-11-01T00:00:00+00:00"))
    );
    // A part of a day is none.
    let part =
        json!({"date_range": ["2026-11-02T06:00:00Z", "2026-11-04T06:00:00Z"], "metrics": ["visitors"]});
    let part = ask(&world, part).await;
    assert_eq!(
        (&metrics(&part), &part["meta"]["imported"]["days"]),
        (&json!([[30]]), &json!(["2026-11-03", "2026-11-03"]))
    );
    // Where there are none, nothing is said of them.
    let later = ask(&world, json!({"date_range": ["2026-11-08", "2026-11-20"]})).await;
    assert_eq!((&metrics(&later)[0][0], &later["meta"]["imported"]), (&json!(1), &Value::Null));
}

#[tokio::test]
async fn rows_of_one_dimension_are_ordered_and_cut_with_them() {
    let world = world().await;
    let by = |extra: Value| {
        let mut query = json!({"dimensions": ["visit:source"], "metrics": ["visitors"]});
        query.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        query
    };
    let rows = |answer: &Value| answer["results"].clone();
    let all = ask(&world, by(json!({}))).await;
    let google = json!({"dimensions": ["Google"], "metrics": [273]});
    let none = json!({"dimensions": ["(none)"], "metrics": [8]});
    assert_eq!(rows(&all), json!([google, none]));
    let second = ask(&world, by(json!({"pagination": {"limit": 1, "offset": 1}}))).await;
    assert_eq!((rows(&second), &second["meta"]["total_rows"]), (json!([none]), &json!(2)));
    let least =
        ask(&world, by(json!({"order_by": [["visitors", "asc"]], "pagination": {"limit": 1, "offset": 0}})))
            .await;
    assert_eq!(rows(&least), json!([none]));
    let days = ask(
        &world,
        by(json!({"dimensions": ["time:day", "visit:source"], "date_range": ["2026-11-07", "2026-11-08"]})),
    )
    .await;
    assert_eq!(
        rows(&days),
        json!([
            {"dimensions": ["2026-11-07", "Google"], "metrics": [69]},
            {"dimensions": ["2026-11-07", "(none)"], "metrics": [1]},
            {"dimensions": ["2026-11-08", "(none)"], "metrics": [1]},
        ])
    );
    // Money is nobody's but the shop's.
    let mixed = ask(&world, json!({"metrics": ["visitors", "orders", "conversion_rate"]})).await;
    assert_eq!(metrics(&mixed), json!([[281, 1, 0]]));
    assert_eq!(mixed["meta"]["imported"]["metrics"], json!(["visitors"]));
}

#[tokio::test]
async fn what_they_cannot_answer_leaves_them_out_and_says_why() {
    let world = world().await;
    let check = async |extra: Value, reason: &str| {
        let answer = ask(&world, extra.clone()).await;
        let meta = &answer["meta"]["imported"];
        assert_eq!((&meta["included"], &meta["reason"]), (&json!(false), &json!(reason)), "{extra}: {meta}");
        answer
    };
    let filtered = check(json!({"filters": [["is", "visit:source", ["(none)"]]]}), "filters").await;
    assert_eq!(metrics(&filtered)[0][0], 1);
    check(json!({"dimensions": ["visit:source", "visit:country"]}), "dimensions").await;
    check(json!({"dimensions": ["event:site"]}), "dimensions").await;
    check(json!({"metrics": ["revenue", "orders"]}), "metrics").await;
    check(json!({"metrics": ["bounce_rate"], "dimensions": ["event:page"]}), "metrics").await;
    check(json!({"dimensions": ["time:hour"], "metrics": ["visitors"]}), "time").await;
    check(json!({"timezone": "Asia/Kathmandu"}), "timezone").await;
    // A comparison says it of its own period, and so does each query of a page.
    let compared = json!({"date_range": ["2026-11-06", "2026-11-09"], "metrics": ["visitors"],
        "include": {"comparisons": {"mode": "previous_period"}}});
    let compared = ask(&world, compared).await;
    assert_eq!(compared["results"][0]["comparison"]["metrics"], json!([140]), "{compared}");
    assert_eq!(compared["meta"]["comparison_imported"]["days"], json!(["2026-11-02", "2026-11-05"]));
    assert_eq!(compared["meta"]["imported"]["days"], json!(["2026-11-06", "2026-11-07"]));
    let one = json!({"site_id": "shop", "date_range": ["2026-11-01", "2026-11-20"], "metrics": ["visitors"]});
    let batch = world.ask("/v1/query/batch", &json!({"queries": [one]})).await;
    assert_eq!(metrics(&batch["results"][0]), json!([[281]]), "{batch}");
}

#[tokio::test]
async fn a_link_within_a_segment_does_not_show_them() {
    let world = filled(World::closed().keeping()).await;
    let part = segment(&world, &json!([["is", "visit:source", ["(none)"]]])).await;
    let shown = async |token: String| {
        let query =
            json!({"site_id": "shop", "date_range": ["2026-11-01", "2026-11-20"], "metrics": ["visitors"]});
        world.call("POST /v1/query", &token, query).await.json()
    };
    let all = shown(link(&world, json!({})).await).await;
    assert_eq!(metrics(&all), json!([[281]]), "{all}");
    let within = shown(link(&world, json!({"segment": part})).await).await;
    assert_eq!(metrics(&within), json!([[1]]), "{within}");
    assert_eq!(within["meta"]["imported"]["reason"], "filters", "{within}");
}

#[tokio::test]
async fn taken_back_answers_are_as_before() {
    let world = world().await;
    let questions = [json!({}), json!({"dimensions": ["time:day"]}), json!({"dimensions": ["visit:source"]})];
    let plain = World::open().keeping();
    plain.seed(vec![view("/a", 1, "2026-11-08T08:00:00Z"), view("/b", 1, "2026-11-08T08:01:00Z")]).await;
    assert_eq!(world.reports.access.forget_totals("events-1").await.unwrap(), 30);
    for question in questions {
        let after = ask(&world, question.clone()).await;
        assert_eq!(after, ask(&plain, question).await);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever a file says of days, the days of the answer say the same up to the first event, and their sum is that of the range.
    #[test]
    fn totals_of_any_file_are_those_of_the_answer(
        days in proptest::collection::btree_map(0_i64..40, any::<u16>().prop_map(i64::from), 0..30),
        event_on in 0_i64..60,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let world = World::open().keeping();
            let first = date(2026, 9, 1);
            let totals: Vec<DayTotal> = days
                .iter()
                .map(|(place, visitors)| {
                    total(1 + place, first + place.days(), TotalsKind::All, None, counts(*visitors))
                })
                .collect();
            world.reports.access.keep_totals("events-1", totals).await.unwrap();
            let on = first + event_on.days();
            world.seed(vec![view("/", 1, &format!("{on}T10:00:00Z"))]).await;
            let range = json!(["2026-09-01", "2026-10-31"]);
            let by_day = json!({"date_range": range, "dimensions": ["time:day"], "metrics": ["visitors", "pageviews"]});
            let by_day = metrics(&ask(&world, by_day).await);
            for place in 0..61 {
                let of_file = days.get(&place).copied().filter(|_| place < event_on).unwrap_or(0);
                let here = i64::from(place == event_on);
                let expected = json!([of_file + here, 5 * of_file + here]);
                assert_eq!(by_day[usize::try_from(place).unwrap()], expected, "day {place}");
            }
            let sum: i64 = days.iter().filter(|(place, _)| **place < event_on).map(|(_, visitors)| visitors).sum();
            let all = ask(&world, json!({"date_range": range, "metrics": ["visitors"]})).await;
            assert_eq!(metrics(&all), json!([[sum + 1]]));
        });
    }
}
