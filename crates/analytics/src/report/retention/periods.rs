//! The periods of a range: whole days, weeks from Monday, or months, in the site's time zone.

use jiff::civil::Date;
use jiff::{ToSpan, Unit as Step};
use kassa_eventstore::query::TimeRange;

use super::super::ask::{Invalid, Unit};
use super::super::buckets::{Buckets, buckets};
use super::super::calendar::{Calendar, after, moved};

/// The most periods of each kind.
const PERIODS_MAX: [(Unit, usize, &str); 3] =
    [(Unit::Day, 31, "days"), (Unit::Week, 26, "weeks"), (Unit::Month, 24, "months")];

/// The periods that `range` touches: of the kind that is asked for, else of the shortest of which there are not too many.
///
/// # Errors
/// [`Invalid`] when there are too many.
pub(super) fn periods(
    range: TimeRange,
    asked: Option<Unit>,
    calendar: &Calendar,
) -> Result<(Unit, Buckets), Invalid> {
    let last = calendar.date_of(range.to.plus_micros(-1));
    let mut wrong = String::new();
    for (unit, most, name) in
        PERIODS_MAX.into_iter().filter(|(unit, ..)| asked.is_none_or(|asked| asked == *unit))
    {
        let first = first_day(calendar.date_of(range.from), unit);
        let days = first.until((Step::Day, last)).map_or(i64::MAX, |span| span.get_days().into());
        wrong = format!(
            "retention is told of at most {most} {name}: take a shorter date_range or a longer period"
        );
        // No kind of period has more days than 31.
        if days >= 31 * most as i64 {
            continue;
        }
        let whole = TimeRange { from: calendar.start_of(first), to: calendar.start_of(end(last, unit)) };
        let cut = buckets(whole, unit, calendar)?;
        if cut.labels.len() <= most {
            return Ok((unit, cut));
        }
    }
    Err(Invalid(wrong))
}

/// The first day of the period that has `date`.
fn first_day(date: Date, unit: Unit) -> Date {
    match unit {
        Unit::Week => moved(date, (-i64::from(date.weekday().to_monday_zero_offset())).days()),
        Unit::Month => date.first_of_month(),
        _ => date,
    }
}

/// The first day behind the period that has `date`.
fn end(date: Date, unit: Unit) -> Date {
    match unit {
        Unit::Week => moved(first_day(date, unit), 7.days()),
        Unit::Month => moved(date.first_of_month(), 1.month()),
        _ => after(date),
    }
}
