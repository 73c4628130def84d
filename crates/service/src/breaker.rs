//! A circuit breaker: after too many failures a dependency gets no calls for a while, so that its callers answer at once
//! instead of waiting for it.
//!
//! Only connection errors, timeouts and 5xx are failures; a 404 or 422 is a good answer. It opens at half of at least 20
//! calls in 10 s, rests 5 s, then lets five probes through: when they all succeed it closes, when one fails it rests again.
//!
//! ```
//! # use std::sync::Arc;
//! # use kassa_service::breaker::{Breaker, Options};
//! let breaker = Breaker::new("inventory", Arc::new(kassa_model::SystemClock), Options::default());
//! let permit = breaker.permit().expect("a new breaker is closed");
//! permit.succeeded();
//! ```

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kassa_model::{Clock, Timestamp};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

mod window;

use window::Window;

use crate::Metrics;
use crate::metrics::Description;

const STATE: Description = Description::new(
    "circuit_breaker_state",
    "Whether calls to a service are let through: 0 closed, 1 open, 2 half-open",
);

/// When a breaker opens and closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Fewer calls than this in the last 10 s never open it.
    pub calls_min: u32,
    /// Opens when at least this share of them failed, percent.
    pub failures_percent: u32,
    /// How long it stays open before it probes.
    pub rest: Duration,
    /// How many probes must succeed to close it.
    pub probes: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { calls_min: 20, failures_percent: 50, rest: Duration::from_secs(5), probes: 5 }
    }
}

/// Whether calls are let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// All are.
    Closed,
    /// None is.
    Open,
    /// Probes are.
    HalfOpen,
}

/// No call is let through just now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the circuit breaker of {service} is open")]
pub struct Refused {
    /// Which service it protects.
    pub service: &'static str,
}

/// The breaker of one service; shared by all who call it.
#[derive(Debug)]
pub struct Breaker {
    service: &'static str,
    clock: Arc<dyn Clock>,
    options: Options,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    phase: Phase,
    /// Raised at every change of phase, so that a call that began before it no longer counts.
    generation: u64,
    /// When it came to this phase.
    since: Timestamp,
}

#[derive(Debug)]
enum Phase {
    Closed(Window),
    /// Since when, µs.
    Open(i64),
    Probing {
        /// Probes let through and not given back.
        sent: u32,
        /// Those that succeeded.
        succeeded: u32,
    },
}

/// Leave for one call. Say how it ended; a permit that is dropped counts as no call.
#[derive(Debug)]
#[must_use]
pub struct Permit<'a> {
    breaker: &'a Breaker,
    generation: u64,
    settled: bool,
}

impl Breaker {
    /// A closed breaker; `service` is its label on `/metrics`.
    pub fn new(service: &'static str, clock: Arc<dyn Clock>, options: Options) -> Self {
        let since = clock.now();
        let inner = Inner { phase: Phase::Closed(Window::default()), generation: 0, since };
        Self { service, clock, options, inner: Mutex::new(inner) }
    }

    /// Which service it protects.
    pub fn service(&self) -> &'static str {
        self.service
    }

    /// Leave for a call now.
    ///
    /// # Errors
    /// [`Refused`] while it is open, and half-open with all probes under way.
    pub fn permit(&self) -> Result<Permit<'_>, Refused> {
        let mut inner = self.lock();
        self.wake(&mut inner);
        let refused = Refused { service: self.service };
        match &mut inner.phase {
            Phase::Closed(_) => {}
            Phase::Open(_) => return Err(refused),
            Phase::Probing { sent, .. } if *sent >= self.options.probes => return Err(refused),
            Phase::Probing { sent, .. } => *sent += 1,
        }
        Ok(Permit { breaker: self, generation: inner.generation, settled: false })
    }

    /// Where it stands now.
    pub fn state(&self) -> State {
        let mut inner = self.lock();
        self.wake(&mut inner);
        match inner.phase {
            Phase::Closed(_) => State::Closed,
            Phase::Open(_) => State::Open,
            Phase::Probing { .. } => State::HalfOpen,
        }
    }

    /// Where it stands, and since when; a rest that is over is told of as half-open from now on.
    pub fn standing(&self) -> (State, Timestamp) {
        let state = self.state();
        (state, self.lock().since)
    }

    /// Shows `breakers` on `/metrics` as `circuit_breaker_state{service}`; once per process.
    pub fn export(metrics: &Metrics, breakers: Vec<Arc<Self>>) {
        metrics.register_collector(&[STATE], States(breakers));
    }

    /// Ends the rest when its time has come; a clock that was set back ends it, too.
    fn wake(&self, inner: &mut Inner) {
        if let Phase::Open(since) = inner.phase {
            let rest = i64::try_from(self.options.rest.as_micros()).unwrap_or(i64::MAX);
            let rested = self.clock.now().micros().saturating_sub(since);
            if !(0..rest).contains(&rested) {
                self.turn(inner, Phase::Probing { sent: 0, succeeded: 0 });
            }
        }
    }

    fn turn(&self, inner: &mut Inner, phase: Phase) {
        match phase {
            Phase::Closed(_) => tracing::info!(service = self.service, "the circuit breaker closes"),
            Phase::Open(_) => tracing::warn!(service = self.service, "the circuit breaker opens"),
            Phase::Probing { .. } => tracing::debug!(service = self.service, "the circuit breaker probes"),
        }
        inner.phase = phase;
        inner.generation += 1;
        inner.since = self.clock.now();
    }

    fn settle(&self, generation: u64, verdict: Verdict) {
        let mut inner = self.lock();
        if inner.generation != generation {
            return;
        }
        let now = self.clock.now();
        let next = match (&mut inner.phase, verdict) {
            (Phase::Closed(window), Verdict::Succeeded) => {
                window.add(now, false);
                None
            }
            (Phase::Closed(window), Verdict::Failed) => {
                window.add(now, true);
                let tripped = window.trips(now, self.options.calls_min, self.options.failures_percent);
                tripped.then_some(Phase::Open(now.micros()))
            }
            (Phase::Probing { succeeded, .. }, Verdict::Succeeded) => {
                *succeeded += 1;
                (*succeeded >= self.options.probes).then(|| Phase::Closed(Window::default()))
            }
            (Phase::Probing { .. }, Verdict::Failed) => Some(Phase::Open(now.micros())),
            (Phase::Probing { sent, .. }, Verdict::None) => {
                *sent = sent.saturating_sub(1);
                None
            }
            (Phase::Open(_), _) | (_, Verdict::None) => None,
        };
        if let Some(next) = next {
            self.turn(&mut inner, next);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Clone, Copy)]
enum Verdict {
    Succeeded,
    Failed,
    None,
}

impl Permit<'_> {
    /// The service answered, and not with 5xx.
    pub fn succeeded(mut self) {
        self.settle(Verdict::Succeeded);
    }

    /// No connection, no answer in time, or 5xx.
    pub fn failed(mut self) {
        self.settle(Verdict::Failed);
    }

    fn settle(&mut self, verdict: Verdict) {
        if !std::mem::replace(&mut self.settled, true) {
            self.breaker.settle(self.generation, verdict);
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.settle(Verdict::None);
    }
}

impl State {
    /// `closed`, `open` or `half-open`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half-open",
        }
    }

    /// 0 closed, 1 open, 2 half-open.
    pub fn code(self) -> i64 {
        match self {
            Self::Closed => 0,
            Self::Open => 1,
            Self::HalfOpen => 2,
        }
    }
}

#[derive(Debug)]
struct States(Vec<Arc<Breaker>>);

impl Collector for States {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        let states: Family<Vec<(String, String)>, Gauge> = Family::default();
        for breaker in &self.0 {
            let label = vec![("service".to_owned(), breaker.service.to_owned())];
            states.get_or_create(&label).set(breaker.state().code());
        }
        states.encode(STATE.begin(&mut encoder, MetricType::Gauge)?)
    }
}

#[cfg(test)]
mod tests;
