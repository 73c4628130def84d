//! [`Ask`] → what the store is asked. Here time zones end: behind it there are only UTC ranges and bucket boundaries.

use kassa_eventstore::query::{Dimension, OrderBy, Query, TimeRange};

use super::ask::{Ask, DimensionAsk, GOAL, Invalid, Unit};
use super::buckets::{Buckets, buckets, default_unit};
use super::calendar::Calendar;
use super::comparison::compared_range;
use super::imported::Imported;

/// The most rows of the other period that a comparison looks through.
pub(crate) const COMPARED_ROWS_MAX: u32 = 100_000;

/// A query ready to be asked, and what is needed to show its answer.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) query: Query,
    /// Labels of the time buckets; empty without a time dimension.
    pub(crate) labels: Vec<String>,
    /// Where the goal stands among the dimensions of the answer; those of `query` are the others.
    pub(crate) goal: Option<usize>,
    /// Wire names of the dimensions, `time` settled.
    pub(crate) dimension_names: Vec<String>,
    /// The absolute range, RFC 3339 in site time, half-open.
    pub(crate) shown_range: [String; 2],
    pub(crate) comparison: Option<Comparison>,
    /// Totals from before kassa that belong to its days; looked for apart.
    pub(crate) imported: Option<Imported>,
}

/// The same question about another time.
#[derive(Debug, Clone)]
pub(crate) struct Comparison {
    pub(crate) query: Query,
    pub(crate) labels: Vec<String>,
    pub(crate) shown_range: [String; 2],
    /// See [`Plan::imported`].
    pub(crate) imported: Option<Imported>,
}

/// Plans `ask` for a site with this `calendar`.
///
/// # Errors
/// [`Invalid`] when the range has more buckets than an answer may have.
pub(crate) fn plan(ask: &Ask, calendar: &Calendar) -> Result<Plan, Invalid> {
    let period = calendar.resolve(ask.range);
    let unit = settled_unit(ask, period.range);
    let (query, labels) = query_of(ask, period.range, unit, calendar)?;
    let comparison = match ask.include.comparison {
        None => None,
        Some(mode) => Some(compare(ask, compared_range(calendar, mode, &period), unit, calendar)?),
    };
    Ok(Plan {
        query,
        labels,
        goal: ask.dimensions.iter().position(|dimension| *dimension == DimensionAsk::Goal),
        dimension_names: ask.dimensions.iter().map(|dimension| name_of(dimension, unit)).collect(),
        shown_range: shown(period.range, calendar),
        comparison,
        imported: None,
    })
}

fn compare(ask: &Ask, range: TimeRange, unit: Unit, calendar: &Calendar) -> Result<Comparison, Invalid> {
    let (mut query, labels) = query_of(ask, range, unit, calendar)?;
    // Rows are paired by their dimensions, so the whole other table is needed, not its first page.
    query.limit = COMPARED_ROWS_MAX;
    query.offset = 0;
    Ok(Comparison { query, labels, shown_range: shown(range, calendar), imported: None })
}

fn query_of(
    ask: &Ask,
    range: TimeRange,
    unit: Unit,
    calendar: &Calendar,
) -> Result<(Query, Vec<String>), Invalid> {
    let mut labels = Vec::new();
    let mut dimensions = Vec::with_capacity(ask.dimensions.len());
    for dimension in &ask.dimensions {
        dimensions.push(match dimension {
            DimensionAsk::Time(_) => {
                let cut: Buckets = buckets(range, unit, calendar)?;
                labels = cut.labels;
                Dimension::Time { boundaries: cut.boundaries }
            }
            DimensionAsk::Field(field, _) => Dimension::Field(field.clone()),
            // Each goal is asked for by itself.
            DimensionAsk::Goal => continue,
        });
    }
    let query = Query {
        sites: ask.sites.clone(),
        range,
        metrics: ask.metrics.iter().map(|known| known.metric).collect(),
        dimensions,
        filter: ask.filter.clone(),
        include_bots: ask.include.bots,
        include_dialect_bots: ask.include.bots,
        order_by: ask
            .order_by
            .iter()
            .map(|(key, direction)| OrderBy { key: *key, direction: *direction })
            .collect(),
        limit: ask.limit,
        offset: ask.offset,
        rules: Vec::new(),
    };
    Ok((query, labels))
}

fn settled_unit(ask: &Ask, range: TimeRange) -> Unit {
    let asked = ask.dimensions.iter().find_map(|dimension| match dimension {
        DimensionAsk::Time(unit) => *unit,
        DimensionAsk::Field(..) | DimensionAsk::Goal => None,
    });
    asked.unwrap_or_else(|| default_unit(range))
}

fn name_of(dimension: &DimensionAsk, unit: Unit) -> String {
    match dimension {
        DimensionAsk::Time(_) => unit.dimension().to_owned(),
        DimensionAsk::Field(_, name) => name.clone(),
        DimensionAsk::Goal => GOAL.to_owned(),
    }
}

fn shown(range: TimeRange, calendar: &Calendar) -> [String; 2] {
    [calendar.show(range.from), calendar.show(range.to)]
}
