//! How long orders and commands to stock took in the last 30 seconds: for each second how many, in three bands, and the longest. Enough to
//! see how it goes; `/metrics` has the histograms.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use kassa_model::{Clock, MICROS_PER_SECOND};
use kassa_service::Protected;
use serde::Serialize;

/// How many seconds are told of.
pub const SECONDS: i64 = 30;
/// What takes longer than this is slow, ms.
pub const GOOD_MS: u128 = 500;
/// What takes longer than this is bad, ms.
pub const SLOW_MS: u128 = 1_000;

/// Of the orders, or of the commands to stock, of this process.
#[derive(Debug)]
pub struct Pace {
    clock: Arc<dyn Clock>,
    /// By the second modulo their number.
    ring: Mutex<Vec<Second>>,
}

/// What ended within a second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Second {
    /// Which, as a Unix time.
    pub at: i64,
    /// How many took at most [`GOOD_MS`].
    pub good: u32,
    /// How many took longer, and at most [`SLOW_MS`].
    pub slow: u32,
    /// How many took longer than that.
    pub bad: u32,
    /// The longest of them, ms.
    pub longest_ms: u64,
}

impl Pace {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, ring: Mutex::new(vec![Second::default(); SECONDS as usize]) }
    }

    /// Notes that one has ended just now.
    pub(crate) fn took(&self, took: Duration) {
        let at = self.second();
        let ms = took.as_millis();
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let second = &mut ring[place(at)];
        if second.at != at {
            *second = Second { at, ..Second::default() };
        }
        match ms {
            took if took <= GOOD_MS => second.good += 1,
            took if took <= SLOW_MS => second.slow += 1,
            _ => second.bad += 1,
        }
        second.longest_ms = second.longest_ms.max(u64::try_from(ms).unwrap_or(u64::MAX));
    }

    /// The last seconds, the one that runs at the end; those in which nothing ended, too.
    pub fn seconds(&self) -> Vec<Second> {
        let now = self.second();
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |at: i64| match ring[place(at)] {
            found if found.at == at => found,
            _ => Second { at, ..Second::default() },
        };
        (now - SECONDS + 1..=now).map(of).collect()
    }

    fn second(&self) -> i64 {
        self.clock.now().micros().div_euclid(MICROS_PER_SECOND)
    }
}

/// Measures every command among `routes`, with what stands around them.
pub(crate) fn timed(pace: Arc<Pace>, routes: Protected) -> Protected {
    routes.layer(from_fn_with_state(pace, measure))
}

async fn measure(State(pace): State<Arc<Pace>>, request: Request, next: Next) -> Response {
    let (begun, is_read) = (Instant::now(), request.method() == Method::GET);
    let response = next.run(request).await;
    if !is_read {
        pace.took(begun.elapsed());
    }
    response
}

fn place(at: i64) -> usize {
    // From 0 to below 30.
    at.rem_euclid(SECONDS) as usize
}

#[cfg(test)]
mod tests {
    use kassa_model::{ManualClock, Timestamp};

    use super::*;

    #[test]
    fn tells_of_the_last_thirty_seconds_in_bands() {
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros(100 * MICROS_PER_SECOND)));
        let pace = Pace::new(Arc::clone(&clock) as Arc<dyn Clock>);
        for ms in [0, 500, 501, 1_000, 1_001, 5_000] {
            pace.took(Duration::from_millis(ms));
        }
        let all = Second { at: 100, good: 2, slow: 2, bad: 2, longest_ms: 5_000 };
        let found = pace.seconds();
        assert_eq!((found.len(), found[0].at, found[29]), (30, 71, all));
        clock.set(Timestamp::from_micros(129 * MICROS_PER_SECOND));
        assert_eq!((pace.seconds()[0], pace.seconds()[29]), (all, Second { at: 129, ..Second::default() }));
        // The same place of the ring, 30 s later.
        clock.set(Timestamp::from_micros(130 * MICROS_PER_SECOND));
        assert!(pace.seconds().iter().all(|second| second.good + second.slow + second.bad == 0));
        pace.took(Duration::from_millis(7));
        assert_eq!(pace.seconds()[29], Second { at: 130, good: 1, longest_ms: 7, ..Second::default() });
        // A clock that was set back, also before 1970.
        clock.set(Timestamp::from_micros(-1));
        pace.took(Duration::ZERO);
        assert_eq!(pace.seconds()[29], Second { at: -1, good: 1, ..Second::default() });
    }
}
