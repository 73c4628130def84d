//! A query as it was asked: names understood, limits checked, nothing computed yet. [`super::parse`] makes it,
//! [`super::plan`] turns it into what the store is asked.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use kassa_eventstore::query::{Direction, Field, Filter, OrderKey};
use kassa_model::Timestamp;
use serde_json::Value;

use super::definitions::MetricDefinition;

/// Why a request cannot be understood; for the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Invalid(pub(crate) String);

impl Invalid {
    /// An error with this text.
    pub(crate) fn because<T>(why: impl Into<String>) -> Result<T, Self> {
        Err(Self(why.into()))
    }
}

/// A query that was understood.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    /// At least one; the first one's time zone holds unless another is named.
    pub(crate) sites: Vec<String>,
    /// The time zone that was named.
    pub(crate) zone: Option<TimeZone>,
    pub(crate) metrics: Vec<&'static MetricDefinition>,
    pub(crate) range: RangeAsk,
    pub(crate) dimensions: Vec<DimensionAsk>,
    pub(crate) filter: Option<Filter>,
    /// The filters as they were written, for the answer's echo.
    pub(crate) filters_text: Value,
    /// Never empty: the default order is filled in.
    pub(crate) order_by: Vec<(OrderKey, Direction)>,
    pub(crate) limit: u32,
    pub(crate) offset: u32,
    pub(crate) include: Include,
    /// How the answer is written, if that was said.
    pub(crate) format: Option<Format>,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Csv,
}

/// A range of time in the asker's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RangeAsk {
    /// The last 5 minutes.
    Realtime,
    /// Today.
    Day,
    /// The last 24 hours.
    Hours24,
    /// So many days that end with today.
    Days(u16),
    /// From the first of this month to the end of today.
    Month,
    /// So many calendar months, this one the last, to the end of today.
    Months(u16),
    /// From 1 January to the end of today.
    Year,
    /// From the day of the site's first event or order to the end of today.
    All,
    /// Both days inclusive.
    Dates(Date, Date),
    /// Half-open.
    Instants(Timestamp, Timestamp),
}

/// The dimension of goals.
pub(crate) const GOAL: &str = "event:goal";

/// By what is grouped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DimensionAsk {
    /// Time; `None` lets the range choose.
    Time(Option<Unit>),
    /// A field, with its wire name.
    Field(Field, String),
    /// The goals of the site that were reached.
    Goal,
}

impl DimensionAsk {
    /// Its wire name.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Time(unit) => unit.map_or("time", Unit::dimension),
            Self::Field(_, name) => name,
            Self::Goal => "event:goal",
        }
    }
}

/// Width of a time bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
}

impl Unit {
    /// The dimension's wire name.
    pub(crate) const fn dimension(self) -> &'static str {
        match self {
            Self::Minute => "time:minute",
            Self::Hour => "time:hour",
            Self::Day => "time:day",
            Self::Week => "time:week",
            Self::Month => "time:month",
        }
    }
}

/// What else goes into the answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Include {
    pub(crate) bots: bool,
    pub(crate) time_labels: bool,
    pub(crate) comparison: Option<ComparisonAsk>,
}

/// With what to compare. Bounds are named by who asks for other ones than the mode has, and by the echo of an answer, so that
/// it means the same whenever it is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ComparisonAsk {
    /// The period that ends where this one begins, or the same part of it while this one is not over.
    PreviousPeriod(Option<RangeAsk>),
    /// The same days of the year before, or the same part of them.
    YearOverYear(Option<RangeAsk>),
    /// Any range.
    Custom(RangeAsk),
}

impl ComparisonAsk {
    /// The mode's wire name.
    pub(crate) const fn mode(self) -> &'static str {
        match self {
            Self::PreviousPeriod(_) => "previous_period",
            Self::YearOverYear(_) => "year_over_year",
            Self::Custom(_) => "custom",
        }
    }
}
