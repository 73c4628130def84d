//! The filters of a query: `["is","event:page",["/a","/b"]]`, `["and",[…]]`, `["or",[…]]`, `["not",…]`, nested.
//!
//! Operators: `is`, `is_not`, `contains`, `contains_not`, `matches`, `matches_not` (regular expressions of RE2, checked
//! here as every store checks them). A fourth item may be `{"case_sensitive":true}`, which is how comparisons are anyway.

use kassa_eventstore::check_filter;
use kassa_eventstore::query::{Filter, Operator};
use kassa_service::nearest::unknown;
use serde_json::Value;

use super::ask::Invalid;
use super::json::{list, text};
use super::parse_dimension::parse_field;

/// The most values of one comparison.
pub(crate) const VALUES_MAX: usize = 100;
/// The most bytes of one value.
pub(crate) const VALUE_BYTES_MAX: usize = 2_048;
/// The deepest nesting of and, or, not.
pub(crate) const NESTING_MAX: usize = 8;
/// The most comparisons in all.
pub(crate) const TESTS_MAX: usize = 50;

const OPERATORS: &[&str] =
    &["is", "is_not", "contains", "contains_not", "matches", "matches_not", "and", "or", "not"];

/// Understands the list of filters, all of which must hold; `None` for an empty one.
pub(crate) fn parse_filters(value: &Value) -> Result<Option<Filter>, Invalid> {
    let mut tests = 0;
    let mut filters = Vec::new();
    for item in list(value, "filters")? {
        filters.push(parse_filter(item, 1, &mut tests)?);
    }
    let filter = match filters.len() {
        0 => return Ok(None),
        1 => filters.pop(),
        _ => Some(Filter::And(filters)),
    };
    if let Some(filter) = &filter {
        check_filter(filter).map_err(|why| Invalid(why.to_string()))?;
    }
    Ok(filter)
}

fn parse_filter(value: &Value, depth: usize, tests: &mut usize) -> Result<Filter, Invalid> {
    if depth > NESTING_MAX {
        return Invalid::because(format!("filters are nested at most {NESTING_MAX} deep"));
    }
    let [operator, rest @ ..] = list(value, "a filter")? else {
        return Invalid::because("a filter is [operator, dimension, [values]]");
    };
    match text(operator, "a filter's operator")? {
        "and" => Ok(Filter::And(parse_branches(rest, depth, tests)?)),
        "or" => Ok(Filter::Or(parse_branches(rest, depth, tests)?)),
        "not" => match rest {
            [inner] => Ok(Filter::Not(Box::new(parse_filter(inner, depth + 1, tests)?))),
            _ => Invalid::because(r#"a negation is ["not", filter]"#),
        },
        name => {
            *tests += 1;
            if *tests > TESTS_MAX {
                return Invalid::because(format!("a query has at most {TESTS_MAX} comparisons"));
            }
            parse_test(name, rest)
        }
    }
}

fn parse_branches(rest: &[Value], depth: usize, tests: &mut usize) -> Result<Vec<Filter>, Invalid> {
    let [branches] = rest else {
        return Invalid::because(r#"a combination is ["and" or "or", [filter, …]]"#);
    };
    let branches = list(branches, "the filters of and, or")?;
    if branches.is_empty() {
        return Invalid::because("and, or need at least one filter");
    }
    branches.iter().map(|branch| parse_filter(branch, depth + 1, tests)).collect()
}

fn parse_test(name: &str, rest: &[Value]) -> Result<Filter, Invalid> {
    let (operator, negated) = match name {
        "is" => (Operator::Is, false),
        "is_not" => (Operator::Is, true),
        "contains" => (Operator::Contains, false),
        "contains_not" => (Operator::Contains, true),
        "matches" => (Operator::Matches, false),
        "matches_not" => (Operator::Matches, true),
        other => return Invalid::because(unknown("filter operator", other, OPERATORS)),
    };
    let (field, values) = match rest {
        [field, values] => (field, values),
        [field, values, modifiers] => {
            only_case_sensitive(modifiers)?;
            (field, values)
        }
        _ => return Invalid::because(format!("a filter is [{name:?}, dimension, [values]]")),
    };
    let field = text(field, "a filter's dimension")?;
    if field == "time" || field.starts_with("time:") {
        return Invalid::because("time cannot be filtered: use date_range");
    }
    let test = Filter::Test { field: parse_field(field)?, operator, values: parse_values(values)? };
    Ok(if negated { Filter::Not(Box::new(test)) } else { test })
}

fn only_case_sensitive(modifiers: &Value) -> Result<(), Invalid> {
    match modifiers.as_object() {
        Some(map) if map.is_empty() => Ok(()),
        Some(map) if map.len() == 1 && map.get("case_sensitive") == Some(&Value::Bool(true)) => Ok(()),
        _ => Invalid::because(r#"a filter's fourth item can only be {"case_sensitive":true}"#),
    }
}

pub(super) fn parse_values(value: &Value) -> Result<Vec<String>, Invalid> {
    let items = list(value, "a filter's values")?;
    if items.is_empty() || items.len() > VALUES_MAX {
        return Invalid::because(format!("a filter has 1 to {VALUES_MAX} values"));
    }
    let mut values = Vec::with_capacity(items.len());
    for item in items {
        let value = text(item, "a filter's value")?;
        if value.len() > VALUE_BYTES_MAX {
            return Invalid::because(format!("a filter's value has at most {VALUE_BYTES_MAX} bytes"));
        }
        values.push(value.to_owned());
    }
    Ok(values)
}
