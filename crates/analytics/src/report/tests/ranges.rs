//! What every range means, in zones where days differ in length.

use jiff::tz::TimeZone;
use kassa_model::Timestamp;

use crate::report::ask::RangeAsk;
use crate::report::calendar::Calendar;
use crate::report::parse_range::{parse_ends, parse_range};

fn calendar(zone: &str, now: &str) -> Calendar {
    let first: Timestamp = "2025-12-31T20:30:00Z".parse().unwrap();
    Calendar { zone: TimeZone::get(zone).unwrap(), now: now.parse().unwrap(), first: Some(first) }
}

fn shown(calendar: &Calendar, ask: RangeAsk) -> [String; 2] {
    let range = calendar.resolve(ask).range;
    [calendar.show(range.from), calendar.show(range.to)]
}

#[test]
fn every_range_in_every_zone() {
    let check = |zone: &str, now: &str, range: &str, from: &str, to: &str| {
        let ask = parse_range(&range.into()).unwrap();
        assert_eq!(shown(&calendar(zone, now), ask), [from, to], "{range} in {zone} at {now}");
    };
    let noon = "2026-11-20T12:00:30Z";
    let end = "2026-11-21T00:00:00+00:00";
    check("UTC", noon, "realtime", "2026-11-20T11:55:30.000001+00:00", "2026-11-20T12:00:30.000001+00:00");
    check("UTC", noon, "24h", "2026-11-19T12:00:30.000001+00:00", "2026-11-20T12:00:30.000001+00:00");
    check("UTC", noon, "day", "2026-11-20T00:00:00+00:00", end);
    check("UTC", noon, "1d", "2026-11-20T00:00:00+00:00", end);
    check("UTC", noon, "7d", "2026-11-14T00:00:00+00:00", end);
    check("UTC", noon, "28d", "2026-10-24T00:00:00+00:00", end);
    check("UTC", noon, "30d", "2026-10-22T00:00:00+00:00", end);
    check("UTC", noon, "91d", "2026-08-22T00:00:00+00:00", end);
    check("UTC", noon, "month", "2026-11-01T00:00:00+00:00", end);
    check("UTC", noon, "1mo", "2026-11-01T00:00:00+00:00", end);
    check("UTC", noon, "6mo", "2026-06-01T00:00:00+00:00", end);
    check("UTC", noon, "12mo", "2025-12-01T00:00:00+00:00", end);
    check("UTC", noon, "year", "2026-01-01T00:00:00+00:00", end);
    check("UTC", noon, "all", "2025-12-31T00:00:00+00:00", end);
    // Berlin: it is already tomorrow there; a week with the change of the clock in it is 7 days, not 168 hours.
    check(
        "Europe/Berlin",
        "2026-10-28T23:30:00Z",
        "day",
        "2026-10-29T00:00:00+01:00",
        "2026-10-30T00:00:00+01:00",
    );
    check(
        "Europe/Berlin",
        "2026-10-28T23:30:00Z",
        "7d",
        "2026-10-23T00:00:00+02:00",
        "2026-10-30T00:00:00+01:00",
    );
    check(
        "Europe/Berlin",
        "2026-03-29T12:00:00Z",
        "day",
        "2026-03-29T00:00:00+01:00",
        "2026-03-30T00:00:00+02:00",
    );
    check(
        "Europe/Berlin",
        "2026-11-20T12:00:30Z",
        "12mo",
        "2025-12-01T00:00:00+01:00",
        "2026-11-21T00:00:00+01:00",
    );
    check(
        "Europe/Berlin",
        "2026-11-20T12:00:30Z",
        "all",
        "2025-12-31T00:00:00+01:00",
        "2026-11-21T00:00:00+01:00",
    );
    // São Paulo: on 4 November 2018 midnight did not exist.
    check(
        "America/Sao_Paulo",
        "2018-11-04T12:00:00Z",
        "day",
        "2018-11-04T01:00:00-02:00",
        "2018-11-05T00:00:00-02:00",
    );
    check(
        "America/Sao_Paulo",
        "2018-11-05T12:00:00Z",
        "7d",
        "2018-10-30T00:00:00-03:00",
        "2018-11-06T00:00:00-02:00",
    );
    check(
        "America/Sao_Paulo",
        "2018-02-17T12:00:00Z",
        "day",
        "2018-02-17T00:00:00-02:00",
        "2018-02-18T00:00:00-03:00",
    );
    // Kathmandu is 5:45 ahead.
    check(
        "Asia/Kathmandu",
        "2026-11-20T18:20:00Z",
        "day",
        "2026-11-21T00:00:00+05:45",
        "2026-11-22T00:00:00+05:45",
    );
    check(
        "Asia/Kathmandu",
        "2026-11-20T18:10:00Z",
        "day",
        "2026-11-20T00:00:00+05:45",
        "2026-11-21T00:00:00+05:45",
    );
    check("Asia/Kathmandu", noon, "all", "2026-01-01T00:00:00+05:45", "2026-11-21T00:00:00+05:45");
}

#[test]
fn all_without_an_event_is_today() {
    let calendar = Calendar { first: None, ..calendar("UTC", "2026-11-20T12:00:30Z") };
    assert_eq!(shown(&calendar, RangeAsk::All), shown(&calendar, RangeAsk::Day));
}

#[test]
fn ranges_reach_to_the_end_of_the_calendar() {
    let check = |zone: &str, from: &str, to: &str, expected: Option<&str>| {
        let end = parse_ends(from, to)
            .ok()
            .map(|ask| shown(&calendar(zone, "2026-11-20T12:00:30Z"), ask)[1].clone());
        assert_eq!(end.as_deref(), expected, "{from} to {to} in {zone}");
    };
    check("UTC", "2026-01-01", "9999-12-31", Some("2201-01-01T00:00:00+00:00"));
    check("UTC", "2026-01-01", "2201-01-01", Some("2201-01-01T00:00:00+00:00"));
    check("Asia/Dhaka", "2026-01-01", "9999-12-31", Some("2201-01-01T00:00:00+06:00"));
    let noon = "2026-01-01T12:00:00Z";
    check("UTC", noon, "9999-12-31T23:59:59Z", Some("2201-01-01T00:00:00+00:00"));
    check("UTC", noon, "9999-12-30T00:00:00+02:00", Some("2201-01-01T00:00:00+00:00"));
    check("UTC", "9999-12-30", "9999-12-31", None);
    check("UTC", noon, "9999-12-32", None);
    check("UTC", noon, "9999-12-31T23:59:59", None);
}
