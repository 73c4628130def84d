//! Days and ranges in a site's time zone → instants in UTC.
//!
//! A day begins at its first instant, which is not midnight where the clock skips midnight (America/Sao_Paulo until
//! 2018). With which time a range is compared is said by [`super::comparison`].

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span as Step, ToSpan};
use kassa_eventstore::query::TimeRange;
use kassa_model::{MICROS_PER_DAY, MICROS_PER_SECOND, Timestamp};

use super::ask::RangeAsk;

/// After every event: 2201-01-01T00:00:00Z.
pub(crate) const FAR_AHEAD: jiff::Timestamp = jiff::Timestamp::constant(7_289_654_400, 0);

/// The window of "current" visitors and of `realtime`.
pub(crate) const REALTIME_MICROS: i64 = 5 * 60 * MICROS_PER_SECOND;

/// A half-open range, and the days it consists of if it begins and ends with a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) range: TimeRange,
    /// First day, and the day after the last.
    pub(crate) days: Option<(Date, Date)>,
    /// How far back the period before it lies.
    pub(crate) stride: Stride,
}

/// The days of a site, as of the time of asking.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    /// The site's time zone.
    pub(crate) zone: TimeZone,
    /// The time of asking.
    pub(crate) now: Timestamp,
    /// The first event or order of the site, if it was looked up and there is one.
    pub(crate) first: Option<Timestamp>,
}

impl Calendar {
    /// What `ask` means here.
    pub(crate) fn resolve(&self, ask: RangeAsk) -> Period {
        let today = self.date_of(self.now);
        let to_today = |first: Date| self.days(first, after(today));
        match ask {
            RangeAsk::Realtime => self.last(REALTIME_MICROS),
            RangeAsk::Hours24 => self.last(MICROS_PER_DAY),
            RangeAsk::Day => to_today(today),
            RangeAsk::Days(count) => to_today(moved(today, (1 - i64::from(count)).days())),
            RangeAsk::Month => self.months(today.first_of_month(), 1),
            RangeAsk::Months(count) => {
                self.months(moved(today.first_of_month(), (1 - i64::from(count)).months()), i64::from(count))
            }
            RangeAsk::Year => self.months(today.first_of_year(), 12),
            RangeAsk::All => to_today(self.first.map_or(today, |first| self.date_of(first).min(today))),
            RangeAsk::Dates(first, last) => self.days(first, after(last)),
            RangeAsk::Instants(from, to) => self.instants(from, to),
        }
    }

    /// The first instant of `date`.
    pub(crate) fn start_of(&self, date: Date) -> Timestamp {
        match date.to_zoned(self.zone.clone()) {
            Ok(zoned) => from_jiff(zoned.timestamp()),
            // Dates outside of jiff's range are refused long before; the nearest end is as good as any.
            Err(_) if date.year() > 1970 => from_jiff(jiff::Timestamp::MAX),
            Err(_) => from_jiff(jiff::Timestamp::MIN),
        }
    }

    /// The day of `time` here.
    pub(crate) fn date_of(&self, time: Timestamp) -> Date {
        self.zone.to_datetime(to_jiff(time)).date()
    }

    /// RFC 3339 with the offset that holds here at `time`.
    pub(crate) fn show(&self, time: Timestamp) -> String {
        let instant = to_jiff(time);
        instant.display_with_offset(self.zone.to_offset(instant)).to_string()
    }

    /// The days from `first` on, without `end`.
    pub(crate) fn days(&self, first: Date, end: Date) -> Period {
        let range = TimeRange { from: self.start_of(first), to: self.start_of(end) };
        let count = first.until(end).map_or(1, |span| i64::from(span.get_days()));
        Period { range, days: Some((first, end)), stride: Stride::Days(count) }
    }

    /// From `first` to the end of today, as the last one of periods of so many months.
    fn months(&self, first: Date, count: i64) -> Period {
        Period { stride: Stride::Months(count), ..self.days(first, after(self.date_of(self.now))) }
    }

    fn last(&self, micros: i64) -> Period {
        // Ends after now, so that what happened in this very microsecond counts.
        let to = self.now.plus_micros(1);
        instants(to.plus_micros(-micros), to)
    }

    fn instants(&self, from: Timestamp, to: Timestamp) -> Period {
        let (first, end) = (self.date_of(from), self.date_of(to));
        if self.start_of(first) == from && self.start_of(end) == to {
            return self.days(first, end);
        }
        instants(from, to)
    }
}

fn instants(from: Timestamp, to: Timestamp) -> Period {
    let length = to.micros().saturating_sub(from.micros());
    Period { range: TimeRange { from, to }, days: None, stride: Stride::Micros(length) }
}

/// The day after.
pub(crate) fn after(date: Date) -> Date {
    moved(date, 1.day())
}

/// `date` moved by `step`, held at the ends of the calendar.
pub(crate) fn moved(date: Date, step: Step) -> Date {
    date.saturating_add(step)
}

/// As jiff has it.
pub(crate) fn to_jiff(time: Timestamp) -> jiff::Timestamp {
    let micros =
        time.micros().clamp(jiff::Timestamp::MIN.as_microsecond(), jiff::Timestamp::MAX.as_microsecond());
    jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

/// As the model has it.
pub(crate) fn from_jiff(time: jiff::Timestamp) -> Timestamp {
    Timestamp::from_micros(time.as_microsecond())
}

/// How far back another period lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stride {
    /// By so many microseconds.
    Micros(i64),
    /// By so many days, at the same time of day.
    Days(i64),
    /// By so many months, at the same time of the same day, or of the last one of a month that has no such day.
    Months(i64),
}

impl Stride {
    pub(super) fn back(self, date: Date) -> Date {
        let step: Step = match self {
            // Only instants are moved by microseconds.
            Self::Micros(_) => return date,
            Self::Days(count) => (-count).days(),
            Self::Months(count) => (-count).months(),
        };
        moved(date, step)
    }
}
