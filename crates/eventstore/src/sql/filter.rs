//! Filters as SQL conditions on an event `e` and its visit `v`.

use super::field::{of_event, visit_column};
use super::{Binder, Value};
use crate::Error;
use crate::pattern::Pattern;
use crate::query::{Field, Filter, Operator};

/// The value that stands for a missing one.
const NONE: &str = "(none)";

/// The condition of `filter`. A missing value makes a test unknown, which counts as not holding: inside `NOT` that has
/// to be said, elsewhere `AND`, `OR` and `WHERE` do the same (and the engine can pass over row groups).
pub(super) fn condition(filter: &Filter, binder: &mut Binder) -> Result<String, Error> {
    Ok(match filter {
        Filter::And(parts) => joined(parts, " AND ", "TRUE", binder)?,
        Filter::Or(parts) => joined(parts, " OR ", "FALSE", binder)?,
        Filter::Not(part) => format!("NOT coalesce({}, FALSE)", condition(part, binder)?),
        Filter::Test { field, operator, values } => test(field, *operator, values, binder)?,
    })
}

fn joined(parts: &[Filter], by: &str, empty: &str, binder: &mut Binder) -> Result<String, Error> {
    if parts.is_empty() {
        return Ok(empty.to_owned());
    }
    let conditions = parts.iter().map(|part| condition(part, binder)).collect::<Result<Vec<_>, _>>()?;
    Ok(format!("({})", conditions.join(by)))
}

fn test(field: &Field, operator: Operator, values: &[String], binder: &mut Binder) -> Result<String, Error> {
    let column = of_event(field, binder);
    if operator == Operator::Is {
        let (none, given): (Vec<String>, Vec<String>) =
            values.iter().cloned().partition(|value| value == NONE);
        let equal = binder.is_one_of(&column, &given);
        return Ok(match (none.is_empty(), given.is_empty()) {
            (true, _) => equal,
            (false, true) => format!("{column} IS NULL"),
            (false, false) => format!("({column} IS NULL OR {equal})"),
        });
    }
    let mut tests = Vec::with_capacity(values.len());
    for value in values {
        tests.push(match operator {
            Operator::Matches => {
                let pattern = binder.bind(Value::Text(Pattern::parse(value)?.re2));
                format!("regexp_matches({column}, {pattern})")
            }
            _ => format!("contains({column}, {})", binder.text(value)),
        });
    }
    Ok(format!("({})", tests.join(" OR ")))
}

/// Calls `each` for every field that `filter` asks for.
pub(super) fn each_field<'a>(filter: &'a Filter, each: &mut dyn FnMut(&'a Field)) {
    match filter {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().for_each(|part| each_field(part, each)),
        Filter::Not(part) => each_field(part, each),
        Filter::Test { field, .. } => each(field),
    }
}

/// Whether `filter` asks only for fields of the visit, so that it holds for all of its events or for none.
pub(super) fn is_of_visits(filter: &Filter) -> bool {
    let mut all = true;
    each_field(filter, &mut |field| all &= visit_column(field).is_some());
    all
}
