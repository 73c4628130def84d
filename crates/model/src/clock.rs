//! The injectable clock: rules ask it for the time, so that tests and demo data can set it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::{MICROS_PER_DAY, MICROS_PER_HOUR, Timestamp};

/// Says what time it is.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The current time, µs UTC.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let micros = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_micros()).unwrap_or(i64::MAX),
        };
        Timestamp::from_micros(micros)
    }
}

/// By how much, in µs, the machine's clock was set ahead within the last 24 hours, as far as this process has seen it; 0 nearly
/// always. What is removed because it is old asks for this, and takes so much from the time: else a clock set ahead by
/// mistake would remove what is young. Steps of less than an hour do not count, and those back are taken off.
pub fn micros_set_ahead() -> i64 {
    let passed = i64::try_from(uptime().as_micros()).unwrap_or(i64::MAX);
    jumps().look(SystemClock.now().micros(), passed)
}

/// By what time something is old that must not be lost: a clock that was set ahead by mistake makes nothing old.
pub fn believed(now: Timestamp) -> Timestamp {
    now.plus_micros(micros_set_ahead().saturating_neg())
}

/// Tells that the clock once showed `known`, the newest time on record: a process that starts after the clock was set ahead
/// has not seen it, and finds the time between as a jump. So it does where nothing was recorded for long; then what is
/// old goes a day later.
pub fn clock_was(known: Timestamp) {
    let mut jumps = jumps();
    jumps.seen.0 = jumps.seen.0.min(known.micros());
}

fn jumps() -> MutexGuard<'static, Jumps> {
    static SEEN: LazyLock<Mutex<Jumps>> = LazyLock::new(|| {
        let passed = i64::try_from(uptime().as_micros()).unwrap_or(i64::MAX);
        Mutex::new(Jumps { seen: (SystemClock.now().micros(), passed), ahead: 0, since: passed })
    });
    SEEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long this machine has been on, also while it was suspended: a clock that nobody sets. Where the system does not tell,
/// how long this process has run, since the first call.
pub fn uptime() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/uptime").ok();
    let seconds = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or_else(|| START.elapsed())
}

/// Tells jumps of a clock from time that passed.
#[derive(Debug)]
struct Jumps {
    /// The clock when it was last looked at, and the time that had passed by then.
    seen: (i64, i64),
    /// By how much it was set ahead, and when, as time that had passed.
    ahead: i64,
    since: i64,
}

impl Jumps {
    /// Looks at the clock, when so much time has passed; by how much it was set ahead within the last 24 hours.
    fn look(&mut self, clock: i64, passed: i64) -> i64 {
        let jump = (clock - self.seen.0).saturating_sub(passed - self.seen.1);
        self.seen = (clock, passed);
        if jump >= MICROS_PER_HOUR {
            (self.ahead, self.since) = (self.ahead.saturating_add(jump), passed);
        } else if jump <= -MICROS_PER_HOUR {
            self.ahead = self.ahead.saturating_add(jump).max(0);
        }
        if passed - self.since >= MICROS_PER_DAY {
            self.ahead = 0;
        }
        self.ahead
    }
}

/// A clock that stands still until it is set: for tests, and for demo data of days gone by.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows `start`.
    pub fn new(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.micros()))
    }

    /// Shows `now` from here on; it may go backwards, as machine clocks do.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.micros(), Ordering::SeqCst);
    }

    /// Moves on by `micros` µs.
    pub fn advance(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_ahead_counts_for_a_day_or_until_it_is_taken_back() {
        let mut jumps = Jumps { seen: (0, 0), ahead: 0, since: 0 };
        let hour = MICROS_PER_HOUR;
        let years = 2 * 365 * MICROS_PER_DAY;
        assert_eq!(jumps.look(hour, hour), 0);
        assert_eq!(jumps.look(2 * hour + 5, 2 * hour), 0, "a small step");
        assert_eq!(jumps.look(years + 3 * hour, 3 * hour), years - 5);
        assert_eq!(jumps.look(years + 4 * hour, 4 * hour), years - 5);
        assert_eq!(jumps.look(5 * hour, 5 * hour), 0, "back again");
        assert_eq!(jumps.look(years + 6 * hour, 6 * hour), years);
        assert_eq!(jumps.look(years + 29 * hour, 29 * hour), years);
        assert_eq!(jumps.look(years + 30 * hour, 30 * hour), 0, "a day of it: it is the time");
        assert_eq!(jumps.look(31 * hour, 31 * hour), 0);
    }

    #[test]
    fn a_process_that_starts_later_finds_the_jump() {
        assert_eq!(micros_set_ahead(), 0, "this machine's clock is right");
        let before = SystemClock.now();
        clock_was(before.plus_micros(MICROS_PER_DAY));
        assert_eq!(micros_set_ahead(), 0, "a record of a clock that was ahead says nothing");
        clock_was(before.plus_micros(-3 * MICROS_PER_DAY));
        let ahead = micros_set_ahead();
        assert!((ahead - 3 * MICROS_PER_DAY).abs() < MICROS_PER_HOUR, "{ahead}");
    }

    #[test]
    fn time_passes() {
        let before = uptime();
        assert!(uptime() >= before && before > Duration::ZERO);
    }
}
