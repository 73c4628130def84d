//! The records of money of a query, as a table `m`: one row a record, or one row a line where a product is asked for.
//!
//! All records of an order belong to one visit, that of the order's first record that has a session. Rows of that
//! visit (where the record does not know it, of that session) are looked up over all time, but only when a field of the visit
//! is asked for.

use super::dialect::Nulls;
use super::field::of_money;
use super::filter::condition;
use super::measure::Measure;
use super::statement::Binder;
use super::visits::VisitColumns;
use crate::Error;
use crate::query::{CONFIRMED, Query};

/// Makes `m` of a query.
pub(super) struct Money<'a> {
    query: &'a Query,
    /// The condition on `e` for the records in the range.
    scope: String,
    filter: Option<String>,
    visits: VisitColumns<'static>,
}

impl<'a> Money<'a> {
    /// The records that `query` is about.
    pub(super) fn new(query: &'a Query, binder: &mut Binder) -> Result<Self, Error> {
        let sites = binder.is_one_of("e.site", &query.sites);
        let (from, to) = (binder.time(query.range.from), binder.time(query.range.to));
        let scope =
            format!("{sites} AND e.occurred_at >= {from} AND e.occurred_at < {to} AND e.order_id <> ''");
        let filter = query.filter.as_ref().map(|filter| condition(filter, of_money, binder)).transpose()?;
        Ok(Self { query, scope, filter, visits: VisitColumns::of_orders(query, binder.dialect) })
    }

    /// The tables that end with `money`. `dimensions` are columns and `conditions` belong to them.
    pub(super) fn tables(
        &self,
        dimensions: &str,
        mut conditions: Vec<String>,
        measures: &[Measure],
        binder: &mut Binder,
    ) -> Vec<String> {
        let (mut tables, from) = self.records(binder);
        let by_line = self.query.is_by_line();
        conditions.push(self.matching());
        let amount = if by_line { "i.revenue_minor" } else { "e.revenue_minor" };
        let units = match (measures.contains(&Measure::Units), by_line) {
            (false, _) => "0",
            (true, true) => "i.units",
            (true, false) => "(SELECT sum(i.units) FROM items i WHERE i.sequence = e.sequence)",
        };
        tables.push(format!(
            "money AS MATERIALIZED (SELECT {dimensions}e.visitor, e.session, e.name AS kind, e.order_id, e.currency, \
             {amount} AS amount, {units} AS units FROM {from} WHERE {})",
            conditions.join(" AND ")
        ));
        tables
    }

    /// The sequences of the records that count.
    pub(super) fn sequences(&self, binder: &mut Binder) -> String {
        let (tables, from) = self.records(binder);
        let looked_up =
            if tables.is_empty() { String::new() } else { format!("WITH {} ", tables.join(", ")) };
        format!("{looked_up}SELECT e.sequence FROM {from} WHERE {}", self.matching())
    }

    fn matching(&self) -> String {
        let filter = self.filter.as_ref().map(|filter| format!(" AND {filter}")).unwrap_or_default();
        format!("{}{filter}", self.scope)
    }

    /// The records `e`, with their lines `i` and their visits `v` as far as these are asked for, and the tables that this takes.
    fn records(&self, binder: &mut Binder) -> (Vec<String>, String) {
        let (mut tables, mut from) = (Vec::new(), "events e".to_owned());
        if !self.visits.is_empty() {
            tables.extend(self.visits_of_orders(binder));
            from.push_str(
                " LEFT JOIN orders o ON o.site = e.site AND o.order_id = e.order_id \
                 LEFT JOIN order_visits v ON v.session = o.session AND v.began IS NOT DISTINCT FROM o.began",
            );
        }
        if self.query.is_by_line() {
            from.push_str(" JOIN items i ON i.sequence = e.sequence");
        }
        (tables, from)
    }

    fn visits_of_orders(&self, binder: &mut Binder) -> [String; 2] {
        let sites = binder.is_one_of("e.site", &self.query.sites);
        let (dialect, order) = (binder.dialect, binder.dialect.log_order());
        let session = dialect.first("e.session", order, Nulls::PassedOver);
        let began = dialect.first("e.visit_started_at", order, Nulls::Taken);
        let orders = format!(
            "orders AS MATERIALIZED (SELECT e.site, e.order_id, {session} AS session, {began} AS began FROM events e \
             WHERE {sites} AND e.session <> 0 AND e.order_id IN (SELECT e.order_id FROM events e WHERE {}) \
             GROUP BY e.site, e.order_id)",
            self.scope
        );
        let scope = format!(
            "{sites} AND e.visit_started_at IS NOT NULL AND e.session IN (SELECT session FROM orders)"
        );
        [orders, format!("order_visits AS ({})", self.visits.select_by_session(dialect, &scope))]
    }
}

/// The condition on `m` for records that make their visitor a converter, if that is one of the row's visitors.
pub(super) fn converts() -> String {
    format!("m.kind = '{CONFIRMED}' AND m.session <> 0")
}
