//! The loop: gather records, fold them while the last batch is being committed, commit, mark the log; and what to do when
//! something fails.
//!
//! ```text
//! log.next ──► waiting ──(250 ms or full)──► fold ──► ready ──(one a partition)──► store.insert ──► log.commit
//! ```
//! At most one batch waits, and of each partition one is ready and one under way, so memory is bounded while the store is
//! slow or gone. A partition whose batches wait for the store is not read on: the room for what waits is the others'.

use std::collections::BTreeMap;
use std::time::Duration;

use kassa_eventlog::{Delivery, Epoch, Limits, Offset, Partition, Subscription};
use kassa_eventstore::InsertError;
use kassa_model::{Timestamp, failpoint};
use tokio::time::Instant;

use super::assigned::Assigned;
use super::environment::{Environment, Halt, backoff};
use super::flight::{Flight, Flights, Landing, Manifest};
use super::fold::Fold;
use super::folding::{fold, rebuild};
use super::status::ProcessorState;
use super::steps::Tools;
use super::takeup::take_up;

/// How long a commit under way may still take after the signal to stop.
const LAST_COMMIT: Duration = Duration::from_secs(10);

/// Where a replay ends, and whom it tells how far it is.
pub(super) struct Goal<'a> {
    /// Per partition, the position at which everything is read.
    pub(super) ends: BTreeMap<Partition, Offset>,
    /// Called after each commit with the records that it took and their newest receipt.
    pub(super) progress: &'a mut (dyn FnMut(u64, Option<Timestamp>) + Send),
}

/// One run over the partitions of a subscription.
pub(super) struct Driver<'a> {
    environment: Environment<'a>,
    subscription: Box<dyn Subscription>,
    goal: Option<Goal<'a>>,
    assigned: BTreeMap<Partition, Assigned>,
    tools: Tools,
    flights: Flights,
}

/// What woke the loop.
enum Event {
    Landed(Landing),
    Delivered(Result<Delivery, kassa_eventlog::Error>),
    Due,
    Shutdown,
}

impl<'a> Driver<'a> {
    pub(super) fn new(
        environment: Environment<'a>,
        subscription: Box<dyn Subscription>,
        goal: Option<Goal<'a>>,
    ) -> Self {
        let (assigned, tools) = (BTreeMap::new(), Tools::default());
        Self { environment, subscription, goal, assigned, tools, flights: Flights::new() }
    }

    /// Runs until the goal, the signal to stop, or a failure that only a person can mend.
    pub(super) async fn run(mut self) -> Result<(), Halt> {
        let ended = self.go_on().await;
        if matches!(ended, Err(Halt::Shutdown)) {
            self.finish().await;
        }
        ended
    }

    async fn go_on(&mut self) -> Result<(), Halt> {
        let mut failures = 0;
        loop {
            self.advance().await?;
            if self.is_done() {
                return Ok(());
            }
            match self.wait().await {
                Event::Due => {}
                Event::Landed(landing) => self.settle(landing).await?,
                Event::Delivered(Ok(delivery)) => {
                    if failures > 0 && self.flights.is_empty() && !self.assigned.is_empty() {
                        self.environment.board.set_state(ProcessorState::Running);
                    }
                    failures = 0;
                    self.take(delivery).await?;
                }
                Event::Delivered(Err(error)) => self.environment.log_failed(error, &mut failures).await?,
                Event::Shutdown => return Err(Halt::Shutdown),
            }
        }
    }

    /// Starts what is due: the commits of batches that are ready, the fold of one that waits.
    async fn advance(&mut self) -> Result<(), Halt> {
        loop {
            for (partition, assigned) in &mut self.assigned {
                if !self.flights.contains_key(partition)
                    && let Some(ready) = assigned.ready.take()
                {
                    assigned.launched = Instant::now();
                    self.flights.insert(*partition, Flight::launch(ready, &self.environment.store));
                }
            }
            let Some(partition) = self.due() else { return Ok(()) };
            self.fold(partition).await?;
        }
    }

    /// The partition whose waiting records are to be folded now.
    fn due(&self) -> Option<Partition> {
        let (now, full) = (Instant::now(), !self.has_room());
        let foldable =
            self.assigned.iter().filter(|(partition, assigned)| self.can_fold(**partition, assigned));
        let due = foldable
            .filter(|(_, assigned)| full || now >= assigned.launched + self.environment.flush_every());
        due.max_by_key(|(_, assigned)| assigned.waiting.len()).map(|(partition, _)| *partition)
    }

    /// Sealing needs everything to be committed, so a fold that wants it waits for the batch under way.
    fn can_fold(&self, partition: Partition, assigned: &Assigned) -> bool {
        !assigned.waiting.is_empty() && assigned.ready.is_none() && !self.is_held_up(partition, assigned)
    }

    /// Whether nothing more of a partition can be folded before the store has answered.
    fn is_held_up(&self, partition: Partition, assigned: &Assigned) -> bool {
        self.flights.contains_key(&partition) && (assigned.ready.is_some() || assigned.fold.wants_seal())
    }

    fn has_room(&self) -> bool {
        let (rows, bytes) = self
            .assigned
            .values()
            .fold((0, 0), |sum, assigned| (sum.0 + assigned.waiting.len(), sum.1 + assigned.waiting_bytes));
        rows < self.environment.options.batch_rows_max && bytes < self.environment.options.batch_bytes_max
    }

    /// Folds what waits of a partition. Should it be told to stop meanwhile, the partition is dropped.
    async fn fold(&mut self, partition: Partition) -> Result<(), Halt> {
        let Some(assigned) = self.assigned.remove(&partition) else { return Ok(()) };
        let assigned = fold(&self.environment, &mut self.tools, partition, assigned).await?;
        self.assigned.insert(partition, assigned);
        Ok(())
    }

    async fn wait(&mut self) -> Event {
        let (shutdown, room, limits) = (self.environment.shutdown.clone(), self.has_room(), self.limits());
        let flush_every = self.environment.flush_every();
        let foldable =
            self.assigned.iter().filter(|(partition, assigned)| self.can_fold(**partition, assigned));
        let due = foldable.map(|(_, assigned)| assigned.launched + flush_every).min();
        let held_up =
            self.assigned.iter().filter(|(partition, assigned)| self.is_held_up(**partition, assigned));
        let held_up = held_up.map(|(partition, _)| *partition).collect();
        let Self { flights, subscription, .. } = self;
        subscription.set_paused(held_up);
        tokio::select! {
            biased;
            () = shutdown.wait() => Event::Shutdown,
            landing = Flight::landing(flights) => Event::Landed(landing),
            () = sleep_until(due) => Event::Due,
            delivery = subscription.next(limits), if room => Event::Delivered(delivery),
        }
    }

    fn limits(&self) -> Limits {
        let rows: usize = self.assigned.values().map(|assigned| assigned.waiting.len()).sum();
        let bytes: usize = self.assigned.values().map(|assigned| assigned.waiting_bytes).sum();
        let options = self.environment.options;
        Limits {
            records_max: options.batch_rows_max.saturating_sub(rows).max(1),
            bytes_max: options.batch_bytes_max.saturating_sub(bytes).max(1),
            wait: self.environment.flush_every(),
        }
    }

    async fn take(&mut self, delivery: Delivery) -> Result<(), Halt> {
        match delivery {
            Delivery::Assigned { partition, epoch } => {
                self.drop_partition(partition);
                let fold = Fold::new(partition, self.environment.options.fold());
                self.take_up(partition, epoch, fold).await?;
            }
            Delivery::Revoked { partition } => {
                self.drop_partition(partition);
                if self.assigned.is_empty() {
                    let why = format!("partition {partition} is held by another subscriber");
                    self.environment.board.set_state(ProcessorState::Retrying(why));
                }
            }
            Delivery::Records { partition, epoch, records } => {
                let assigned = self.assigned.get_mut(&partition).filter(|assigned| assigned.epoch == epoch);
                if let Some(assigned) = assigned {
                    assigned.waiting_bytes += records.iter().map(|(_, payload)| payload.len()).sum::<usize>();
                    assigned.waiting.extend(records);
                }
            }
            Delivery::Idle => {}
        }
        Ok(())
    }

    /// Takes up a partition where the store stands, with a fold that is empty.
    async fn take_up(&mut self, partition: Partition, epoch: Epoch, fold: Fold) -> Result<(), Halt> {
        let subscription = self.subscription.as_mut();
        let assigned = take_up(&self.environment, subscription, partition, epoch, fold).await?;
        self.assigned.extend(assigned.map(|assigned| (partition, assigned)));
        Ok(())
    }

    /// Drops a partition's memory and takes up what the store holds: after a conflict, or when it is not known what the
    /// store has.
    async fn take_up_again(&mut self, partition: Partition) -> Result<(), Halt> {
        let Some(mut assigned) = self.assigned.remove(&partition) else { return Ok(()) };
        let failures = assigned.failures;
        self.take_up(partition, assigned.epoch, assigned.fold.emptied()).await?;
        if let Some(assigned) = self.assigned.get_mut(&partition) {
            assigned.failures = failures;
        }
        Ok(())
    }

    fn drop_partition(&mut self, partition: Partition) {
        self.assigned.remove(&partition);
        self.environment.board.remove_partition(partition);
    }

    /// Whether a replay has reached its goal: it has read up to there, and all of that is committed.
    fn is_done(&self) -> bool {
        let Some(goal) = &self.goal else { return false };
        let quiet = |assigned: &Assigned| assigned.waiting.is_empty() && assigned.ready.is_none();
        let reached = |(partition, end): (&Partition, &Offset)| {
            let is_read = self.subscription.position(*partition) >= Some(*end);
            is_read && self.assigned.get(partition).is_some_and(quiet)
        };
        self.flights.is_empty() && goal.ends.iter().all(reached)
    }

    /// Acts on the store's answer.
    async fn settle(&mut self, landing: Landing) -> Result<(), Halt> {
        let (manifest, took, answer) = match landing {
            Landing::Again(manifest) => {
                self.launch_again(manifest).await;
                return Ok(());
            }
            Landing::Answered(manifest, took, answer) => (manifest, took, answer),
        };
        let partition = manifest.partition;
        let Some(assigned) =
            self.assigned.get_mut(&partition).filter(|assigned| assigned.epoch == manifest.epoch)
        else {
            return Ok(());
        };
        match answer {
            Ok(()) => self.committed(manifest, took).await,
            Err(InsertError::Unavailable(why)) => {
                assigned.failures = assigned.failures.saturating_add(1);
                let pause = backoff(self.environment.options, assigned.failures);
                self.environment.board.set_state(ProcessorState::Retrying(why));
                self.flights.insert(partition, Flight::again(manifest, pause));
                Ok(())
            }
            Err(InsertError::Rejected { row, why }) => {
                let Some(offset) = manifest.offset_of_row(row) else {
                    let why = format!("the store rejects row {row}, which is none of the batch: {why}");
                    return self.start_over(partition, why).await;
                };
                tracing::warn!(partition, %offset, why, "the store refuses a row: it becomes a dead letter");
                assigned.fold.set_unstorable(offset, why);
                self.take_up_again(partition).await
            }
            Err(error @ (InsertError::Conflict(_) | InsertError::Unknown(_))) => {
                self.start_over(partition, error.to_string()).await
            }
        }
    }

    /// Waits for the commits under way, so that they need not be found out at the next start.
    async fn finish(&mut self) {
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
        self.environment.board.count(&manifest.counts.by_outcome(), took.as_secs_f64());
        self.environment.board.time_steps(self.tools.seconds());
        if self.flights.values().all(Flight::is_under_way) {
            self.environment.board.set_state(ProcessorState::Running);
        }
        if let Some(assigned) = self.assigned.get_mut(&partition) {
            assigned.failures = 0;
            assigned.fold.committed(manifest.to);
            self.environment.board.set_partition(partition, assigned.moment(manifest.to));
        }
        if let Some(goal) = &mut self.goal {
            let received = self.assigned.get(&partition).and_then(|assigned| assigned.fold.latest());
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

    /// Sends a batch again that the store could not take.
    async fn launch_again(&mut self, manifest: Manifest) {
        let partition = manifest.partition;
        let Some(mut assigned) = self.assigned.remove(&partition) else { return };
        if assigned.epoch == manifest.epoch {
            let ready;
            (assigned, ready) = rebuild(&mut self.tools, manifest, assigned).await;
            self.flights.insert(partition, Flight::launch(ready, &self.environment.store));
        }
        self.assigned.insert(partition, assigned);
    }

    /// Drops what is in memory and begins again where the store stands.
    async fn start_over(&mut self, partition: Partition, why: String) -> Result<(), Halt> {
        tracing::warn!(partition, why, "the processor takes up again what the store holds");
        if let Some(assigned) = self.assigned.get_mut(&partition) {
            self.environment.pause(why, &mut assigned.failures).await?;
        }
        self.take_up_again(partition).await
    }
}

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
