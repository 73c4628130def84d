//! Time buckets: boundaries in UTC and a label each, for a range in a time zone.
//!
//! Labels are those of Plausible: `YYYY-MM-DD` for days, weeks (their Monday, or the range's first day) and months
//! (their first), `YYYY-MM-DD HH:mm:ss` in local time for hours and minutes. In the hour that the clock repeats in
//! autumn, that label names two buckets; there, and only there, the offset is added (`2026-10-25 02:00:00+01:00`).

use jiff::ToSpan;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use kassa_eventstore::query::TimeRange;
use kassa_model::{MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_SECOND, Timestamp};

use super::ask::{Invalid, Unit};
use super::calendar::{Calendar, after, from_jiff, moved, to_jiff};

/// The most buckets of an answer.
pub(crate) const BUCKETS_MAX: usize = 1_000;

/// Bucket i is `boundaries[i] .. boundaries[i + 1]` and is called `labels[i]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Buckets {
    pub(crate) boundaries: Vec<Timestamp>,
    pub(crate) labels: Vec<String>,
}

/// The bucket that suits a range: minutes for up to an hour, hours for up to two days, days for up to 100, else months.
pub(crate) fn default_unit(range: TimeRange) -> Unit {
    match range.to.micros().saturating_sub(range.from.micros()) {
        ..=MICROS_PER_HOUR => Unit::Minute,
        // Two days may have 49 hours.
        length if length <= 49 * MICROS_PER_HOUR => Unit::Hour,
        length if length <= 100 * MICROS_PER_DAY + MICROS_PER_HOUR => Unit::Day,
        _ => Unit::Month,
    }
}

/// Cuts `range` into buckets; the first and the last may be shorter than a whole one.
///
/// # Errors
/// [`Invalid`] when there would be more than [`BUCKETS_MAX`].
pub(crate) fn buckets(range: TimeRange, unit: Unit, calendar: &Calendar) -> Result<Buckets, Invalid> {
    let mut cut = Buckets { boundaries: vec![range.from], labels: Vec::new() };
    let mut start = range.from;
    while start < range.to {
        if cut.labels.len() == BUCKETS_MAX {
            return Invalid::because(format!(
                "{} would make more than {BUCKETS_MAX} rows of this date_range: take a wider time dimension",
                unit.dimension()
            ));
        }
        let end = next(start, unit, calendar).min(range.to);
        cut.labels.push(label(start, unit, calendar));
        cut.boundaries.push(end);
        start = end;
    }
    Ok(cut)
}

/// The first boundary after `start`.
fn next(start: Timestamp, unit: Unit, calendar: &Calendar) -> Timestamp {
    let date = calendar.date_of(start);
    let mut end = match unit {
        Unit::Minute => return next_clock(start, MICROS_PER_SECOND * 60, &calendar.zone),
        Unit::Hour => return next_clock(start, MICROS_PER_HOUR, &calendar.zone),
        Unit::Day => after(date),
        Unit::Week => moved(date, (7 - i64::from(date.weekday().to_monday_zero_offset())).days()),
        Unit::Month => moved(date.first_of_month(), 1.month()),
    };
    // A zone may skip a whole day (Pacific/Apia, 2011-12-30): it begins where the next one begins.
    while calendar.start_of(end) <= start {
        end = after(end);
    }
    calendar.start_of(end)
}

/// The next full `width` on the local clock, or the change of the clock if that comes first.
fn next_clock(start: Timestamp, width: i64, zone: &TimeZone) -> Timestamp {
    let instant = to_jiff(start);
    let offset = zone.to_offset(instant);
    let shift = i64::from(offset.seconds()) * MICROS_PER_SECOND;
    let local = start.micros() + shift;
    let full = Timestamp::from_micros((local.div_euclid(width) + 1) * width - shift);
    let change = zone.following(instant).take_while(|change| from_jiff(change.timestamp()) < full);
    let change = change.into_iter().find(|change| change.offset() != offset);
    change.map_or(full, |change| from_jiff(change.timestamp()))
}

fn label(start: Timestamp, unit: Unit, calendar: &Calendar) -> String {
    let instant = to_jiff(start);
    let local = calendar.zone.to_datetime(instant);
    match unit {
        Unit::Day | Unit::Week => local.date().to_string(),
        Unit::Month => local.date().first_of_month().to_string(),
        Unit::Hour | Unit::Minute => {
            let minute = if unit == Unit::Hour { 0 } else { local.minute() };
            let floor = local.date().at(local.hour(), minute, 0, 0);
            let offset = if is_repeated(floor, &calendar.zone) {
                // RFC 3339 ends with the offset: `+01:00`.
                let text = calendar.show(start);
                text.char_indices().rev().nth(5).map_or(String::new(), |(at, _)| text[at..].to_owned())
            } else {
                String::new()
            };
            format!("{}{offset}", floor.strftime("%Y-%m-%d %H:%M:%S"))
        }
    }
}

fn is_repeated(local: DateTime, zone: &TimeZone) -> bool {
    matches!(zone.to_ambiguous_timestamp(local).offset(), AmbiguousOffset::Fold { .. })
}

#[cfg(test)]
#[path = "buckets_tests.rs"]
mod tests;
