//! A question about searches as one statement: term, searches, those without result, those without click.

use super::dialect::{Dialect, Value};
use super::filter::people;
use super::statement::{Binder, Statement};
use crate::Error;
use crate::bots::Bots;
use crate::goods::{ADDED, ANSWERED_WITHIN_MICROS, CLICKED, SEARCHED, SearchQuery, TERMS_MAX, VIEWED};

/// The statement that answers `query`.
pub(crate) fn searches(dialect: &'static dyn Dialect, query: &SearchQuery) -> Result<Statement, Error> {
    let mut binder = Binder::ruled(dialect, &query.rules)?;
    let sites = binder.is_one_of("e.site", &query.sites);
    let (from, to) = (binder.time(query.range.from), binder.time(query.range.to));
    let until = binder.time(query.range.to.plus_micros(ANSWERED_WITHIN_MICROS));
    let bots = if query.include_bots { Bots::All } else { Bots::None };
    let bots = people(bots, "e.").map(|condition| format!(" AND {condition}")).unwrap_or_default();
    let mut property = |key: &str| {
        let key = binder.text(&dialect.property_key(key));
        format!("CASE WHEN e.name = '{SEARCHED}' THEN {} END", dialect.property("e.", &key))
    };
    let (term, found) = (property("query"), property("results"));
    let most = binder.bind(Value::Int(i64::from(TERMS_MAX)));
    let text = format!(
        "WITH acts AS (SELECT e.name, e.session, e.visit_started_at, e.occurred_at, {order} AS place, {term} AS term, \
         {found} AS found FROM events e WHERE {sites} AND e.order_id IS NULL{bots} AND e.occurred_at >= {from} \
         AND e.occurred_at < {until} AND e.name IN ('{SEARCHED}', '{VIEWED}', '{CLICKED}', '{ADDED}')), \
         followed AS (SELECT name, session, occurred_at, term, found, \
         lead(name) OVER (PARTITION BY session, visit_started_at ORDER BY place) AS next FROM acts) \
         SELECT term, count(*) AS searches, count(*) FILTER (WHERE found = '0'), \
         count(*) FILTER (WHERE session = 0 OR next IS NULL OR next = '{SEARCHED}') FROM followed \
         WHERE name = '{SEARCHED}' AND occurred_at < {to} AND term <> '' GROUP BY term \
         ORDER BY searches DESC, term LIMIT {most}",
        order = dialect.log_order(),
    );
    Ok(binder.statement(text))
}
