//! The loop: gather records, fold them while the last batch is being committed, commit, mark the log; and what to do when
//! something fails.
//!
//! ```text
//! log.next ──► waiting ──(250 ms or full)──► fold ──► ready ──(one a partition)──► store.insert ──► log.commit
//! ```
//! At most one batch waits, and of each partition one is ready and one under way, so memory is bounded while the store is
//! slow or gone.

use std::collections::BTreeMap;

use bytes::Bytes;
use kassa_eventlog::{Delivery, Epoch, Limits, Offset, Partition, Subscription};
use kassa_model::Timestamp;
use tokio::time::Instant;
use uuid::Uuid;

use super::flight::{Flight, Flights, Landing, Ready};
use super::fold::Fold;
use super::parts::{Halt, Parts};
use super::status::{PartitionMoment, ProcessorState};
use super::steps::Tools;

/// Where a replay ends, and whom it tells how far it is.
pub(super) struct Goal<'a> {
    /// Per partition, the position at which everything is read.
    pub(super) ends: BTreeMap<Partition, Offset>,
    /// Called after each commit with the records that it took and their newest receipt.
    pub(super) progress: &'a mut (dyn FnMut(u64, Option<Timestamp>) + Send),
}

/// One run over the partitions of a subscription.
pub(super) struct Driver<'a> {
    pub(super) parts: Parts<'a>,
    pub(super) subscription: Box<dyn Subscription>,
    pub(super) goal: Option<Goal<'a>>,
    pub(super) held: BTreeMap<Partition, Held>,
    pub(super) tools: Tools,
    pub(super) flights: Flights,
}

/// A partition that is this processor's.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) epoch: Epoch,
    pub(super) log_id: Uuid,
    pub(super) fold: Fold,
    /// Where the store stands once all that was folded is committed.
    pub(super) from: Offset,
    pub(super) waiting: Vec<(Offset, Bytes)>,
    pub(super) waiting_bytes: usize,
    pub(super) ready: Option<Ready>,
    /// When the last batch was sent to the store.
    pub(super) launched: Instant,
    /// Failures in a row.
    pub(super) failures: u32,
}

/// What woke the loop.
enum Event {
    Landed(Landing),
    Delivered(Result<Delivery, kassa_eventlog::Error>),
    Due,
    Shutdown,
}

impl<'a> Driver<'a> {
    pub(super) fn new(parts: Parts<'a>, subscription: Box<dyn Subscription>, goal: Option<Goal<'a>>) -> Self {
        let (held, tools) = (BTreeMap::new(), Tools::default());
        Self { parts, subscription, goal, held, tools, flights: Flights::new() }
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
                    if failures > 0 && self.flights.is_empty() && !self.held.is_empty() {
                        self.parts.board.set_state(ProcessorState::Running);
                    }
                    failures = 0;
                    self.take(delivery).await?;
                }
                Event::Delivered(Err(error)) => self.parts.log_failed(error, &mut failures).await?,
                Event::Shutdown => return Err(Halt::Shutdown),
            }
        }
    }

    /// Starts what is due: the commits of batches that are ready, the fold of one that waits.
    async fn advance(&mut self) -> Result<(), Halt> {
        loop {
            for (partition, held) in &mut self.held {
                if !self.flights.contains_key(partition)
                    && let Some(ready) = held.ready.take()
                {
                    held.launched = Instant::now();
                    self.flights.insert(*partition, Flight::launch(ready, &self.parts.store));
                }
            }
            let Some(partition) = self.due() else { return Ok(()) };
            self.fold(partition).await?;
        }
    }

    /// The partition whose waiting records are to be folded now.
    fn due(&self) -> Option<Partition> {
        let (now, full) = (Instant::now(), !self.has_room());
        let foldable = self.held.iter().filter(|(partition, held)| self.can_fold(**partition, held));
        let due = foldable.filter(|(_, held)| full || now >= held.launched + self.parts.flush_every());
        due.max_by_key(|(_, held)| held.waiting.len()).map(|(partition, _)| *partition)
    }

    /// Sealing needs everything to be committed, so a fold that wants it waits for the batch under way.
    fn can_fold(&self, partition: Partition, held: &Held) -> bool {
        let in_flight = self.flights.contains_key(&partition);
        !held.waiting.is_empty() && held.ready.is_none() && !(in_flight && held.fold.wants_seal())
    }

    fn has_room(&self) -> bool {
        let (rows, bytes) = self
            .held
            .values()
            .fold((0, 0), |sum, held| (sum.0 + held.waiting.len(), sum.1 + held.waiting_bytes));
        rows < self.parts.options.batch_rows_max && bytes < self.parts.options.batch_bytes_max
    }

    async fn wait(&mut self) -> Event {
        let (shutdown, room, limits) = (self.parts.shutdown.clone(), self.has_room(), self.limits());
        let flush_every = self.parts.flush_every();
        let foldable = self.held.iter().filter(|(partition, held)| self.can_fold(**partition, held));
        let due = foldable.map(|(_, held)| held.launched + flush_every).min();
        let Self { flights, subscription, .. } = self;
        tokio::select! {
            biased;
            () = shutdown.wait() => Event::Shutdown,
            landing = Flight::landing(flights) => Event::Landed(landing),
            () = sleep_until(due) => Event::Due,
            delivery = subscription.next(limits), if room => Event::Delivered(delivery),
        }
    }

    fn limits(&self) -> Limits {
        let rows: usize = self.held.values().map(|held| held.waiting.len()).sum();
        let bytes: usize = self.held.values().map(|held| held.waiting_bytes).sum();
        let options = self.parts.options;
        Limits {
            records_max: options.batch_rows_max.saturating_sub(rows).max(1),
            bytes_max: options.batch_bytes_max.saturating_sub(bytes).max(1),
            wait: self.parts.flush_every(),
        }
    }

    async fn take(&mut self, delivery: Delivery) -> Result<(), Halt> {
        match delivery {
            Delivery::Assigned { partition, epoch } => {
                self.drop_partition(partition);
                let fold = Fold::new(partition, self.parts.options.fold());
                self.take_up(partition, epoch, fold).await?;
            }
            Delivery::Revoked { partition } => {
                self.drop_partition(partition);
                if self.held.is_empty() {
                    let why = format!("partition {partition} is held by another subscriber");
                    self.parts.board.set_state(ProcessorState::Retrying(why));
                }
            }
            Delivery::Records { partition, epoch, records } => {
                let held = self.held.get_mut(&partition).filter(|held| held.epoch == epoch);
                if let Some(held) = held {
                    held.waiting_bytes += records.iter().map(|(_, payload)| payload.len()).sum::<usize>();
                    held.waiting.extend(records);
                }
            }
            Delivery::Idle => {}
        }
        Ok(())
    }

    pub(super) fn drop_partition(&mut self, partition: Partition) {
        self.held.remove(&partition);
        self.parts.board.remove_partition(partition);
    }

    /// Whether a replay has reached its goal: it has read up to there, and all of that is committed.
    fn is_done(&self) -> bool {
        let Some(goal) = &self.goal else { return false };
        let quiet = |held: &Held| held.waiting.is_empty() && held.ready.is_none();
        let reached = |(partition, end): (&Partition, &Offset)| {
            let is_read = self.subscription.position(*partition) >= Some(*end);
            is_read && self.held.get(partition).is_some_and(quiet)
        };
        self.flights.is_empty() && goal.ends.iter().all(reached)
    }
}

impl Held {
    /// What is shown of the partition while the store stands at `position`.
    pub(super) fn moment(&self, position: Offset) -> PartitionMoment {
        let (dedupe, sessions) = self.fold.status();
        PartitionMoment { position, received_at: self.fold.latest(), dedupe, sessions }
    }
}

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
