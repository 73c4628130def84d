//! A question about searches as one statement: term, searches, those without result, those without click.

use super::dialect::{Dialect, Value};
use super::field::of_event;
use super::filter::{condition, people};
use super::scope::events;
use super::statement::{Binder, Statement};
use crate::Error;
use crate::goods::{ADDED, ANSWERED_WITHIN_MICROS, CLICKED, SEARCHED, TERMS_MAX, VIEWED};
use crate::journey::Scope;

/// The statement for the searches of `scope`.
pub(crate) fn searches(dialect: &'static dyn Dialect, scope: &Scope) -> Result<Statement, Error> {
    let mut binder = Binder::ruled(dialect, &scope.rules)?;
    let sites = binder.is_one_of("e.site", &scope.sites);
    let (from, to) = (binder.time(scope.range.from), binder.time(scope.range.to));
    let until = binder.time(scope.range.to.plus_micros(ANSWERED_WITHIN_MICROS));
    let mut there = people(scope.bots(), "e.").unwrap_or_else(|| "TRUE".to_owned());
    if let Some(only) = &scope.only {
        there = format!("{there} AND {}", condition(only, of_event, &mut binder)?);
    }
    let fits = match &scope.filter {
        Some(filter) => condition(filter, of_event, &mut binder)?,
        None => "TRUE".to_owned(),
    };
    let mut property = |key: &str| {
        let key = binder.text(&dialect.property_key(key));
        format!("CASE WHEN e.name = '{SEARCHED}' THEN {} END", dialect.property("e.", &key))
    };
    let (term, found) = (property("query"), property("results"));
    let most = binder.bind(Value::Int(i64::from(TERMS_MAX)));
    let text = format!(
        "WITH acts AS (SELECT e.name, e.session, e.visit_started_at, e.occurred_at, {order} AS place, {term} AS term, \
         {found} AS found, {fits} AS fits FROM {events} WHERE {sites} AND e.order_id IS NULL AND {there} AND e.occurred_at >= {from} \
         AND e.occurred_at < {until} AND e.name IN ('{SEARCHED}', '{VIEWED}', '{CLICKED}', '{ADDED}')), \
         followed AS (SELECT name, session, occurred_at, term, found, fits, \
         lead(name) OVER (PARTITION BY session, visit_started_at ORDER BY place) AS next FROM acts) \
         SELECT term, count(*) AS searches, count(*) FILTER (WHERE found = '0'), \
         count(*) FILTER (WHERE session = 0 OR next IS NULL OR next = '{SEARCHED}') FROM followed \
         WHERE name = '{SEARCHED}' AND occurred_at < {to} AND term <> '' AND fits GROUP BY term \
         ORDER BY searches DESC, term LIMIT {most}",
        order = dialect.log_order(),
        events = events(dialect, &scope.fields()),
    );
    Ok(binder.statement(text))
}
