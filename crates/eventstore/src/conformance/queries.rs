//! Short ways to write queries and tables.

use kassa_model::Timestamp;

use super::sample::after;
use crate::query::{
    Cell, Dimension, Direction, Field, Filter, Metric, Operator, OrderBy, OrderKey, Query, Table, TimeRange,
};
use crate::{Error, EventStore};

/// All of site `demo` within a day of the start.
pub(crate) fn query(metrics: &[Metric]) -> Query {
    Query {
        sites: vec!["demo".to_owned()],
        range: TimeRange { from: after(0), to: after(86_400) },
        metrics: metrics.to_vec(),
        dimensions: Vec::new(),
        filter: None,
        include_bots: false,
        include_dialect_bots: false,
        order_by: Vec::new(),
        limit: 1_000,
        offset: 0,
        rules: Vec::new(),
    }
}

/// The same by `fields`.
pub(crate) fn by(fields: &[Field], metrics: &[Metric]) -> Query {
    let dimensions = fields.iter().cloned().map(Dimension::Field).collect();
    Query { dimensions, ..query(metrics) }
}

/// Time buckets with these boundaries, in seconds from the start.
pub(crate) fn buckets(boundaries: &[i64]) -> Dimension {
    Dimension::Time { boundaries: boundaries.iter().map(|second| after(*second)).collect::<Vec<Timestamp>>() }
}

/// `field` is one of `values`.
pub(crate) fn is(field: Field, values: &[&str]) -> Filter {
    test(field, Operator::Is, values)
}

/// A test of `field`.
pub(crate) fn test(field: Field, operator: Operator, values: &[&str]) -> Filter {
    Filter::Test { field, operator, values: values.iter().map(|value| (*value).to_owned()).collect() }
}

/// By a metric, largest first.
pub(crate) fn largest(metric: usize) -> OrderBy {
    OrderBy { key: OrderKey::Metric(metric), direction: Direction::Descending }
}

/// A text.
pub(crate) fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

/// The answer of `store`.
pub(crate) async fn answer(store: &dyn EventStore, query: &Query) -> Table {
    match store.query(query).await {
        Ok(table) => table,
        Err(error) => panic!("{error}: {query:?}"),
    }
}

/// `store` answers `query` with `rows`.
pub(crate) async fn check(store: &dyn EventStore, query: Query, rows: &[&[Cell]]) {
    let table = answer(store, &query).await;
    let expected: Vec<Vec<Cell>> = rows.iter().map(|row| row.to_vec()).collect();
    assert_eq!(table.rows, expected, "{query:?}");
    if query.offset == 0 && query.limit >= 1_000 {
        assert_eq!(table.total_rows, rows.len() as u64);
    }
}

/// `store` refuses `query`.
pub(crate) async fn refuses(store: &dyn EventStore, query: Query) {
    let answer = store.query(&query).await;
    assert!(matches!(answer, Err(Error::Invalid(_))), "{answer:?}: {query:?}");
}
