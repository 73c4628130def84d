//! An alert as it is written down.
//!
//! ```json
//! {"name":"no sales","enabled":true,"watch":{"query":{"metric":"revenue","filters":[],"window_minutes":60}},
//!  "when":{"is":"below","percent":50,"weeks":4}}
//! {"name":"mugs","watch":{"stock":{"sku":"mug"}},"when":{"is":"below","bound":10}}
//! ```
//! `bound` is compared with the value, money in minor units; `percent` with that share of the median of the same window, by the
//! site's clock, in the last `weeks` weeks: queries have a past, what else is watched has none.

use kassa_access::Draft;
use kassa_eventstore::query::Filter;
use kassa_service::nearest::unknown;
use serde_json::{Map, Value, json};

use crate::report::ask::Invalid;
use crate::report::definitions::{METRICS, MetricDefinition};
use crate::report::json::{kind, text};
use crate::report::kept::members::Members;
use crate::report::kept::names::Names;
use crate::report::parse_filter::parse_filters;
use crate::report::parse_money::no_money_fields_elsewhere;

/// The members of an alert.
pub(crate) const MEMBERS: &[&str] = &["name", "enabled", "watch", "when"];

/// Windows that hours are made of.
const WINDOWS: [i64; 6] = [5, 10, 15, 20, 30, 60];
const WEEKS_MAX: i64 = 12;
const PERCENT_MAX: i64 = 10_000;

/// An alert that was understood.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(super) watch: Watch,
    pub(super) when: When,
}

/// What is measured.
#[derive(Debug, Clone)]
pub(super) enum Watch {
    Query(Asked),
    Stock(String),
    Lag,
    Audit,
}

/// A number of reports.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) metric: &'static MetricDefinition,
    pub(super) filter: Option<Filter>,
    pub(super) window_minutes: i64,
}

/// When it is worth hearing of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct When {
    pub(super) side: Side,
    pub(super) against: Against,
}

/// On which side of what it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Below,
    Above,
}

/// With what it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Against {
    Bound(i64),
    /// So many percent of the median of the same window in the last weeks.
    Weeks {
        percent: i64,
        weeks: i64,
    },
}

/// What is written down of an alert about `site`.
pub(crate) fn draft(names: &Names<'_>, site: &str, body: Map<String, Value>) -> Result<Draft, Invalid> {
    let members = Members::of(body, MEMBERS)?;
    let (name, enabled) = (members.name()?, members.flag("enabled", true)?);
    let (watch, when) = (members.required("watch")?, members.required("when")?);
    Rule::parse(names, site, watch, when)?;
    let body = json!({"name": name, "enabled": enabled, "watch": watch, "when": when});
    match body {
        Value::Object(body) => Ok(Draft { owner: None, name, body }),
        _ => Invalid::because("an alert is a JSON object"),
    }
}

impl Rule {
    /// Understands `watch` and `when`.
    pub(crate) fn parse(names: &Names<'_>, site: &str, watch: &Value, when: &Value) -> Result<Self, Invalid> {
        let rule = Self { watch: parse_watch(names, site, watch)?, when: parse_when(when)? };
        let has_past = matches!(rule.watch, Watch::Query(_));
        match rule.when.against {
            Against::Weeks { .. } if !has_past => {
                Invalid::because("only a query has weeks before it: compare with a bound")
            }
            _ => Ok(rule),
        }
    }
}

fn parse_watch(names: &Names<'_>, site: &str, watch: &Value) -> Result<Watch, Invalid> {
    let watch = object(watch, "watch")?;
    let (Some((name, what)), 1) = (watch.iter().next(), watch.len()) else {
        return Invalid::because("watch names one of query, stock, lag, audit");
    };
    let what = object(what, name)?;
    match name.as_str() {
        "query" => Ok(Watch::Query(parse_query(names, site, what)?)),
        "stock" => {
            let members = Members::of(what.clone(), &["sku"])?;
            let sku = members.text("sku", 255)?.ok_or_else(|| Invalid("stock.sku is required".to_owned()))?;
            Ok(Watch::Stock(sku.to_owned()))
        }
        "lag" => Members::of(what.clone(), &[]).map(|_| Watch::Lag),
        "audit" => Members::of(what.clone(), &[]).map(|_| Watch::Audit),
        other => Invalid::because(unknown("thing to watch", other, &["query", "stock", "lag", "audit"])),
    }
}

fn parse_query(names: &Names<'_>, site: &str, asked: &Map<String, Value>) -> Result<Asked, Invalid> {
    let members = Members::of(asked.clone(), &["metric", "filters", "window_minutes"])?;
    let name = text(members.required("metric")?, "query.metric")?;
    let Some(metric) = METRICS.iter().find(|known| known.name == name) else {
        let known: Vec<&str> = METRICS.iter().map(|known| known.name).collect();
        return Invalid::because(unknown("metric", name, &known));
    };
    let filters = members.any("filters").cloned().unwrap_or_else(|| json!([]));
    let filter = parse_filters(&names.expand(&filters, &[site.to_owned()])?)?;
    no_money_fields_elsewhere(&[metric], &[], filter.as_ref())?;
    let window_minutes = members.whole("window_minutes", 1..=60)?.unwrap_or(60);
    if !WINDOWS.contains(&window_minutes) {
        return Invalid::because(format!("window_minutes is one of {WINDOWS:?}"));
    }
    Ok(Asked { metric, filter, window_minutes })
}

fn parse_when(when: &Value) -> Result<When, Invalid> {
    let members = Members::of(object(when, "when")?.clone(), &["is", "bound", "percent", "weeks"])?;
    let side = match text(members.required("is")?, "when.is")? {
        "below" => Side::Below,
        "above" => Side::Above,
        other => return Invalid::because(unknown("comparison", other, &["below", "above"])),
    };
    let bound = members.whole("bound", i64::MIN / 10_000..=i64::MAX / 10_000)?;
    let (percent, weeks) =
        (members.whole("percent", 1..=PERCENT_MAX)?, members.whole("weeks", 1..=WEEKS_MAX)?);
    let against = match (bound, percent, weeks) {
        (Some(bound), None, None) => Against::Bound(bound),
        (None, Some(percent), weeks) => Against::Weeks { percent, weeks: weeks.unwrap_or(4) },
        _ => return Invalid::because(r#"when has either "bound" or "percent" (and "weeks")"#),
    };
    Ok(When { side, against })
}

fn object<'a>(value: &'a Value, what: &str) -> Result<&'a Map<String, Value>, Invalid> {
    value.as_object().ok_or_else(|| Invalid(format!("{what} must be an object, not {}", kind(value))))
}
