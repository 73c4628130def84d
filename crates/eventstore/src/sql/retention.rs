//! What a question about retention reads: cohorts, by the periods in which their members were there, and customers' money.
//!
//! The periods of a visitor or a customer are the bits of one number, so that one look at the events is enough.

use super::dialect::{Dialect, Nulls};
use super::field::of_event;
use super::filter::condition;
use super::scope::{counted, events};
use super::statement::{Binder, Statement};
use super::time;
use crate::Error;
use crate::journey::Retention;
use crate::query::CONFIRMED;

/// Selects `cohort`, `periods`, `repeat` and `members` of visitors: who was there in the same periods is one row.
pub(crate) fn visitors(dialect: &'static dyn Dialect, asked: &Retention) -> Result<Statement, Error> {
    let mut binder = Binder::ruled(dialect, &asked.scope.rules)?;
    let counted = counted(&asked.scope, &mut binder)?;
    let end = binder.time(asked.scope.range.to);
    let periods = periods("e.occurred_at", asked, &mut binder);
    let fits = fits(asked, dialect.log_order(), &mut binder)?;
    let seen = format!(
        "SELECT e.visitor, min(e.occurred_at) AS first, {periods} AS periods, 1 AS times{fits} FROM {} \
         WHERE {counted} AND e.order_id IS NULL AND e.occurred_at < {end} GROUP BY e.visitor",
        events(dialect, &asked.scope.fields()),
    );
    let text = format!("WITH members AS ({seen}) {}", cohorts(asked, &mut binder));
    Ok(binder.statement(text))
}

/// The same of customers.
pub(crate) fn customers(dialect: &'static dyn Dialect, asked: &Retention) -> Result<Statement, Error> {
    let mut binder = Binder::ruled(dialect, &asked.scope.rules)?;
    let members = members_of_orders(asked, &mut binder)?;
    let text = format!("WITH {members} {}", cohorts(asked, &mut binder));
    Ok(binder.statement(text))
}

/// Selects `cohort`, `period`, `amount` and the first and the last currency of customers' money.
pub(crate) fn money(dialect: &'static dyn Dialect, asked: &Retention) -> Result<Statement, Error> {
    let mut binder = Binder::ruled(dialect, &asked.scope.rules)?;
    let members = members_of_orders(asked, &mut binder)?;
    let sites = binder.is_one_of("e.site", &asked.scope.sites);
    let (from, end) = (binder.time(asked.scope.range.from), binder.time(asked.scope.range.to));
    let cohort = time::bucket("m.first", &asked.boundaries, &mut binder);
    let period = time::bucket("greatest(e.occurred_at, m.first)", &asked.boundaries, &mut binder);
    let currency = match &asked.currency {
        Some(currency) => format!(" AND e.currency = {}", binder.text(currency)),
        None => String::new(),
    };
    let fits = if asked.scope.filter.is_some() { " AND m.fits" } else { "" };
    let text = format!(
        "WITH {members} SELECT {} AS cohort, {} AS period, {} AS amount, min(e.currency) AS low, max(e.currency) AS high \
         FROM events e JOIN placed p ON p.site = e.site AND p.order_id = e.order_id \
         JOIN members m ON m.user_id IS NOT DISTINCT FROM p.user_id AND m.visitor IS NOT DISTINCT FROM p.visitor \
         WHERE {sites} AND e.order_id <> '' AND e.occurred_at < {end} AND m.first >= {from}{fits}{currency} \
         GROUP BY 1, 2",
        dialect.whole(&cohort),
        dialect.whole(&period),
        dialect.whole("sum(e.revenue_minor)"),
    );
    Ok(binder.statement(text))
}

/// Tables `placed`, of orders by the record that placed each, and `members`, of customers.
fn members_of_orders(asked: &Retention, binder: &mut Binder) -> Result<String, Error> {
    let dialect = binder.dialect;
    let order = dialect.log_order();
    let first = |column: &str| dialect.first(column, order, Nulls::Taken);
    let sites = binder.is_one_of("e.site", &asked.scope.sites);
    let end = binder.time(asked.scope.range.to);
    let fits = fits(asked, order, binder)?;
    let placed = format!(
        "placed AS (SELECT e.site, e.order_id, {} AS user_id, {} AS visitor, min(e.occurred_at) AS at, \
         min({order}) AS place{fits} FROM {} WHERE {sites} AND e.order_id IS NOT NULL AND e.name = '{CONFIRMED}' \
         AND (e.user_id IS NOT NULL OR e.session <> 0) AND e.occurred_at < {end} GROUP BY e.site, e.order_id)",
        first("e.user_id"),
        first("CASE WHEN e.user_id IS NULL THEN e.visitor END"),
        events(dialect, &asked.scope.fields()),
    );
    let periods = periods("p.at", asked, binder);
    let fits = match &asked.scope.filter {
        Some(_) => format!(", {} AS fits", dialect.first("p.fits", "p.place", Nulls::Taken)),
        None => String::new(),
    };
    Ok(format!(
        "{placed}, members AS (SELECT p.user_id, p.visitor, min(p.at) AS first, {periods} AS periods, \
         count(*) AS times{fits} FROM placed p GROUP BY p.user_id, p.visitor)"
    ))
}

/// `, … AS fits`: whether the first of a group fits the filter, if there is one.
fn fits(asked: &Retention, order: &str, binder: &mut Binder) -> Result<String, Error> {
    let Some(filter) = &asked.scope.filter else { return Ok(String::new()) };
    let fits = format!("coalesce({}, FALSE)", condition(filter, of_event, binder)?);
    Ok(format!(", {} AS fits", binder.dialect.first(&fits, order, Nulls::Taken)))
}

/// The periods of a group as bits, the first period's lowest.
fn periods(time: &str, asked: &Retention, binder: &mut Binder) -> String {
    let from = binder.time(asked.scope.range.from);
    let one = binder.dialect.whole("1");
    let period = time::bucket(time, &asked.boundaries, binder);
    format!("bit_or(CASE WHEN {time} >= {from} THEN {one} << ({period}) ELSE 0 END)")
}

fn cohorts(asked: &Retention, binder: &mut Binder) -> String {
    let from = binder.time(asked.scope.range.from);
    let cohort = time::bucket("m.first", &asked.boundaries, binder);
    let fits = if asked.scope.filter.is_some() { " AND m.fits" } else { "" };
    let dialect = binder.dialect;
    format!(
        "SELECT {} AS cohort, {} AS periods, m.times > 1 AS repeat, count(*) AS members FROM members m \
         WHERE m.first >= {from}{fits} GROUP BY 1, 2, 3",
        dialect.whole(&cohort),
        dialect.whole("m.periods"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::sample::after;
    use crate::duckdb::dialect::DuckDb;
    use crate::journey::{Of, Scope};
    use crate::query::TimeRange;
    use crate::sql::dialect::Value;

    #[test]
    fn nothing_of_the_input_becomes_text() {
        let evil = "x' OR 1=1 --".to_owned();
        let asked = Retention {
            scope: Scope {
                sites: vec![evil.clone()],
                range: TimeRange { from: after(0), to: after(9) },
                only: None,
                filter: None,
                include_bots: false,
                rules: Vec::new(),
            },
            of: Of::Customers,
            boundaries: vec![after(0), after(9)],
            currency: Some(evil.clone()),
        };
        let statement = money(&DuckDb, &asked).unwrap();
        assert!(!statement.text.contains("OR 1=1"), "{}", statement.text);
        assert!(statement.values.contains(&Value::Text(evil)));
    }
}
