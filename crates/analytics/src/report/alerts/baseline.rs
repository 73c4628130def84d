//! The same window of the weeks before, by the site's clock, and whether a value is worth hearing of.

use jiff::ToSpan;
use jiff::tz::TimeZone;
use kassa_model::Timestamp;

use super::rule::{Against, Side, When};
use super::series::{Series, WHOLE};
use crate::report::calendar::{from_jiff, to_jiff};

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Fine,
    Firing,
    /// There is no value, or nothing to compare it with.
    Unknown,
}

/// A value, what was expected, and how that stands; both in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) value: Option<i64>,
    pub(super) expected: Option<i64>,
    pub(super) standing: Standing,
}

/// `time` so many weeks before, at the same time of the same day by the clock of `zone`.
pub(super) fn weeks_before(zone: &TimeZone, time: Timestamp, weeks: i64) -> Timestamp {
    let local = zone.to_datetime(to_jiff(time)).saturating_sub((7 * weeks).days());
    match local.to_zoned(zone.clone()) {
        Ok(zoned) => from_jiff(zoned.timestamp()),
        // Before all calendars there was nothing.
        Err(_) => Timestamp::from_micros(0),
    }
}

/// Judges the window that begins at `begin`.
pub(super) fn judge(zone: &TimeZone, when: When, series: &Series, begin: Timestamp) -> Judged {
    let value = series.get(&begin.micros()).copied().flatten();
    let expected = match when.against {
        Against::Bound(bound) => bound.checked_mul(WHOLE),
        Against::Weeks { weeks, .. } => {
            let windows = (1..=weeks).map(|week| weeks_before(zone, begin, week).micros());
            median(windows.filter_map(|window| series.get(&window).copied().flatten()).collect())
        }
    };
    compared(when, value, expected)
}

/// Judges a value by itself, in thousandths.
pub(super) fn compared(when: When, value: Option<i64>, expected: Option<i64>) -> Judged {
    let standing = match value.zip(expected) {
        None => Standing::Unknown,
        Some((value, expected)) => {
            let percent = match when.against {
                Against::Bound(_) => 100,
                Against::Weeks { percent, .. } => percent,
            };
            let (value, limit) = (i128::from(value) * 100, i128::from(expected) * i128::from(percent));
            let fires = match when.side {
                Side::Below => value < limit,
                Side::Above => value > limit,
            };
            if fires { Standing::Firing } else { Standing::Fine }
        }
    };
    Judged { value, expected, standing }
}

/// Of two in the middle their mean.
fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        many if many % 2 == 1 => values.get(middle).copied(),
        _ => Some(values[middle - 1].midpoint(values[middle])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        let check = |values: &[i64], expected: Option<i64>| assert_eq!(median(values.to_vec()), expected);
        check(&[], None);
        check(&[3], Some(3));
        check(&[9, 1, 5], Some(5));
        check(&[1, 9, 5, 3], Some(4));
    }

    #[test]
    fn a_week_before_is_the_same_time_by_the_clock() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let check = |time: &str, expected: &str| {
            let found = weeks_before(&zone, time.parse().unwrap(), 1);
            assert_eq!(found, expected.parse().unwrap(), "{time}");
        };
        check("2026-11-20T12:00:00Z", "2026-11-13T12:00:00Z");
        // The clock went back on the 25th of October.
        check("2026-10-26T12:00:00Z", "2026-10-19T11:00:00Z");
    }

    #[test]
    fn is_judged_by_bound_or_by_the_weeks_before() {
        let check =
            |side: Side, against: Against, value: Option<i64>, expected: Option<i64>, standing: Standing| {
                assert_eq!(compared(When { side, against }, value, expected).standing, standing);
            };
        let half = Against::Weeks { percent: 50, weeks: 4 };
        check(Side::Below, half, Some(49_000), Some(100_000), Standing::Firing);
        check(Side::Below, half, Some(50_000), Some(100_000), Standing::Fine);
        check(Side::Above, half, Some(50_001), Some(100_000), Standing::Firing);
        check(Side::Below, half, Some(0), Some(0), Standing::Fine);
        check(Side::Below, half, None, Some(1), Standing::Unknown);
        check(Side::Below, half, Some(1), None, Standing::Unknown);
        check(Side::Below, Against::Bound(10), Some(9_999), Some(10_000), Standing::Firing);
        check(Side::Above, Against::Bound(10), Some(10_000), Some(10_000), Standing::Fine);
    }
}
