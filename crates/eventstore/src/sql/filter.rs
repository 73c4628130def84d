//! Filters as SQL conditions on an event `e`, a visit `v` or a record of money.

use super::channels;
use super::dialect::Value;
use super::field::visit_column;
use super::statement::Binder;
use crate::Error;
use crate::bots::Bots;
use crate::pattern::Search;
use crate::query::{Field, Filter, NONE, Operator};

/// How a field is written.
pub(super) type Of = fn(&Field, &mut Binder) -> String;

/// The condition of `filter`, its fields written by `of`. A missing value makes a test unknown, which counts as not holding: inside `NOT` that has
/// to be said, elsewhere `AND`, `OR` and `WHERE` do the same (and the engine can pass over row groups).
pub(super) fn condition(filter: &Filter, of: Of, binder: &mut Binder) -> Result<String, Error> {
    if channels::asks_alone(filter) {
        return written(&channels::decided(filter)?, of, binder);
    }
    written(filter, of, binder)
}

fn written(filter: &Filter, of: Of, binder: &mut Binder) -> Result<String, Error> {
    Ok(match filter {
        Filter::And(parts) => joined(&channels::as_one(parts, Filter::And)?, " AND ", "TRUE", of, binder)?,
        Filter::Or(parts) => joined(&channels::as_one(parts, Filter::Or)?, " OR ", "FALSE", of, binder)?,
        Filter::Not(part) => format!("NOT coalesce({}, FALSE)", condition(part, of, binder)?),
        Filter::Test { field, operator, values } => {
            test(field, &of(field, binder), *operator, values, binder)?
        }
    })
}

/// The condition for the rows that visits are made of, of which those count that `filter`, written as `fits`, holds for; none where all
/// are needed. A row has the facts of its visit, or none yet: a filter that only asks for facts that are there, and not for some
/// that are missing, does not hold for a visit if it does not hold for a row that has them.
pub(super) fn rows_of_fitting_visits(filter: &Filter, fits: &str) -> Option<String> {
    let mut on_rows = true;
    filter.each_field(&mut |field| on_rows &= *field == Field::Channel || visit_column(field).is_some());
    (on_rows && asks_for_what_is_there(filter)).then(|| format!("(e.visit_entry_page IS NULL OR {fits})"))
}

fn asks_for_what_is_there(filter: &Filter) -> bool {
    match filter {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().all(asks_for_what_is_there),
        Filter::Not(_) => false,
        Filter::Test { operator, values, .. } => {
            *operator != Operator::Is || !values.iter().any(|value| value == NONE)
        }
    }
}

/// The conditions of `parts` with `by` between them; `empty` where there are none.
fn joined(parts: &[Filter], by: &str, empty: &str, of: Of, binder: &mut Binder) -> Result<String, Error> {
    if parts.is_empty() {
        return Ok(empty.to_owned());
    }
    let conditions = parts.iter().map(|part| condition(part, of, binder)).collect::<Result<Vec<_>, _>>()?;
    Ok(format!("({})", conditions.join(by)))
}

fn test(
    field: &Field,
    column: &str,
    operator: Operator,
    values: &[String],
    binder: &mut Binder,
) -> Result<String, Error> {
    if operator == Operator::Is {
        let (none, given): (Vec<String>, Vec<String>) =
            values.iter().cloned().partition(|value| value == NONE);
        let equal = match field {
            Field::Channel => channels::is_one_of(column, &given, binder),
            _ => binder.is_one_of(column, &given),
        };
        return Ok(match (none.is_empty(), given.is_empty()) {
            (true, _) => equal,
            (false, true) => format!("{column} IS NULL"),
            (false, false) => format!("({column} IS NULL OR {equal})"),
        });
    }
    let search = match (operator, values) {
        (Operator::Matches, _) => Search::fitting(values)?,
        (_, [one]) => return Ok(binder.dialect.contains(column, &binder.text(one))),
        // One look at a text, however many are searched for.
        _ => Search::containing(values),
    };
    let pattern = binder.bind(Value::Text(search.re2));
    Ok(binder.dialect.matches(column, &pattern))
}

/// The condition that leaves out the bots that do not count, if any; `table` goes before columns.
pub(super) fn people(bots: Bots, table: &str) -> Option<String> {
    match bots {
        Bots::All => None,
        Bots::OfOldDialects => Some(format!("(NOT {table}bot OR {table}dialect <> 'segment')")),
        Bots::None => Some(format!("NOT {table}bot")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::queries::is;

    #[test]
    fn rows_of_other_visits_are_passed_over_unless_a_missing_fact_is_asked_for() {
        let narrowed = |filter: &Filter| rows_of_fitting_visits(filter, "fits");
        let source = is(Field::Source, &["Google"]);
        let of_rows = Some("(e.visit_entry_page IS NULL OR fits)".to_owned());
        assert_eq!(narrowed(&source), of_rows);
        assert_eq!(narrowed(&Filter::Or(vec![source.clone(), is(Field::Channel, &["Direct"])])), of_rows);
        assert_eq!(narrowed(&Filter::Not(Box::new(source.clone()))), None);
        assert_eq!(narrowed(&is(Field::Source, &["Google", NONE])), None);
        // No row has them as its visit does.
        for other in [Field::ExitPage, Field::Page] {
            assert_eq!(narrowed(&Filter::And(vec![source.clone(), is(other, &["/"])])), None);
        }
    }
}
