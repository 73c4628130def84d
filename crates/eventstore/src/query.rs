//! A report as a value: what is asked, without SQL and without JSON. `analytics::report` makes it, a backend answers it.
//!
//! Definitions are those of the design's analytics page. Times are half-open ranges in UTC: time zones are settled by
//! the planner, which hands over bucket boundaries.
//!
//! - Records of money (rows with an order) count in the metrics of money alone, and nothing else counts there. A session
//!   is aggregated from its events in the range, bots as asked, before any filter; its events of one instant are in the
//!   order of the log (partition, offset, index).
//! - A filter is evaluated for each event; fields of the visit are those of the event's session.
//! - Bounce rate and visit duration are over the sessions with at least one event that fits. Grouped by time such a
//!   session belongs to the bucket of its first event, grouped by page to its entry page, grouped by agent or country to
//!   that of its first event; grouped by another field of single events they are refused.
//! - A row is there when any event that fits (or, for those two metrics, any such session, or, for metrics of money,
//!   any record of money) falls into it.
//!
//! Of money:
//! - A record is in the range by its own time; the bot flag does not matter.
//! - All records of an order belong to one visit: the session of the order's first record that has one (0 is none).
//!   It is aggregated as above, but from all of its events, whenever they were: a refund has the source of the visit
//!   in which the order was placed. Device, browser, system and country are those of the visit's first event, since the
//!   order may have been sent by a server. Without such a visit all these are missing.
//! - With a product's field among dimensions or filters a record counts line by line: every line that fits counts with
//!   its own money and units. Without one it counts as a whole.
//! - Fields of products and orders can be asked of metrics of money only.

use kassa_model::Timestamp;

/// A question about one or more sites.
#[derive(Debug, Clone, PartialEq)]
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
    /// Distinct sessions that have an event in the group.
    Visits,
    /// Events named `page_view`.
    Pageviews,
    /// All events.
    Events,
    /// Pageviews / visits.
    ViewsPerVisit,
    /// Bounced sessions / sessions, in percent (the ratio is 100 × bounces over sessions).
    BounceRate,
    /// Σ (last − first event of the session, whole seconds rounded down) / sessions.
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
    /// 100 × distinct visitors with a record that confirms / visitors of the same row.
    ConversionRate,
}

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

/// A field that can be grouped and filtered by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// `event:name`, canonical.
    Name,
    /// `event:page`.
    Page,
    /// `event:hostname`.
    Hostname,
    /// `event:props:<key>`: the property's text (strings without quotes, else JSON), a top-level key taken literally.
    Prop(String),
    /// `visit:entry_page`: path of the session's first page view.
    EntryPage,
    /// `visit:exit_page`: path of the session's last page view.
    ExitPage,
    /// `visit:source`: of the session's first page view.
    Source,
    /// `visit:referrer`: of the session's first page view.
    Referrer,
    /// `visit:utm_source`, and the others, of the session's first page view.
    UtmSource,
    /// See [`Field::UtmSource`].
    UtmMedium,
    /// See [`Field::UtmSource`].
    UtmCampaign,
    /// See [`Field::UtmSource`].
    UtmTerm,
    /// See [`Field::UtmSource`].
    UtmContent,
    /// `visit:device`; of the event itself (one session, one agent).
    Device,
    /// `visit:browser`; of the event itself.
    Browser,
    /// `visit:os`; of the event itself.
    Os,
    /// `visit:country`; of the event itself.
    Country,
    /// The name as the client sent it; no wire name, the compat answers need it.
    NameSent,
    /// The path as the client sent it; no wire name, the compat answers need it.
    PageSent,
    /// `product:sku`, of a line of a money record.
    Sku,
    /// `product:name`: as it was when the order was placed.
    ProductName,
    /// `product:category`: as it was when the order was placed.
    ProductCategory,
    /// `order:currency`.
    Currency,
    /// `order:status`: the status that the record's change led to.
    OrderStatus,
}

impl Field {
    /// Whether only the lines of money records have it.
    pub fn is_of_products(&self) -> bool {
        matches!(self, Self::Sku | Self::ProductName | Self::ProductCategory)
    }

    /// Whether only money records have it.
    pub fn is_of_money(&self) -> bool {
        self.is_of_products() || matches!(self, Self::Currency | Self::OrderStatus)
    }
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

    /// Whether money counts line by line, not record by record.
    pub fn is_by_line(&self) -> bool {
        self.fields().into_iter().any(Field::is_of_products)
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

impl Filter {
    /// Calls `each` for every field that is asked for.
    pub fn each_field<'a>(&'a self, each: &mut dyn FnMut(&'a Field)) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.each_field(each)),
            Self::Not(part) => part.each_field(each),
            Self::Test { field, .. } => each(field),
        }
    }
}

/// Which rows count. A missing value (NULL) is never `contains` or `matches`; `is` with `(none)` is NULL.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Every one holds.
    And(Vec<Filter>),
    /// One at least holds.
    Or(Vec<Filter>),
    /// It does not hold (an unknown because of NULL counts as not holding inside).
    Not(Box<Filter>),
    /// A comparison of a field with any of the values.
    Test {
        /// The field.
        field: Field,
        /// How.
        operator: Operator,
        /// At least one, at most 100; one that fits is enough.
        values: Vec<String>,
    },
}

/// How a field is compared. `is_not` and `contains_not` are `Not` of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Equal, byte for byte.
    Is,
    /// Has the value as a part, case matters.
    Contains,
    /// Fits the regular expression (RE2 syntax) somewhere.
    Matches,
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

/// An answer: the rows asked for and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Dimensions first, then metrics, in the query's order.
    pub rows: Vec<Vec<Cell>>,
    /// Rows before limit and offset.
    pub total_rows: u64,
    /// Where an amount was asked for: the first and the last currency, by code, of all records of money that count.
    /// None when there is no record, one when all have the same. Amounts of rows are only sums of one currency if there
    /// is one, or if the rows are grouped by currency.
    pub currencies: Vec<String>,
}

/// One value of a table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A count or an amount, or a time bucket's index.
    Int(i64),
    /// `numerator / denominator`; the denominator may be 0 (shown as null).
    Ratio(i64, i64),
    /// A dimension's value.
    Text(String),
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
    /// Rows with `bot = true` too.
    pub include_bots: bool,
    /// Those of them, at least, that came by another dialect than Segment's.
    pub include_dialect_bots: bool,
    /// Go on after this row of the last answer: (received_at, partition-wide offset, index), exclusive.
    pub before: Option<(Timestamp, u128, u32)>,
    /// At most so many.
    pub limit: u32,
}
