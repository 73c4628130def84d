//! What the processor shows of itself while it runs: for readiness, metrics and people. Cheap to read from other tasks.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kassa_eventlog::{Offset, Partition};
use kassa_model::{Clock, MICROS_PER_SECOND, Outcome, Timestamp};
use kassa_service::metrics::encoding::EncodeLabelSet;
use kassa_service::metrics::{Counter, DURATION_BUCKETS, Family, Gauge, Histogram, Metrics};

use super::dedupe::DedupeStatus;
use super::session::SessionStatus;

/// What the processor is doing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ProcessorState {
    /// Not yet assigned, or taking up what the store holds.
    #[default]
    Starting,
    /// Storing what comes.
    Running,
    /// Something that it needs does not answer; it tries again until it does.
    Retrying(String),
    /// It will not go on: a person must act, as the text says.
    Stopped(String),
}

/// A moment of the processor.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProcessorStatus {
    /// What it is doing.
    pub state: ProcessorState,
    /// Per partition, up to which offset (exclusive) everything is stored.
    pub positions: BTreeMap<Partition, Offset>,
    /// How many records of the log are not stored yet, as last seen (once a second).
    pub lag_records: u64,
    /// For how long, in seconds, the oldest of them has been waiting, about.
    pub lag_seconds: f64,
    /// The newest `received_at` that was stored.
    pub received_at: Option<Timestamp>,
    /// The duplicate filters of all partitions.
    pub dedupe: DedupeStatus,
    /// The memory of sessions of all partitions.
    pub sessions: SessionStatus,
}

/// The part of a partition in [`ProcessorStatus`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PartitionMoment {
    pub(super) position: Offset,
    pub(super) received_at: Option<Timestamp>,
    pub(super) dedupe: DedupeStatus,
    pub(super) sessions: SessionStatus,
}

/// Shared between the loop and whoever asks.
#[derive(Debug)]
pub(super) struct Board {
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
    figures: Figures,
}

#[derive(Debug, Default)]
struct Inner {
    state: ProcessorState,
    partitions: BTreeMap<Partition, PartitionMoment>,
    lag_records: u64,
    /// When the log was first seen ahead of the store, and whether anything was stored since.
    behind: Option<(Timestamp, bool)>,
}

/// The metrics; they exist whether registered or not.
#[derive(Debug, Clone)]
struct Figures {
    events: Family<OutcomeLabels, Counter>,
    steps: Family<StepLabels, Counter<f64, AtomicU64>>,
    inserts: Histogram,
    lag_records: Gauge,
    lag_seconds: Gauge<f64, AtomicU64>,
    ids: Gauge,
    bytes: Gauge,
    slower: Gauge,
    visitors: Gauge,
    session_bytes: Gauge,
    shortened: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StepLabels {
    step: &'static str,
}

impl Board {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, inner: Mutex::default(), figures: Figures::default() }
    }

    /// A copy of what is known now.
    pub(super) fn read(&self) -> ProcessorStatus {
        let inner = self.inner();
        let received_at = inner.partitions.values().filter_map(|partition| partition.received_at).max();
        ProcessorStatus {
            state: inner.state.clone(),
            positions: inner
                .partitions
                .iter()
                .map(|(number, partition)| (*number, partition.position))
                .collect(),
            lag_records: inner.lag_records,
            lag_seconds: self.lag_seconds(&inner, received_at),
            received_at,
            dedupe: inner.partitions.values().fold(DedupeStatus::default(), |sum, partition| DedupeStatus {
                ids: sum.ids + partition.dedupe.ids,
                bytes: sum.bytes + partition.dedupe.bytes,
                slower: sum.slower || partition.dedupe.slower,
            }),
            sessions: inner.partitions.values().fold(SessionStatus::default(), |sum, partition| {
                SessionStatus {
                    visitors: sum.visitors + partition.sessions.visitors,
                    bytes: sum.bytes + partition.sessions.bytes,
                    shortened: sum.shortened || partition.sessions.shortened,
                }
            }),
        }
    }

    pub(super) fn set_state(&self, state: ProcessorState) {
        let mut inner = self.inner();
        if inner.state != state {
            inner.state = state;
        }
    }

    /// Shows what was stored of a partition.
    pub(super) fn set_partition(&self, partition: Partition, moment: PartitionMoment) {
        let mut inner = self.inner();
        inner.partitions.insert(partition, moment);
        if let Some((_, stored)) = &mut inner.behind {
            *stored = true;
        }
    }

    pub(super) fn remove_partition(&self, partition: Partition) {
        self.inner().partitions.remove(&partition);
    }

    /// Shows how far the log is ahead, and refreshes the gauges.
    pub(super) fn set_lag(&self, lag_records: u64) {
        let mut inner = self.inner();
        inner.lag_records = lag_records;
        inner.behind = match inner.behind {
            _ if lag_records == 0 => None,
            None => Some((self.clock.now(), false)),
            behind => behind,
        };
        drop(inner);
        let status = self.read();
        self.figures.show(&status);
    }

    /// Counts what became of a stored batch.
    pub(super) fn count(&self, ends: &BTreeMap<Outcome, u64>, seconds: f64) {
        for (end, count) in ends {
            let labels = OutcomeLabels { outcome: end.name(), reason: end.reason_name() };
            self.figures.events.get_or_create(&labels).inc_by(*count);
        }
        self.figures.inserts.observe(seconds);
    }

    /// Shows how long the steps have taken so far.
    pub(super) fn time_steps(&self, steps: impl Iterator<Item = (&'static str, f64)>) {
        for (step, seconds) in steps {
            let counter = self.figures.steps.get_or_create(&StepLabels { step });
            counter.inc_by((seconds - counter.get()).max(0.0));
        }
    }

    /// Puts the metrics into the process's registry.
    pub(super) fn register(&self, metrics: &Metrics) {
        self.figures.clone().register(metrics);
    }

    /// The stored receipts tell how old the backlog is once something was stored since it arose; before that, the time
    /// since it was first seen does (an idle hour is no lag).
    fn lag_seconds(&self, inner: &Inner, received_at: Option<Timestamp>) -> f64 {
        let since = match (inner.behind, received_at) {
            (None, _) => return 0.0,
            (Some((_, true)), Some(received_at)) => received_at,
            (Some((seen, _)), _) => seen,
        };
        let micros = self.clock.now().micros().saturating_sub(since.micros()).max(0);
        micros as f64 / MICROS_PER_SECOND as f64
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Figures {
    fn default() -> Self {
        Self {
            events: Family::default(),
            steps: Family::default(),
            inserts: Histogram::new(DURATION_BUCKETS),
            lag_records: Gauge::default(),
            lag_seconds: Gauge::default(),
            ids: Gauge::default(),
            bytes: Gauge::default(),
            slower: Gauge::default(),
            visitors: Gauge::default(),
            session_bytes: Gauge::default(),
            shortened: Gauge::default(),
        }
    }
}

impl Figures {
    fn show(&self, status: &ProcessorStatus) {
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.lag_records.set(whole(status.lag_records));
        self.lag_seconds.set(status.lag_seconds);
        self.ids.set(whole(status.dedupe.ids));
        self.bytes.set(whole(status.dedupe.bytes));
        self.slower.set(i64::from(status.dedupe.slower));
        self.visitors.set(whole(status.sessions.visitors));
        self.session_bytes.set(whole(status.sessions.bytes));
        self.shortened.set(i64::from(status.sessions.shortened));
    }

    fn register(self, metrics: &Metrics) {
        metrics.register(
            "kassa_process_events_total",
            "Records of the log by the end they came to: stored, duplicate, or rejected with a reason.",
            self.events,
        );
        metrics.register(
            "kassa_process_step_seconds_total",
            "Time spent in each step of the processor, estimated from one event in 64.",
            self.steps,
        );
        metrics.register(
            "kassa_process_insert_seconds",
            "How long the store takes to commit one batch.",
            self.inserts,
        );
        metrics.register(
            "kassa_process_lag_seconds",
            "For how long the oldest record that is not stored yet has waited, about.",
            self.lag_seconds,
        );
        metrics.register(
            "kassa_process_dedupe_slower",
            "1 while the duplicate filter's window does not fit its memory, so that the store is asked for every id.",
            self.slower,
        );
        metrics.register(
            "kassa_process_sessions_shortened",
            "1 while sessions younger than 24 hours were let go of because all do not fit sessions.memory_max.",
            self.shortened,
        );
        for (name, help, gauge) in [
            ("kassa_process_lag_records", "Records of the log not stored yet.", self.lag_records),
            ("kassa_process_dedupe_ids", "Ids in the duplicate filter.", self.ids),
            ("kassa_process_dedupe_bytes", "Memory of the duplicate filter.", self.bytes),
            ("kassa_process_visitors", "Visitors whose sessions are remembered.", self.visitors),
            ("kassa_process_session_bytes", "Memory of the visitors' sessions.", self.session_bytes),
        ] {
            metrics.register(name, help, gauge);
        }
    }
}
