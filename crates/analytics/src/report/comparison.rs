//! With which time a period is compared.
//!
//! A range of days is moved by days, so that it stays whole across a change of the clock; `month`, `Nmo` and `year` are moved
//! by months, to the same days of the months before; other ranges are moved by their length. A period that is not over is
//! compared with the same part of that one: up to the same minute, this one included, by the clock of the site. So at
//! 12:00:30 `day` is compared with yesterday from 00:00 to 12:01.

use jiff::ToSpan;
use kassa_eventstore::query::TimeRange;
use kassa_model::{MICROS_PER_SECOND, Timestamp};

use super::ask::ComparisonAsk;
use super::calendar::{Calendar, Period, Stride, after, from_jiff, moved, to_jiff};

const MINUTE: i64 = 60 * MICROS_PER_SECOND;
const YEAR: Stride = Stride::Months(12);
/// No period begins earlier: there is nothing, and an echo of it could not be asked again.
const FIRST: Timestamp = Timestamp::from_micros(0);

/// What `ask` compares `period` with; its bounds are taken as they are where it names them.
pub(crate) fn compared_range(calendar: &Calendar, ask: ComparisonAsk, period: &Period) -> TimeRange {
    match ask {
        ComparisonAsk::Custom(bounds)
        | ComparisonAsk::PreviousPeriod(Some(bounds))
        | ComparisonAsk::YearOverYear(Some(bounds)) => calendar.resolve(bounds).range,
        ComparisonAsk::PreviousPeriod(None) => before(calendar, period, period.stride),
        ComparisonAsk::YearOverYear(None) => before(calendar, period, YEAR),
    }
}

fn before(calendar: &Calendar, period: &Period, stride: Stride) -> TimeRange {
    let TimeRange { from, mut to } = whole_before(calendar, period, stride);
    if period.range.to > minute(calendar).plus_micros(MINUTE) {
        to = to.min(same_part_end(calendar, period, stride));
    }
    let from = from.max(FIRST);
    TimeRange { from, to: to.max(from.plus_micros(1)) }
}

fn whole_before(calendar: &Calendar, period: &Period, stride: Stride) -> TimeRange {
    match period.days {
        Some((first, end)) => {
            // Moved by its last day: the day after 28 February is another one in a leap year.
            let last = moved(end, (-1).days());
            calendar.days(stride.back(first), after(stride.back(last))).range
        }
        None => {
            let TimeRange { from, to } = period.range;
            let to = moved_back(calendar, to.plus_micros(-1), stride).plus_micros(1);
            TimeRange { from: moved_back(calendar, from, stride), to }
        }
    }
}

/// Where the part of the other period ends that this minute is the end of.
fn same_part_end(calendar: &Calendar, period: &Period, stride: Stride) -> Timestamp {
    if let (Stride::Months(_), Some((first, _))) = (stride, period.days) {
        let today = calendar.date_of(calendar.now);
        let there = stride.back(today);
        // The 30th of March is later in its month than all of February; a day alone is compared with a day.
        if there.day() < today.day() && first < today {
            return calendar.start_of(after(there));
        }
    }
    moved_back(calendar, minute(calendar), stride).plus_micros(MINUTE)
}

/// The beginning of this minute.
fn minute(calendar: &Calendar) -> Timestamp {
    Timestamp::from_micros(calendar.now.micros().div_euclid(MINUTE) * MINUTE)
}

fn moved_back(calendar: &Calendar, time: Timestamp, stride: Stride) -> Timestamp {
    if let Stride::Micros(micros) = stride {
        return time.plus_micros(-micros);
    }
    let local = calendar.zone.to_datetime(to_jiff(time));
    let there = stride.back(local.date());
    match there.to_datetime(local.time()).to_zoned(calendar.zone.clone()) {
        Ok(zoned) => from_jiff(zoned.timestamp()),
        // Outside of the calendar, which no range reaches.
        Err(_) => calendar.start_of(there),
    }
}
