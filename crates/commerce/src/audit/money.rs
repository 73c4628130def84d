//! Invariant 6: what reports count of an order is what its events say: the same changes, once each, with the same money
//! on the same day.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use kassa_db::{Db, Error, params};
use kassa_eventlog::Offset;
use kassa_model::{Timestamp, money_id};
use uuid::Uuid;

use super::outbox::has_money;
use super::report::{Invariant, Unread};
use super::store::{self, EventRow};
use super::terms::{Step, Terms};

/// Orders of a page.
const ORDERS: i64 = 5_000;
/// Between two looks at orders that differ.
const AGAIN: Duration = Duration::from_millis(250);

/// The orders above `after`, up to and with `until`; to the end without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Exclusive; empty before the first.
    pub after: String,
    /// Inclusive.
    pub until: Option<String>,
}

/// A record of money as reports count it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyRow {
    /// The order.
    pub order_id: String,
    /// The record's id.
    pub id: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Signed change in minor units.
    pub revenue_minor: i64,
    /// When the money changed.
    pub occurred_at: Timestamp,
}

/// Ids that the store holds more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repeated {
    /// How many rows were looked at.
    pub checked: u64,
    /// How many ids are there more than once.
    pub total: u64,
    /// Some of them.
    pub ids: Vec<String>,
}

/// What reports count from: the store of events, as far as an audit asks. An error says in a sentence why it cannot be asked.
#[async_trait]
pub trait Money: Send + Sync + fmt::Debug {
    /// Every record of money of the orders of `span`.
    async fn rows(&self, span: &Span) -> Result<Vec<MoneyRow>, String>;

    /// Ids of events that are there more than once; with `since` among those received at that time or later.
    async fn repeated(&self, since: Option<Timestamp>) -> Result<Repeated, String>;

    /// Where it stands in the log's stream `events`, if `group` is who fills it: the log's id and the offset of the next
    /// record. The log's own mark of the group may be older, after a crash.
    async fn reached(&self, group: &str, partition: u32) -> Result<Option<(Uuid, Offset)>, String>;
}

/// What differs between an order and its money.
#[derive(Debug, Default)]
struct Differences {
    /// What is wrong, by order.
    wrong: Vec<(String, String)>,
    pending: u64,
    orders: u64,
}

/// Judges the money of every order.
pub(super) async fn judge(db: &Db, money: &dyn Money, terms: &Terms) -> Result<Invariant, Unread> {
    let mut six = Invariant::new(6);
    let mut patience = terms.options.patience;
    let mut after = String::new();
    loop {
        let until = page_end(db, &after).await?;
        let span = Span { after, until };
        let found = judge_span(db, (money, &span), terms, &mut patience).await?;
        six.checked += found.orders;
        six.pending += found.pending;
        found.wrong.into_iter().for_each(|(order, what)| six.violated(order, what));
        terms.tell(Step::Money, six.checked, None);
        match span.until {
            Some(until) => after = until,
            None => break,
        }
    }
    let repeated = money.repeated(terms.ids_since).await.map_err(unread)?;
    let told = repeated.ids.len() as u64;
    repeated.ids.into_iter().for_each(|id| six.violated(id, "the store holds it more than once"));
    six.violations_total += repeated.total.saturating_sub(told);
    Ok(six)
}

fn unread(why: String) -> Unread {
    Unread::Elsewhere(format!("the store cannot be asked: {why}"))
}

/// The last order of the page after `after`; `None` when that is the last page.
async fn page_end(db: &Db, after: &str) -> Result<Option<String>, Error> {
    let after = after.to_owned();
    db.read(move |tx| {
        let sql = "SELECT id FROM orders WHERE id > $1 ORDER BY id LIMIT 1 OFFSET $2";
        tx.first(sql, params![&after, ORDERS - 1], |row| row.text(0))
    })
    .await
}

/// Judges a page; while orders differ it is read again, as long as the patience of the whole audit lasts.
async fn judge_span(
    db: &Db,
    (money, span): (&dyn Money, &Span),
    terms: &Terms,
    patience: &mut Duration,
) -> Result<Differences, Unread> {
    loop {
        let begun = Instant::now();
        // In this order: what reports count is in the database already, so that changes made meanwhile are only young.
        let rows = money.rows(span).await.map_err(unread)?;
        let events = events(db, span).await?;
        let found = compare(&events, rows, terms);
        if found.wrong.is_empty() || patience.is_zero() {
            return Ok(found);
        }
        tokio::time::sleep(AGAIN).await;
        *patience = patience.saturating_sub(begun.elapsed());
    }
}

async fn events(db: &Db, span: &Span) -> Result<Vec<EventRow>, Error> {
    let mut events: Vec<EventRow> = Vec::new();
    loop {
        let (after, until) = (span.after.clone(), span.until.clone().unwrap_or_default());
        let last = events.last().cloned();
        let page = db.read(move |tx| store::events_between(tx, (&after, &until), last.as_ref())).await?;
        if page.is_empty() {
            events.retain(|event| has_money(&event.kind));
            return Ok(events);
        }
        // The lines are not needed here, and are most of it.
        events.extend(page.into_iter().map(|event| EventRow { lines: String::new(), ..event }));
    }
}

fn compare(events: &[EventRow], rows: Vec<MoneyRow>, terms: &Terms) -> Differences {
    let mut found = Differences::default();
    let mut by_id: BTreeMap<(String, String), Vec<MoneyRow>> = BTreeMap::new();
    for row in rows {
        by_id.entry((row.order_id.clone(), row.id.clone())).or_default().push(row);
    }
    let mut order = None;
    for event in events {
        found.orders += u64::from(order.replace(&event.order_id) != Some(&event.order_id));
        let id = money_id(&event.order_id, event.seq);
        let rows = by_id.remove(&(event.order_id.clone(), id.clone())).unwrap_or_default();
        if rows.is_empty() && terms.is_young(event.created_at) {
            found.pending += 1;
        } else if let Some(what) = difference(event, &rows) {
            found.wrong.push((event.order_id.clone(), format!("{id}: {what}")));
        }
    }
    for ((order, id), rows) in by_id {
        let sum: i64 = rows.iter().map(|row| row.revenue_minor).sum();
        found.wrong.push((order, format!("{id}: reports count {sum}, and no event of the order says so")));
    }
    found
}

fn difference(event: &EventRow, rows: &[MoneyRow]) -> Option<String> {
    let row = match rows {
        [row] => row,
        [] => {
            return Some(format!(
                "reports do not count its {} {}",
                event.revenue_delta_minor, event.currency
            ));
        }
        several => return Some(format!("reports count it {} times", several.len())),
    };
    if (row.revenue_minor, &row.currency) != (event.revenue_delta_minor, &event.currency) {
        let (counted, said) = (row.revenue_minor, event.revenue_delta_minor);
        return Some(format!("reports count {counted} {}, it is {said} {}", row.currency, event.currency));
    }
    let said = Timestamp::from_micros(event.created_at);
    (row.occurred_at.day() != said.day())
        .then(|| format!("reports count it at {}, it was at {said}", row.occurred_at))
}
