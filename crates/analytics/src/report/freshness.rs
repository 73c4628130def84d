//! Until when the store is complete: every event that the collector had before that time has come to its end there.
//!
//! Where the store has read the log to its end, that is the time at which the log was looked at; where it lags, the receipt of
//! the first record that it has not.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kassa_eventlog::{Delivery, EventLog, Limits, Offset, Partition, Status, Stream};
use kassa_eventstore::Mark;
use kassa_model::{LogRecord, Timestamp, decode};

/// One record at a time.
const ONE: Limits = Limits { records_max: 1, bytes_max: 1, wait: Duration::from_millis(100) };
/// Some records at a time, and so many in all, for a search.
const MANY: Limits = Limits { records_max: 5_000, bytes_max: 8 << 20, wait: Duration::from_millis(100) };
const SEARCHED_MAX: usize = 100_000;
/// Deliveries after which the first missing records are given up.
const DELIVERIES_MAX: usize = 1_000;

/// Whether a search goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Search {
    GoesOn,
    Over,
}

/// Where the log ended when it was looked at.
#[derive(Debug)]
pub(crate) struct LogEnds {
    log: Arc<dyn EventLog>,
    looked_at: Timestamp,
    status: Status,
}

impl LogEnds {
    /// The ends of `log` at `now`; `None` where it does not answer.
    pub(crate) async fn of(log: &Arc<dyn EventLog>, now: Timestamp) -> Option<Self> {
        let status = log.status(Stream::Events).await.ok()?;
        Some(Self { log: Arc::clone(log), looked_at: now, status })
    }

    /// When the log was looked at.
    pub(crate) fn looked_at(&self) -> Timestamp {
        self.looked_at
    }

    /// How many records of the log a store at `marks` has not, about: as the log counts them for the group that fills the store.
    pub(crate) fn lag_records(&self, marks: &BTreeMap<u32, Mark>) -> u64 {
        let missing = self.missing(marks).unwrap_or_default();
        let parts = self.status.partitions.iter().filter(|part| missing.contains_key(&part.partition));
        parts.flat_map(|part| part.groups.iter().map(|group| group.lag_records).min()).sum()
    }

    /// Until when a store that was at `marks` after the log was looked at is complete; `None` where the log does not say.
    pub(crate) async fn fresh_at(&self, marks: &BTreeMap<u32, Mark>) -> Option<Timestamp> {
        let missing = self.missing(marks)?;
        if missing.is_empty() { Some(self.looked_at) } else { self.first_of(missing).await }
    }

    /// The partitions of which the store has not all, and where what it has not begins.
    fn missing(&self, marks: &BTreeMap<u32, Mark>) -> Option<BTreeMap<Partition, Offset>> {
        let mut missing = BTreeMap::new();
        for part in &self.status.partitions {
            let reached = match marks.get(&part.partition) {
                None => Offset::START,
                Some(mark) if mark.log_id != self.status.log_id => return None,
                Some(mark) => Offset(mark.position),
            };
            if reached < part.end && part.first < part.end {
                missing.insert(part.partition, reached.max(part.first));
            }
        }
        Some(missing)
    }

    /// Gives `each` the records that a store at `marks` has not, some thousands at most, until it has enough.
    pub(crate) async fn each_missing(
        &self,
        marks: &BTreeMap<u32, Mark>,
        mut each: impl FnMut(&LogRecord) -> Search,
    ) {
        let mut missing = self.missing(marks).unwrap_or_default();
        let mut reading = self.log.read(Stream::Events);
        for part in &self.status.partitions {
            let from = missing.get(&part.partition).copied().unwrap_or(part.end);
            if reading.seek(part.partition, from).await.is_err() {
                return;
            }
        }
        let mut left = SEARCHED_MAX;
        while left > 0 && !missing.is_empty() {
            let Ok(delivery) = reading.next(MANY).await else { return };
            if let Delivery::Records { records, .. } = delivery {
                left = left.saturating_sub(records.len());
                for record in records.iter().filter_map(|(_, payload)| decode(payload).ok()) {
                    if each(&record) == Search::Over {
                        return;
                    }
                }
            }
            let ends = self.status.partitions.iter();
            for part in ends.filter(|part| reading.position(part.partition) >= Some(part.end)) {
                missing.remove(&part.partition);
            }
        }
    }

    /// When the first of the missing records was received.
    async fn first_of(&self, mut missing: BTreeMap<Partition, Offset>) -> Option<Timestamp> {
        let mut reading = self.log.read(Stream::Events);
        for part in &self.status.partitions {
            let from = missing.get(&part.partition).copied().unwrap_or(part.end);
            reading.seek(part.partition, from).await.ok()?;
        }
        let mut first = self.looked_at;
        for _ in 0..DELIVERIES_MAX {
            if let Delivery::Records { partition, records, .. } = reading.next(ONE).await.ok()? {
                missing.remove(&partition);
                for (_, payload) in &records {
                    if let Ok(record) = decode(payload) {
                        first = first.min(record.received_at());
                    }
                }
            }
            if missing.is_empty() {
                return Some(first);
            }
        }
        None
    }
}
