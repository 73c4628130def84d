//! What a question about paths reads: the names of places, and the places of visits in their order. [`super::trail`] makes paths of
//! them.

use super::dialect::{Dialect, Value};
use super::field::of_event;
use super::filter::condition;
use super::funnel::{is_step, mark};
use super::scope::{counted, events};
use super::statement::{Binder, Statement};
use crate::Error;
use crate::journey::Paths;
use crate::query::Field;

/// The bit of a view of a page.
pub(crate) const PAGE: i32 = 1;
/// The bit of what is the first end.
pub(crate) const FROM: i32 = 2;
/// The bit of what is the last end.
pub(crate) const TO: i32 = 4;

/// Selects `name`, `is_page` and `text` of the places that are known: the most frequent ones first. `name` is what
/// [`stops`] calls them.
pub(crate) fn names(dialect: &'static dyn Dialect, asked: &Paths) -> Result<Statement, Error> {
    let mut places = Places::new(dialect, asked)?;
    let most = places.binder.bind(Value::Int(i64::from(asked.names)));
    let Places { page, text, from, conditions, .. } = &places;
    let statement = format!(
        "SELECT {} AS name, is_page, text FROM (SELECT {page} AS is_page, {text} AS text FROM {from} WHERE {conditions}) \
         GROUP BY is_page, text ORDER BY count(*) DESC, is_page DESC, text LIMIT {most}",
        dialect.hashed("text"),
    );
    Ok(places.binder.statement(statement))
}

/// Selects `visit`, `name` and `marks`, a number of 32 bits, of all places of visits in their order.
pub(crate) fn stops(dialect: &'static dyn Dialect, asked: &Paths) -> Result<Statement, Error> {
    let mut places = Places::new(dialect, asked)?;
    let mut marks = vec![mark(&places.page, PAGE)];
    for (end, bit) in [(&asked.from, FROM), (&asked.to, TO)] {
        if let Some(step) = end {
            marks.push(mark(&is_step(step, &mut places.binder)?, bit));
        }
    }
    let Places { text, from, conditions, .. } = &places;
    let statement = format!(
        "SELECT visit, name, marks FROM (SELECT {} AS visit, e.occurred_at, e.sequence, {} AS name, {} AS marks \
         FROM {from} WHERE {conditions}) ORDER BY visit, occurred_at, sequence",
        dialect.visit(),
        dialect.hashed(text),
        marks.join(" + "),
    );
    Ok(places.binder.statement(statement))
}

/// The places of visits, as expressions on `e`.
struct Places {
    binder: Binder,
    /// Whether it is a view of a page.
    page: String,
    /// The page, or the name of the event.
    text: String,
    from: String,
    conditions: String,
}

impl Places {
    fn new(dialect: &'static dyn Dialect, asked: &Paths) -> Result<Self, Error> {
        let mut binder = Binder::ruled(dialect, &asked.scope.rules)?;
        let path = of_event(&Field::Page, &mut binder);
        let page = format!("(e.order_id IS NULL AND e.name = 'page_view' AND {path} IS NOT NULL)");
        let from = events(dialect, &asked.fields());
        let range = asked.scope.range;
        let (begin, end) = (binder.time(range.from), binder.time(range.to));
        let there = format!(
            "{} AND e.visit_started_at >= {begin} AND e.visit_started_at < {end}",
            counted(&asked.scope, &mut binder)?
        );
        let mut fitting: Vec<String> = Vec::new();
        let (mut any_of, mut visits) = (vec![page.clone()], Vec::new());
        if let Some(filter) = &asked.scope.filter {
            fitting.push(condition(filter, of_event, &mut binder)?);
        }
        for step in asked.from.iter().chain(&asked.to) {
            any_of.push(format!("({})", is_step(step, &mut binder)?));
        }
        fitting.extend(any_of.iter().skip(1).cloned());
        for condition in fitting {
            let visit = dialect.visit();
            visits
                .push(format!(" AND {visit} IN (SELECT {visit} FROM {from} WHERE {there} AND {condition})"));
        }
        let text = format!("CASE WHEN {page} THEN {path} ELSE e.name END");
        let conditions = format!("{there} AND ({}){}", any_of.join(" OR "), visits.concat());
        Ok(Self { binder, page, text, from, conditions })
    }
}
