//! A metric by windows: what a query says of each, in thousandths, so that counts, amounts and ratios compare alike.

use std::collections::BTreeMap;

use kassa_eventstore::query::{Cell, Dimension, Direction, OrderBy, OrderKey, Query, TimeRange};
use kassa_eventstore::{Error, EventStore};
use kassa_model::{MICROS_PER_SECOND, Timestamp};

use super::rule::Asked;

/// Windows of one question.
const WINDOWS_MAX: i64 = 1_000;

/// Thousandths of a whole.
pub(super) const WHOLE: i64 = 1_000;

/// Values in thousandths by the beginnings of their windows, µs; none where the metric has none.
pub(super) type Series = BTreeMap<i64, Option<i64>>;

/// How long a window of `asked` is, µs.
pub(super) fn length(asked: &Asked) -> i64 {
    asked.window_minutes * 60 * MICROS_PER_SECOND
}

/// The whole windows of `range`, which begins and ends with one.
///
/// # Errors
/// The store's; [`Error::Invalid`] where amounts are of several currencies.
pub(super) async fn series(
    store: &dyn EventStore,
    site: &str,
    asked: &Asked,
    range: TimeRange,
) -> Result<Series, Error> {
    let (step, mut found) = (length(asked), Series::new());
    let mut from = range.from;
    while from < range.to {
        let to = from.plus_micros(WINDOWS_MAX * step).min(range.to);
        let boundaries: Vec<Timestamp> = (0..=(to.micros() - from.micros()) / step)
            .map(|window| from.plus_micros(window * step))
            .collect();
        let table = store.query(&question(site, asked, TimeRange { from, to }, boundaries)).await?;
        if table.currencies.len() > 1 && asked.metric.metric.is_amount() {
            return Err(Error::Invalid(
                "amounts are of several currencies: filter by order:currency".to_owned(),
            ));
        }
        for row in &table.rows {
            if let [Cell::Int(window), value] = row.as_slice() {
                found.insert(from.plus_micros(window * step).micros(), thousandths(value));
            }
        }
        from = to;
    }
    Ok(found)
}

fn question(site: &str, asked: &Asked, range: TimeRange, boundaries: Vec<Timestamp>) -> Query {
    Query {
        sites: vec![site.to_owned()],
        range,
        metrics: vec![asked.metric.metric],
        dimensions: vec![Dimension::Time { boundaries }],
        filter: asked.filter.clone(),
        include_bots: false,
        include_dialect_bots: false,
        order_by: vec![OrderBy { key: OrderKey::Dimension(0), direction: Direction::Ascending }],
        limit: WINDOWS_MAX.unsigned_abs() as u32,
        offset: 0,
        rules: Vec::new(),
    }
}

fn thousandths(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Int(count) => count.checked_mul(WHOLE),
        Cell::Ratio(top, bottom) if *bottom != 0 => {
            i64::try_from(i128::from(*top) * i128::from(WHOLE) / i128::from(*bottom)).ok()
        }
        _ => None,
    }
}
