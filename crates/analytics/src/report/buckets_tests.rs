//! Buckets on the days when clocks change, in the zones that make it hard.

use jiff::tz::TimeZone;
use kassa_eventstore::query::TimeRange;
use kassa_model::Timestamp;

use super::{Buckets, buckets, default_unit};
use crate::report::ask::{RangeAsk, Unit};
use crate::report::calendar::Calendar;
use crate::report::parse_range::parse_ends;

fn calendar(zone: &str) -> Calendar {
    Calendar { zone: TimeZone::get(zone).unwrap(), now: Timestamp::from_micros(0), first: None }
}

fn cut(zone: &str, from: &str, to: &str, unit: Unit) -> Buckets {
    let calendar = calendar(zone);
    let range = calendar.resolve(parse_ends(from, to).unwrap()).range;
    let cut = buckets(range, unit, &calendar).unwrap();
    assert_eq!(cut.boundaries.len(), cut.labels.len() + 1);
    assert!(cut.boundaries.windows(2).all(|pair| pair[0] < pair[1]), "{cut:?}");
    assert_eq!((cut.boundaries.first(), cut.boundaries.last()), (Some(&range.from), Some(&range.to)));
    let unique: std::collections::BTreeSet<&String> = cut.labels.iter().collect();
    assert_eq!(unique.len(), cut.labels.len(), "labels are unique: {:?}", cut.labels);
    cut
}

fn at(cut: &Buckets, index: usize) -> (String, String) {
    (cut.labels[index].clone(), cut.boundaries[index].to_string())
}

#[test]
fn a_day_begins_at_its_first_instant() {
    let check = |zone: &str, day: &str, from: &str, to: &str, hours: usize| {
        let days = cut(zone, day, day, Unit::Day);
        assert_eq!(days.labels, [day], "{zone}");
        let ends: Vec<String> = days.boundaries.iter().map(ToString::to_string).collect();
        assert_eq!(ends, [from, to], "{zone} {day}");
        assert_eq!(cut(zone, day, day, Unit::Hour).labels.len(), hours, "{zone} {day}");
    };
    check("UTC", "2026-11-20", "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", 24);
    // Both changes of Berlin.
    check("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23);
    check("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25);
    check("Europe/Berlin", "2026-10-26", "2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z", 24);
    // São Paulo changed at midnight: in spring the day had no 00:00, in autumn the evening before came twice.
    check("America/Sao_Paulo", "2018-11-03", "2018-11-03T03:00:00Z", "2018-11-04T03:00:00Z", 24);
    check("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z", 23);
    check("America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z", 25);
    check("America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z", "2018-02-19T03:00:00Z", 24);
    check("America/Sao_Paulo", "2026-11-01", "2026-11-01T03:00:00Z", "2026-11-02T03:00:00Z", 24);
    check("Asia/Kathmandu", "2026-11-20", "2026-11-19T18:15:00Z", "2026-11-20T18:15:00Z", 24);
    // Half an hour's change, not a whole one.
    check("Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z", 24);
}

#[test]
fn hours_are_those_of_the_local_clock() {
    let check = |zone: &str, day: &str, index: usize, expected: (&str, &str)| {
        let hours = cut(zone, day, day, Unit::Hour);
        assert_eq!(at(&hours, index), (expected.0.to_owned(), expected.1.to_owned()), "{zone} {day}");
    };
    check("Europe/Berlin", "2026-03-29", 1, ("2026-03-29 01:00:00", "2026-03-29T00:00:00Z"));
    check("Europe/Berlin", "2026-03-29", 2, ("2026-03-29 03:00:00", "2026-03-29T01:00:00Z"));
    check("Europe/Berlin", "2026-10-25", 2, ("2026-10-25 02:00:00+02:00", "2026-10-25T00:00:00Z"));
    check("Europe/Berlin", "2026-10-25", 3, ("2026-10-25 02:00:00+01:00", "2026-10-25T01:00:00Z"));
    check("Europe/Berlin", "2026-10-25", 4, ("2026-10-25 03:00:00", "2026-10-25T02:00:00Z"));
    check("America/Sao_Paulo", "2018-11-04", 0, ("2018-11-04 01:00:00", "2018-11-04T03:00:00Z"));
    check("America/Sao_Paulo", "2018-02-17", 23, ("2018-02-17 23:00:00-02:00", "2018-02-18T01:00:00Z"));
    check("America/Sao_Paulo", "2018-02-17", 24, ("2018-02-17 23:00:00-03:00", "2018-02-18T02:00:00Z"));
    check("Asia/Kathmandu", "2026-11-20", 0, ("2026-11-20 00:00:00", "2026-11-19T18:15:00Z"));
    check("Asia/Kathmandu", "2026-11-20", 1, ("2026-11-20 01:00:00", "2026-11-19T19:15:00Z"));
    // 02:00 to 02:30 does not exist there: the hour called 02 has half an hour.
    check("Australia/Lord_Howe", "2026-10-04", 2, ("2026-10-04 02:00:00", "2026-10-03T15:30:00Z"));
    check("Australia/Lord_Howe", "2026-10-04", 3, ("2026-10-04 03:00:00", "2026-10-03T16:00:00Z"));
}

#[test]
fn minutes_cross_a_change() {
    let minutes = cut("Europe/Berlin", "2026-03-29T00:58:00Z", "2026-03-29T01:02:00Z", Unit::Minute);
    assert_eq!(
        minutes.labels,
        ["2026-03-29 01:58:00", "2026-03-29 01:59:00", "2026-03-29 03:00:00", "2026-03-29 03:01:00"]
    );
}

#[test]
fn weeks_and_months_begin_where_they_should() {
    let check = |unit: Unit, from: &str, to: &str, labels: &[&str]| {
        assert_eq!(cut("Europe/Berlin", from, to, unit).labels, labels, "{from} {to}");
    };
    // 2026-11-20 is a Friday; the week that was begun before is called by the range's first day.
    check(Unit::Week, "2026-11-20", "2026-11-30", &["2026-11-20", "2026-11-23", "2026-11-30"]);
    check(Unit::Week, "2026-11-16", "2026-11-22", &["2026-11-16"]);
    check(Unit::Month, "2026-01-15", "2026-03-01", &["2026-01-01", "2026-02-01", "2026-03-01"]);
    check(Unit::Month, "2025-12-31", "2026-01-01", &["2025-12-01", "2026-01-01"]);
    check(Unit::Day, "2024-02-28", "2024-03-01", &["2024-02-28", "2024-02-29", "2024-03-01"]);
    // March has the change of the clock in it and is still one month.
    let march = cut("Europe/Berlin", "2026-03-01", "2026-03-31", Unit::Month);
    assert_eq!(march.boundaries[1].to_string(), "2026-03-31T22:00:00Z");
}

#[test]
fn a_day_that_never_was_has_no_bucket() {
    let days = cut("Pacific/Apia", "2011-12-29", "2011-12-31", Unit::Day);
    assert_eq!(days.labels, ["2011-12-29", "2011-12-31"]);
}

#[test]
fn ranges_that_begin_within_a_bucket() {
    let hours = cut("Asia/Kathmandu", "2026-11-20T00:05:00Z", "2026-11-20T01:20:00Z", Unit::Hour);
    let ends: Vec<String> = hours.boundaries.iter().map(ToString::to_string).collect();
    let expected =
        ["2026-11-20T00:05:00Z", "2026-11-20T00:15:00Z", "2026-11-20T01:15:00Z", "2026-11-20T01:20:00Z"];
    assert_eq!(ends, expected);
    assert_eq!(hours.labels, ["2026-11-20 05:00:00", "2026-11-20 06:00:00", "2026-11-20 07:00:00"]);
}

#[test]
fn too_many_are_refused() {
    let check = |from: &str, to: &str, unit: Unit, fine: bool| {
        let calendar = calendar("UTC");
        let range = calendar.resolve(parse_ends(from, to).unwrap()).range;
        assert_eq!(buckets(range, unit, &calendar).is_ok(), fine, "{from} {to} {unit:?}");
    };
    check("2024-01-01", "2026-09-26", Unit::Day, true);
    check("2024-01-01", "2026-09-27", Unit::Day, false);
    check("1970-01-01", "2200-12-31", Unit::Minute, false);
    check("1970-01-01", "2053-04-30", Unit::Month, true);
    check("1970-01-01", "2053-05-01", Unit::Month, false);
    check("2026-11-20T00:00:00Z", "2026-11-20T16:40:00Z", Unit::Minute, true);
    check("2026-11-20T00:00:00Z", "2026-11-20T16:40:00.000001Z", Unit::Minute, false);
}

#[test]
fn every_range_has_a_fitting_bucket() {
    let check = |ask: RangeAsk, expected: Unit| {
        let now: Timestamp = "2026-11-20T12:00:30Z".parse().unwrap();
        let first = Some("2020-05-05T00:00:00Z".parse().unwrap());
        for zone in ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu"] {
            let calendar = Calendar { zone: TimeZone::get(zone).unwrap(), now, first };
            let range: TimeRange = calendar.resolve(ask).range;
            assert_eq!(default_unit(range), expected, "{ask:?} {zone}");
            buckets(range, expected, &calendar).unwrap();
        }
    };
    check(RangeAsk::Realtime, Unit::Minute);
    check(RangeAsk::Day, Unit::Hour);
    check(RangeAsk::Hours24, Unit::Hour);
    check(RangeAsk::Days(1), Unit::Hour);
    check(RangeAsk::Days(2), Unit::Hour);
    check(RangeAsk::Days(7), Unit::Day);
    check(RangeAsk::Days(28), Unit::Day);
    check(RangeAsk::Days(30), Unit::Day);
    check(RangeAsk::Days(91), Unit::Day);
    check(RangeAsk::Days(3_660), Unit::Month);
    check(RangeAsk::Month, Unit::Day);
    check(RangeAsk::Months(6), Unit::Month);
    check(RangeAsk::Months(12), Unit::Month);
    check(RangeAsk::Year, Unit::Month);
    check(RangeAsk::All, Unit::Month);
}
