//! A step: something that a visitor does.
//!
//! ```json
//! {"page":"/cart"}
//! {"page":["contains",["/p/","/q/"]]}
//! {"event":"Product Added"}
//! {"filters":[["is","event:props:size",["L"]]],"name":"Large"}
//! ```
//!
//! A step of pages is a view of one of them. `name` is what it is called in the answer, whatever it is.

use kassa_eventstore::journey::{STEPS_MAX, Step};
use kassa_eventstore::query::{Field, Filter, Operator};
use kassa_service::nearest::unknown;
use serde_json::{Map, Value};

use super::super::ask::Invalid;
use super::super::json::{kind, known_keys, list, text};
use super::super::parse_dimension::NAME_BYTES_MAX;
use super::super::parse_filter::{parse_filters, parse_values};

const MEMBERS: &[&str] = &["page", "event", "filters", "name"];
const PAGE_OPERATORS: &[&str] = &["is", "contains", "matches"];

/// A step as it was asked for.
#[derive(Debug, Clone)]
pub(crate) struct StepAsk {
    pub(crate) step: Step,
    pub(crate) name: String,
    /// As it was written.
    pub(crate) text: Value,
}

/// The steps of a funnel.
pub(crate) fn steps(value: &Value) -> Result<Vec<StepAsk>, Invalid> {
    let items = list(value, "steps")?;
    if items.len() < 2 || items.len() > STEPS_MAX {
        return Invalid::because(format!("a funnel has 2 to {STEPS_MAX} steps"));
    }
    items.iter().map(|item| one_step(item, "a step")).collect()
}

/// One step.
pub(crate) fn one_step(value: &Value, what: &str) -> Result<StepAsk, Invalid> {
    let Value::Object(members) = value else {
        return Invalid::because(format!("{what} must be an object, not {}", kind(value)));
    };
    known_keys(&format!("field of {what}"), members, MEMBERS)?;
    let (step, called) = match (members.get("page"), members.get("event"), members.get("filters")) {
        (Some(page), None, None) => page_step(page)?,
        (None, Some(event), None) => event_step(event)?,
        (None, None, Some(filters)) => filter_step(filters)?,
        _ => return Invalid::because(format!("{what} has one of page, event and filters")),
    };
    Ok(StepAsk { step, name: name(members)?.unwrap_or(called), text: value.clone() })
}

fn page_step(value: &Value) -> Result<(Step, String), Invalid> {
    let (operator, values) = match value {
        Value::String(_) => ("is", parse_values(&Value::Array(vec![value.clone()]))?),
        Value::Array(parts) => match parts.as_slice() {
            [operator, values] => (text(operator, "the operator of a page")?, parse_values(values)?),
            _ => return Invalid::because("a page is a path, or [operator, [values]]"),
        },
        other => {
            return Invalid::because(format!(
                "a page is a path, or [operator, [values]], not {}",
                kind(other)
            ));
        }
    };
    let how = match operator {
        "is" => Operator::Is,
        "contains" => Operator::Contains,
        "matches" => Operator::Matches,
        other => return Invalid::because(unknown("page operator", other, PAGE_OPERATORS)),
    };
    let prefix = if how == Operator::Is { String::new() } else { format!("{operator} ") };
    let called = format!("{prefix}{}", values.join(", "));
    let view = test(Field::Name, Operator::Is, vec!["page_view".to_owned()]);
    Ok((Step::Fits(Filter::And(vec![view, test(Field::Page, how, values)])), called))
}

fn test(field: Field, operator: Operator, values: Vec<String>) -> Filter {
    Filter::Test { field, operator, values }
}

fn event_step(value: &Value) -> Result<(Step, String), Invalid> {
    let name = text(value, "the event of a step")?;
    if name.is_empty() || name.len() > NAME_BYTES_MAX {
        return Invalid::because(format!("an event's name has 1 to {NAME_BYTES_MAX} bytes"));
    }
    Ok((Step::Named(name.to_owned()), name.to_owned()))
}

fn filter_step(value: &Value) -> Result<(Step, String), Invalid> {
    match parse_filters(value)? {
        Some(filter) => Ok((Step::Fits(filter), value.to_string())),
        None => Invalid::because("the filters of a step are at least one"),
    }
}

fn name(members: &Map<String, Value>) -> Result<Option<String>, Invalid> {
    let Some(value) = members.get("name") else { return Ok(None) };
    let name = text(value, "the name of a step")?;
    if name.is_empty() || name.len() > NAME_BYTES_MAX {
        return Invalid::because(format!("the name of a step has 1 to {NAME_BYTES_MAX} bytes"));
    }
    Ok(Some(name.to_owned()))
}
