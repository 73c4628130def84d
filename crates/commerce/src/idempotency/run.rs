//! A request run once per key: its record and its answer commit with what it did.

use axum::http::StatusCode;
use kassa_db::Tx;
use kassa_model::Timestamp;

use super::answer::{Answer, Outcome, is_kept};
use super::request::Request;
use super::store;

/// How a request begins whose answer another transaction may give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Begun<T, A = Outcome> {
    /// It has its answer.
    Answered(A),
    /// It has none yet.
    Open(T),
}

/// Runs `op` unless the key has an answer already; keeps its answer in the same transaction.
///
/// `op` returns a refusal that is to be kept as an [`Answer`] and everything else as an error, which undoes the record
/// with the rest of the transaction.
///
/// # Errors
/// Those of `op` and of the database; a lock that is not had in time means that the first still runs.
pub(crate) fn run<E: From<kassa_db::Error>>(
    tx: &mut Tx<'_>,
    request: &Request<'_>,
    now: Timestamp,
    op: impl FnOnce(&mut Tx<'_>) -> Result<Answer, E>,
) -> Result<Outcome, E> {
    run_until(tx, request, (now, None), op)
}

/// Like [`run`], for a request that stock may decide elsewhere: with a deadline an answer of 202 stands as `running` until
/// then, can be replaced by [`close`](super::close) meanwhile, and is final afterwards.
pub(crate) fn run_until<E: From<kassa_db::Error>>(
    tx: &mut Tx<'_>,
    request: &Request<'_>,
    (now, deadline): (Timestamp, Option<Timestamp>),
    op: impl FnOnce(&mut Tx<'_>) -> Result<Answer, E>,
) -> Result<Outcome, E> {
    let Some(key) = request.key else { return op(tx).map(Outcome::Fresh) };
    if deadline.is_none() && tx.is_alone() && !store::exists(tx, request, key)? {
        // Nobody can come with the same key before the commit: the record is written once, with its answer.
        let answer = op(tx)?;
        if is_kept(answer.status) {
            store::insert_done(tx, request, key, (&answer, now))?;
        }
        return Ok(Outcome::Fresh(answer));
    }
    if let Some(outcome) = take(tx, request, key, now)? {
        return Ok(outcome);
    }
    let answer = op(tx)?;
    match deadline.filter(|_| answer.status == StatusCode::ACCEPTED) {
        Some(deadline) => store::keep_running(tx, (request.scope, key), &answer, deadline)?,
        None if is_kept(answer.status) => store::keep(tx, (request.scope, key), &answer)?,
        None => store::forget(tx, (request.scope, key))?,
    }
    Ok(Outcome::Fresh(answer))
}

/// Like [`run`], for a request that is begun here and may be answered by another transaction: where `op` gives no answer the
/// record stays open, and a repeat is [`Outcome::InFlight`], until [`close_open`] or [`forget_open`].
pub(crate) fn begin<T, E: From<kassa_db::Error>>(
    tx: &mut Tx<'_>,
    request: &Request<'_>,
    now: Timestamp,
    op: impl FnOnce(&mut Tx<'_>) -> Result<Begun<T, Answer>, E>,
) -> Result<Begun<T>, E> {
    if let Some(key) = request.key
        && let Some(outcome) = take(tx, request, key, now)?
    {
        return Ok(Begun::Answered(outcome));
    }
    let answer = match op(tx)? {
        Begun::Open(what) => return Ok(Begun::Open(what)),
        Begun::Answered(answer) => answer,
    };
    match request.key {
        Some(key) if is_kept(answer.status) => store::keep(tx, (request.scope, key), &answer)?,
        Some(key) => store::forget(tx, (request.scope, key))?,
        None => {}
    }
    Ok(Begun::Answered(Outcome::Fresh(answer)))
}

/// Makes the record; what stands under the key if there is one already.
fn take(
    tx: &mut Tx<'_>,
    request: &Request<'_>,
    key: &str,
    now: Timestamp,
) -> Result<Option<Outcome>, kassa_db::Error> {
    if store::insert(tx, request, key, now)? {
        return Ok(None);
    }
    Ok(repeated(store::find(tx, request, key, now)?))
}

/// The answer that a repeat of `request` gets; `None` when it is the first. Takes no record, for a request that is begun
/// in one transaction and answered in another.
pub(crate) fn answered(
    tx: &mut Tx<'_>,
    request: &Request<'_>,
    now: Timestamp,
) -> Result<Option<Outcome>, kassa_db::Error> {
    let Some(key) = request.key else { return Ok(None) };
    Ok(repeated(store::look(tx, request, key, now)?))
}

/// What a repeat gets of what stands under its key.
fn repeated(found: store::Found) -> Option<Outcome> {
    match found {
        store::Found::Nothing => None,
        store::Found::Done(answer) => Some(Outcome::Replayed(answer)),
        store::Found::Running => Some(Outcome::InFlight),
        store::Found::Other => Some(Outcome::Reused),
    }
}
