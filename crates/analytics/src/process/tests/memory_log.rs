//! A log in memory with one partition, gaps between offsets, and faults on demand.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use bytes::Bytes;
use kassa_eventlog::{
    Delivery, Epoch, Error, EventLog, GroupStatus, Limits, Offset, PartitionStatus, Position, Queued, Record,
    Status, Stream, Subscription,
};
use tokio::sync::watch;
use uuid::Uuid;

use crate::process::testing::LOG;

/// The log.
#[derive(Debug, Clone)]
pub(super) struct MemoryLog(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    state: Mutex<State>,
    changed: watch::Sender<u64>,
}

/// What a test may set.
#[derive(Debug)]
pub(super) struct State {
    pub(super) log_id: Uuid,
    pub(super) records: Vec<(Offset, Bytes)>,
    pub(super) end: Offset,
    pub(super) marked: Offset,
    /// The next read fails with this.
    pub(super) broken: Option<Error>,
    /// So many of the next reads bring nothing in their time, though there is something.
    pub(super) slow: u32,
    epoch: u64,
}

#[derive(Debug)]
struct Reading {
    log: MemoryLog,
    /// `None` beside the group.
    epoch: Option<u64>,
    next: Offset,
    told: bool,
    lost: bool,
    paused: bool,
}

impl MemoryLog {
    pub(super) fn new(records: Vec<(Offset, Bytes)>) -> Self {
        let end = records.last().map_or(Offset::START, |(offset, _)| offset.after());
        let (log_id, marked) = (LOG, Offset::START);
        let state = Mutex::new(State { log_id, records, end, marked, broken: None, slow: 0, epoch: 0 });
        Self(Arc::new(Inner { state, changed: watch::Sender::new(0) }))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }

    /// Adds records as they are.
    pub(super) fn extend(&self, records: &[(Offset, Bytes)]) {
        let mut state = self.state();
        state.records.extend_from_slice(records);
        state.end = state.records.last().map_or(state.end, |(offset, _)| offset.after());
        drop(state);
        self.touch();
    }

    /// Makes readers look again.
    pub(super) fn touch(&self) {
        self.0.changed.send_modify(|count| *count += 1);
    }
}

#[async_trait]
impl EventLog for MemoryLog {
    async fn queue(&self, _: Stream, records: Vec<Record>) -> Result<Queued, Error> {
        let mut state = self.state();
        let mut positions = Vec::new();
        for record in records {
            let offset = Offset(state.end.0 + 3);
            state.records.push((offset, record.payload));
            state.end = offset.after();
            positions.push(Position { partition: 0, offset });
        }
        drop(state);
        self.touch();
        Ok(Queued::new(std::future::ready(Ok(positions))))
    }

    async fn subscribe(&self, _: Stream, _: &str) -> Result<Box<dyn Subscription>, Error> {
        let mut state = self.state();
        state.epoch += 1;
        let epoch = state.epoch;
        drop(state);
        self.touch();
        let epoch = Some(epoch);
        Ok(Box::new(Reading {
            log: self.clone(),
            epoch,
            next: Offset::START,
            told: false,
            lost: false,
            paused: false,
        }))
    }

    fn read(&self, _: Stream) -> Box<dyn Subscription> {
        Box::new(Reading {
            log: self.clone(),
            epoch: None,
            next: Offset::START,
            told: false,
            lost: false,
            paused: false,
        })
    }

    async fn status(&self, _: Stream) -> Result<Status, Error> {
        let state = self.state();
        let lag = state.records.iter().filter(|(offset, _)| *offset >= state.marked).count() as u64;
        let group = GroupStatus { group: "processor".to_owned(), next: state.marked, lag_records: lag };
        let partition = PartitionStatus {
            partition: 0,
            first: state.records.first().map_or(state.end, |(offset, _)| *offset),
            end: state.end,
            records: state.records.len() as u64,
            bytes: None,
            groups: vec![group],
        };
        Ok(Status { log_id: state.log_id, partitions: vec![partition] })
    }
}

impl Reading {
    fn look(&mut self, limits: Limits) -> Result<Option<Delivery>, Error> {
        let mut state = self.log.state();
        if self.is_lost(&state) {
            let first = !std::mem::replace(&mut self.lost, true);
            return Ok(first.then_some(Delivery::Revoked { partition: 0 }));
        }
        if !self.told {
            self.told = true;
            return Ok(Some(Delivery::Assigned { partition: 0, epoch: Epoch(self.epoch.unwrap_or(0)) }));
        }
        if let Some(error) = state.broken.take() {
            return Err(error);
        }
        if self.paused {
            return Ok(None);
        }
        if state.slow > 0 {
            state.slow -= 1;
            return Ok(Some(Delivery::Idle));
        }
        let next = self.next;
        let found = state.records.iter().filter(|(offset, _)| *offset >= next);
        let records: Vec<_> = found.take(limits.records_max).cloned().collect();
        let Some((last, _)) = records.last() else { return Ok(None) };
        self.next = last.after();
        Ok(Some(Delivery::Records { partition: 0, epoch: Epoch(self.epoch.unwrap_or(0)), records }))
    }

    fn check(&self) -> Result<MutexGuard<'_, State>, Error> {
        let state = self.log.state();
        if self.is_lost(&state) { Err(Error::Fenced(0)) } else { Ok(state) }
    }

    fn is_lost(&self, state: &State) -> bool {
        self.epoch.is_some_and(|epoch| epoch != state.epoch)
    }
}

#[async_trait]
impl Subscription for Reading {
    async fn next(&mut self, limits: Limits) -> Result<Delivery, Error> {
        let deadline = tokio::time::Instant::now() + limits.wait;
        let mut changed = self.log.0.changed.subscribe();
        loop {
            changed.mark_unchanged();
            if let Some(delivery) = self.look(limits)? {
                return Ok(delivery);
            }
            if tokio::time::timeout_at(deadline, changed.changed()).await.is_err() {
                return Ok(Delivery::Idle);
            }
        }
    }

    async fn seek(&mut self, _: u32, offset: Offset) -> Result<(), Error> {
        let state = self.check()?;
        let first = state.records.first().map_or(state.end, |(offset, _)| *offset);
        if offset > state.end || offset < first {
            return Err(Error::OutOfRange(format!("the log holds {first} to {}", state.end)));
        }
        drop(state);
        self.next = offset;
        Ok(())
    }

    async fn commit(&mut self, done: &[(u32, Offset)]) -> Result<(), Error> {
        let mut state = self.check()?;
        if self.epoch.is_none() {
            return Ok(());
        }
        state.marked = done.iter().map(|(_, offset)| *offset).max().unwrap_or(state.marked);
        Ok(())
    }

    fn set_paused(&mut self, partitions: BTreeSet<u32>) {
        self.paused = partitions.contains(&0);
    }

    fn position(&self, _: u32) -> Option<Offset> {
        (self.told && !self.is_lost(&self.log.state())).then_some(self.next)
    }
}
