//! The retry budget: how many calls may be made again, so that retries never multiply the load on a dependency that is
//! already in trouble. Only calls that are idempotent may be made again at all.
//!
//! A first call earns a fifth of a retry, and time earns ten a second; at most a hundred are saved up.

use std::sync::{Arc, Mutex, PoisonError};

use kassa_model::{Clock, Timestamp};

/// What a first call earns, in hundredths of a retry: 20 %.
const EARNED_BY_CALL: i64 = 20;
/// What a second earns, in hundredths of a retry.
const EARNED_BY_SECOND: i64 = 1_000;
/// The most that is saved up, in hundredths of a retry.
const SAVED_MAX: i64 = 10_000;

/// The budget for the retries of calls to one service.
#[derive(Debug)]
pub struct RetryBudget {
    clock: Arc<dyn Clock>,
    saved: Mutex<Saved>,
}

#[derive(Debug)]
struct Saved {
    /// Hundredths of a retry.
    hundredths: i64,
    /// Until when time has been paid.
    paid: Timestamp,
}

impl RetryBudget {
    /// A budget that begins with one second's worth.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let saved = Saved { hundredths: EARNED_BY_SECOND, paid: clock.now() };
        Self { clock, saved: Mutex::new(saved) }
    }

    /// Counts a first call.
    pub fn called(&self) {
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        saved.hundredths = (saved.hundredths + EARNED_BY_CALL).min(SAVED_MAX);
    }

    /// Takes one retry out of the budget; `false` when there is none, and then no retry may be made.
    #[must_use]
    pub fn take(&self) -> bool {
        let now = self.clock.now();
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now.micros().saturating_sub(saved.paid.micros());
        // One hundredth costs 1 ms of time; the rest of the millisecond is paid next time.
        let earned = passed / 1_000;
        if earned > 0 {
            saved.hundredths = saved.hundredths.saturating_add(earned).min(SAVED_MAX);
            saved.paid = saved.paid.plus_micros(earned * 1_000);
        } else if passed < 0 {
            saved.paid = now;
        }
        let enough = saved.hundredths >= 100;
        if enough {
            saved.hundredths -= 100;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use kassa_model::ManualClock;

    use super::*;

    fn taken(budget: &RetryBudget) -> usize {
        (0..10_000).take_while(|_| budget.take()).count()
    }

    #[test]
    fn earns_a_fifth_of_the_calls_and_ten_a_second() {
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros(0)));
        let budget = RetryBudget::new(Arc::clone(&clock) as Arc<dyn Clock>);
        assert_eq!(taken(&budget), 10);
        (0..100).for_each(|_| budget.called());
        assert_eq!(taken(&budget), 20);
        clock.advance(1_500_000);
        assert_eq!(taken(&budget), 15);
        // Asking often loses no part of a second.
        let often = (0..10_000).filter(|_| {
            clock.advance(100);
            budget.take()
        });
        assert_eq!(often.count(), 10);
        clock.advance(3_600_000_000);
        assert_eq!(taken(&budget), 100);
        clock.advance(-3_600_000_000);
        assert_eq!(taken(&budget), 0);
        clock.advance(1_000_000);
        assert_eq!(taken(&budget), 10);
    }
}
