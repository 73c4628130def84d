//! Lists of orders: by their filters, by what changed since, and by a number, a name or a SKU that somebody knows of them.
//!
//! | asked | found by | order |
//! |---|---|---|
//! | filters alone | their numbers | newest first |
//! | `updated_since` | an index of changes | oldest change first, so that a client that follows misses none |
//! | `updated_since` and a SKU | the lines of at most [`SCANNED_MAX`] changes a page | oldest change first |
//! | `q` of a number, a UUID or a reference | keys | newest first |
//! | `q` of a SKU, also as `sku:…` | the lines of at most [`SCANNED_MAX`] orders a page | newest first |
//! | `q` of a part of a name or an address | an index of all that customers said | newest first, with those of the SKU |
//!
//! A change bears the time at which it was made, and shows when it is committed. On SQLite changes are committed in the order of
//! their times; on PostgreSQL several are made at once, and one may show after a later one. So there a list begins
//! [`OVERLAP_MICROS`] before the time that is asked for; and on both it ends with the last change that showed when its first page was
//! asked for, however slowly its pages are: whoever asks from there the next time meets all that was late.

pub(super) mod question;
pub mod store;
#[cfg(test)]
mod tests;

use kassa_db::{Engine, Error, Tx};
use kassa_model::{MICROS_PER_SECOND, Timestamp};
use uuid::Uuid;

use self::question::{Changes, Question};
use super::fulfilments::status::FulfilmentStatus;
use super::order::{Filter, Order, Status};
use super::persons;
use super::store::{by_id, by_number};
use crate::page::{COUNTED_MAX, CountAsked, Total, cut};

/// Orders whose lines are looked at for one page, and among which a total is counted.
const SCANNED_MAX: i64 = 200_000;

/// How long, µs, a change may take from its time to its commit where several are made at once, with what clocks differ.
const OVERLAP_MICROS: i64 = 30 * MICROS_PER_SECOND;

/// A page.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) orders: Vec<Order>,
    pub(super) next_cursor: Option<String>,
    pub(super) total: Total,
}

/// Where a list begins that is to show all that has changed since `asked` to one who has seen what showed by then.
pub(super) fn since(asked: Timestamp, engine: Engine) -> Timestamp {
    match engine {
        Engine::Sqlite => asked,
        Engine::Postgres => asked.plus_micros(-OVERLAP_MICROS),
    }
}

/// A page of the orders that are asked for.
pub(super) fn find(tx: &mut Tx<'_>, question: &Question) -> Result<Found, Error> {
    let mut question = question.clone();
    if let Some(changes) = &mut question.changes
        && changes.until.is_none()
    {
        changes.until = store::last_change(tx)?;
    }
    let question = &question;
    let Some(q) = &question.q else { return listed(tx, question) };
    let sku = q.strip_prefix("sku:");
    let named = if sku.is_some() { Vec::new() } else { named(tx, q)? };
    if !named.is_empty() {
        return Ok(among(named, question));
    }
    let person = if sku.is_some() { None } else { persons::pattern(q) };
    let filter = Filter { sku: Some(sku.unwrap_or(q).to_owned()), person, ..question.filter.clone() };
    listed(tx, &Question { filter, ..question.clone() })
}

/// The orders of this number, UUID or reference.
fn named(tx: &mut Tx<'_>, q: &str) -> Result<Vec<Order>, Error> {
    let mut found: Vec<Order> = Vec::new();
    let digits = q.strip_prefix('#').unwrap_or(q);
    if let Ok(number) = digits.parse::<i64>() {
        found.extend(by_number(tx, number)?);
    }
    let mut ids = store::ids_by_reference(tx, q)?;
    ids.extend(Uuid::try_parse(q).map(|id| id.as_hyphenated().to_string()));
    for id in ids {
        if !found.iter().any(|order| order.id == id) {
            found.extend(by_id(tx, &id)?);
        }
    }
    Ok(found)
}

/// A page of these few.
fn among(mut orders: Vec<Order>, question: &Question) -> Found {
    let Question { filter, changes, limit, total, .. } = question;
    orders.retain(|order| matches(order, filter, *changes));
    let counted = i64::try_from(orders.len()).unwrap_or(i64::MAX);
    match changes {
        None => {
            orders.sort_unstable_by_key(|order| std::cmp::Reverse(order.number));
            orders.retain(|order| filter.before.is_none_or(|before| order.number < before));
        }
        Some(Changes { after, .. }) => {
            orders.sort_unstable_by_key(place);
            orders.retain(|order| after.is_none_or(|after| place(order) > after));
        }
    }
    let next_cursor = cut(&mut orders, *limit).then(|| cursor_after(&orders, *changes)).flatten();
    let total = if *total == CountAsked::Yes { Total::counted(counted) } else { Total::default() };
    Found { orders, next_cursor, total }
}

/// Where an order stands in a list of changes.
fn place(order: &Order) -> (Timestamp, i64) {
    (order.updated_at, order.number)
}

fn matches(order: &Order, filter: &Filter, changes: Option<Changes>) -> bool {
    let same = |name: &Option<String>, wanted: &str| name.as_deref().is_some_and(|name| name == wanted);
    let of_customer = |wanted: &String| {
        let email = order.customer.email.as_deref();
        same(&order.customer.name, wanted) || email.is_some_and(|email| email.eq_ignore_ascii_case(wanted))
    };
    filter.status.is_none_or(|status| order.status == status)
        && filter.payment.is_none_or(|status| order.payment_status == Some(status))
        && filter.fulfilment.is_none_or(|status| has_left(order, status))
        && filter.from.is_none_or(|from| order.created_at >= from)
        && filter.to.is_none_or(|to| order.created_at < to)
        && filter.customer.as_ref().is_none_or(of_customer)
        && changes.is_none_or(|changes| order.updated_at >= changes.since && changes.has(order.updated_at))
}

/// Whether so much of an order has left, and something is to be packed unless that is all.
fn has_left(order: &Order, wanted: FulfilmentStatus) -> bool {
    use FulfilmentStatus::{Fulfilled, Partial, Unfulfilled};
    let is_open = order.lines.iter().any(|line| line.open_quantity() > 0);
    let is_to_pack = is_open && order.status == Status::Confirmed;
    match wanted {
        Unfulfilled => is_to_pack,
        Partial => is_to_pack && order.fulfilment_status() == Partial,
        Fulfilled => order.fulfilment_status() == Fulfilled,
    }
}

/// A page of all.
fn listed(tx: &mut Tx<'_>, question: &Question) -> Result<Found, Error> {
    let Question { changes, total, .. } = question;
    let newest = store::newest(tx)?;
    let total = match total {
        CountAsked::Yes => count(tx, question, newest)?,
        CountAsked::No => Total::default(),
    };
    let (orders, next_cursor) = match changes {
        None => newest_first(tx, question, newest)?,
        Some(changes) => oldest_change_first(tx, question, *changes)?,
    };
    Ok(Found { orders, next_cursor, total })
}

/// A page of the newest, and the cursor of the next.
fn newest_first(
    tx: &mut Tx<'_>,
    question: &Question,
    newest: i64,
) -> Result<(Vec<Order>, Option<String>), Error> {
    let Question { filter, limit, .. } = question;
    let before = filter.before.unwrap_or(i64::MAX).min(newest.saturating_add(1));
    // Without a SKU every order is looked at itself, and many a second are.
    let floor = if filter.sku.is_some() { (before - SCANNED_MAX).max(1) - 1 } else { 0 };
    let mut orders = store::list(tx, &Filter { floor, ..filter.clone() }, limit + 1)?;
    let next_cursor = match cut(&mut orders, *limit) {
        true => cursor_after(&orders, None),
        false => (floor > 0).then(|| (floor + 1).to_string()),
    };
    Ok((orders, next_cursor))
}

/// A page of changes, and the cursor of the next.
fn oldest_change_first(
    tx: &mut Tx<'_>,
    question: &Question,
    changes: Changes,
) -> Result<(Vec<Order>, Option<String>), Error> {
    let Question { filter, limit, .. } = question;
    // As above.
    let end = if filter.sku.is_some() { store::change_beyond(tx, changes, SCANNED_MAX)? } else { None };
    let mut orders = store::changed(tx, filter, (changes, end), limit + 1)?;
    let next_cursor = match cut(&mut orders, *limit) {
        true => cursor_after(&orders, Some(changes)),
        false => end.map(|end| cursor_of(end, changes)),
    };
    Ok((orders, next_cursor))
}

/// How many there are on all pages, among the newest [`SCANNED_MAX`].
fn count(tx: &mut Tx<'_>, question: &Question, newest: i64) -> Result<Total, Error> {
    let floor = (newest - SCANNED_MAX).max(0);
    let since = question.changes.map(|changes| changes.since);
    let found = store::count(tx, &Filter { floor, ..question.filter.clone() }, (since, COUNTED_MAX + 1))?;
    Ok(if floor == 0 || found > COUNTED_MAX { Total::counted(found) } else { Total::at_least(found) })
}

fn cursor_after(orders: &[Order], changes: Option<Changes>) -> Option<String> {
    let last = orders.last()?;
    Some(match changes {
        None => last.number.to_string(),
        Some(changes) => cursor_of(place(last), changes),
    })
}

fn cursor_of((changed_at, number): (Timestamp, i64), changes: Changes) -> String {
    let changed_at = changed_at.micros();
    match changes.until {
        Some(until) => format!("{changed_at}-{number}-{}", until.micros()),
        None => format!("{changed_at}-{number}"),
    }
}
