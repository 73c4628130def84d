//! What the collector counts. The counters of the hot path are found once, so that no label is looked up per event.

use std::collections::HashMap;
use std::sync::{OnceLock, PoisonError, RwLock};

use kassa_model::{Dialect, LogRecord, Reason};
use kassa_service::Metrics;
use kassa_service::metrics::{Counter, DURATION_BUCKETS, Family, Histogram};

use crate::wire::{FORMATS, Reading};

/// Distinct types of dialect C that have a series of their own; the rest is counted as `other`.
const TYPES_MAX: usize = 200;

type Labels = Vec<(&'static str, String)>;

/// The collector's metrics.
#[derive(Debug)]
pub(super) struct Counters {
    /// As [`FORMATS`]: they and the reasons for which events are refused bound the labels.
    accepted: [Counter; FORMATS.len()],
    events: Family<Labels, Counter>,
    requests_refused: Family<Labels, Counter>,
    types: Family<Labels, Counter>,
    known_types: RwLock<HashMap<String, Counter>>,
    other_types: OnceLock<Counter>,
    pub(super) bytes: Counter,
    pub(super) dead_letters_dropped: Counter,
    pub(super) excluded: Counter,
    pub(super) append_seconds: Histogram,
}

/// What is to be counted of a reading.
#[derive(Debug)]
pub(super) struct Tally {
    dialect: Dialect,
    accepted: u64,
    /// Events by reason.
    refused: Vec<(&'static str, u64)>,
    /// The types of accepted events of dialect C.
    types: Vec<String>,
}

impl Tally {
    pub(super) fn of(reading: &Reading) -> Self {
        let mut tally =
            Self { dialect: reading.dialect, accepted: 0, refused: Vec::new(), types: Vec::new() };
        for record in &reading.records {
            match record {
                LogRecord::Event(recorded) => tally.accept(&recorded.event.name_sent),
                LogRecord::Rejected(rejected) => tally.refuse(rejected.reason, 1),
            }
        }
        if reading.dropped > 0 {
            tally.refuse(Reason::BatchTooLong, reading.dropped);
        }
        tally
    }

    fn accept(&mut self, name: &str) {
        self.accepted += 1;
        if self.dialect == Dialect::named("counter") {
            self.types.push(name.to_owned());
        }
    }

    fn refuse(&mut self, reason: Reason, events: u64) {
        let reason = reason.name();
        match self.refused.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, counted)) => *counted += events,
            None => self.refused.push((reason, events)),
        }
    }
}

impl Counters {
    pub(super) fn register(metrics: &Metrics) -> Self {
        let events = metrics.register(
            "kassa_collect_events_total",
            "Events by dialect and outcome: accepted, or the reason of refusal.",
            Family::<Labels, Counter>::default(),
        );
        Self {
            accepted: FORMATS
                .map(|format| events.get_or_create(&event_labels(format.dialect, "accepted")).clone()),
            events,
            requests_refused: metrics.register(
                "kassa_collect_requests_refused_total",
                "Requests of which nothing was taken, by cause: full, unavailable, too_large.",
                Family::default(),
            ),
            types: metrics.register(
                "analytics_events_total",
                "Events of dialect C taken in, by type; at most 200 types, the rest is other.",
                Family::default(),
            ),
            known_types: RwLock::default(),
            other_types: OnceLock::new(),
            bytes: metrics.register(
                "kassa_collect_bytes_total",
                "Bytes of bodies received by the collector, as sent.",
                Counter::default(),
            ),
            dead_letters_dropped: metrics.register(
                "kassa_collect_dead_letters_dropped_total",
                "Refused events that were only counted, because their site had its share of dead letters.",
                Counter::default(),
            ),
            excluded: metrics.register(
                "kassa_collect_excluded_total",
                "Events from addresses that their site excludes: only their count is kept.",
                Counter::default(),
            ),
            append_seconds: metrics.register(
                "kassa_collect_append_seconds",
                "Time from handing events to the log until they were durable.",
                Histogram::new(DURATION_BUCKETS),
            ),
        }
    }

    /// Counts what a reading held, once it is durable.
    pub(super) fn count(&self, tally: &Tally) {
        for (reason, events) in &tally.refused {
            self.refused(tally.dialect, reason, *events);
        }
        for name in &tally.types {
            self.count_type(name);
        }
        if let Some(place) = FORMATS.iter().position(|format| format.dialect == tally.dialect) {
            self.accepted[place].inc_by(tally.accepted);
        }
    }

    /// Counts a request of which nothing was taken.
    pub(super) fn refuse(&self, cause: &'static str) {
        self.requests_refused.get_or_create(&vec![("cause", cause.to_owned())]).inc();
    }

    fn refused(&self, dialect: Dialect, reason: &'static str, events: u64) {
        self.events.get_or_create(&event_labels(dialect, reason)).inc_by(events);
    }

    fn count_type(&self, name: &str) {
        let known = self.known_types.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = known.get(name) {
            counter.inc();
            return;
        }
        if known.len() >= TYPES_MAX {
            self.other_types.get_or_init(|| self.type_counter("other")).inc();
            return;
        }
        drop(known);
        let mut known = self.known_types.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= TYPES_MAX && !known.contains_key(name) {
            drop(known);
            self.other_types.get_or_init(|| self.type_counter("other")).inc();
        } else {
            known.entry(name.to_owned()).or_insert_with(|| self.type_counter(name)).inc();
        }
    }

    fn type_counter(&self, name: &str) -> Counter {
        self.types.get_or_create(&vec![("type", name.to_owned())]).clone()
    }
}

fn event_labels(dialect: Dialect, outcome: &'static str) -> Labels {
    vec![("dialect", dialect.name().to_owned()), ("outcome", outcome.to_owned())]
}
