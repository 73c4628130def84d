//! The two-step way as a request sees it: the order or edit is durable already; its command is sent, and what it comes to
//! is committed together with the final answer before that is sent. Whatever has no reply in time is the [drain]'s.
//!
//! [drain]: super::drain

use std::sync::Arc;
use std::time::{Duration, Instant};

use kassa_db::{Db, Error};
use kassa_model::{Timestamp, failpoint};
use kassa_service::Problem;
use kassa_service::breaker::State;

use super::super::answer::{self, Shape};
use super::super::error::EdgeError;
use super::super::lines::tracked;
use super::super::link::Links;
use super::super::order::Order;
use super::super::place::Placed;
use super::super::work;
use super::accepted::{self, Decision, EditSettled};
use crate::idempotency::{self, Answer};
use crate::inventory::Refusal;
use crate::refuse::problem_of;
use crate::shop::Shop;
use crate::transport::commands::{Command, Deduct};
use crate::transport::{CommandOutcome, send};

/// From the request's arrival to its answer, at most.
const ANSWER_WITHIN: Duration = Duration::from_millis(900);
/// So many waiting orders short of the bound, the table is asked how many there are.
const MISSED_MAX: u64 = 8;
/// What the second transaction may take of that.
const TO_COMMIT: Duration = Duration::from_millis(300);

/// How an order's request is answered.
#[derive(Debug, Clone)]
pub(crate) struct Closing {
    /// Its record, where it has a key: scope and key.
    pub record: Option<(String, String)>,
    /// The dialect's answer.
    pub shape: Shape,
    /// Makes the order's link.
    pub links: Links,
}

/// Whether a further order may be accepted. Memory answers, unless it is near the bound: it may have missed what was
/// written while it was read, so the table is asked then.
///
/// # Errors
/// 503 when as many wait as may, or when the database does not answer.
pub(crate) async fn admit(shop: &Shop) -> Result<(), Problem> {
    let most = shop.options.remotes.accepted_max;
    if shop.stock.backlog.waiting().saturating_add(MISSED_MAX) < most {
        return Ok(());
    }
    let counted = i64::try_from(most).unwrap_or(i64::MAX);
    let db = orders(shop).map_err(|error| problem_of(&error))?;
    let waiting = db.read(move |tx| work::store::count(tx, counted)).await;
    if waiting.map_err(|error: Error| problem_of(&error))? < most {
        return Ok(());
    }
    Err(Problem::unavailable(format!("{most} orders wait for stock already"), 5))
}

/// Whether stock may be asked at all just now: what an edit needs.
///
/// # Errors
/// 503 while the circuit breaker is open.
pub(crate) fn reachable(shop: &Shop) -> Result<(), Problem> {
    match shop.stock.breaker.state() {
        State::Open => Err(unreachable_now()),
        State::Closed | State::HalfOpen => Ok(()),
    }
}

/// 503: inventory cannot be reached.
pub(crate) fn unreachable_now() -> Problem {
    Problem::unavailable("stock cannot be asked just now", 5)
}

/// Sends the command of an accepted `order` and commits what it comes to with the answer; returns the answer that stands.
/// `begun` is when the request arrived. A client that goes away stops nothing.
///
/// # Errors
/// [`Error::Unknown`] for whatever the database fails with; the order stays accepted then, and the drain decides it.
pub(crate) async fn settle_order(
    shop: &Arc<Shop>,
    order: Order,
    closing: Closing,
    begun: Instant,
) -> Result<Answer, Error> {
    let shop = Arc::clone(shop);
    finished(tokio::spawn(async move { settle(&shop, order, closing, begun).await }).await)
}

async fn settle(shop: &Arc<Shop>, order: Order, closing: Closing, begun: Instant) -> Result<Answer, Error> {
    let db = orders(shop)?.clone();
    let lines = tracked(&order.lines);
    let reference = order.stock_reference();
    let decision = if shop.stock.backlog.is_behind(&lines) {
        None
    } else {
        let deduct = Deduct { reference, replaces: None, attempt: 0, lines: lines.clone() };
        ask(shop, &Command::Deduct(deduct), begun).await.ok()
    };
    failpoint::hit("transport.after_reply");
    let answer = match decision {
        Some(decision) => decide_order(shop, &db, (order, closing), decision).await,
        None => {
            shop.stock.backlog.add(&lines);
            leave_order(shop, &db, order, closing).await
        }
    };
    failpoint::hit("transport.after_decision");
    shop.wake.wake();
    answer
}

async fn decide_order(
    shop: &Shop,
    db: &Db,
    (order, closing): (Order, Closing),
    decision: Decision,
) -> Result<Answer, Error> {
    let now = shop.now();
    db.write(move |tx| {
        let order = accepted::decide(tx, &order.id, &decision, now).map_err(database)?;
        close(tx, &closing, &placed(order, &decision))
    })
    .await
}

/// An order that stays accepted: the answer is 202 from now on, and the drain's turn has come.
async fn leave_order(shop: &Shop, db: &Db, order: Order, closing: Closing) -> Result<Answer, Error> {
    let now = shop.now();
    db.write(move |tx| {
        work::store::leave(tx, &order.stock_reference(), now)?;
        close(tx, &closing, &Placed::Open(order.clone()))
    })
    .await
}

fn close(tx: &mut kassa_db::Tx<'_>, closing: &Closing, placed: &Placed) -> Result<Answer, Error> {
    let answer = (closing.shape)(placed, &closing.links);
    match &closing.record {
        Some((scope, key)) => idempotency::close(tx, (scope, key), &answer),
        None => Ok(answer),
    }
}

/// Sends the command of a pending edit and commits what it comes to. `begun` is when the request arrived.
///
/// # Errors
/// [`Error::Unknown`] for whatever the database fails with; the edit stays pending then, and the drain decides it.
pub(crate) async fn settle_edit(
    shop: &Arc<Shop>,
    (order_id, command): (String, Command),
    begun: Instant,
) -> Result<EditSettled, Error> {
    let shop = Arc::clone(shop);
    finished(tokio::spawn(async move { try_edit(&shop, order_id, command, begun).await }).await)
}

async fn try_edit(
    shop: &Arc<Shop>,
    order_id: String,
    command: Command,
    begun: Instant,
) -> Result<EditSettled, Error> {
    let db = orders(shop)?.clone();
    let decision = match ask(shop, &command, begun).await {
        Ok(decision) => Some(decision),
        Err(Unanswered::NotSent) => None,
        Err(Unanswered::Unknown) => {
            shop.stock.backlog.add(command.lines());
            let now = shop.now();
            db.write(move |tx| match work::store::open(tx, &command)? {
                Some(work) => work::store::postpone(tx, work.id, now),
                None => Ok(()),
            })
            .await?;
            return Ok(EditSettled::Unknown);
        }
    };
    let clock = Arc::clone(&shop.clock);
    let settled = db.write(move |tx| {
        let (now, id) = (clock.now(), &order_id);
        match &decision {
            Some(decision) => decide_edit(tx, id, &command, decision, now),
            None => drop_edit(tx, id, &command, now),
        }
    });
    let settled = settled.await;
    shop.wake.wake();
    settled
}

/// Drops an edit whose command was not sent, unless the drain has sent it meanwhile or is about to.
fn drop_edit(
    tx: &mut kassa_db::Tx<'_>,
    order_id: &str,
    command: &Command,
    now: Timestamp,
) -> Result<EditSettled, Error> {
    match work::store::open(tx, command)? {
        Some(work) if work::store::claim(tx, work.id)? => {
            decide_edit(tx, order_id, command, &Decision::Void, now)
        }
        _ => Ok(EditSettled::Unknown),
    }
}

/// Commits what an edit came to, and its answer under its key; for the request and for the drain.
pub(super) fn decide_edit(
    tx: &mut kassa_db::Tx<'_>,
    order_id: &str,
    command: &Command,
    decision: &Decision,
    now: Timestamp,
) -> Result<EditSettled, Error> {
    let decided = accepted::decide_edit(tx, order_id, command, decision, now).map_err(database)?;
    let committed = *decision == Decision::Taken && decided.order.stock_reference() == command.reference();
    if !decided.first && !committed {
        // Somebody else decided it, and more may have happened since; what it came to stands under its key.
        return Ok(EditSettled::Unknown);
    }
    let settled = match decision {
        Decision::Taken => EditSettled::Done(Box::new(decided.order)),
        Decision::Refused(refusal) => EditSettled::Refused(refusal.clone()),
        Decision::Void => EditSettled::NotNow,
    };
    if let Some((scope, key)) = &decided.record {
        match answer::edited(order_id, &settled) {
            Some(answer) => idempotency::close_open(tx, (scope, key), &answer, now)?,
            None => idempotency::forget_open(tx, (scope, key))?,
        }
    }
    Ok(settled)
}

/// Why a command has no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unanswered {
    /// It was surely not done.
    NotSent,
    /// It may have been done.
    Unknown,
}

async fn ask(shop: &Arc<Shop>, command: &Command, begun: Instant) -> Result<Decision, Unanswered> {
    let left = ANSWER_WITHIN.saturating_sub(TO_COMMIT).saturating_sub(begun.elapsed());
    if left.is_zero() {
        return Err(Unanswered::NotSent);
    }
    match send::send(shop, command, left).await {
        CommandOutcome::Known(reply) => Ok(reply.into()),
        CommandOutcome::Open | CommandOutcome::NotSent(_) => Err(Unanswered::NotSent),
        CommandOutcome::Unknown(why) => {
            tracing::debug!(reference = command.reference(), %why, "a command to stock has no reply");
            Err(Unanswered::Unknown)
        }
    }
}

/// What an order is to its client after a decision.
fn placed(order: Order, decision: &Decision) -> Placed {
    let first = || order.lines.first().map(|line| (line.sku.clone(), line.quantity)).unwrap_or_default();
    match decision {
        _ if order.fail_reason.is_none() => Placed::Open(order),
        Decision::Refused(refusal) => Placed::Failed(order, refusal.clone()),
        Decision::Taken | Decision::Void => {
            let (sku, requested) = first();
            Placed::Failed(order, Refusal::Insufficient { sku, available: 0, requested })
        }
    }
}

pub(super) fn orders(shop: &Shop) -> Result<&Db, Error> {
    shop.orders.as_ref().ok_or_else(|| Error::Invalid("this process has no orders".to_owned()))
}

/// The database's part of what an edge fails with; the rest cannot happen to a decision.
pub(super) fn database(error: EdgeError) -> Error {
    match error {
        EdgeError::Db(error) => error,
        other => Error::Invalid(format!("cannot decide an order: {other}")),
    }
}

/// What a task that began after the first commit came to. Whatever it failed by, it is not that nothing was done.
fn finished<T>(joined: Result<Result<T, Error>, tokio::task::JoinError>) -> Result<T, Error> {
    match joined {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error @ Error::Unknown(_))) => Err(error),
        Ok(Err(error)) => Err(Error::Unknown(format!("it has begun, and its end was not written: {error}"))),
        Err(error) => Err(Error::Unknown(format!("a task ended early: {error}"))),
    }
}

#[cfg(test)]
mod tests;
