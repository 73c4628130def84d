//! Whether a filter holds for what is at hand, without an engine.

use super::field::Field;
use super::filter::{Filter, NONE, Operator};
use crate::Error;
use crate::pattern::Pattern;

/// Whether `filter` holds where `found` gives the fields; what is missing fails every test but `is (none)`.
pub(crate) fn holds(
    filter: Option<&Filter>,
    found: &dyn Fn(&Field) -> Option<String>,
) -> Result<bool, Error> {
    Ok(match filter {
        None => true,
        Some(Filter::And(parts)) => {
            for part in parts {
                if !holds(Some(part), found)? {
                    return Ok(false);
                }
            }
            true
        }
        Some(Filter::Or(parts)) => {
            for part in parts {
                if holds(Some(part), found)? {
                    return Ok(true);
                }
            }
            false
        }
        Some(Filter::Not(part)) => !holds(Some(part), found)?,
        Some(Filter::Test { field, operator, values }) => test(found(field).as_deref(), *operator, values)?,
    })
}

fn test(found: Option<&str>, operator: Operator, values: &[String]) -> Result<bool, Error> {
    for value in values {
        let fits = match (found, operator) {
            (None, Operator::Is) => value == NONE,
            (None, _) => false,
            (Some(found), Operator::Is) => value != NONE && found == value,
            (Some(found), Operator::Contains) => found.contains(value.as_str()),
            (Some(found), Operator::Matches) => Pattern::parse(value)?.regex.is_match(found),
        };
        if fits {
            return Ok(true);
        }
    }
    Ok(false)
}
