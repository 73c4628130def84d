//! One subscriber's reading of a local stream. A new subscription of a group takes every partition over; the former
//! one finds its epochs outdated.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::Instant;

use super::read::{Batch, Cursor, Reader, Wanted};
use super::stream::StreamState;
use crate::{Delivery, Epoch, Error, Limits, Offset, Partition, Subscription};

/// A subscription of a [`LocalLog`](super::LocalLog).
#[derive(Debug)]
pub(crate) struct LocalSubscription {
    stream: Arc<StreamState>,
    /// `None` reads beside all groups: never fenced, no mark.
    group: Option<String>,
    held: Vec<Held>,
    paused: BTreeSet<Partition>,
    /// The partition to look at first, so that none starves.
    turn: usize,
    changes: watch::Receiver<u64>,
}

#[derive(Debug)]
struct Held {
    partition: Partition,
    epoch: Epoch,
    state: State,
    cursor: Cursor,
    /// Read already, not yet delivered.
    ready: VecDeque<(Offset, Bytes)>,
    /// What stopped reading; told after `ready` is delivered.
    broken: Option<Error>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Its assignment was not told yet.
    New,
    Mine,
    /// Another's, and this subscriber knows.
    Lost,
}

impl LocalSubscription {
    pub(crate) fn new(stream: Arc<StreamState>, group: Option<String>, epochs: &[Epoch]) -> Self {
        let held = stream.partitions.iter().zip(epochs).map(|(partition, epoch)| Held {
            partition: partition.place.partition,
            epoch: *epoch,
            state: State::New,
            cursor: Cursor::at(partition.segments.first()),
            ready: VecDeque::new(),
            broken: None,
        });
        let (held, changes) = (held.collect(), stream.changes.subscribe());
        Self { stream, group, held, paused: BTreeSet::new(), turn: 0, changes }
    }

    fn owns(&self, held: &Held) -> bool {
        self.group.as_ref().is_none_or(|group| self.stream.groups.epoch(group, held.partition) == held.epoch)
    }

    /// What is to be told before any record: partitions lost, then partitions gained.
    fn news(&mut self) -> Option<Delivery> {
        for index in 0..self.held.len() {
            let owned = self.owns(&self.held[index]);
            let held = &mut self.held[index];
            let partition = held.partition;
            match (held.state, owned) {
                (State::New | State::Mine, false) => {
                    held.state = State::Lost;
                    held.ready.clear();
                    return Some(Delivery::Revoked { partition });
                }
                (State::New, true) => {
                    held.state = State::Mine;
                    return Some(Delivery::Assigned { partition, epoch: held.epoch });
                }
                _ => {}
            }
        }
        None
    }

    /// Records of the first partition that has any.
    async fn records(&mut self, limits: Limits) -> Result<Option<Delivery>, Error> {
        for step in 0..self.held.len() {
            let index = (self.turn + step) % self.held.len();
            let held = &self.held[index];
            if held.state != State::Mine || self.paused.contains(&held.partition) {
                continue;
            }
            self.fill(index, limits).await?;
            let held = &mut self.held[index];
            if let Some(delivery) = held.deliver(limits, &self.stream) {
                self.turn = index + 1;
                return Ok(Some(delivery));
            }
            if let Some(why) = held.broken.take() {
                return Err(why);
            }
        }
        Ok(None)
    }

    /// Reads until `ready` holds what `limits` allow or nothing more is durable. A dropped call changes nothing.
    async fn fill(&mut self, index: usize, limits: Limits) -> Result<(), Error> {
        let held = &self.held[index];
        let partition = Arc::clone(&self.stream.partitions[held.partition as usize]);
        let ready_bytes: usize = held.ready.iter().map(|(_, payload)| payload.len()).sum();
        let wanted = Wanted {
            records: limits.records_max.max(1).saturating_sub(held.ready.len()),
            bytes: limits.bytes_max.max(1).saturating_sub(ready_bytes),
        };
        let nothing_new = held.cursor.next >= partition.segments.end();
        if wanted.records == 0 || wanted.bytes == 0 || nothing_new || held.broken.is_some() {
            return Ok(());
        }
        let (stream, mut cursor) = (Arc::clone(&self.stream), held.cursor.clone());
        let reading = tokio::task::spawn_blocking(move || {
            let mut batch = Batch::default();
            let reader = Reader { stream: &stream, partition: &partition };
            let result = reader.read(&mut cursor, wanted, &mut batch);
            (cursor, batch, result)
        });
        let (cursor, batch, result) =
            reading.await.map_err(|why| Error::Unavailable(format!("a read was aborted: {why}")))?;
        let held = &mut self.held[index];
        held.cursor = cursor;
        held.ready.extend(batch.records);
        held.broken = result.err();
        Ok(())
    }

    fn held_mut(&mut self, partition: Partition) -> Result<&mut Held, Error> {
        let index = self.held.iter().position(|held| held.partition == partition);
        let Some(index) = index else {
            return Err(Error::Invalid(format!("there is no partition {partition}")));
        };
        if self.held[index].state == State::Lost || !self.owns(&self.held[index]) {
            return Err(Error::Fenced(partition));
        }
        Ok(&mut self.held[index])
    }
}

impl Held {
    /// Takes out of `ready` what `limits` allow, without what was erased meanwhile; one record always passes.
    fn deliver(&mut self, limits: Limits, stream: &StreamState) -> Option<Delivery> {
        let mut bytes = 0;
        let mut count = 0;
        for (_, payload) in self.ready.iter().take(limits.records_max.max(1)) {
            bytes += payload.len();
            if count > 0 && bytes > limits.bytes_max {
                break;
            }
            count += 1;
        }
        if count == 0 {
            return None;
        }
        let (of, erasures) = (&stream.partitions[self.partition as usize], stream.core.erasures());
        let taken = self.ready.drain(..count);
        let records = taken.map(|(offset, payload)| (offset, of.left(&erasures, payload))).collect();
        Some(Delivery::Records { partition: self.partition, epoch: self.epoch, records })
    }
}

#[async_trait]
impl Subscription for LocalSubscription {
    async fn next(&mut self, limits: Limits) -> Result<Delivery, Error> {
        let deadline = Instant::now() + limits.wait;
        loop {
            // Before looking, so that whatever comes after the look ends the wait.
            self.changes.mark_unchanged();
            if let Some(delivery) = self.news() {
                return Ok(delivery);
            }
            if let Some(delivery) = self.records(limits).await? {
                return Ok(delivery);
            }
            if self.stream.is_closed() {
                return Err(super::queue::closed());
            }
            match tokio::time::timeout_at(deadline, self.changes.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(super::queue::closed()),
                Err(_) => return Ok(Delivery::Idle),
            }
        }
    }

    async fn seek(&mut self, partition: Partition, offset: Offset) -> Result<(), Error> {
        let stream = Arc::clone(&self.stream);
        let held = self.held_mut(partition)?;
        let segments = &stream.partitions[partition as usize].segments;
        let (first, end) = (segments.first(), segments.end());
        if !(first..=end).contains(&offset.0) {
            return Err(Error::OutOfRange(format!(
                "offset {offset} of partition {partition}: log {} holds {first} up to {end}",
                stream.core.log_id
            )));
        }
        held.cursor = Cursor::at(offset.0);
        held.ready.clear();
        held.broken = None;
        Ok(())
    }

    async fn commit(&mut self, done: &[(Partition, Offset)]) -> Result<(), Error> {
        let Some(group) = self.group.clone() else { return Ok(()) };
        let mut marks = Vec::with_capacity(done.len());
        for (partition, offset) in done {
            let epoch = self.held_mut(*partition)?.epoch;
            marks.push((*partition, epoch, *offset));
        }
        let due = self.stream.groups.commit(&group, &marks)?;
        self.stream.ask_retention();
        if due {
            let stream = Arc::clone(&self.stream);
            let saving = tokio::task::spawn_blocking(move || stream.groups.save());
            saving.await.map_err(|why| Error::Unavailable(format!("saving was aborted: {why}")))??;
        }
        Ok(())
    }

    fn set_paused(&mut self, partitions: BTreeSet<Partition>) {
        self.paused = partitions;
    }

    fn position(&self, partition: Partition) -> Option<Offset> {
        let held = self.held.iter().find(|held| held.partition == partition)?;
        let next = held.ready.front().map_or(Offset(held.cursor.next), |(offset, _)| *offset);
        (held.state == State::Mine && self.owns(held)).then_some(next)
    }
}
