//! From waiting records to a commit: the fold, and what to do with the store's answer.

use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use kassa_eventlog::{Offset, Partition};
use kassa_eventstore::{InsertError, Lookup};
use kassa_model::{Timestamp, failpoint};
use kassa_service::Shutdown;
use tokio::time::Instant;

use super::decoded::Decoded;
use super::driver::Driver;
use super::flight::{Flight, Landing, Manifest, Ready};
use super::fold::{Fold, Folded, RECORDS_BETWEEN_LOOKS};
use super::parts::{Halt, backoff};
use super::questions::{Answers, Questions};
use super::status::ProcessorState;
use super::steps::Tools;

/// Batches of fewer records are folded where they are; larger ones on a thread of their own, so that no other task of the
/// process waits for them.
const INLINE_RECORDS_MAX: usize = 64;

/// How long a commit under way may still take after the signal to stop.
const LAST_COMMIT: Duration = Duration::from_secs(10);

/// A batch between reading and folding, with the memory that it is folded with.
struct Opened {
    fold: Fold,
    decoded: Vec<Decoded>,
    questions: Questions,
}

impl Driver<'_> {
    /// Folds what waits of a partition; the batch is then ready. A signal to stop is heard in the midst of it: nothing of
    /// the batch is then stored.
    pub(super) async fn fold(&mut self, partition: Partition) -> Result<(), Halt> {
        let Some(mut held) = self.held.remove(&partition) else { return Ok(()) };
        let records = std::mem::take(&mut held.waiting);
        held.waiting_bytes = 0;
        let to = records.last().map_or(held.from, |(last, _)| last.after());
        let (from, size) = (held.from, records.len());

        let (copies, fold, stop) = (records.clone(), held.fold, self.parts.shutdown.clone());
        let opened = offload(size, move || open(fold, copies, &stop)).await.ok_or(Halt::Shutdown)?;
        let answers = self.ask(partition, &opened.questions).await?;
        let (tools, stop) = (std::mem::take(&mut self.tools), self.parts.shutdown.clone());
        let (fold, tools, folded) = offload(size, move || close(opened, &answers, tools, &stop)).await;
        (held.fold, self.tools, held.from) = (fold, tools, to);

        let Folded { rows, rejected, counts, state, decisions } = folded.ok_or(Halt::Shutdown)?;
        let manifest = Manifest {
            partition,
            epoch: held.epoch,
            log_id: held.log_id,
            from,
            to,
            records,
            decisions,
            counts,
            state,
        };
        held.ready = Some(Ready { manifest, rows, rejected });
        self.held.insert(partition, held);
        Ok(())
    }

    /// Acts on the store's answer.
    pub(super) async fn settle(&mut self, landing: Landing) -> Result<(), Halt> {
        let (manifest, took, answer) = match landing {
            Landing::Again(manifest) => {
                self.launch_again(manifest).await;
                return Ok(());
            }
            Landing::Answered(manifest, took, answer) => (manifest, took, answer),
        };
        let partition = manifest.partition;
        let Some(held) = self.held.get_mut(&partition).filter(|held| held.epoch == manifest.epoch) else {
            return Ok(());
        };
        match answer {
            Ok(()) => self.committed(manifest, took).await,
            Err(InsertError::Unavailable(why)) => {
                held.failures = held.failures.saturating_add(1);
                let pause = backoff(self.parts.options, held.failures);
                self.parts.board.set_state(ProcessorState::Retrying(why));
                self.flights.insert(partition, Flight::again(manifest, pause));
                Ok(())
            }
            Err(InsertError::Rejected { row, why }) => {
                let Some(offset) = manifest.offset_of_row(row) else {
                    let why = format!("the store rejects row {row}, which is none of the batch: {why}");
                    return self.start_over(partition, why).await;
                };
                tracing::warn!(partition, %offset, why, "the store refuses a row: it becomes a dead letter");
                held.fold.set_unstorable(offset, why);
                self.take_up_again(partition).await
            }
            Err(error @ (InsertError::Conflict(_) | InsertError::Unknown(_))) => {
                self.start_over(partition, error.to_string()).await
            }
        }
    }

    /// Waits for the commits under way, so that they need not be found out at the next start.
    pub(super) async fn finish(&mut self) {
        self.flights.retain(|_, flight| flight.is_under_way());
        let until = Instant::now() + LAST_COMMIT;
        while !self.flights.is_empty()
            && let Ok(landing) = tokio::time::timeout_at(until, Flight::landing(&mut self.flights)).await
        {
            if let Landing::Answered(manifest, took, Ok(())) = landing
                && let Err(halt) = self.committed(manifest, took).await
            {
                tracing::warn!(?halt, "the last commit is not marked in the log");
            }
        }
    }

    async fn committed(&mut self, manifest: Manifest, took: Duration) -> Result<(), Halt> {
        failpoint::hit("process.after_insert");
        let partition = manifest.partition;
        self.parts.board.count(&manifest.counts.by_outcome(), took.as_secs_f64());
        self.parts.board.time_steps(self.tools.seconds());
        if self.flights.values().all(Flight::is_under_way) {
            self.parts.board.set_state(ProcessorState::Running);
        }
        if let Some(held) = self.held.get_mut(&partition) {
            held.failures = 0;
            held.fold.committed(manifest.to);
            self.parts.board.set_partition(partition, held.moment(manifest.to));
        }
        if let Some(goal) = &mut self.goal {
            let received = self.held.get(&partition).and_then(|held| held.fold.latest());
            (goal.progress)(manifest.records.len() as u64, received);
        }
        match self.subscription.commit(&[(partition, manifest.to)]).await {
            Ok(()) => failpoint::hit("process.after_commit"),
            Err(kassa_eventlog::Error::Fenced(_)) => self.drop_partition(partition),
            // The mark serves lag and retention only; the next one covers it.
            Err(error) => tracing::warn!(%error, "cannot mark the log"),
        }
        Ok(())
    }

    /// Sends a batch again that the store could not take: its rows are built anew from the log's bytes.
    async fn launch_again(&mut self, manifest: Manifest) {
        let partition = manifest.partition;
        let Some(mut held) = self.held.remove(&partition) else { return };
        if held.epoch == manifest.epoch {
            let (mut fold, mut tools) = (held.fold, std::mem::take(&mut self.tools));
            let size = manifest.records.len();
            let work = move || {
                let (rows, rejected) = fold.rebuild(&manifest.records, &manifest.decisions, &mut tools);
                (fold, tools, Ready { manifest, rows, rejected })
            };
            let (fold, tools, ready) = offload(size, work).await;
            (held.fold, self.tools, held.launched) = (fold, tools, Instant::now());
            self.flights.insert(partition, Flight::launch(ready, &self.parts.store));
        }
        self.held.insert(partition, held);
    }

    /// Drops what is in memory and begins again where the store stands.
    async fn start_over(&mut self, partition: Partition, why: String) -> Result<(), Halt> {
        tracing::warn!(partition, why, "the processor takes up again what the store holds");
        if let Some(held) = self.held.get_mut(&partition) {
            self.parts.pause(why, &mut held.failures).await?;
        }
        self.take_up_again(partition).await
    }

    /// Asks the store, trying until it answers.
    async fn ask(&mut self, partition: Partition, questions: &Questions) -> Result<Answers, Halt> {
        if questions.is_empty() {
            return Ok(Answers::default());
        }
        let [of_window, for_ever] = &questions.asks;
        let of_window = self.seen(partition, of_window, questions.within(0)).await?;
        let for_ever = self.seen(partition, for_ever, questions.within(1)).await?;
        Ok(questions.answered([of_window, for_ever]))
    }

    async fn seen(
        &mut self,
        partition: Partition,
        lookups: &[Lookup],
        within: Range<Timestamp>,
    ) -> Result<Vec<Option<i64>>, Halt> {
        let mut failures = 0;
        if lookups.is_empty() {
            return Ok(Vec::new());
        }
        loop {
            let asked = self.parts.store.seen(partition, lookups.to_vec(), within.clone());
            match self.parts.unless_stopped(asked).await? {
                Ok(hours) => return Ok(hours),
                Err(error) => self.parts.pause(error.to_string(), &mut failures).await?,
            }
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
