//! The open streams: what they read from, and how many there may be.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use kassa_access::{Access, Guarded};
use kassa_eventlog::EventLog;
use kassa_service::metrics::Gauge;
use kassa_service::{Metrics, Problem, Shutdown};

use crate::shop::Shop;

/// How many streams there may be at a time.
const STREAMS_MAX: i64 = 64;

/// What streams read from.
#[derive(Debug)]
pub(super) struct Streams {
    pub(super) shop: Arc<Shop>,
    pub(super) log: Arc<dyn EventLog>,
    pub(super) shutdown: Shutdown,
    /// After so long a stream ends, and its client asks again, whose key may have been revoked meanwhile.
    pub(super) last: Duration,
    open: Gauge<i64, AtomicI64>,
}

impl Guarded for Streams {
    fn access(&self) -> &Access {
        self.shop.access()
    }

    fn site(&self) -> Option<&str> {
        self.shop.site()
    }
}

impl Streams {
    pub(super) fn new(
        (shop, log): (Arc<Shop>, Arc<dyn EventLog>),
        shutdown: Shutdown,
        last: Duration,
        metrics: &Metrics,
    ) -> Self {
        let open = metrics.register(
            "kassa_notification_streams",
            "Streams of notifications that are open.",
            Gauge::default(),
        );
        Self { shop, log, shutdown, last, open }
    }

    /// A place for one more; 503 when all are taken.
    pub(super) fn seat(self: &Arc<Self>) -> Result<Seat, Problem> {
        if self.open.inc() >= STREAMS_MAX {
            self.open.dec();
            let why = format!("{STREAMS_MAX} streams are open, more are not served");
            return Err(Problem::unavailable(why, 5));
        }
        Ok(Seat(Arc::clone(self)))
    }

    /// How many are open; for tests.
    #[cfg(test)]
    pub(super) fn open(&self) -> i64 {
        self.open.get()
    }
}

/// A place among the streams, given back when dropped.
#[derive(Debug)]
pub(super) struct Seat(Arc<Streams>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.open.dec();
    }
}
