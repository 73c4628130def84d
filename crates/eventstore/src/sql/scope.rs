//! The rows of a question that follows visitors, as conditions on `e`.

use super::channel::events_with_kinds;
use super::dialect::Dialect;
use super::field::of_event;
use super::filter::{condition, people};
use super::statement::Binder;
use crate::Error;
use crate::journey::Scope;
use crate::query::Field;

/// The condition for the visitors' events and the records of money of `scope` that have a visit, whenever they were.
pub(super) fn counted(scope: &Scope, binder: &mut Binder) -> Result<String, Error> {
    let sites = binder.is_one_of("e.site", &scope.sites);
    let mut of_visitors: Vec<String> = people(scope.bots(), "e.").into_iter().collect();
    if let Some(only) = &scope.only {
        of_visitors.push(condition(only, of_event, binder)?);
    }
    let with_visit = format!("{sites} AND e.session <> 0");
    Ok(match of_visitors.as_slice() {
        [] => with_visit,
        conditions => format!("{with_visit} AND (e.order_id IS NOT NULL OR {})", conditions.join(" AND ")),
    })
}

/// The events `e`, and beside each what is looked up for `fields`.
pub(super) fn events(dialect: &dyn Dialect, fields: &[&Field]) -> String {
    if fields.contains(&&Field::Channel) {
        events_with_kinds(dialect, "events")
    } else {
        "events e".to_owned()
    }
}
