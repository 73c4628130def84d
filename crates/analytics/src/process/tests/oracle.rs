//! The rules in their most obvious form: for each record, look through all rows before it. Slow and plainly right.

use bytes::Bytes;
use kassa_eventlog::Offset;
use kassa_model::{Dialect, LogRecord, MICROS_PER_HOUR, Recorded, Timestamp, decode};

use crate::process::clock::FoldClock;
use crate::process::session::opened_by;

/// What the oracle says of a stored row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) offset: u128,
    pub(super) visitor: i64,
    pub(super) session: i64,
    site: String,
    id: String,
    occurred: i64,
    received: Timestamp,
    money: bool,
    pub(super) visit: Option<Seen>,
    /// The partition's age when it was stored.
    age: i64,
}

/// What of a visit stands on a row: when it began, its entry page, and the referrer there.
pub(super) type Seen = (Timestamp, Option<String>, Option<String>);

/// The rows that a stream leads to.
pub(super) fn rows(records: &[(Offset, Bytes)], window_hours: i64) -> Vec<Expected> {
    let mut stored: Vec<Expected> = Vec::new();
    let mut clock: Option<FoldClock> = None;
    for (offset, payload) in records {
        let Ok(LogRecord::Event(recorded)) = decode(payload) else { continue };
        if within_limits(&recorded) && !is_duplicate(&stored, &recorded, window_hours) {
            let received = recorded.event.received_at;
            let now = clock.map_or_else(|| FoldClock::new(received), |clock| clock.with(received));
            clock = Some(now);
            let row = place(&stored, *offset, &recorded, now.age());
            stored.push(row);
        }
    }
    stored
}

fn within_limits(recorded: &Recorded) -> bool {
    let event = &recorded.event;
    let in_time = event.received_at.micros() < i64::MAX
        && event.occurred_at >= Timestamp::EARLIEST
        && event.occurred_at.micros() - event.received_at.micros() <= 24 * MICROS_PER_HOUR;
    event.dialect == Dialect::Shop
        || (!event.id.is_empty() && event.id.len() <= 200 && !event.site.is_empty() && in_time)
}

fn is_duplicate(stored: &[Expected], recorded: &Recorded, window_hours: i64) -> bool {
    let event = &recorded.event;
    stored.iter().any(|row| {
        let age = event.received_at.hour() - row.received.hour();
        row.site == event.site
            && row.id == event.id
            && (age <= window_hours || event.dialect == Dialect::Shop)
    })
}

fn place(stored: &[Expected], offset: Offset, recorded: &Recorded, age: i64) -> Expected {
    let event = &recorded.event;
    let money = event.order.is_some();
    let time = recorded.placed_at.filter(|_| money).unwrap_or(event.occurred_at).micros();
    let live = |visitor: i64| {
        stored.iter().filter(move |row| {
            row.site == event.site && row.visitor == visitor && !row.money && age - row.age <= 24
        })
    };
    let holding = |visitor: i64| {
        let span = |session: i64| {
            let times = || live(visitor).filter(|row| row.session == session).map(|row| row.occurred);
            (times().max().unwrap(), times().min().unwrap(), session)
        };
        let half = MICROS_PER_HOUR / 2;
        let spans = live(visitor).map(|row| span(row.session));
        spans.filter(|(last, first, _)| first - half <= time && time <= last + half).max().map(|span| span.2)
    };
    let (today, yesterday) = (recorded.visitor_today, recorded.visitor_yesterday);
    let was_here =
        holding(yesterday).is_some() || live(yesterday).any(|row| event.session == Some(row.session));
    let visitor = event.visitor.unwrap_or(if was_here { yesterday } else { today });
    let joined = event.session.or_else(|| holding(visitor));
    let session =
        joined.unwrap_or_else(|| if money { 0 } else { opened_by(&event.site, visitor, &event.id) });
    Expected {
        offset: offset.0,
        visitor,
        session,
        site: event.site.clone(),
        id: event.id.clone(),
        occurred: event.occurred_at.micros(),
        received: event.received_at,
        money,
        visit: visit(live(visitor).filter(|row| row.session == session), recorded),
        age,
    }
}

/// What is known of a visit whose other rows, in their order, are `before`.
fn visit<'a>(before: impl Iterator<Item = &'a Expected>, recorded: &Recorded) -> Option<Seen> {
    let event = &recorded.event;
    match before.last().and_then(|row| row.visit.clone()) {
        found if event.order.is_some() => found,
        Some(found) if found.1.is_some() || event.path.is_none() => Some(found),
        found => {
            let began = found.map_or(event.occurred_at, |(began, ..)| began);
            Some((began, event.path.clone(), event.path.as_ref().and(event.referrer.clone())))
        }
    }
}
