//! The switch of chaos: which faults are on, until when, what happens to the next command, and what `/metrics` shows of it.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kassa_model::{Clock, Timestamp};
use kassa_service::Metrics;
use kassa_service::metrics::encoding::{DescriptorEncoder, EncodeMetric};
use kassa_service::metrics::{Collector, Counter, Description, Family, Gauge};

/// How long chaos lasts unless it is ended: 10 minutes.
pub const LIFE: Duration = Duration::from_secs(600);
/// The longest delay, ms.
pub const LATENCY_MS_MAX: u64 = 60_000;

/// Which faults.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Faults {
    /// The delay before a command, ms; 0 for none.
    pub latency_ms: u64,
    /// The share of commands that fail before anything was done, 0 to 1.
    pub crash_rate: f64,
    /// The share of commands whose answer is lost after they were done, 0 to 1.
    pub partial_failure_rate: f64,
}

/// Why the faults were not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Neither a demo on loopback nor `chaos.allowed`.
    #[error("chaos is not allowed here: set chaos.allowed = true")]
    NotAllowed,
    /// A rate that is no number from 0 to 1.
    #[error("a rate is a number from 0 to 1")]
    Rate,
    /// A delay beyond [`LATENCY_MS_MAX`].
    #[error("latency_ms is at most {LATENCY_MS_MAX}")]
    Latency,
}

/// How a command fails before anything was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    /// 500.
    Internal,
    /// 503.
    Unavailable,
    /// The connection is dropped without an answer.
    Dropped,
}

/// What happens to one command.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Disturbance {
    /// The delay before everything else.
    pub latency: Option<Duration>,
    /// The failure in place of the command.
    pub crash: Option<Crash>,
    /// Whether the answer is lost once the command is done.
    pub answer_lost: bool,
}

/// The label of a kind of fault.
type Kind = [(&'static str, &'static str); 1];

/// The switch. One per process.
#[derive(Debug)]
pub struct Chaos {
    clock: Arc<dyn Clock>,
    allowed: bool,
    /// When it ends, µs; 0 while it is off. Read for every order, hence no lock.
    until: AtomicI64,
    faults: Mutex<Faults>,
    random: AtomicU64,
    events: Family<Kind, Counter>,
}

/// No fault.
pub const NONE: Faults = Faults { latency_ms: 0, crash_rate: 0.0, partial_failure_rate: 0.0 };

impl Chaos {
    /// A switch that is off; without `allowed` it stays off. `seed` makes the faults repeatable.
    pub fn new(clock: Arc<dyn Clock>, allowed: Allowed, seed: u64) -> Self {
        Self {
            clock,
            allowed: allowed == Allowed::Yes,
            until: AtomicI64::new(0),
            faults: Mutex::new(NONE),
            random: AtomicU64::new(seed),
            events: Family::default(),
        }
    }

    /// Switches `faults` on for [`LIFE`]; returns when they end.
    ///
    /// # Errors
    /// [`Refused`] where chaos is not allowed or a number is out of its bounds.
    pub fn set(&self, faults: Faults) -> Result<Timestamp, Refused> {
        if !self.allowed {
            return Err(Refused::NotAllowed);
        }
        let is_rate = |rate: f64| (0.0..=1.0).contains(&rate);
        if !is_rate(faults.crash_rate) || !is_rate(faults.partial_failure_rate) {
            return Err(Refused::Rate);
        }
        if faults.latency_ms > LATENCY_MS_MAX {
            return Err(Refused::Latency);
        }
        let life = i64::try_from(LIFE.as_micros()).unwrap_or(i64::MAX);
        let until = self.clock.now().plus_micros(life);
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
        self.until.store(until.micros(), Ordering::SeqCst);
        tracing::warn!(?faults, %until, "chaos is switched on");
        Ok(until)
    }

    /// Whether it may be switched on.
    pub fn is_allowed(&self) -> bool {
        self.allowed
    }

    /// Switches it off.
    pub fn clear(&self) {
        self.until.store(0, Ordering::SeqCst);
    }

    /// Whether it is on.
    pub fn is_on(&self) -> bool {
        let until = self.until.load(Ordering::SeqCst);
        until != 0 && self.clock.now().micros() < until
    }

    /// The faults that are on, and when they end.
    pub fn current(&self) -> Option<(Faults, Timestamp)> {
        let faults = *self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let until = Timestamp::from_micros(self.until.load(Ordering::SeqCst));
        self.is_on().then_some((faults, until))
    }

    /// Draws what happens to the next command, and counts it.
    pub fn draw(&self) -> Disturbance {
        let Some((faults, _)) = self.current() else { return Disturbance::default() };
        let crash = (self.chance() < faults.crash_rate).then(|| match self.next() % 3 {
            0 => Crash::Internal,
            1 => Crash::Unavailable,
            _ => Crash::Dropped,
        });
        let disturbance = Disturbance {
            latency: (faults.latency_ms > 0).then(|| Duration::from_millis(faults.latency_ms)),
            crash,
            answer_lost: crash.is_none() && self.chance() < faults.partial_failure_rate,
        };
        self.count(&disturbance);
        disturbance
    }

    fn count(&self, disturbance: &Disturbance) {
        for (kind, happened) in [
            ("latency", disturbance.latency.is_some()),
            ("crash", disturbance.crash.is_some()),
            ("partial_failure", disturbance.answer_lost),
        ] {
            if happened {
                self.events.get_or_create(&[("type", kind)]).inc();
            }
        }
    }

    /// A number from 0 to below 1.
    fn chance(&self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// `SplitMix64` (Steele, Lea, Flood 2014).
    fn next(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut mixed = self.random.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

/// Whether chaos may be switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// `--demo` on loopback, or `chaos.allowed = true`.
    Yes,
    /// Everywhere else.
    No,
}

const ENABLED: Description = Description::new(
    "inventory_chaos_enabled",
    "Whether stock is disturbed on purpose: 1 for each kind of fault that is on",
);

/// Shows it on `/metrics`; once per process.
pub fn export(chaos: &Arc<Chaos>, metrics: &Metrics) {
    let help = "Commands on stock that were disturbed on purpose.";
    metrics.register("inventory_chaos_events_total", help, chaos.events.clone());
    metrics.register_collector(&[ENABLED], Shown(Arc::clone(chaos)));
}

/// `inventory_chaos_enabled{type}`: found when asked for, since chaos ends by itself.
#[derive(Debug)]
struct Shown(Arc<Chaos>);

impl Collector for Shown {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        let faults = self.0.current().map_or(NONE, |(faults, _)| faults);
        let enabled: Family<Kind, Gauge> = Family::default();
        for (kind, on) in [
            ("latency", faults.latency_ms > 0),
            ("crash", faults.crash_rate > 0.0),
            ("partial_failure", faults.partial_failure_rate > 0.0),
        ] {
            enabled.get_or_create(&[("type", kind)]).set(on.into());
        }
        enabled.encode(ENABLED.begin(&mut encoder, enabled.metric_type())?)
    }
}
