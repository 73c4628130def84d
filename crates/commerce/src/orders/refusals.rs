//! Refused orders, told to analytics: an event `Checkout Failed` of the visit in which the order was asked for. It is written
//! beside the answer, by a task, and where that cannot be it is lost and counted: no answer waits for it, and none fails by it.
//!
//! Bounded whoever asks, beside what a stranger may ask for at all: one in a minute for each visit and reason, so many in a
//! minute of all, and so many that wait for the log.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use kassa_eventlog::{EventLog, Stream};
use kassa_model::{MICROS_PER_SECOND, Timestamp};
use kassa_service::metrics::Counter;
use kassa_service::{Metrics, Problem, Shutdown};
use serde::Deserialize;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::idempotency::Outcome;
use crate::outbox::failure_record;
use crate::visit::Context;

/// Of all visits together, in a minute.
const MINUTE_MAX: u32 = 600;
/// That wait for the log.
const WAITING_MAX: usize = 1_000;
/// Visits and reasons that are remembered for a minute.
const KNOWN_MAX: usize = 10_000;
const MINUTE_MICROS: i64 = 60 * MICROS_PER_SECOND;

/// Why an order was refused, in stable words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) reason: &'static str,
    /// The product that is the reason, if one is.
    pub(crate) sku: Option<String>,
}

/// A refused order.
#[derive(Debug)]
struct Told {
    context: Context,
    failure: Failure,
    at: Timestamp,
}

/// Takes note of refused orders.
#[derive(Debug)]
pub struct Refusals {
    sender: Sender<Told>,
    /// Until the task takes it.
    receiver: Mutex<Option<Receiver<Told>>>,
    recent: Mutex<Recent>,
    lost: Counter,
}

#[derive(Debug, Default)]
struct Recent {
    /// When a visit was last told of with a reason, by a hash of both.
    known: HashMap<u64, Timestamp>,
    minute: i64,
    told: u32,
}

impl Failure {
    /// Why `result` is no order; nothing where it is one, or a repeat's answer, or not the shop's refusal.
    pub(super) fn of(result: &Result<Outcome, Problem>) -> Option<Self> {
        let seen: Seen = match result {
            Ok(Outcome::Fresh(answer)) if answer.status >= 400 => serde_json::from_str(&answer.body).ok()?,
            Ok(_) => return None,
            Err(problem) => serde_json::from_value(problem.to_json()).ok()?,
        };
        let reason = match (seen.status, seen.kind.rsplit('/').next()) {
            (503, _) => "unavailable",
            (422, Some("insufficient-stock")) => "sold_out",
            (422, Some("unknown-sku")) => "unknown_product",
            (422, _) => "rejected",
            _ => return None,
        };
        Some(Self { reason, sku: seen.sku })
    }

    /// An order that asked for too much.
    pub(super) fn too_large() -> Self {
        Self { reason: "too_large", sku: None }
    }
}

/// What is seen of a problem.
#[derive(Debug, Deserialize)]
struct Seen {
    status: u16,
    #[serde(rename = "type")]
    kind: String,
    sku: Option<String>,
}

impl Refusals {
    /// Nothing is noted yet; what is lost counts on `metrics`.
    pub(crate) fn register(metrics: &Metrics) -> Self {
        let (sender, receiver) = channel(WAITING_MAX);
        let help = "Refused orders of which the log could not be told.";
        let lost = metrics.register("kassa_checkout_failed_lost_total", help, Counter::default());
        Self { sender, receiver: Mutex::new(Some(receiver)), recent: Mutex::default(), lost }
    }

    /// Takes note that the order of this visit was refused.
    pub(super) fn note(&self, context: Context, failure: Failure, at: Timestamp) {
        if self.is_news(&context, failure.reason, at)
            && self.sender.try_send(Told { context, failure, at }).is_err()
        {
            self.lost.inc();
        }
    }

    fn is_news(&self, context: &Context, reason: &str, at: Timestamp) -> bool {
        let mut hasher = DefaultHasher::new();
        let visit = (context.session, context.visitor, context.visitor_today, context.route_key);
        (&context.site, visit, reason).hash(&mut hasher);
        let key = hasher.finish();
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        // Also of what seems to come: then the clock was set back.
        let is_old = |last: Timestamp| at.micros().abs_diff(last.micros()) >= MINUTE_MICROS.unsigned_abs();
        if recent.known.get(&key).is_some_and(|last| !is_old(*last)) {
            return false;
        }
        if recent.known.len() >= KNOWN_MAX {
            recent.known.retain(|_, last| !is_old(*last));
        }
        let minute = at.micros().div_euclid(MINUTE_MICROS);
        if recent.minute != minute {
            (recent.minute, recent.told) = (minute, 0);
        }
        if recent.known.len() >= KNOWN_MAX || recent.told >= MINUTE_MAX {
            return false;
        }
        recent.told += 1;
        recent.known.insert(key, at);
        true
    }

    /// Tells the log of these; those that it could not be told of are lost.
    async fn tell(&self, log: &dyn EventLog, waiting: Vec<Told>) {
        let count = waiting.len();
        let records = waiting.into_iter().filter_map(|Told { context, failure, at }| {
            let made = failure_record(&context, (failure.reason, failure.sku.as_deref()), at);
            made.inspect_err(|error| tracing::error!(%error, "a refused order is no record")).ok()
        });
        let records: Vec<_> = records.collect();
        let mut lost = count - records.len();
        if !records.is_empty()
            && let Err(error) = log.append(Stream::Events, records).await
        {
            tracing::debug!(%error, count, "the log was not told of refused orders");
            lost = count;
        }
        self.lost.inc_by(lost as u64);
    }

    /// What was noted, for whoever comes first.
    fn take(&self) -> Option<Receiver<Told>> {
        self.receiver.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Brings what is noted to the log until `shutdown`, with what waits then; a task of every process that has orders and a log.
pub async fn run(refusals: Arc<Refusals>, log: Arc<dyn EventLog>, shutdown: Shutdown) {
    let Some(mut receiver) = refusals.take() else { return };
    loop {
        let mut waiting = Vec::new();
        tokio::select! {
            biased;
            () = shutdown.wait() => {
                receiver.close();
                while let Ok(next) = receiver.try_recv() {
                    waiting.push(next);
                }
            }
            _ = receiver.recv_many(&mut waiting, WAITING_MAX) => {}
        }
        refusals.tell(log.as_ref(), waiting).await;
        if receiver.is_closed() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_is_told_of_once_a_minute_and_all_not_too_often() {
        let refusals = Refusals::register(&Metrics::new("test"));
        let context = |visitor| Context { visitor: Some(visitor), ..Context::default() };
        let at = |second: i64| Timestamp::from_micros(second * MICROS_PER_SECOND);
        assert!(refusals.is_news(&context(1), "sold_out", at(0)));
        assert!(!refusals.is_news(&context(1), "sold_out", at(59)));
        assert!(refusals.is_news(&context(1), "unavailable", at(59)), "another reason");
        assert!(refusals.is_news(&context(2), "sold_out", at(59)), "another visit");
        assert!(refusals.is_news(&context(1), "sold_out", at(60)));
        assert!(refusals.is_news(&context(1), "sold_out", at(-3_600)), "the clock was set back");
        assert!(refusals.is_news(&context(1), "sold_out", at(60)));
        let told = |from: i64, second| {
            (from..from + 2_000).filter(|who| refusals.is_news(&context(*who), "x", at(second))).count()
        };
        assert_eq!(told(10, 61), MINUTE_MAX as usize - 1, "one of this minute was told before");
        assert_eq!(told(10, 119), 0);
        assert_eq!(told(10_000, 120), MINUTE_MAX as usize);
        // What is remembered does not grow without end.
        (3..40).for_each(|minute| assert_eq!(told(minute * 10_000, minute * 60), MINUTE_MAX as usize));
        assert!(refusals.recent.lock().unwrap().known.len() <= KNOWN_MAX);
    }
}
