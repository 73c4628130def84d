//! How an answer is ordered, cut into pages, compared and decorated: `order_by`, `pagination`, `include`.

use kassa_eventstore::query::{Direction, OrderKey};
use kassa_model::{Currency, MoneyError};
use kassa_service::nearest::unknown;
use serde_json::{Map, Value};

use super::ask::{ComparisonAsk, DimensionAsk, GOAL, Include, Invalid, RangeAsk};
use super::definitions::MetricDefinition;
use super::json::{kind, known_keys, list, text};
use super::parse_range::parse_range;

/// Rows of an answer, unless the query says otherwise.
const LIMIT_DEFAULT: u32 = 1_000;
/// The most rows of an answer.
const LIMIT_MAX: u32 = 10_000;
/// The most rows that can be passed over.
const OFFSET_MAX: u32 = 1_000_000;

/// The order of rows; never empty, the default is filled in.
pub(crate) fn parse_order(
    value: Option<Value>,
    metrics: &[&'static MetricDefinition],
    dimensions: &[DimensionAsk],
) -> Result<Vec<(OrderKey, Direction)>, Invalid> {
    let value = value.unwrap_or_else(|| Value::Array(Vec::new()));
    let mut order = Vec::new();
    for item in list(&value, "order_by")? {
        let (key, direction) = parse_order_item(item, metrics, dimensions)?;
        if order.iter().any(|(known, _)| *known == key) {
            return Invalid::because("order_by names a column twice");
        }
        order.push((key, direction));
    }
    if order.is_empty() {
        order = default_order(dimensions);
    }
    Ok(order)
}

fn parse_order_item(
    item: &Value,
    metrics: &[&'static MetricDefinition],
    dimensions: &[DimensionAsk],
) -> Result<(OrderKey, Direction), Invalid> {
    let [name, direction] = list(item, "an item of order_by")? else {
        return Invalid::because(r#"an item of order_by is [name, "asc" or "desc"]"#);
    };
    let name = text(name, "the name in order_by")?;
    let direction = match text(direction, "the direction in order_by")? {
        "asc" => Direction::Ascending,
        "desc" => Direction::Descending,
        other => return Invalid::because(unknown("direction", other, &["asc", "desc"])),
    };
    if let Some(index) = metrics.iter().position(|metric| metric.name == name) {
        return Ok((OrderKey::Metric(index), direction));
    }
    match dimensions.iter().position(|dimension| is_named(dimension, name)) {
        Some(index) => Ok((OrderKey::Dimension(index), direction)),
        None => Invalid::because(format!(
            "order_by names {name:?}, which is no metric or dimension of this query"
        )),
    }
}

fn is_named(dimension: &DimensionAsk, name: &str) -> bool {
    match dimension {
        DimensionAsk::Time(unit) => name == "time" || unit.is_some_and(|unit| unit.dimension() == name),
        DimensionAsk::Field(_, known) => known == name,
        DimensionAsk::Goal => name == GOAL,
    }
}

/// Time runs forwards; within it, and without it, the largest first metric comes first.
fn default_order(dimensions: &[DimensionAsk]) -> Vec<(OrderKey, Direction)> {
    let time = dimensions.iter().position(|dimension| matches!(dimension, DimensionAsk::Time(_)));
    let by_time = time.map(|index| (OrderKey::Dimension(index), Direction::Ascending));
    let only_time = time.is_some() && dimensions.len() == 1;
    let by_metric = (!only_time).then_some((OrderKey::Metric(0), Direction::Descending));
    by_time.into_iter().chain(by_metric).collect()
}

/// Limit and offset.
pub(crate) fn parse_pagination(value: Option<Value>) -> Result<(u32, u32), Invalid> {
    let Some(value) = value else { return Ok((LIMIT_DEFAULT, 0)) };
    let Value::Object(map) = value else {
        return Invalid::because(format!("pagination must be an object, not {}", kind(&value)));
    };
    known_keys("field of pagination", &map, &["limit", "offset"])?;
    let limit = whole(map.get("limit"), "limit", 1..=LIMIT_MAX)?;
    let offset = whole(map.get("offset"), "offset", 0..=OFFSET_MAX)?;
    Ok((limit.unwrap_or(LIMIT_DEFAULT), offset.unwrap_or(0)))
}

/// An integer, if one is given.
pub(crate) fn whole(
    value: Option<&Value>,
    what: &str,
    within: std::ops::RangeInclusive<u32>,
) -> Result<Option<u32>, Invalid> {
    let Some(value) = value else { return Ok(None) };
    let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
    match number.filter(|number| within.contains(number)) {
        Some(number) => Ok(Some(number)),
        None => {
            Invalid::because(format!("{what} must be an integer from {} to {}", within.start(), within.end()))
        }
    }
}

/// What else goes into the answer.
pub(crate) fn parse_include(value: Option<Value>) -> Result<Include, Invalid> {
    let Some(value) = value else { return Ok(Include::default()) };
    let Value::Object(map) = value else {
        return Invalid::because(format!("include must be an object, not {}", kind(&value)));
    };
    known_keys("field of include", &map, &["bots", "comparisons", "time_labels", "total_rows"])?;
    // The number of rows is always in the answer; the field is accepted because tools send it.
    flag(&map, "total_rows")?;
    Ok(Include {
        bots: flag(&map, "bots")?,
        time_labels: flag(&map, "time_labels")?,
        comparison: map.get("comparisons").map(parse_comparison).transpose()?.flatten(),
    })
}

/// An `include` that has nothing but `bots`.
pub(crate) fn parse_bots(value: Option<Value>) -> Result<bool, Invalid> {
    let map = match value {
        None => return Ok(false),
        Some(Value::Object(map)) => map,
        Some(other) => return Invalid::because(format!("include must be an object, not {}", kind(&other))),
    };
    known_keys("field of include", &map, &["bots"])?;
    flag(&map, "bots")
}

/// The currency in which amounts are asked for.
pub(crate) fn parse_currency(value: Option<&Value>) -> Result<Option<Currency>, Invalid> {
    let Some(value) = value else { return Ok(None) };
    let code = text(value, "currency")?;
    code.parse().map(Some).map_err(|error: MoneyError| Invalid(format!("currency: {error}")))
}

/// A member that is true or false; false where it is missing.
pub(crate) fn flag(map: &Map<String, Value>, name: &str) -> Result<bool, Invalid> {
    match map.get(name) {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(other) => Invalid::because(format!("include.{name} must be true or false, not {}", kind(other))),
    }
}

fn parse_comparison(value: &Value) -> Result<Option<ComparisonAsk>, Invalid> {
    let map = match value {
        Value::Null => return Ok(None),
        Value::Object(map) => map,
        other => {
            return Invalid::because(format!("include.comparisons must be an object, not {}", kind(other)));
        }
    };
    known_keys("field of comparisons", map, &["mode", "date_range"])?;
    let mode = map.get("mode").ok_or_else(|| Invalid("include.comparisons needs a mode".to_owned()))?;
    let bounds = map.get("date_range").map(parse_range).transpose()?;
    let absolute = |bounds| matches!(bounds, RangeAsk::Dates(..) | RangeAsk::Instants(..));
    match (text(mode, "the comparison's mode")?, bounds) {
        ("custom", Some(bounds)) if absolute(bounds) => Ok(Some(ComparisonAsk::Custom(bounds))),
        ("custom", _) => Invalid::because("the comparison mode custom needs a date_range [from, to]"),
        ("previous_period" | "year_over_year", Some(bounds)) if !absolute(bounds) => {
            Invalid::because("the date_range of a comparison has two ends: [from, to]")
        }
        ("previous_period", bounds) => Ok(Some(ComparisonAsk::PreviousPeriod(bounds))),
        ("year_over_year", bounds) => Ok(Some(ComparisonAsk::YearOverYear(bounds))),
        (other, _) => Invalid::because(unknown(
            "comparison mode",
            other,
            &["previous_period", "year_over_year", "custom"],
        )),
    }
}
