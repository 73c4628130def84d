//! The JSON of `POST /v1/query` → [`Ask`]. Names and limits are checked here, so that nothing behind it can meet a name
//! it does not know. The shape is that of Plausible's Stats API v2:
//!
//! ```json
//! {"site_id":"demo","metrics":["visitors","pageviews"],"date_range":"7d","dimensions":["time:day"],
//!  "filters":[["is","event:page",["/shop"]],["not",["contains","visit:source",["google"]]]],
//!  "order_by":[["visitors","desc"]],"pagination":{"limit":100,"offset":0},
//!  "include":{"bots":false,"time_labels":true,"comparisons":{"mode":"previous_period"}}}
//! ```

use jiff::tz::TimeZone;
use kassa_eventstore::query::Field;
use kassa_service::nearest::unknown;
use serde_json::{Map, Value};

use super::ask::{Ask, DimensionAsk, Format, Invalid};
use super::definitions::{METRICS, MetricDefinition};
use super::json::{Strict, kind, known_keys, list, text};
use super::kept::names::Names;
use super::parse_dimension::{NAME_BYTES_MAX, parse_dimensions};
use super::parse_extras::{parse_include, parse_order, parse_pagination};
use super::parse_filter::parse_filters;
use super::parse_money::no_money_fields_elsewhere;
use super::parse_range::parse_range;

/// The most bytes of a query's body.
pub(crate) const BODY_BYTES_MAX: usize = 256 * 1024;

/// The most sites of a query.
const SITES_MAX: usize = 50;

const FIELDS_OF_QUERY: &[&str] = &[
    "site_id",
    "metrics",
    "date_range",
    "dimensions",
    "filters",
    "order_by",
    "pagination",
    "include",
    "timezone",
    "format",
];

/// Understands a query, in whose filters these `names` may stand.
///
/// # Errors
/// [`Invalid`] for whatever is wrong first.
pub(crate) fn parse(body: &[u8], names: &Names<'_>) -> Result<Ask, Invalid> {
    parse_query(object(body)?, names)
}

/// Understands a query of these members.
///
/// # Errors
/// As [`parse`].
pub(crate) fn parse_query(mut fields: Map<String, Value>, names: &Names<'_>) -> Result<Ask, Invalid> {
    known_keys("field", &fields, FIELDS_OF_QUERY)?;
    let metrics = parse_metrics(fields.remove("metrics"))?;
    let dimensions = parse_dimensions(fields.remove("dimensions"))?;
    no_session_metrics_by_event(&metrics, &dimensions)?;
    let filters_text = fields.remove("filters").unwrap_or_else(|| Value::Array(Vec::new()));
    let sites = parse_sites(&required(fields.remove("site_id"), "site_id")?)?;
    let filter = parse_filters(&names.expand(&filters_text, &sites)?)?;
    no_money_fields_elsewhere(&metrics, &dimensions, filter.as_ref())?;
    let (limit, offset) = parse_pagination(fields.remove("pagination"))?;
    Ok(Ask {
        sites,
        zone: parse_zone(fields.remove("timezone"))?,
        range: parse_range(&required(fields.remove("date_range"), "date_range")?)?,
        filter,
        filters_text,
        order_by: parse_order(fields.remove("order_by"), &metrics, &dimensions)?,
        limit,
        offset,
        include: parse_include(fields.remove("include"))?,
        format: parse_format(fields.remove("format"))?,
        metrics,
        dimensions,
    })
}

/// The members of a body.
pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>, Invalid> {
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

/// A member that must be there.
pub(crate) fn required(value: Option<Value>, what: &str) -> Result<Value, Invalid> {
    value.ok_or_else(|| Invalid(format!("{what} is required")))
}

/// One site, or a list of them.
pub(crate) fn parse_sites(value: &Value) -> Result<Vec<String>, Invalid> {
    let Value::Array(items) = value else { return Ok(vec![one_site(value)?]) };
    if items.is_empty() || items.len() > SITES_MAX {
        return Invalid::because(format!("site_id is one site or a list of 1 to {SITES_MAX}"));
    }
    let mut sites = Vec::with_capacity(items.len());
    for item in items {
        let site = one_site(item)?;
        if sites.contains(&site) {
            return Invalid::because(format!("site_id names {site:?} twice"));
        }
        sites.push(site);
    }
    Ok(sites)
}

/// A time zone by its name in the IANA database.
pub(crate) fn parse_zone(value: Option<Value>) -> Result<Option<TimeZone>, Invalid> {
    let Some(value) = value else { return Ok(None) };
    let name = text(&value, "timezone")?;
    match TimeZone::get(name) {
        Ok(zone) => Ok(Some(zone)),
        Err(_) => {
            let shown: String = name.chars().take(64).collect();
            Invalid::because(format!("there is no time zone {shown:?}: name one as Europe/Berlin, or UTC"))
        }
    }
}

/// How an answer is written, where that is said.
pub(crate) fn parse_format(value: Option<Value>) -> Result<Option<Format>, Invalid> {
    let Some(value) = value else { return Ok(None) };
    match text(&value, "format")? {
        "json" => Ok(Some(Format::Json)),
        "csv" => Ok(Some(Format::Csv)),
        other => Invalid::because(unknown("format", other, &["json", "csv"])),
    }
}

fn one_site(value: &Value) -> Result<String, Invalid> {
    let site = text(value, "site_id")?;
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

/// A session has many names and properties, so a bounce rate by them would count one session in many rows.
fn no_session_metrics_by_event(
    metrics: &[&'static MetricDefinition],
    dimensions: &[DimensionAsk],
) -> Result<(), Invalid> {
    let Some(metric) = metrics.iter().find(|metric| metric.of_sessions) else { return Ok(()) };
    for dimension in dimensions {
        if *dimension == DimensionAsk::Goal {
            return Invalid::because(format!(
                "the session metric {:?} cannot be grouped by event:goal: a visit has many events",
                metric.name
            ));
        }
        if let DimensionAsk::Field(Field::Name | Field::Hostname | Field::Prop(_) | Field::ItemSku, name) =
            dimension
        {
            return Invalid::because(format!(
                "the session metric {:?} cannot be grouped by the event dimension {name:?}; only by event:page, visit: \
                 dimensions and time",
                metric.name
            ));
        }
    }
    Ok(())
}
