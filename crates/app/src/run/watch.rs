//! What `/readyz` and `/health/deep` ask of the parts.

use std::sync::Arc;

use kassa_analytics::process::{Processor, ProcessorState, ProcessorStatus};
use kassa_eventlog::{EventLog, Stream};
use kassa_eventstore::EventStore;
use kassa_service::{Health, Need, Status};

use super::Parts;
use super::shop::MAIN;
use crate::roles::Roles;

/// A processor by itself that is further behind than this is not ready, seconds: reports would mislead.
const LAG_SECONDS_MAX: f64 = 60.0;
/// A lag that is worth a word, seconds.
const LAG_SECONDS_NOTED: f64 = 2.0;

/// Adds the checks of log and store.
pub(super) fn watch_parts(parts: &Parts, health: &Health) {
    if let Ok(log) = parts.log() {
        let looked_at = Arc::clone(&log);
        health.ready("log", Need::Needed, move || {
            let status = match (looked_at.failure(), looked_at.nearly_full()) {
                (Some(failure), _) => Status::Down(failure),
                (None, Some(warning)) => Status::Degraded(warning),
                (None, None) => Status::Up,
            };
            std::future::ready(status)
        });
        health.deep("log", Need::Needed, move || {
            let log = Arc::clone(&log);
            async move { outcome(log.status(Stream::Events).await.map(|_| ())) }
        });
    }
    if let Some(databases) = parts.databases() {
        for (name, db) in databases.all() {
            let name = if name == MAIN { "database".to_owned() } else { format!("database of {name}") };
            let db = db.clone();
            health.deep(&name, Need::Needed, move || {
                let db = db.clone();
                async move { outcome(db.ping().await) }
            });
        }
        let schemas = databases.schemas.clone();
        health.ready("schema", Need::Needed, move || std::future::ready(schemas.status()));
        let access = parts.access.clone();
        health.ready("access", Need::Needed, move || std::future::ready(access.status()));
        let salts = Arc::clone(&parts.salts);
        health.ready("salts", Need::Needed, move || std::future::ready(salts.status()));
    }
    if let Ok(store) = parts.store() {
        health.deep("store", Need::Needed, move || {
            let store = Arc::clone(&store);
            async move { outcome(store.status().await.map(|_| ())) }
        });
    }
}

/// Adds the processor's state and lag. Where `roles` take in events or serve a shop as well, they go on without it: to take
/// them out of service for late reports would lose what they could have taken.
pub(super) fn watch_processor(processor: &Arc<Processor>, roles: &Roles, health: &Health) {
    let processor = Arc::clone(processor);
    let need = if roles.only_report() { Need::Needed } else { Need::Optional };
    health.ready("processor", need, move || std::future::ready(weigh(need, judge(&processor.status()))));
}

/// What is not needed makes the process degraded at the worst.
fn weigh(need: Need, status: Status) -> Status {
    match (need, status) {
        (Need::Optional, Status::Down(why)) => Status::Degraded(why),
        (_, status) => status,
    }
}

fn judge(status: &ProcessorStatus) -> Status {
    let lag = format!("{} records behind, {:.1} s", status.lag_records, status.lag_seconds);
    match &status.state {
        ProcessorState::Starting => Status::Down("taking up what the store holds".to_owned()),
        ProcessorState::Retrying(why) => Status::Down(format!("{why}; {lag}")),
        ProcessorState::Stopped(why) => Status::Down(why.clone()),
        ProcessorState::Running if status.lag_seconds > LAG_SECONDS_MAX => Status::Down(lag),
        ProcessorState::Running if status.lag_seconds > LAG_SECONDS_NOTED => Status::Degraded(lag),
        ProcessorState::Running if status.dedupe.slower => Status::Degraded(
            "the dedupe window does not fit dedupe.memory_max: the store is asked for ids".to_owned(),
        ),
        ProcessorState::Running if status.sessions.shortened => Status::Degraded(
            "the sessions of 24 hours do not fit sessions.memory_max: the oldest were let go of".to_owned(),
        ),
        ProcessorState::Running => Status::Up,
    }
}

fn outcome<E: std::fmt::Display>(result: Result<(), E>) -> Status {
    match result {
        Ok(()) => Status::Up,
        Err(error) => Status::Down(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_by_state_and_lag() {
        let check = |state: ProcessorState, lag_seconds: f64, expected: fn(&Status) -> bool| {
            let status = ProcessorStatus { state, lag_seconds, lag_records: 7, ..ProcessorStatus::default() };
            let judged = judge(&status);
            assert!(expected(&judged), "{judged:?}");
        };
        check(ProcessorState::Running, 0.0, |status| *status == Status::Up);
        check(ProcessorState::Running, 5.0, |status| matches!(status, Status::Degraded(_)));
        check(ProcessorState::Running, 61.0, |status| matches!(status, Status::Down(_)));
        check(ProcessorState::Starting, 0.0, |status| matches!(status, Status::Down(_)));
        check(ProcessorState::Retrying("no store".into()), 3.0, |status| {
            *status == Status::Down("no store; 7 records behind, 3.0 s".to_owned())
        });
        check(ProcessorState::Stopped("another log".into()), 0.0, |status| matches!(status, Status::Down(_)));
    }

    #[test]
    fn says_that_sessions_do_not_fit_their_memory() {
        let mut status = ProcessorStatus { state: ProcessorState::Running, ..ProcessorStatus::default() };
        assert_eq!(judge(&status), Status::Up);
        status.sessions.shortened = true;
        assert!(matches!(judge(&status), Status::Degraded(why) if why.contains("sessions.memory_max")));
    }

    #[test]
    fn a_processor_that_is_not_needed_degrades_at_the_worst() {
        let down = Status::Down("no store".to_owned());
        assert_eq!(weigh(Need::Needed, down.clone()), down);
        assert_eq!(weigh(Need::Optional, down), Status::Degraded("no store".to_owned()));
        assert_eq!(weigh(Need::Optional, Status::Up), Status::Up);
    }
}
