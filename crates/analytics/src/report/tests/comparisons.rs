//! With which time a period is compared: whole ones, ones that are not over, and the days that some years do not have.

use jiff::tz::TimeZone;
use kassa_model::Event;
use serde_json::{Value, json};

use super::support::{World, view};
use crate::report::ask::ComparisonAsk;
use crate::report::calendar::Calendar;
use crate::report::comparison::compared_range;
use crate::report::parse_range::{parse_ends, parse_range};

const PREVIOUS: ComparisonAsk = ComparisonAsk::PreviousPeriod(None);
const LAST_YEAR: ComparisonAsk = ComparisonAsk::YearOverYear(None);

/// What `range` (a name, or two ends with ` to ` between them) is compared with at `now` in `zone`.
fn compared((zone, now): (&str, &str), range: &str, mode: ComparisonAsk) -> [String; 2] {
    let calendar = Calendar { zone: TimeZone::get(zone).unwrap(), now: now.parse().unwrap(), first: None };
    let ask = match range.split_once(" to ") {
        Some((from, to)) => parse_ends(from, to).unwrap(),
        None => parse_range(&range.into()).unwrap(),
    };
    let other = compared_range(&calendar, mode, &calendar.resolve(ask));
    [calendar.show(other.from), calendar.show(other.to)]
}

#[test]
fn what_is_over_is_compared_as_a_whole() {
    let check = |zone: &str, range: &str, mode: ComparisonAsk, from: &str, to: &str| {
        let at = (zone, "2026-12-24T12:00:30Z");
        assert_eq!(compared(at, range, mode), [from, to], "{range} in {zone}");
    };
    let utc = |range: &str, mode, from: &str, to: &str| {
        check("UTC", range, mode, &format!("{from}+00:00"), &format!("{to}+00:00"));
    };
    utc("2026-11-14 to 2026-11-20", PREVIOUS, "2026-11-07T00:00:00", "2026-11-14T00:00:00");
    utc("2026-11-14 to 2026-11-20", LAST_YEAR, "2025-11-14T00:00:00", "2025-11-21T00:00:00");
    utc(
        "2026-11-20T10:00:00Z to 2026-11-20T11:30:00Z",
        PREVIOUS,
        "2026-11-20T08:30:00",
        "2026-11-20T10:00:00",
    );
    utc(
        "2026-11-20T10:00:00Z to 2026-11-20T11:30:00Z",
        LAST_YEAR,
        "2025-11-20T10:00:00",
        "2025-11-20T11:30:00",
    );
    let custom = ComparisonAsk::Custom(parse_ends("2026-01-01", "2026-01-02").unwrap());
    utc("2026-11-14 to 2026-11-20", custom, "2026-01-01T00:00:00", "2026-01-03T00:00:00");
    // The clock's change: days stay whole, also where they are written as times.
    for range in ["2026-10-25 to 2026-10-25", "2026-10-25T00:00:00+02:00 to 2026-10-26T00:00:00+01:00"] {
        check("Europe/Berlin", range, PREVIOUS, "2026-10-24T00:00:00+02:00", "2026-10-25T00:00:00+02:00");
    }
}

#[test]
fn a_year_without_the_29_of_february_has_its_28_days() {
    let check = |range: &str, from: &str, to: &str| {
        let found = compared(("UTC", "2026-12-24T12:00:30Z"), range, LAST_YEAR);
        assert_eq!(found, [format!("{from}T00:00:00+00:00"), format!("{to}T00:00:00+00:00")], "{range}");
    };
    check("2025-02-01 to 2025-02-28", "2024-02-01", "2024-02-29");
    check("2025-02-28 to 2025-02-28", "2024-02-28", "2024-02-29");
    check("2025-02-01 to 2025-03-01", "2024-02-01", "2024-03-02");
    check("2024-02-01 to 2024-02-29", "2023-02-01", "2023-03-01");
    check("2024-02-29 to 2024-02-29", "2023-02-28", "2023-03-01");
    check("2024-03-01 to 2024-03-31", "2023-03-01", "2023-04-01");
    // Not whole days, but an end at the same midnight.
    let found =
        compared(("UTC", "2026-12-24T12:00:30Z"), "2025-02-27T10:00:00Z to 2025-03-01T00:00:00Z", LAST_YEAR);
    assert_eq!(found, ["2024-02-27T10:00:00+00:00", "2024-02-29T00:00:00+00:00"]);
}

#[test]
fn what_is_not_over_is_compared_with_the_same_part() {
    let check = |at: (&str, &str), range: &str, mode: ComparisonAsk, from: &str, to: &str| {
        assert_eq!(compared(at, range, mode), [from, to], "{range} at {at:?}");
    };
    let utc = |now: &str, range: &str, mode, from: &str, to: &str| {
        check(("UTC", now), range, mode, &format!("{from}:00+00:00"), &format!("{to}:00+00:00"));
    };
    let noon = "2026-11-20T12:00:30Z";
    utc(noon, "day", PREVIOUS, "2026-11-19T00:00", "2026-11-19T12:01");
    utc(noon, "day", LAST_YEAR, "2025-11-20T00:00", "2025-11-20T12:01");
    utc(noon, "7d", PREVIOUS, "2026-11-07T00:00", "2026-11-13T12:01");
    utc(noon, "7d", LAST_YEAR, "2025-11-14T00:00", "2025-11-20T12:01");
    utc(noon, "month", PREVIOUS, "2026-10-01T00:00", "2026-10-20T12:01");
    utc(noon, "3mo", PREVIOUS, "2026-06-01T00:00", "2026-08-20T12:01");
    utc(noon, "year", PREVIOUS, "2025-01-01T00:00", "2025-11-20T12:01");
    utc(noon, "12mo", PREVIOUS, "2024-12-01T00:00", "2025-11-20T12:01");
    utc(noon, "2026-11-16 to 2026-11-22", PREVIOUS, "2026-11-09T00:00", "2026-11-13T12:01");
    utc(
        noon,
        "2026-11-20T10:00:00Z to 2026-11-20T14:00:00Z",
        PREVIOUS,
        "2026-11-20T06:00",
        "2026-11-20T08:01",
    );
    // A minute after midnight there is a minute to compare with; in the day's last minute all of it.
    utc("2026-11-20T00:00:00Z", "day", PREVIOUS, "2026-11-19T00:00", "2026-11-19T00:01");
    utc("2026-11-20T23:59:01Z", "day", PREVIOUS, "2026-11-19T00:00", "2026-11-20T00:00");
    // Months of other lengths: the 30th of March is beyond the end of February, as a day alone it is not.
    utc("2026-03-30T12:00:30Z", "month", PREVIOUS, "2026-02-01T00:00", "2026-03-01T00:00");
    utc("2026-02-28T12:00:30Z", "month", PREVIOUS, "2026-01-01T00:00", "2026-01-28T12:01");
    utc("2024-02-29T12:00:30Z", "day", LAST_YEAR, "2023-02-28T00:00", "2023-02-28T12:01");
    utc("2024-02-29T12:00:30Z", "month", LAST_YEAR, "2023-02-01T00:00", "2023-03-01T00:00");
    utc("2025-02-28T12:00:30Z", "month", LAST_YEAR, "2024-02-01T00:00", "2024-02-28T12:01");
    // By the site's clock, also across its change, and in the hour that comes twice.
    let berlin = |now: &str, from: &str, to: &str| {
        check(("Europe/Berlin", now), "day", PREVIOUS, from, to);
    };
    berlin("2026-10-26T11:00:30Z", "2026-10-25T00:00:00+02:00", "2026-10-25T12:01:00+01:00");
    berlin("2026-10-25T11:00:30Z", "2026-10-24T00:00:00+02:00", "2026-10-24T12:01:00+02:00");
    berlin("2026-10-25T01:30:30Z", "2026-10-24T00:00:00+02:00", "2026-10-24T02:31:00+02:00");
    // 02:30 did not exist on 29 March.
    berlin("2026-03-30T00:30:30Z", "2026-03-29T00:00:00+01:00", "2026-03-29T03:31:00+02:00");
}

#[test]
fn a_period_to_come_is_compared_with_nothing() {
    let at = ("UTC", "2026-11-20T12:00:30Z");
    let found = compared(at, "2026-12-01 to 2026-12-07", PREVIOUS);
    assert_eq!(found, ["2026-11-24T00:00:00+00:00", "2026-11-24T00:00:00.000001+00:00"]);
    // Before the first year that can be asked for there is nothing.
    let found = compared(at, "1970-01-01 to 2200-12-31", PREVIOUS);
    assert_eq!(found, ["1970-01-01T00:00:00+00:00", "1970-01-01T00:00:00.000001+00:00"]);
    // What ends now is over.
    let found = compared(at, "24h", PREVIOUS);
    assert_eq!(found, ["2026-11-18T12:00:30.000001+00:00", "2026-11-19T12:00:30.000001+00:00"]);
}

#[tokio::test]
async fn the_answer_says_what_was_compared() {
    let world = World::open();
    let at = |time: &str, who: i64| Event { site: "berlin".to_owned(), ..view("/", who, time) };
    world
        .seed(vec![
            at("2026-11-19T12:00:59.999999Z", 1),
            // Yesterday, but later than it is now.
            at("2026-11-19T12:01:00Z", 2),
            at("2026-11-19T20:00:00Z", 3),
            at("2026-11-20T08:00:00Z", 4),
        ])
        .await;
    let ask = |comparison: Value| {
        json!({"site_id": "berlin", "metrics": ["visitors"], "date_range": "day", "dimensions": [],
            "include": {"comparisons": comparison}})
    };
    let answer = world.query(ask(json!({"mode": "previous_period"}))).await;
    let bounds = json!(["2026-11-19T00:00:00+01:00", "2026-11-19T13:01:00+01:00"]);
    assert_eq!(answer["results"][0]["comparison"], json!({"dimensions": [], "metrics": [1], "change": [0]}));
    assert_eq!(answer["meta"]["comparison_date_range"], bounds);
    let echo = answer["query"]["include"]["comparisons"].clone();
    assert_eq!(echo, json!({"mode": "previous_period", "date_range": bounds}));
    // The echo means the same an hour later, and so do bounds that somebody writes.
    world.clock.advance(3_600_000_000);
    assert_eq!(world.query(answer["query"].clone()).await, answer);
    let other =
        world.query(ask(json!({"mode": "year_over_year", "date_range": ["2026-11-19", "2026-11-19"]}))).await;
    assert_eq!(other["results"][0]["comparison"]["metrics"], json!([3]));
}

#[tokio::test]
async fn buckets_to_come_are_compared_with_nothing() {
    let world = World::open();
    world.seed(vec![view("/", 1, "2026-11-19T11:00:00Z"), view("/", 2, "2026-11-19T20:00:00Z")]).await;
    let answer = world
        .query(json!({"site_id": "shop", "metrics": ["pageviews"], "date_range": "day", "dimensions": ["time:hour"],
            "include": {"comparisons": {"mode": "previous_period"}}}))
        .await;
    let results = answer["results"].as_array().unwrap();
    assert_eq!(results[11]["comparison"]["metrics"], json!([1]));
    assert_eq!(results[12]["comparison"]["metrics"], json!([0]));
    assert_eq!(results[20]["comparison"], Value::Null);
}
