//! The one line that the log has of a request: at `info` when it failed (5xx), at `debug` otherwise.
//!
//! While a disk is full every request fails, and a line for each would fill what is left of it: beyond some lines a second
//! failures are counted, and the next line that is written says how many there were.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};

/// Lines of failed requests in one second.
const LINES_PER_SECOND: u64 = 20;

/// Below it stands the token of a share link.
const SHARED: &str = "/share/";

/// What is said of a request.
pub(super) struct Answered<'a> {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) status: StatusCode,
    pub(super) taken: Duration,
    pub(super) id: &'a str,
}

/// Logs it.
pub(super) fn request(answered: &Answered<'_>) {
    let Answered { method, status, taken, id, .. } = answered;
    let (status, path) = (status.as_u16(), answered.told_path());
    match answered.is_failure().then(|| FAILURES.admit()).flatten() {
        Some(0) => tracing::info!(%method, path, status, ?taken, id, "request failed"),
        Some(untold) => tracing::info!(%method, path, status, ?taken, id, untold, "request failed"),
        None => tracing::debug!(%method, path, status, ?taken, id, "request"),
    }
}

impl Answered<'_> {
    /// The path, without what must not be written down: the address of a share link is its secret.
    fn told_path(&self) -> &str {
        if self.path.starts_with(SHARED) { SHARED } else { &self.path }
    }

    /// A probe that answers 503 has found something out: its answer is no failure, and it comes every second.
    fn is_failure(&self) -> bool {
        let probe = matches!(self.path.as_str(), "/readyz" | "/health" | "/health/deep");
        self.status.is_server_error() && !(probe && self.status == StatusCode::SERVICE_UNAVAILABLE)
    }
}

static FAILURES: Pace =
    Pace { second: AtomicU64::new(0), lines: AtomicU64::new(0), untold: AtomicU64::new(0) };

/// So many lines a second.
struct Pace {
    /// The second that `lines` counts, since the first failure.
    second: AtomicU64,
    lines: AtomicU64,
    untold: AtomicU64,
}

impl Pace {
    /// Whether a line may be written now, and how many were not since the last one.
    fn admit(&self) -> Option<u64> {
        static BEGAN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        self.admit_at(BEGAN.get_or_init(Instant::now).elapsed().as_secs())
    }

    fn admit_at(&self, second: u64) -> Option<u64> {
        if self.second.swap(second, Ordering::Relaxed) != second {
            self.lines.store(0, Ordering::Relaxed);
        }
        if self.lines.fetch_add(1, Ordering::Relaxed) < LINES_PER_SECOND {
            return Some(self.untold.swap(0, Ordering::Relaxed));
        }
        self.untold.fetch_add(1, Ordering::Relaxed);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_failures_is_counted_and_told_later() {
        let pace = Pace { second: AtomicU64::new(0), lines: AtomicU64::new(0), untold: AtomicU64::new(0) };
        let told = (0..1_000).filter(|_| pace.admit_at(0).is_some()).count();
        assert_eq!(told, 20);
        assert_eq!(pace.admit_at(1), Some(980));
        assert_eq!(pace.admit_at(1), Some(0));
    }

    #[test]
    fn the_token_of_a_share_link_is_not_told() {
        let check = |path: &str, expected: &str| {
            let (method, taken) = (Method::GET, Duration::ZERO);
            let answered = Answered { method, path: path.to_owned(), status: StatusCode::OK, taken, id: "a" };
            assert_eq!(answered.told_path(), expected);
        };
        check("/share/kl_abc", "/share/");
        check("/v1/shares/open", "/v1/shares/open");
    }

    #[test]
    fn a_probe_that_finds_something_has_not_failed() {
        let check = |path: &str, status: u16, expected: bool| {
            let status = StatusCode::from_u16(status).unwrap();
            let (method, taken) = (Method::GET, Duration::ZERO);
            let answered = Answered { method, path: path.to_owned(), status, taken, id: "a" };
            assert_eq!(answered.is_failure(), expected, "{path} {status}");
        };
        check("/readyz", 503, false);
        check("/readyz", 500, true);
        check("/event", 503, true);
        check("/event", 400, false);
    }
}
