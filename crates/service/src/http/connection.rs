//! What is known of a connection while it lives: its phase, since when, and what it was told to do.
//!
//! Three phases: *idle* (no request), *head* (first byte seen, headers not complete), *busy* (a request is being
//! answered). hyper could time the head itself, but sets a timer per request; here a request costs a few atomic stores.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use axum::extract::MatchedPath;
use axum::http::HeaderMap;
use futures_util::task::AtomicWaker;
use tokio::time::Instant;

use super::held::Until;
use super::setup::Setup;

const IDLE: u8 = 0;
const HEAD: u8 = 1;
const BUSY: u8 = 2;

/// No order.
pub(super) const GO_ON: u8 = 0;
/// End as soon as no request is in flight.
pub(super) const DRAIN: u8 = 1;
/// End now.
pub(super) const CUT: u8 = 2;

/// What is known of a connection while it lives.
pub(crate) struct Connection {
    pub(crate) peer: SocketAddr,
    pub(crate) local: SocketAddr,
    pub(super) setup: Arc<Setup>,
    phase: AtomicU8,
    /// When the phase began, ms after the server's start.
    since_ms: AtomicU64,
    write_blocked: AtomicBool,
    body_awaited: AtomicBool,
    order: AtomicU8,
    waker: AtomicWaker,
    noted: Mutex<Noted>,
}

/// The bounds of a body: its bytes, and the time for all of them to come.
pub(crate) struct Limits {
    pub(crate) body_bytes_max: usize,
    pub(crate) body_timeout: Duration,
}

/// What is noted of the request in flight on its way through the router; HTTP/1 has one at a time.
#[derive(Default)]
pub(super) struct Noted {
    pub(super) route: Option<MatchedPath>,
    pub(super) until: Option<Until>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("peer", &self.peer)
            .field("local", &self.local)
            .finish_non_exhaustive()
    }
}

impl Connection {
    pub(super) fn new(setup: Arc<Setup>, peer: SocketAddr, local: SocketAddr) -> Self {
        Self {
            peer,
            local,
            phase: AtomicU8::new(IDLE),
            since_ms: AtomicU64::new(setup.now_ms()),
            setup,
            write_blocked: AtomicBool::new(false),
            body_awaited: AtomicBool::new(false),
            order: AtomicU8::new(GO_ON),
            waker: AtomicWaker::new(),
            noted: Mutex::default(),
        }
    }

    /// The client's address, through the proxies that are trusted.
    pub(crate) fn client_address(&self, headers: &HeaderMap) -> IpAddr {
        self.setup.client_address(self.peer.ip(), headers)
    }

    /// Whether the client speaks https, by the word of a trusted proxy.
    pub(crate) fn is_https(&self, headers: &HeaderMap) -> bool {
        self.setup.limits.trusted_proxies.is_https(self.peer.ip(), headers)
    }

    /// Within which bounds a body at this path comes.
    pub(crate) fn body_limits(&self, path: &str) -> Limits {
        let limits = &self.setup.limits;
        Limits { body_bytes_max: limits.body_bytes_max_at(path), body_timeout: limits.body_timeout_at(path) }
    }

    /// The scheme that the client speaks, by the word of a trusted proxy.
    pub(crate) fn scheme(&self, headers: &HeaderMap) -> Option<&'static str> {
        self.setup.limits.trusted_proxies.scheme(self.peer.ip(), headers)
    }

    /// Keeps the route of the request in flight.
    pub(crate) fn note_route(&self, route: MatchedPath) {
        self.noted().route = Some(route);
    }

    /// Keeps what the answer of the request in flight waits for.
    pub(crate) fn note_until(&self, until: Until) {
        self.noted().until = Some(until);
    }

    /// What was noted of the request in flight.
    pub(super) fn take_noted(&self) -> Noted {
        std::mem::take(&mut *self.noted())
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request's headers are complete.
    pub(super) fn begin(&self) {
        self.phase.store(BUSY, Ordering::Relaxed);
    }

    /// The answer is sent, or given up.
    pub(super) fn finish(&self) {
        self.enter(IDLE);
    }

    /// Bytes came in: the first ones after a pause begin a head.
    pub(super) fn note_read(&self) {
        if self.phase.load(Ordering::Relaxed) == IDLE {
            self.enter(HEAD);
        }
    }

    /// The client takes nothing more for now, or does again.
    pub(super) fn note_write(&self, blocked: bool) {
        if self.write_blocked.load(Ordering::Relaxed) != blocked {
            self.write_blocked.store(blocked, Ordering::Relaxed);
            self.since_ms.store(self.setup.now_ms(), Ordering::Relaxed);
        }
    }

    /// A handler waits for more of the request's body, or does no longer.
    pub(crate) fn note_body(&self, awaited: bool) {
        self.body_awaited.store(awaited, Ordering::Relaxed);
    }

    /// Whether it is the client's turn: to send the rest of its request, or, for `time` already, to take some of its answer.
    pub(super) fn waits_for_client(&self, time: Duration) -> bool {
        let stuck = self.is_write_blocked() && self.setup.instant(self.since_ms()) + time <= Instant::now();
        self.is_in_head() || self.body_awaited.load(Ordering::Relaxed) || stuck
    }

    fn enter(&self, phase: u8) {
        self.since_ms.store(self.setup.now_ms(), Ordering::Relaxed);
        self.phase.store(phase, Ordering::Relaxed);
    }

    /// Told to do so much, at least, from now on.
    pub(super) fn order(&self, order: u8) {
        self.order.fetch_max(order, Ordering::AcqRel);
        self.waker.wake();
    }

    pub(super) fn is_ordered(&self, order: u8) -> bool {
        self.order.load(Ordering::Acquire) >= order
    }

    /// The task to wake when there is an order.
    pub(super) fn register(&self, waker: &Waker) {
        self.waker.register(waker);
    }

    /// Whether its client owes it headers.
    pub(super) fn is_in_head(&self) -> bool {
        self.phase.load(Ordering::Relaxed) == HEAD
    }

    /// Whether its client does not take what it is sent.
    pub(super) fn is_write_blocked(&self) -> bool {
        self.write_blocked.load(Ordering::Relaxed)
    }

    /// Whether nothing at all has been going on for `time`.
    pub(super) fn is_idle_for(&self, time: Duration) -> bool {
        let idle = self.phase.load(Ordering::Relaxed) == IDLE && !self.is_write_blocked();
        idle && self.setup.instant(self.since_ms()) + time <= Instant::now()
    }

    /// When the phase began, ms after the server's start.
    pub(super) fn since_ms(&self) -> u64 {
        self.since_ms.load(Ordering::Relaxed)
    }

    /// Until when the connection may stay as it is; `None`: no limit now.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let limits = &self.setup.limits;
        let timeout = match self.phase.load(Ordering::Relaxed) {
            _ if self.is_write_blocked() => limits.body_timeout,
            IDLE => limits.idle_timeout,
            HEAD => limits.header_timeout,
            _ => return None,
        };
        Some(self.setup.instant(self.since_ms()) + timeout)
    }
}
