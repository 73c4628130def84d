//! A report as a value: what is asked, without SQL and without JSON. `analytics::report` makes it, a backend answers it.
//!
//! Definitions are those of the design's analytics page. Times are half-open ranges in UTC: time zones are settled by
//! the planner, which hands over bucket boundaries.
//!
//! - Records of money (rows with an order) count in the metrics of money alone, and nothing else counts there. Bots count
//!   as asked. Events of one instant are in the order of the log (partition, offset, index).
//! - A visit is told by its session and its beginning: a client may name a session again after days, and that is another
//!   visit. Session 0 is none.
//! - An event's fields of the visit are those that stand on its row ([`crate::Row::visit`]); the exit page alone is looked
//!   up: the path of the visit's last page view, whenever that was.
//! - What happened counts where it happened, by `occurred_at`: events, page views, time on page, users, and visitors, which
//!   are those of events with a visit.
//! - Visits, views per visit, bounce rate and visit duration are of the visits that **began** in the range, by the
//!   `started_at` of their rows, and of all of their events, also of those after the range. Grouped by time a visit belongs
//!   to the bucket in which it began.
//! - Where all that is asked for are fields of the visit and time ([`Query::takes_whole_visits`]), a visit counts once,
//!   under its fields: each is the one that its rows have, which is the same in all but those of before it was known. Else `visits` are those
//!   with an event that fits, event by event, and so are the page views per visit; bounce rate and duration are then over
//!   the visits with an event that fits, grouped by page by their entry page; by another field of single events they are
//!   refused.
//! - A row is there when anything that its metrics count falls into it.
//!
//! Of money:
//! - A record is in the range by its own time; the bot flag does not matter.
//! - All records of an order belong to one visit: that of the order's first record that has a session (0 is none), with
//!   the fields that rows of that visit have, events or money, whenever they were: a refund has the source of the visit
//!   in which the order was placed. Where the record does not know when its visit began, it is all that the session has.
//!   Without such rows the source is [`NO_VISIT`], and the other fields are missing.
//! - A converter is a visitor with a record that confirms, whose session is not 0, and who is among the visitors of the
//!   same row. So there are never more converters than visitors.
//! - With a product's field among dimensions or filters a record counts line by line: every line that fits counts with
//!   its own money and units. Without one it counts as a whole.
//! - Fields of products and orders can be asked of metrics of money only.
//! - With [`Field::ItemSku`] an event counts once for each product that it names and that fits, one that names none once.

mod field;
mod filter;
mod holds;
pub mod rules;
mod table;

use kassa_model::Timestamp;

use crate::batch::RowPlace;
use rules::SiteRules;

pub use field::{CUSTOMER_TYPE, Field};
pub(crate) use filter::NONE;
pub use filter::{Filter, Operator};
pub(crate) use holds::holds;
pub use table::{Cell, Table};

/// A question about one or more sites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The sites; usually one. Never empty.
    pub sites: Vec<String>,
    /// `from <= occurred_at < to`.
    pub range: TimeRange,
    /// What to measure; at least one.
    pub metrics: Vec<Metric>,
    /// By what to group; the table has these first, then the metrics.
    pub dimensions: Vec<Dimension>,
    /// Which events (or sessions) count.
    pub filter: Option<Filter>,
    /// Count rows with `bot = true` too.
    pub include_bots: bool,
    /// Count those of them, at least, that came by another dialect than Segment's: the old systems' own answers know no bots.
    pub include_dialect_bots: bool,
    /// Order of rows; ties (and an empty list) go by dimension values ascending, in dimension order, NULLs last.
    pub order_by: Vec<OrderBy>,
    /// At most so many rows, after `offset`.
    pub limit: u32,
    /// Rows to pass over.
    pub offset: u32,
    /// What the sites say of their history; at most one for each of `sites`.
    pub rules: Vec<SiteRules>,
}

/// `from <= t < to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRange {
    /// Inclusive.
    pub from: Timestamp,
    /// Exclusive.
    pub to: Timestamp,
}

/// What is measured. Ratios come as [`Cell::Ratio`] of integers; who shows them divides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Metric {
    /// Distinct visitors.
    Visitors,
    /// Visits that began in the range.
    Visits,
    /// Events named `page_view`.
    Pageviews,
    /// All events.
    Events,
    /// Page views of those visits / visits.
    ViewsPerVisit,
    /// Bounced sessions / sessions, in percent (the ratio is 100 × bounces over sessions).
    BounceRate,
    /// Σ (last − first event of the visit, whole seconds rounded down) / visits.
    VisitDuration,
    /// Σ `seconds` of `time_on_page` events / distinct (session, page) that have one.
    TimeOnPage,
    /// 100 × visitors / visitors under the same filter without dimensions.
    Percentage,
    /// Distinct customer ids (`user`), over all events; dialect E's `unique_users`.
    Users,
    /// Distinct orders with a record that confirms them ([`CONFIRMED`]).
    Orders,
    /// Σ signed units of the lines.
    Units,
    /// Σ signed money, in minor units of [`Table::currencies`].
    Revenue,
    /// Money refunded: −Σ of the records that refund ([`REFUNDED`]).
    Refunds,
    /// Σ money of the records that confirm / orders.
    AverageOrderValue,
    /// 100 × converters / visitors of the same row.
    ConversionRate,
}

/// The source of an order without a visit: one that came from a till, or by the API alone.
pub const NO_VISIT: &str = "(no visit)";

/// The name of the record that confirms an order.
pub const CONFIRMED: &str = "Order Completed";

/// The name of a record that refunds.
pub const REFUNDED: &str = "Order Refunded";

impl Metric {
    /// Whether it is measured on records of money alone.
    pub fn is_of_money(self) -> bool {
        matches!(self, Self::Orders | Self::Units) || self.is_amount()
    }

    /// Whether it is an amount of a currency.
    pub fn is_amount(self) -> bool {
        matches!(self, Self::Revenue | Self::Refunds | Self::AverageOrderValue)
    }
}

/// By what rows are grouped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dimension {
    /// Time buckets, by their boundaries: bucket i is `boundaries[i] .. boundaries[i+1]`; at least 2, at most 1,001.
    /// The cell is the bucket's index. Empty buckets come as rows of zeros when time is the only dimension.
    Time {
        /// Ascending.
        boundaries: Vec<Timestamp>,
    },
    /// A field of the event or the visit.
    Field(Field),
}

impl Query {
    /// Every field of dimensions and filter.
    pub fn fields(&self) -> Vec<&Field> {
        let mut fields: Vec<&Field> = self.dimensions.iter().filter_map(Dimension::field).collect();
        if let Some(filter) = &self.filter {
            filter.each_field(&mut |field| fields.push(field));
        }
        fields
    }

    /// Whether every visit falls as a whole into one group or out: all that is asked for are fields of the visit and time.
    pub fn takes_whole_visits(&self) -> bool {
        self.fields().into_iter().all(Field::is_of_visits)
    }

    /// Whether money counts line by line, not record by record.
    pub fn is_by_line(&self) -> bool {
        self.fields().into_iter().any(|field| field.is_of_products() || *field == Field::ItemSku)
    }

    /// Whether an amount is asked for, so that the currencies matter.
    pub fn asks_for_amounts(&self) -> bool {
        self.metrics.iter().any(|metric| metric.is_amount())
    }
}

impl Dimension {
    /// The field, unless it is time.
    pub fn field(&self) -> Option<&Field> {
        match self {
            Self::Time { .. } => None,
            Self::Field(field) => Some(field),
        }
    }
}

/// By what rows are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderBy {
    /// Which column.
    pub key: OrderKey,
    /// Which way.
    pub direction: Direction,
}

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderKey {
    /// Index into `metrics`.
    Metric(usize),
    /// Index into `dimensions`.
    Dimension(usize),
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// Which events to list, newest received first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventFilter {
    /// Only of these sites; `None` = all.
    pub sites: Option<Vec<String>>,
    /// Received at or after.
    pub received_from: Option<Timestamp>,
    /// Received before.
    pub received_to: Option<Timestamp>,
    /// Occurred at or after.
    pub occurred_from: Option<Timestamp>,
    /// Occurred before.
    pub occurred_to: Option<Timestamp>,
    /// `name` or `name_sent` equals one of these, ASCII case ignored; empty = all.
    pub names: Vec<String>,
    /// `name_sent` equals this exactly.
    pub name_sent: Option<String>,
    /// `location_type` equals.
    pub location_type: Option<String>,
    /// `component` equals.
    pub component: Option<String>,
    /// `path` equals.
    pub path: Option<String>,
    /// The path as it was sent equals.
    pub path_sent: Option<String>,
    /// `user` equals.
    pub user: Option<String>,
    /// The visitor.
    pub visitor: Option<i64>,
    /// The event's id.
    pub id: Option<String>,
    /// The order that it is a record of.
    pub order: Option<String>,
    /// Only those that count in a report.
    pub counted: Option<Counted>,
    /// Rows with `bot = true` too.
    pub include_bots: bool,
    /// Those of them, at least, that came by another dialect than Segment's.
    pub include_dialect_bots: bool,
    /// Go on after this row of the last answer, exclusive.
    pub before: Option<RowPlace>,
    /// At most so many.
    pub limit: u32,
}

/// What counts in a report, by its sites, range and filter; its metrics and dimensions say nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    /// Events that happened in its range.
    Events(Query),
    /// Records of money in its range; with a field of products in the filter, those with a line that fits.
    Money(Query),
}

impl Counted {
    /// The same with the rules of its sites.
    #[must_use]
    pub fn ruled(&self, rules: impl Fn(&[String]) -> Vec<SiteRules>) -> Self {
        let ruled = |query: &Query| Query { rules: rules(&query.sites), ..query.clone() };
        match self {
            Self::Events(query) => Self::Events(ruled(query)),
            Self::Money(query) => Self::Money(ruled(query)),
        }
    }

    /// The report's question, asked of what is listed.
    pub fn query(&self) -> Query {
        let (query, metric) = match self {
            Self::Events(query) => (query, Metric::Events),
            Self::Money(query) => (query, Metric::Revenue),
        };
        Query { metrics: vec![metric], dimensions: Vec::new(), order_by: Vec::new(), ..query.clone() }
    }
}
