//! From waiting records to a batch that is ready for the store.

use std::ops::Range;

use bytes::Bytes;
use kassa_eventlog::{Offset, Partition};
use kassa_eventstore::Lookup;
use kassa_model::Timestamp;
use kassa_service::Shutdown;
use tokio::time::Instant;

use super::assigned::Assigned;
use super::decoded::Decoded;
use super::environment::{Environment, Halt};
use super::flight::{Manifest, Ready};
use super::fold::{Fold, Folded, RECORDS_BETWEEN_LOOKS};
use super::questions::{Answers, Questions};
use super::steps::Tools;

/// Batches of fewer records are folded where they are; larger ones on a thread of their own, so that no other task of the
/// process waits for them.
const INLINE_RECORDS_MAX: usize = 64;

/// A batch between reading and folding, with the memory that it is folded with.
struct Opened {
    fold: Fold,
    decoded: Vec<Decoded>,
    questions: Questions,
}

/// Folds what waits of a partition; its batch is then ready. A signal to stop is heard in the midst of it: nothing of
/// the batch is then stored.
pub(super) async fn fold(
    environment: &Environment<'_>,
    tools: &mut Tools,
    partition: Partition,
    mut assigned: Assigned,
) -> Result<Assigned, Halt> {
    let records = std::mem::take(&mut assigned.waiting);
    assigned.waiting_bytes = 0;
    let to = records.last().map_or(assigned.from, |(last, _)| last.after());
    let (from, size) = (assigned.from, records.len());

    let (copies, fold, stop) = (records.clone(), assigned.fold, environment.shutdown.clone());
    let opened = offload(size, move || open(fold, copies, &stop)).await.ok_or(Halt::Shutdown)?;
    let answers = ask(environment, partition, &opened.questions).await?;
    let (taken, stop) = (std::mem::take(tools), environment.shutdown.clone());
    let (fold, taken, folded) = offload(size, move || close(opened, &answers, taken, &stop)).await;
    (assigned.fold, *tools, assigned.from) = (fold, taken, to);

    let Folded { rows, rejected, counts, state, decisions } = folded.ok_or(Halt::Shutdown)?;
    let manifest = Manifest {
        partition,
        epoch: assigned.epoch,
        log_id: assigned.log_id,
        from,
        to,
        records,
        decisions,
        counts,
        state,
    };
    assigned.ready = Some(Ready { manifest, rows, rejected });
    Ok(assigned)
}

/// Builds a batch again that the store could not take, from the log's bytes.
pub(super) async fn rebuild(
    tools: &mut Tools,
    manifest: Manifest,
    mut assigned: Assigned,
) -> (Assigned, Ready) {
    let (mut fold, mut taken) = (assigned.fold, std::mem::take(tools));
    let size = manifest.records.len();
    let work = move || {
        let (rows, rejected) = fold.rebuild(&manifest.records, &manifest.decisions, &mut taken);
        (fold, taken, Ready { manifest, rows, rejected })
    };
    let (fold, taken, ready) = offload(size, work).await;
    (assigned.fold, *tools, assigned.launched) = (fold, taken, Instant::now());
    (assigned, ready)
}

/// Asks the store, trying until it answers.
async fn ask(
    environment: &Environment<'_>,
    partition: Partition,
    questions: &Questions,
) -> Result<Answers, Halt> {
    if questions.is_empty() {
        return Ok(Answers::default());
    }
    let [of_window, for_ever] = &questions.asks;
    let of_window = seen(environment, partition, of_window, questions.within(0)).await?;
    let for_ever = seen(environment, partition, for_ever, questions.within(1)).await?;
    Ok(questions.answered([of_window, for_ever]))
}

async fn seen(
    environment: &Environment<'_>,
    partition: Partition,
    lookups: &[Lookup],
    within: Range<Timestamp>,
) -> Result<Vec<Option<i64>>, Halt> {
    let mut failures = 0;
    if lookups.is_empty() {
        return Ok(Vec::new());
    }
    loop {
        let asked = environment.store.seen(partition, lookups.to_vec(), within.clone());
        match environment.unless_stopped(asked).await? {
            Ok(hours) => return Ok(hours),
            Err(error) => environment.pause(error.to_string(), &mut failures).await?,
        }
    }
}

/// Decodes records and finds out what must be asked. Seals ids first where that is due: the loop sees to it that all of
/// them are committed then. `None` when it is to stop.
fn open(mut fold: Fold, records: Vec<(Offset, Bytes)>, stop: &Shutdown) -> Option<Opened> {
    if fold.wants_seal() {
        fold.seal();
    }
    let mut decoded = Vec::with_capacity(records.len());
    for (place, (offset, payload)) in records.into_iter().enumerate() {
        if place.is_multiple_of(RECORDS_BETWEEN_LOOKS) && stop.is_triggered() {
            return None;
        }
        decoded.push(Decoded::new(offset, payload));
    }
    let questions = fold.questions(&decoded);
    Some(Opened { fold, decoded, questions })
}

fn close(
    opened: Opened,
    answers: &Answers,
    mut tools: Tools,
    stop: &Shutdown,
) -> (Fold, Tools, Option<Folded>) {
    let Opened { mut fold, decoded, .. } = opened;
    let folded = fold.run(decoded, answers, &mut tools, stop);
    (fold, tools, folded)
}

/// Runs `work` here when it is small, else on a thread for blocking work.
async fn offload<T: Send + 'static>(records: usize, work: impl FnOnce() -> T + Send + 'static) -> T {
    if records <= INLINE_RECORDS_MAX {
        return work();
    }
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(why) => match why.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Only while the runtime is going down, and with it whoever would use the result.
            Err(_) => std::future::pending().await,
        },
    }
}
