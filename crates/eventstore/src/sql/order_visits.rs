//! The visits that orders belong to, a row for each order that has one: `site`, `order_id`, `session`, `began`, and what is asked of them.
//!
//! All records of an order belong to one visit, that of the order's first record that has a session; where that does not know when
//! its visit began, to all that its session has. To find them costs more than to add up the orders: of several queries about the
//! same orders it is done once.

use super::dialect::{Dialect, Nulls};
use super::measure::measures;
use super::statement::{Binder, Statement};
use super::visits::VisitColumns;
use crate::Error;
use crate::query::Query;

/// As many queries must share such a table.
const QUERIES_MIN: usize = 2;

/// Such a table for several queries.
#[derive(Debug)]
pub(crate) struct OrderVisits {
    name: String,
    /// One of the queries: all have its sites, range and rules.
    query: Query,
    columns: VisitColumns<'static>,
}

/// The tables that pay for `queries`, and for each query which of them it looks visits up in, if in any.
pub(crate) fn order_visits(
    dialect: &'static dyn Dialect,
    queries: &[Query],
) -> (Vec<OrderVisits>, Vec<Option<usize>>) {
    let mut tables: Vec<OrderVisits> = Vec::new();
    let mut asked_of = Vec::with_capacity(queries.len());
    for query in queries {
        let columns = VisitColumns::of_orders(query, dialect);
        let of_money = measures(&query.metrics).iter().any(|measure| measure.is_of_money());
        asked_of.push((of_money && !columns.is_empty()).then(|| {
            let known = tables.iter().position(|table| table.is_of(query));
            let place = known.unwrap_or_else(|| {
                let name = format!("order_visits{}", tables.len());
                let (query, columns) = (query.clone(), VisitColumns::of_orders(query, dialect));
                tables.push(OrderVisits { name, query, columns });
                tables.len() - 1
            });
            tables[place].columns.extend(columns);
            place
        }));
    }
    let uses = |place: usize| asked_of.iter().filter(|of| **of == Some(place)).count();
    let pays: Vec<bool> = (0..tables.len()).map(|place| uses(place) >= QUERIES_MIN).collect();
    for of in &mut asked_of {
        *of = of.filter(|place| pays[*place]);
    }
    (tables, asked_of)
}

impl OrderVisits {
    /// Its name as a table.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    fn is_of(&self, query: &Query) -> bool {
        let own = &self.query;
        (&own.sites, own.range, &own.rules) == (&query.sites, query.range, &query.rules)
    }

    /// The statement that makes it.
    pub(crate) fn statement(&self, dialect: &'static dyn Dialect) -> Result<Statement, Error> {
        let mut binder = Binder::ruled(dialect, &self.query.rules)?;
        let text = select(&self.query, &self.columns, &mut binder);
        Ok(binder.statement(text))
    }
}

/// The condition on `e` for the records of money of `query`, before its filter.
pub(super) fn records(query: &Query, binder: &mut Binder) -> String {
    let sites = binder.is_one_of("e.site", &query.sites);
    let (from, to) = (binder.time(query.range.from), binder.time(query.range.to));
    format!("{sites} AND e.occurred_at >= {from} AND e.occurred_at < {to} AND e.order_id <> ''")
}

/// The visits of these records' orders, with `columns`.
pub(super) fn select(query: &Query, columns: &VisitColumns<'_>, binder: &mut Binder) -> String {
    let (sites, records) = (binder.is_one_of("e.site", &query.sites), records(query, binder));
    let (dialect, order) = (binder.dialect, binder.dialect.log_order());
    let session = dialect.first("e.session", order, Nulls::PassedOver);
    let began = dialect.first("e.visit_started_at", order, Nulls::Taken);
    format!(
        "WITH orders AS MATERIALIZED (SELECT e.site, e.order_id, {session} AS session, {began} AS began FROM events e \
         WHERE {sites} AND e.session <> 0 AND e.order_id IN (SELECT e.order_id FROM events e WHERE {records}) \
         GROUP BY e.site, e.order_id), found AS ({}) SELECT o.site, o.order_id, v.* FROM orders o \
         JOIN found v ON v.session = o.session AND v.began IS NOT DISTINCT FROM o.began",
        columns.select_of_orders(dialect, &sites)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::queries::{by, query};
    use crate::duckdb::dialect::DuckDb;
    use crate::query::{Field, Metric, TimeRange};

    #[test]
    fn queries_about_the_same_orders_look_their_visits_up_in_one_table() {
        let [source, country] =
            [Field::Source, Field::Country].map(|field| by(&[field], &[Metric::ConversionRate]));
        let earlier = Query { range: TimeRange { to: source.range.from, ..source.range }, ..source.clone() };
        // Without a field of visits, or without money, nothing is looked up.
        let [head, visitors] = [query(&[Metric::Revenue]), by(&[Field::Source], &[Metric::Visitors])];
        let asked = [source.clone(), head, country, visitors, earlier];
        let (tables, asked_of) = order_visits(&DuckDb, &asked);
        assert_eq!(asked_of, [Some(0), None, Some(0), None, None]);
        let text = tables[0].statement(&DuckDb).unwrap().text;
        assert!(text.contains("AS visit_source") && text.contains("AS visit_country"), "{text}");
        assert_eq!(order_visits(&DuckDb, &[source]).1, [None]);
    }
}
