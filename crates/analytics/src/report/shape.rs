//! The store's table → the JSON of an answer.
//!
//! Ratios are divided here and nowhere else, as integers: one decimal, halves rounded away from zero, whole values
//! without a decimal (`95`, `41.2`), `null` over 0. Amounts are `{"amount_minor","currency"}` in whole minor units,
//! rounded the same way. Dimension values that are missing are `(none)`, which is also how
//! a filter names them.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use kassa_eventstore::query::{Cell, Direction, Metric, OrderKey, Table};
use serde_json::{Map, Value, json};

use super::amounts::Amounts;
use super::ask::Ask;
use super::plan::{COMPARED_ROWS_MAX, Plan};

/// What a missing dimension value is called.
pub(crate) const NONE: &str = "(none)";

/// `{"results":[…],"meta":{…},"query":{…}}`; `compared` is the table of the plan's comparison, if it has one.
pub(crate) fn shape(
    ask: &Ask,
    plan: &Plan,
    amounts: &Amounts,
    table: &Table,
    compared: Option<&Table>,
) -> Value {
    let width = plan.dimension_names.len();
    let pairs = compared.map(|other| Pairs::new(plan, amounts, other));
    let mut results = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let (dimensions, metrics) = row.split_at(width.min(row.len()));
        let mut result = json!({
            "dimensions": show_dimensions(plan, &plan.labels, dimensions),
            "metrics": show_metrics(plan, amounts, dimensions, metrics),
        });
        if let Some(pairs) = &pairs {
            result["comparison"] = pairs.comparison(dimensions, metrics);
        }
        results.push(result);
    }
    let mut meta = json!({"total_rows": table.total_rows});
    if ask.include.time_labels {
        meta["time_labels"] = json!(plan.labels);
    }
    if let Some(other) = &plan.comparison {
        meta["comparison_date_range"] = json!(other.shown_range);
    }
    let names: Vec<&str> = ask.metrics.iter().map(|metric| metric.name).collect();
    let compared = plan.comparison.as_ref().and_then(|other| other.imported.as_ref());
    for (name, imported) in [("imported", plan.imported.as_ref()), ("comparison_imported", compared)] {
        if let Some(imported) = imported {
            meta[name] = imported.show(&names);
        }
    }
    json!({"results": results, "meta": meta, "query": normalised(ask, plan)})
}

/// `numerator / denominator` with one decimal, halves away from zero; `None` over 0.
pub(crate) fn tenths(numerator: i64, denominator: i64) -> Option<i128> {
    divide(i128::from(numerator) * 10, i128::from(denominator))
}

fn show_metrics(plan: &Plan, amounts: &Amounts, dimensions: &[Cell], cells: &[Cell]) -> Vec<Value> {
    let show = |(metric, cell): (&Metric, &Cell)| match cell {
        Cell::Int(amount) if metric.is_amount() => amounts.show(Some(*amount), dimensions),
        Cell::Ratio(top, bottom) if metric.is_amount() => {
            let whole = divide(i128::from(*top), i128::from(*bottom));
            amounts.show(whole.and_then(|whole| i64::try_from(whole).ok()), dimensions)
        }
        other => show_metric(other),
    };
    plan.query.metrics.iter().zip(cells).map(show).collect()
}

/// One value that is no amount.
pub(crate) fn show_metric(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Int(count) => json!(count),
        Cell::Ratio(numerator, denominator) => {
            tenths(*numerator, *denominator).map_or(Value::Null, show_tenths)
        }
        Cell::Text(text) => json!(text),
    }
}

fn show_tenths(tenths: i128) -> Value {
    match i64::try_from(tenths) {
        Ok(tenths) if tenths % 10 == 0 => json!(tenths / 10),
        // A decimal of one digit is printed as it is written by every JSON writer: the division is exact enough.
        Ok(tenths) => json!(tenths as f64 / 10.0),
        Err(_) => Value::Null,
    }
}

/// Rounds halves away from zero; `None` over 0.
fn divide(numerator: i128, denominator: i128) -> Option<i128> {
    if denominator == 0 {
        return None;
    }
    let (top, bottom) = (numerator.checked_abs()?, denominator.checked_abs()?);
    let rounded = top.checked_mul(2)?.checked_add(bottom)? / bottom.checked_mul(2)?;
    Some(if (numerator < 0) == (denominator < 0) { rounded } else { -rounded })
}

fn show_dimensions(plan: &Plan, labels: &[String], cells: &[Cell]) -> Vec<Value> {
    let is_time = |index: usize| plan.dimension_names[index].starts_with("time:");
    let show = |(index, cell): (usize, &Cell)| match cell {
        Cell::Int(bucket) if is_time(index) => usize::try_from(*bucket)
            .ok()
            .and_then(|bucket| labels.get(bucket))
            .map_or(Value::Null, |label| json!(label)),
        Cell::Text(text) => json!(text),
        Cell::Int(value) => json!(value.to_string()),
        Cell::Null | Cell::Ratio(..) => json!(NONE),
    };
    cells.iter().enumerate().map(show).collect()
}

/// The rows of the other period, by their dimension cells; time buckets are paired by their number.
struct Pairs<'a> {
    plan: &'a Plan,
    amounts: &'a Amounts,
    labels: &'a [String],
    rows: HashMap<&'a [Cell], &'a [Cell]>,
    complete: bool,
}

impl<'a> Pairs<'a> {
    fn new(plan: &'a Plan, amounts: &'a Amounts, other: &'a Table) -> Self {
        let width = plan.dimension_names.len();
        let rows = other.rows.iter().map(|row| row.split_at(width.min(row.len()))).collect();
        let labels = plan.comparison.as_ref().map_or(&[][..], |comparison| &comparison.labels);
        Self { plan, amounts, labels, rows, complete: other.total_rows <= u64::from(COMPARED_ROWS_MAX) }
    }

    /// `{"dimensions","metrics","change"}`; null where the other period has no such bucket or its rows are too many.
    fn comparison(&self, dimensions: &[Cell], metrics: &[Cell]) -> Value {
        let shown = show_dimensions(self.plan, self.labels, dimensions);
        let has_bucket = !shown.contains(&Value::Null);
        let empty: Vec<Cell>;
        let other: &[Cell] = match self.rows.get(dimensions) {
            Some(other) => other,
            None if has_bucket && self.complete => {
                empty = self.plan.query.metrics.iter().map(|metric| zero(*metric)).collect();
                &empty
            }
            None => return Value::Null,
        };
        let measured = self.plan.query.metrics.iter().zip(metrics.iter().zip(other));
        let change: Vec<Value> = measured.map(|(metric, (new, old))| change(*metric, new, old)).collect();
        json!({
            "dimensions": shown,
            "metrics": show_metrics(self.plan, self.amounts, dimensions, other),
            "change": change,
        })
    }
}

/// What a metric is where nothing was counted.
pub(crate) fn zero(metric: Metric) -> Cell {
    match metric {
        Metric::Visitors
        | Metric::Visits
        | Metric::Pageviews
        | Metric::Events
        | Metric::Users
        | Metric::Orders
        | Metric::Units
        | Metric::Revenue
        | Metric::Refunds => Cell::Int(0),
        Metric::ViewsPerVisit
        | Metric::BounceRate
        | Metric::VisitDuration
        | Metric::TimeOnPage
        | Metric::Percentage
        | Metric::AverageOrderValue
        | Metric::ConversionRate => Cell::Ratio(0, 0),
    }
}

/// In percent of the old value, a whole number; percentages themselves change by points, with one decimal. From 0 to
/// something is 100 (to less, −100), from 0 to 0 is 0, and a value that is null has no change.
fn change(metric: Metric, new: &Cell, old: &Cell) -> Value {
    let (Some((new_top, new_bottom)), Some((old_top, old_bottom))) = (fraction(new), fraction(old)) else {
        return Value::Null;
    };
    if matches!(metric, Metric::BounceRate | Metric::Percentage | Metric::ConversionRate) {
        let shown = |top, bottom| divide(top * 10, bottom).unwrap_or(0);
        return show_tenths(shown(new_top, new_bottom) - shown(old_top, old_bottom));
    }
    let percent = match (old_top, new_top) {
        (0, 0) => Some(0),
        (0, _) => Some(100 * new_top.signum()),
        _ => {
            let (new, old) = (new_top.checked_mul(old_bottom), old_top.checked_mul(new_bottom));
            new.zip(old).and_then(|(new, old)| divide((new - old).checked_mul(100)?, old.abs()))
        }
    };
    percent.and_then(|percent| i64::try_from(percent).ok()).map_or(Value::Null, |percent| json!(percent))
}

fn fraction(cell: &Cell) -> Option<(i128, i128)> {
    match cell {
        Cell::Int(count) => Some((i128::from(*count), 1)),
        Cell::Ratio(top, bottom) if *bottom != 0 => Some((i128::from(*top), i128::from(*bottom))),
        Cell::Ratio(..) | Cell::Null | Cell::Text(_) => None,
    }
}

/// The query as it was understood, with an absolute range: asked again, it gives the same answer.
fn normalised(ask: &Ask, plan: &Plan) -> Value {
    let metric_names: Vec<&str> = ask.metrics.iter().map(|metric| metric.name).collect();
    let show_order = |(key, direction): &(OrderKey, Direction)| {
        let name = match key {
            OrderKey::Metric(index) => metric_names[*index],
            OrderKey::Dimension(index) => plan.dimension_names[*index].as_str(),
        };
        json!([name, if *direction == Direction::Ascending { "asc" } else { "desc" }])
    };
    let order: Vec<Value> = ask.order_by.iter().map(show_order).collect();
    let mut include = Map::new();
    include.insert("bots".to_owned(), json!(ask.include.bots));
    include.insert("time_labels".to_owned(), json!(ask.include.time_labels));
    if let (Some(mode), Some(other)) = (ask.include.comparison, &plan.comparison) {
        let comparison = json!({"mode": mode.mode(), "date_range": other.shown_range});
        include.insert("comparisons".to_owned(), comparison);
    }
    let mut query = json!({
        "site_id": match ask.sites.as_slice() {
            [one] => json!(one),
            several => json!(several),
        },
        "metrics": metric_names,
        "date_range": plan.shown_range,
        "dimensions": plan.dimension_names,
        "filters": ask.filters_text,
        "order_by": order,
        "pagination": {"limit": ask.limit, "offset": ask.offset},
        "include": include,
    });
    if let Some(name) = ask.zone.as_ref().and_then(TimeZone::iana_name) {
        query["timezone"] = json!(name);
    }
    query
}
