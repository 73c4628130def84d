//! The records of money of a query, as a table `m`: one row a record, or one row a line where a product is asked for.
//!
//! Of the visit that an order belongs to ([`super::order_visits`]) something is looked up only when a field of it is asked for.

use super::field::of_money;
use super::filter::condition;
use super::measure::Measure;
use super::order_visits::{self, OrderVisits};
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
    /// The table of these visits, where there is one already.
    known: Option<&'a OrderVisits>,
}

impl<'a> Money<'a> {
    /// The records that `query` is about; `known` has their visits, where that table has been made.
    pub(super) fn new(
        query: &'a Query,
        known: Option<&'a OrderVisits>,
        binder: &mut Binder,
    ) -> Result<Self, Error> {
        let scope = order_visits::records(query, binder);
        let filter = query.filter.as_ref().map(|filter| condition(filter, of_money, binder)).transpose()?;
        Ok(Self { query, scope, filter, visits: VisitColumns::of_orders(query, binder.dialect), known })
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

    /// The condition for those of [`Money::records`] that count.
    pub(super) fn matching(&self) -> String {
        let filter = self.filter.as_ref().map(|filter| format!(" AND {filter}")).unwrap_or_default();
        format!("{}{filter}", self.scope)
    }

    /// The records `e`, with their lines `i` and their visits `v` as far as these are asked for, and the tables that this takes.
    pub(super) fn records(&self, binder: &mut Binder) -> (Vec<String>, String) {
        let (mut tables, mut from) = (Vec::new(), "events e".to_owned());
        if !self.visits.is_empty() {
            let table = match self.known {
                Some(known) => known.name(),
                None => {
                    let select = order_visits::select(self.query, &self.visits, binder);
                    tables.push(format!("order_visits AS ({select})"));
                    "order_visits"
                }
            };
            from.push_str(&format!(" LEFT JOIN {table} v ON v.site = e.site AND v.order_id = e.order_id"));
        }
        if self.query.is_by_line() {
            from.push_str(" JOIN items i ON i.sequence = e.sequence");
        }
        (tables, from)
    }
}

/// The condition on `m` for records that make their visitor a converter, if that is one of the row's visitors.
pub(super) fn converts() -> String {
    format!("m.kind = '{CONFIRMED}' AND m.session <> 0")
}
