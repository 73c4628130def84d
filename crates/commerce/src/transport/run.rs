//! Commands carried out in the database of stock: all lines or none, once per `ref`.

use std::collections::BTreeSet;

use kassa_db::{Error, Tx};
use kassa_model::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::commands::{Back, Command, Deduct, Done, Release, Reply};
use super::store::{self, Recorded};
use crate::inventory::{self, Crossing, StockLine};

/// Why the moves of a command are undone.
enum Halt {
    Refused(Reply),
    Failed(Error),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Carries out `command`, once.
pub(crate) fn run(tx: &mut Tx<'_>, command: &Command, now: Timestamp) -> Result<Done, Error> {
    match command {
        Command::Deduct(deduct) => self::deduct(tx, deduct, now),
        Command::Release(release) => self::release(tx, release, now),
    }
}

/// Carries out all of `commands` in their order, each once.
pub(crate) fn run_all(tx: &mut Tx<'_>, commands: &[Command], now: Timestamp) -> Result<Vec<Done>, Error> {
    if commands.len() > 1 {
        let mut skus = BTreeSet::new();
        for command in commands {
            skus.extend(command.lines().iter().map(|line| line.sku.clone()));
            if let Command::Deduct(Deduct { replaces: Some(old), .. }) = command {
                skus.extend(store::lines(tx, old)?.into_iter().map(|line| line.sku));
            }
        }
        inventory::store::lock(tx, &skus)?;
    }
    commands.iter().map(|command| run(tx, command, now)).collect()
}

/// Takes stock: all lines or none, once per `ref`.
pub(crate) fn deduct(tx: &mut Tx<'_>, command: &Deduct, now: Timestamp) -> Result<Done, Error> {
    let fingerprint = fingerprint(command);
    let claim = store::Claim {
        reference: &command.reference,
        kind: "deduct",
        attempt: command.attempt,
        fingerprint: &fingerprint,
        lines: &command.lines,
    };
    if !store::claim(tx, &claim, now)? {
        let recorded = store::find(tx, &command.reference)?;
        let anew = recorded.as_ref().is_some_and(|recorded| recorded.may_be_tried_anew(command.attempt));
        if !anew {
            return Ok(earlier(recorded, &fingerprint));
        }
        store::claim_anew(tx, &claim)?;
    } else if store::has_moved(tx, &command.reference)? {
        // It came so long ago that its record is gone.
        let reply = Reply::Moved { low: Vec::new() };
        store::record(tx, &command.reference, &reply)?;
        return Ok(Done { reply, replayed: true });
    }
    let reply = match tx.savepoint(|tx| take(tx, command, now)) {
        Ok(low) => Reply::Moved { low },
        Err(Halt::Refused(reply)) => reply,
        Err(Halt::Failed(error)) => return Err(error),
    };
    store::record(tx, &command.reference, &reply)?;
    Ok(Done { reply, replayed: false })
}

fn take(tx: &mut Tx<'_>, command: &Deduct, now: Timestamp) -> Result<Vec<Crossing>, Halt> {
    let back = match &command.replaces {
        Some(old) => replace(tx, old, (&command.reference, now))?,
        None => Vec::new(),
    };
    let taken = inventory::exchange(tx, &command.reference, (&back, &command.lines), now)?;
    taken.map_err(|refusal| Halt::Refused(refusal.into()))
}

/// Marks the deduct `old` as replaced by `new`; returns what it had taken.
fn replace(tx: &mut Tx<'_>, old: &str, (new, now): (&str, Timestamp)) -> Result<Vec<StockLine>, Halt> {
    match state_of(tx, old, now)? {
        DeductState::Nothing => return Ok(Vec::new()),
        DeductState::Holds if store::mark_replaced(tx, old, new)? => return Ok(store::lines(tx, old)?),
        DeductState::Holds | DeductState::Replaced => {}
    }
    Err(Halt::Refused(Reply::Void { why: format!("{old} has been replaced or released already") }))
}

/// Gives stock back, once per `ref`; nothing when the deduct took nothing.
pub(crate) fn release(tx: &mut Tx<'_>, command: &Release, now: Timestamp) -> Result<Done, Error> {
    let fingerprint = fingerprint(command);
    let claim = store::Claim {
        reference: &command.reference,
        kind: "release",
        attempt: 0,
        fingerprint: &fingerprint,
        lines: &command.lines,
    };
    if !store::claim(tx, &claim, now)? {
        let recorded = store::find(tx, &command.reference)?;
        return Ok(earlier(recorded, &fingerprint));
    }
    let reply = bring_back(tx, command, now)?;
    store::record(tx, &command.reference, &reply)?;
    Ok(Done { reply, replayed: false })
}

fn bring_back(tx: &mut Tx<'_>, command: &Release, now: Timestamp) -> Result<Reply, Error> {
    let moved = Reply::Moved { low: Vec::new() };
    match state_of(tx, &command.of, now)? {
        DeductState::Nothing => return Ok(moved),
        DeductState::Replaced => {}
        DeductState::Holds => {
            if let Some(sku) = inventory::without_stock(tx, &command.lines)? {
                return Ok(Reply::UnknownSku { sku });
            }
            if store::mark_released(tx, &command.of)? {
                put_back(tx, (&command.reference, command.kind), &command.lines, now)?;
                return Ok(moved);
            }
        }
    }
    Ok(Reply::Void { why: format!("{} has been replaced", command.of) })
}

/// Gives stock back to the books of this database, or tells them that it is kept.
pub(crate) fn put_back(
    tx: &mut Tx<'_>,
    (reference, back): (&str, Back),
    lines: &[StockLine],
    now: Timestamp,
) -> Result<(), Error> {
    match back {
        Back::Kept => inventory::keep(tx, reference, lines, now),
        Back::Release | Back::Return => inventory::give_back(tx, reference, back.into(), lines, now),
    }
}

/// What a deduct that another command names has come to.
enum DeductState {
    /// It took stock.
    Holds,
    /// It took nothing and never will.
    Nothing,
    /// What it took has gone to a later revision.
    Replaced,
}

/// Looks up a deduct that another command names. One that never came as a command, or was refused when it did, may have
/// taken its stock in its order's own transaction, which the ledger knows; one that never came and holds nothing is
/// entombed: when it comes, it is refused.
fn state_of(tx: &mut Tx<'_>, reference: &str, now: Timestamp) -> Result<DeductState, Error> {
    // The tombstone comes first, so that on PostgreSQL a deduct that is under way is waited for.
    let claim = store::Claim { reference, kind: "tombstone", attempt: 0, fingerprint: "", lines: &[] };
    let came = !store::claim(tx, &claim, now)?;
    if came {
        match store::find(tx, reference)? {
            Some(Recorded { replaced: true, .. }) => return Ok(DeductState::Replaced),
            Some(Recorded { tombstone: true, .. }) => return Ok(DeductState::Nothing),
            Some(Recorded { reply: Reply::Moved { .. }, .. }) => return Ok(DeductState::Holds),
            // It was refused or void. What the order holds by this name all the same, it took in its own transaction.
            Some(Recorded { reply: Reply::Insufficient { .. } | Reply::UnknownSku { .. }, .. })
            | Some(Recorded { reply: Reply::Void { .. }, .. })
            | None => {}
        }
    }
    let held = store::held(tx, reference)?;
    if !held.is_empty() {
        store::adopt(tx, reference, &held)?;
        store::record(tx, reference, &Reply::Moved { low: Vec::new() })?;
        return Ok(DeductState::Holds);
    }
    if !came {
        let why = format!("{reference} was given back before it came");
        store::record(tx, reference, &Reply::Void { why })?;
    }
    Ok(DeductState::Nothing)
}

/// The reply to a command whose `ref` is taken.
fn earlier(recorded: Option<Recorded>, fingerprint: &str) -> Done {
    let reply = match recorded {
        Some(recorded) if recorded.fingerprint == fingerprint || recorded.tombstone => recorded.reply,
        _ => Reply::Void { why: "the ref belongs to another command".to_owned() },
    };
    Done { reply, replayed: true }
}

/// What tells a repeat from another command under the same `ref`.
fn fingerprint(command: &impl Serialize) -> String {
    // A struct with named fields: serde_json always writes it.
    let text = serde_json::to_vec(command).unwrap_or_default();
    Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
