//! What is asked about products and searches, as values, and what a store answers: counts. What follows from them, such as the
//! revenue that was lost, is worked out by who asks.
//!
//! - Visitors' events count as they do in a [`crate::query::Query`]; viewers are the visitors of views with a visit.
//! - A view ([`VIEWED`]) or an addition ([`ADDED`]) counts for each product that it names ([`crate::query::Field::ItemSku`]).
//! - A product is sold out from each `Stock Out` of its site on until the next `Stock Back`, and in stock before the first;
//!   an event of the same instant comes after. Of two of one instant the later in the log counts.
//! - Orders, units and revenue are those of lines, as [`crate::query::Metric`] has them. An order counts once.
//! - A product's name and category are those of its last line, else of the last event that names it alone and has a name.
//! - With a filter those of these events and lines count that fit, as in a [`crate::query::Query`]; stock is stock, but without one of them
//!   a product is not told.

use kassa_model::Timestamp;

use crate::query::rules::SiteRules;
use crate::query::{Dimension, Field, Filter, Metric, Query, TimeRange};

/// A look at a product.
pub const VIEWED: &str = "Product Viewed";
/// A product in the cart.
pub const ADDED: &str = "Product Added";
/// A choice from a list.
pub const CLICKED: &str = "Product Clicked";
/// A search.
pub const SEARCHED: &str = "Products Searched";

/// The most days of a [`GoodsQuery`].
pub const DAYS_MAX: usize = 1_000;
/// The most texts of searches that a store tells.
pub const TERMS_MAX: u32 = 50_000;
/// How long after the range what somebody does still answers a search of the range: a day, µs.
pub const ANSWERED_WITHIN_MICROS: i64 = kassa_model::MICROS_PER_DAY;

/// By what products are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoodsBy {
    /// Each by itself.
    Sku,
    /// Those of one name.
    Name,
    /// Those of one category.
    Category,
}

/// A question about products.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoodsQuery {
    /// The sites; never empty.
    pub sites: Vec<String>,
    /// What the totals are of.
    pub range: TimeRange,
    /// Boundaries of the days that are told one by one: ascending, at least 2, at most [`DAYS_MAX`] + 1. The first is not after
    /// the range's beginning, the last is its end.
    pub days: Vec<Timestamp>,
    /// Until when a product that is sold out has been so.
    pub now: Timestamp,
    /// By what the totals are grouped.
    pub by: GoodsBy,
    /// Which events and lines count. Asks for no exit page, and for nothing that orders alone have.
    pub filter: Option<Filter>,
    /// Only money of this currency.
    pub currency: Option<String>,
    /// Count bots, too.
    pub include_bots: bool,
    /// What the sites say of their history; at most one for each of `sites`. What stock there was is there in any case.
    pub rules: Vec<SiteRules>,
}

impl GoodsQuery {
    /// The query, by product, of what counts on its days.
    pub(crate) fn counted(&self) -> Query {
        let from = self.days.first().copied().unwrap_or(self.range.from);
        Query {
            sites: self.sites.clone(),
            range: TimeRange { from, to: self.range.to },
            metrics: vec![Metric::Events, Metric::Revenue],
            dimensions: vec![Dimension::Field(Field::ItemSku)],
            filter: self.filter.clone(),
            include_bots: self.include_bots,
            include_dialect_bots: false,
            order_by: Vec::new(),
            limit: 0,
            offset: 0,
            rules: self.rules.clone(),
        }
    }
}

/// What is known of products.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GoodsTable {
    /// Every product that what counts of the days names, or without a filter stock until their end, by SKU.
    pub products: Vec<ProductName>,
    /// By key, the missing one first; without those of which all numbers are 0.
    pub totals: Vec<GoodsTotals>,
    /// By SKU and day; without those of which all numbers are 0.
    pub days: Vec<GoodsDay>,
    /// The first and the last currency of all lines of `days`; one where there is only one.
    pub currencies: Vec<String>,
}

/// What a product is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "they are the product's")]
pub struct ProductName {
    pub sku: String,
    pub name: Option<String>,
    pub category: Option<String>,
}

/// Counts of the range.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct GoodsTotals {
    /// SKU, name or category.
    pub key: Option<String>,
    /// Views.
    pub views: i64,
    /// Distinct viewers.
    pub viewers: i64,
    /// Additions to the cart.
    pub adds: i64,
    /// Orders with a record that confirms them.
    pub orders: i64,
    /// Signed units.
    pub units: i64,
    /// Signed money, minor units.
    pub revenue_minor: i64,
    /// Viewers with an order.
    pub buyers: i64,
    /// Views while it was sold out.
    pub views_out: i64,
    /// Their distinct viewers.
    pub viewers_out: i64,
    /// For how long it was sold out, µs; of several products the sum.
    pub micros_out: i64,
}

/// Counts of a product on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct GoodsDay {
    /// The product.
    pub sku: String,
    /// Index into the days of the question.
    pub day: i64,
    /// Distinct viewers while it was in stock.
    pub viewers_in: i64,
    /// Distinct viewers while it was sold out.
    pub viewers_out: i64,
    /// Orders that were confirmed.
    pub orders: i64,
    /// Their units.
    pub units: i64,
    /// Their money, minor units.
    pub revenue_minor: i64,
}

/// Searches for one text, as it was sent (the property `query`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SearchTerm {
    /// The text; not empty.
    pub term: String,
    /// How often it was searched for.
    pub searches: i64,
    /// How often nothing was found: the property `results` is 0.
    pub without_result: i64,
    /// How often neither a view, a click nor an addition of a product followed in the visit before its next search.
    pub without_click: i64,
}

/// Where nothing counts.
pub(crate) fn is_nothing(totals: &GoodsTotals) -> bool {
    *totals == GoodsTotals { key: totals.key.clone(), ..GoodsTotals::default() }
}

/// Where nothing counts.
pub(crate) fn is_nothing_of(day: &GoodsDay) -> bool {
    *day == GoodsDay { sku: day.sku.clone(), day: day.day, ..GoodsDay::default() }
}
