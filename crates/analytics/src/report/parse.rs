//! The JSON of `POST /v1/query` → [`Ask`]. Names and limits are checked here, so that nothing behind it can meet a name
//! it does not know. The shape is that of Plausible's Stats API v2:
//!
//! ```json
//! {"site_id":"demo","metrics":["visitors","pageviews"],"date_range":"7d","dimensions":["time:day"],
//!  "filters":[["is","event:page",["/shop"]],["not",["contains","visit:source",["google"]]]],
//!  "order_by":[["visitors","desc"]],"pagination":{"limit":100,"offset":0},
//!  "include":{"bots":false,"time_labels":true,"comparisons":{"mode":"previous_period"}}}
//! ```

use kassa_eventstore::query::Field;
use kassa_service::nearest::unknown;
use serde_json::{Map, Value};

use super::ask::{Ask, DimensionAsk, Invalid, Unit};
use super::definitions::{FIELDS, METRICS, MetricDefinition, PROPS_PREFIX, TIMES};
use super::json::Strict;
use super::parse_extras::{parse_include, parse_order, parse_pagination};
use super::parse_filter::parse_filters;
use super::parse_money::no_money_fields_elsewhere;
use super::parse_range::parse_range;

/// The most bytes of a query's body.
pub(crate) const BODY_BYTES_MAX: usize = 256 * 1024;
/// The most dimensions of a query.
pub(crate) const DIMENSIONS_MAX: usize = 5;
/// The most bytes of a site's name or of a property's key.
pub(crate) const NAME_BYTES_MAX: usize = 255;

const FIELDS_OF_QUERY: &[&str] =
    &["site_id", "metrics", "date_range", "dimensions", "filters", "order_by", "pagination", "include"];

/// Understands a query.
///
/// # Errors
/// [`Invalid`] for whatever is wrong first.
pub(crate) fn parse(body: &[u8]) -> Result<Ask, Invalid> {
    let mut fields = object(body)?;
    known_keys("field", &fields, FIELDS_OF_QUERY)?;
    let metrics = parse_metrics(fields.remove("metrics"))?;
    let dimensions = parse_dimensions(fields.remove("dimensions"))?;
    no_session_metrics_by_event(&metrics, &dimensions)?;
    let filters_text = fields.remove("filters").unwrap_or_else(|| Value::Array(Vec::new()));
    let filter = parse_filters(&filters_text)?;
    no_money_fields_elsewhere(&metrics, &dimensions, filter.as_ref())?;
    let (limit, offset) = parse_pagination(fields.remove("pagination"))?;
    Ok(Ask {
        site: parse_site(fields.remove("site_id"))?,
        range: parse_range(&required(fields.remove("date_range"), "date_range")?)?,
        filter,
        filters_text,
        order_by: parse_order(fields.remove("order_by"), &metrics, &dimensions)?,
        limit,
        offset,
        include: parse_include(fields.remove("include"))?,
        metrics,
        dimensions,
    })
}

/// The field that a dimension's name stands for.
pub(crate) fn parse_field(name: &str) -> Result<Field, Invalid> {
    if let Some(key) = name.strip_prefix(PROPS_PREFIX) {
        return match key.len() {
            1..=NAME_BYTES_MAX => Ok(Field::Prop(key.to_owned())),
            _ => Invalid::because(format!("{PROPS_PREFIX}<key> needs a key of 1 to {NAME_BYTES_MAX} bytes")),
        };
    }
    match FIELDS.iter().find(|known| known.name == name) {
        Some(known) => Ok(known.field.clone()),
        None => Invalid::because(unknown("dimension", name, &dimension_names())),
    }
}

/// The text of a JSON string.
pub(crate) fn text<'a>(value: &'a Value, what: &str) -> Result<&'a str, Invalid> {
    value.as_str().ok_or_else(|| Invalid(format!("{what} must be a string, not {}", kind(value))))
}

/// The items of a JSON array.
pub(crate) fn list<'a>(value: &'a Value, what: &str) -> Result<&'a [Value], Invalid> {
    match value {
        Value::Array(items) => Ok(items),
        other => Invalid::because(format!("{what} must be an array, not {}", kind(other))),
    }
}

/// Refuses keys that are not among `known`.
pub(crate) fn known_keys(what: &str, map: &Map<String, Value>, known: &[&str]) -> Result<(), Invalid> {
    match map.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Invalid::because(unknown(what, key, known)),
        None => Ok(()),
    }
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Invalid> {
    if body.len() > BODY_BYTES_MAX {
        return Invalid::because(format!("a query has at most {BODY_BYTES_MAX} bytes"));
    }
    let Strict(value) =
        serde_json::from_slice(body).map_err(|error| Invalid(format!("the body is no JSON: {error}")))?;
    match value {
        Value::Object(map) => Ok(map),
        other => Invalid::because(format!("a query is a JSON object, not {}", kind(&other))),
    }
}

fn required(value: Option<Value>, what: &str) -> Result<Value, Invalid> {
    value.ok_or_else(|| Invalid(format!("{what} is required")))
}

fn parse_site(value: Option<Value>) -> Result<String, Invalid> {
    let value = required(value, "site_id")?;
    let site = text(&value, "site_id")?;
    if site.is_empty() || site.len() > NAME_BYTES_MAX {
        return Invalid::because(format!("site_id has 1 to {NAME_BYTES_MAX} bytes"));
    }
    Ok(site.to_owned())
}

fn parse_metrics(value: Option<Value>) -> Result<Vec<&'static MetricDefinition>, Invalid> {
    let value = required(value, "metrics")?;
    let mut metrics: Vec<&'static MetricDefinition> = Vec::new();
    for item in list(&value, "metrics")? {
        let name = text(item, "a metric")?;
        let Some(known) = METRICS.iter().find(|known| known.name == name) else {
            let names: Vec<&str> = METRICS.iter().map(|known| known.name).collect();
            return Invalid::because(unknown("metric", name, &names));
        };
        if metrics.iter().any(|metric| metric.name == name) {
            return Invalid::because(format!("the metric {name:?} is given twice"));
        }
        metrics.push(known);
    }
    if metrics.is_empty() {
        return Invalid::because("metrics must name at least one metric");
    }
    Ok(metrics)
}

fn parse_dimensions(value: Option<Value>) -> Result<Vec<DimensionAsk>, Invalid> {
    let value = value.unwrap_or_else(|| Value::Array(Vec::new()));
    let items = list(&value, "dimensions")?;
    if items.len() > DIMENSIONS_MAX {
        return Invalid::because(format!("a query has at most {DIMENSIONS_MAX} dimensions"));
    }
    let mut dimensions = Vec::with_capacity(items.len());
    for item in items {
        let name = text(item, "a dimension")?;
        let dimension = parse_dimension(name)?;
        let is_time = matches!(dimension, DimensionAsk::Time(_));
        if is_time && dimensions.iter().any(|known| matches!(known, DimensionAsk::Time(_))) {
            return Invalid::because("a query has at most one time dimension");
        }
        if dimensions.contains(&dimension) {
            return Invalid::because(format!("the dimension {name:?} is given twice"));
        }
        dimensions.push(dimension);
    }
    Ok(dimensions)
}

fn parse_dimension(name: &str) -> Result<DimensionAsk, Invalid> {
    Ok(match name {
        "time" => DimensionAsk::Time(None),
        "time:minute" => DimensionAsk::Time(Some(Unit::Minute)),
        "time:hour" => DimensionAsk::Time(Some(Unit::Hour)),
        "time:day" => DimensionAsk::Time(Some(Unit::Day)),
        "time:week" => DimensionAsk::Time(Some(Unit::Week)),
        "time:month" => DimensionAsk::Time(Some(Unit::Month)),
        _ => DimensionAsk::Field(parse_field(name)?, name.to_owned()),
    })
}

fn dimension_names() -> Vec<&'static str> {
    let fields = FIELDS.iter().map(|known| known.name);
    fields.chain(["event:props:<key>"]).chain(TIMES.iter().copied()).collect()
}

/// A session has many names and properties, so a bounce rate by them would count one session in many rows.
fn no_session_metrics_by_event(
    metrics: &[&'static MetricDefinition],
    dimensions: &[DimensionAsk],
) -> Result<(), Invalid> {
    let Some(metric) = metrics.iter().find(|metric| metric.of_sessions) else { return Ok(()) };
    for dimension in dimensions {
        if let DimensionAsk::Field(Field::Name | Field::Hostname | Field::Prop(_), name) = dimension {
            return Invalid::because(format!(
                "the session metric {:?} cannot be grouped by the event dimension {name:?}; only by event:page, visit: \
                 dimensions and time",
                metric.name
            ));
        }
    }
    Ok(())
}

/// What kind of JSON value it is, for errors.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
