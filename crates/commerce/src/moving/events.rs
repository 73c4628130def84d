//! Events of before: they go into the log, from which everything else follows, and no further here. Lines that were appended and not
//! noted are appended again with the same ids, and count once. Lines may be totals of days, too, which are kept beside the log.

use std::fmt::Debug;

use async_trait::async_trait;
use kassa_access::changes::Asked;
use kassa_db::Db;
use kassa_model::Timestamp;
use kassa_service::Problem;
use serde_json::value::RawValue;

use super::batch::{Counts, Refused};
use super::body::{Line, Lines};
use super::run::{self, Taken};
use super::store;
use super::undo::Undone;
use crate::act::Failed;

/// Whoever makes events of lines and keeps them.
#[async_trait]
pub trait Events: Debug + Send + Sync {
    /// Which lines of a batch are neither events nor totals that can be kept, and why.
    ///
    /// # Errors
    /// Why it cannot be told now.
    async fn check(&self, batch: &str, lines: &[(i64, Box<RawValue>)]) -> Result<Vec<(i64, String)>, String>;

    /// Appends the lines of a batch to the log, durably, and keeps its totals; those that are neither, and why.
    ///
    /// # Errors
    /// Why they are not taken now; they may come again.
    async fn append(&self, batch: &str, lines: &[(i64, Box<RawValue>)])
    -> Result<Vec<(i64, String)>, String>;

    /// Forgets the totals of a batch; how many there were. What is in the log stays there.
    ///
    /// # Errors
    /// Why it cannot be done now.
    async fn forget(&self, batch: &str) -> Result<u64, String>;
}

/// What would become of lines.
pub(super) async fn look(events: &dyn Events, lines: &[Line]) -> Result<Taken, Problem> {
    let (good, mut refused) = split(lines);
    let wrong = events.check("events", &good).await.map_err(|why| Problem::unavailable(why, 5))?;
    refused.extend(wrong.into_iter().map(|(line, why)| Refused { line, why }));
    refused.sort_by_key(|line| line.line);
    Ok(taken(lines.last().map_or(0, |line| line.line), lines.len(), refused))
}

/// Takes back the totals of days of a batch. One that has none stays as it is: its events are in the log.
pub(super) async fn undo(
    (db, events): (&Db, &dyn Events),
    id: String,
    asked: Option<Asked>,
    now: Timestamp,
) -> Result<Undone, Problem> {
    let known = id.clone();
    let batch = db.read(move |tx| run::known(tx, &known)).await?;
    let forgotten = events.forget(&id).await.map_err(|why| Problem::unavailable(why, 5))?;
    if forgotten > 0 && batch.undone_at.is_none() {
        db.write(move |tx| Ok::<_, Failed>(run::end(tx, &batch, asked.as_ref(), now)?)).await?;
    }
    Ok(Undone { undone: usize::try_from(forgotten).unwrap_or(usize::MAX), finished: true })
}

/// Brings lines in, unless they were before.
pub(super) async fn take(
    (db, events): (&Db, &dyn Events),
    id: String,
    (ask, asked): (Lines, Option<Asked>),
    now: Timestamp,
) -> Result<Taken, Problem> {
    let known = id.clone();
    let batch = db.read(move |tx| run::known(tx, &known)).await?;
    if batch.undone_at.is_some() || batch.finished_at.is_some() || batch.done_to != ask.from {
        return Ok(taken(batch.done_to, 0, Vec::new()));
    }
    let (good, mut refused) = split(&ask.lines);
    let wrong = events.append(&id, &good).await.map_err(|why| Problem::unavailable(why, 5))?;
    refused.extend(wrong.into_iter().map(|(line, why)| Refused { line, why }));
    refused.sort_by_key(|line| line.line);
    let done = taken(ask.to, ask.lines.len(), refused.clone());
    let (counts, range, finished) = (done.counts(), (ask.from, ask.to), ask.finished);
    let noted = db.write(move |tx| {
        if !store::advance(tx, &id, range)? {
            return Ok::<_, Failed>(false);
        }
        for line in &refused {
            store::refuse(tx, &batch, line)?;
        }
        store::count(tx, &id, counts)?;
        if finished {
            run::finish(tx, &id, asked.as_ref(), now)?;
        }
        Ok(true)
    });
    Ok(if noted.await? { done } else { taken(range.1, 0, Vec::new()) })
}

fn taken(done_to: i64, lines: usize, refused: Vec<Refused>) -> Taken {
    let count = |some: usize| i64::try_from(some).unwrap_or(i64::MAX);
    let made = count(lines.saturating_sub(refused.len()));
    Taken::new(done_to, Counts { made, refused: count(refused.len()), ..Counts::default() }, refused)
}

fn split(lines: &[Line]) -> (Vec<(i64, Box<RawValue>)>, Vec<Refused>) {
    let (mut good, mut refused) = (Vec::with_capacity(lines.len()), Vec::new());
    for line in lines {
        match &line.item {
            Ok(raw) => good.push((line.line, raw.clone())),
            Err(why) => refused.push(Refused { line: line.line, why: why.clone() }),
        }
    }
    (good, refused)
}
