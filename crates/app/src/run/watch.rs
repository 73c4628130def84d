//! What `/readyz` and `/health/deep` ask of the parts.

use std::sync::Arc;
use std::time::Duration;

use kassa_analytics::process::{Processor, ProcessorState, ProcessorStatus};
use kassa_commerce::Shop;
use kassa_commerce::notify::email;
use kassa_commerce::notify::told::Trouble;
use kassa_commerce::peer::Peer;
use kassa_eventlog::{Stream, Upkeep};
use kassa_service::{Health, Need, Shutdown, Status};
use tokio::task::JoinHandle;

use crate::open::{MAIN, Parts};
use crate::roles::Roles;

/// A processor by itself that is further behind than this is not ready, seconds: reports would mislead.
const LAG_SECONDS_MAX: f64 = 60.0;
/// Changes of orders that wait for longer than this are stuck.
const STUCK_AFTER: Duration = Duration::from_secs(60);
/// How often the roles in other processes are asked whether they let this one in.
const ASK_EVERY: Duration = Duration::from_secs(5);
/// A lag that is worth a word, seconds.
const LAG_SECONDS_NOTED: f64 = 2.0;

/// Adds the checks of log and store.
pub(super) fn watch_parts(parts: &Parts, health: &Health) {
    if let Ok(log) = parts.log() {
        let looked_at = Arc::clone(&log);
        health.ready("log", Need::Needed, move || {
            std::future::ready(looked_at.upkeep().map_or(Status::Up, judge_log))
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

/// Adds the checks of the shop's roles: how the way to each of the others is, and whether work is stuck. The roles in other
/// processes are asked every few seconds, until `shutdown`.
pub(super) fn watch_shop(shop: &Arc<Shop>, health: &Health, shutdown: &Shutdown) -> JoinHandle<()> {
    let names: Vec<&'static str> = shop.peers().map(|(name, _)| name).collect();
    for name in names {
        let looked_at = Arc::clone(shop);
        health.ready(name, Need::Needed, move || {
            let fault = peer(&looked_at, name).and_then(Peer::fault);
            std::future::ready(fault.map_or(Status::Up, Status::Down))
        });
        let asked = Arc::clone(shop);
        health.deep(name, Need::Needed, move || {
            let shop = Arc::clone(&asked);
            async move {
                match peer(&shop, name) {
                    Some(peer) => peer.ask().await,
                    None => Status::Up,
                }
            }
        });
    }
    if shop.orders.is_some() {
        let looked_at = Arc::clone(shop);
        health.ready("orders", Need::Needed, move || std::future::ready(looked_at.stock.standing()));
        let wake = shop.wake.clone();
        health.ready("outbox", Need::Optional, move || std::future::ready(judge_outbox(wake.oldest_waits())));
    }
    let (shop, shutdown) = (Arc::clone(shop), shutdown.clone());
    tokio::spawn(async move {
        while !shutdown.is_triggered() {
            for (_, peer) in shop.peers() {
                peer.ask().await;
            }
            tokio::select! {
                () = shutdown.wait() => {}
                () = tokio::time::sleep(ASK_EVERY) => {}
            }
        }
    })
}

/// Adds whether the news of orders are read and mails are taken, and how the endpoints of webhooks do.
pub(super) fn watch_notifier(shop: &Arc<Shop>, health: &Health) {
    let told = shop.told.clone();
    health.ready("notifier", Need::Optional, move || std::future::ready(judge_told(&told.trouble())));
    let asked = Arc::clone(shop);
    health.deep("mail", Need::Optional, move || {
        let shop = Arc::clone(&asked);
        async move { email::ask(&shop).await.map_or_else(Status::Degraded, |()| Status::Up) }
    });
    let hooks = Arc::clone(&shop.hooks);
    health.deep("webhooks", Need::Optional, move || {
        let hooks = Arc::clone(&hooks);
        async move { hooks.standing().await.unwrap_or_else(|error| Status::Degraded(error.to_string())) }
    });
}

fn peer<'a>(shop: &'a Shop, name: &str) -> Option<&'a Peer> {
    shop.peers().find(|(of, _)| *of == name).map(|(_, peer)| peer)
}

fn judge_log(upkeep: &dyn Upkeep) -> Status {
    let down = upkeep.failure().map(Status::Down);
    down.or_else(|| upkeep.nearly_full().map(Status::Degraded)).unwrap_or(Status::Up)
}

fn judge_outbox(waits: Duration) -> Status {
    if waits < STUCK_AFTER {
        return Status::Up;
    }
    // Orders are taken and kept all the same.
    Status::Degraded(format!("changes of orders have waited for {} s to reach the log", waits.as_secs()))
}

/// Orders are taken all the same, and what cannot be told now is told later.
fn judge_told(trouble: &Trouble) -> Status {
    match (&trouble.reading, &trouble.mail) {
        (Some(why), _) => Status::Degraded(format!("the news of orders are not read: {why}")),
        (None, Some(why)) => Status::Degraded(format!("mails are not taken: {why}")),
        (None, None) => Status::Up,
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
    fn a_stuck_outbox_shows() {
        assert_eq!(judge_outbox(Duration::from_secs(59)), Status::Up);
        assert!(
            matches!(judge_outbox(Duration::from_secs(61)), Status::Degraded(why) if why.contains("61 s"))
        );
    }

    #[test]
    fn what_cannot_be_told_shows() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(judge_told(&Trouble::default()), Status::Up);
        let mail = judge_told(&Trouble { reading: None, mail: some("refused") });
        assert_eq!(mail, Status::Degraded("mails are not taken: refused".to_owned()));
        let both = judge_told(&Trouble { reading: some("gone"), mail: some("refused") });
        assert!(matches!(both, Status::Degraded(why) if why.contains("not read: gone")));
    }

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
