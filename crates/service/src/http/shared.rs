//! What all connections of a server share: the router, the limits, the places, and the list that the drain goes through.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode};
use hyper::server::conn::http1;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::Options;
use super::connection::{CUT, Connection, DRAIN, GO_ON};
use crate::address::{Crowd, is_forwarded};
use crate::metrics::Http;
use crate::request::Ids;

/// How long an idle connection keeps its buffers before it is parked.
const PARKED_AFTER: Duration = Duration::from_secs(3);

/// How long a newcomer waits for a place before idle connections are closed for it.
const PATIENCE: Duration = Duration::from_millis(200);

/// How long a connection must have been idle to be closed for a newcomer.
const IDLE_ENOUGH: Duration = Duration::from_secs(1);

/// How long after the stop a client may take to send the rest of its request, or to take some of its answer.
const CLIENT_PATIENCE: Duration = Duration::from_secs(3);

/// How often the drain looks for clients whose time is up.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Of all connections, one in so many is closed at a time to make room.
const ROOM: usize = 64;

/// What all connections of a server share.
pub(crate) struct Shared {
    pub(super) router: Router,
    pub(super) limits: Options,
    pub(super) ids: Ids,
    pub(super) builder: http1::Builder,
    pub(super) parked_after: Duration,
    http: Arc<Http>,
    crowd: Crowd,
    started: Instant,
    permits: Arc<Semaphore>,
    connections: Mutex<Connections>,
    last_closed: Notify,
}

struct Connections {
    open: HashMap<u64, Arc<Connection>>,
    next: u64,
    order: u8,
}

impl Shared {
    pub(super) fn new(router: Router, options: &Options, http: Arc<Http>) -> Self {
        let connections_max = options.connections_max.unwrap_or_else(super::socket::connections_that_fit);
        let mut builder = http1::Builder::new();
        // Never `pipeline_flush`: with it hyper buffers a streamed body without any bound.
        builder.header_read_timeout(None).max_buf_size(options.header_bytes_max.max(8_192));
        Self {
            router,
            limits: options.clone(),
            ids: Ids::new(),
            builder,
            http,
            crowd: Crowd::default(),
            started: Instant::now(),
            parked_after: PARKED_AFTER.min(options.idle_timeout / 2),
            permits: Arc::new(Semaphore::new(connections_max.clamp(1, Semaphore::MAX_PERMITS))),
            connections: Mutex::new(Connections { open: HashMap::new(), next: 0, order: GO_ON }),
            last_closed: Notify::new(),
        }
    }

    /// A place for one connection. While all are taken it waits, and closes connections that have been idle longest.
    pub(super) async fn permit(&self) -> OwnedSemaphorePermit {
        loop {
            let place = Arc::clone(&self.permits).acquire_owned();
            match tokio::time::timeout(PATIENCE, place).await {
                Ok(place) => return place.expect("the semaphore is never closed"),
                Err(_) => self.make_room(),
            }
        }
    }

    /// Closes some of the connections that have been idle for a while, the longest first.
    fn make_room(&self) {
        let mut idle: Vec<_> =
            self.lock().open.values().filter(|open| open.is_idle_for(IDLE_ENOUGH)).cloned().collect();
        idle.sort_by_key(|connection| connection.since_ms());
        idle.truncate(idle.len() / ROOM + 1);
        tracing::debug!(closed = idle.len(), "all connections are taken; closing idle ones");
        for connection in idle {
            connection.order(DRAIN);
        }
    }

    /// Lets requests in flight end, until `timeout`, and for a shorter time those that wait for their clients; returns how
    /// many connections had to be cut off.
    pub(super) async fn drain(&self, timeout: Duration) -> usize {
        self.order(DRAIN);
        let end = Instant::now() + timeout;
        let mut look = Instant::now() + CLIENT_PATIENCE;
        let mut cut = 0;
        while Instant::now() < end {
            if tokio::time::timeout_at(look.min(end), self.all_closed()).await.is_ok() {
                return cut;
            }
            if look < end {
                cut += self.cut_where(|connection| connection.waits_for_client(CLIENT_PATIENCE));
            }
            look += LOOK_EVERY;
        }
        let left = self.cut_where(|_| true);
        tracing::warn!(connections = left, ?timeout, "cut off: still busy at the end of the drain");
        // A cut connection ends at its next poll, which the order has woken.
        let _ = tokio::time::timeout(Duration::from_secs(1), self.all_closed()).await;
        cut + left
    }

    /// Cuts off the connections of which `which` is true; returns how many there were.
    fn cut_where(&self, which: impl Fn(&Connection) -> bool) -> usize {
        let connections = self.lock();
        let open = connections.open.values().filter(|open| !open.is_ordered(CUT) && which(open));
        open.map(|connection| connection.order(CUT)).count()
    }

    fn order(&self, order: u8) {
        let mut connections = self.lock();
        connections.order = order;
        for connection in connections.open.values() {
            connection.order(order);
        }
    }

    async fn all_closed(&self) {
        loop {
            let closed = self.last_closed.notified();
            if self.lock().open.is_empty() {
                return;
            }
            closed.await;
        }
    }

    /// Puts a new connection on the list.
    pub(super) fn open(self: &Arc<Self>, peer: SocketAddr, local: SocketAddr) -> (u64, Arc<Connection>) {
        let connection = Arc::new(Connection::new(Arc::clone(self), peer, local));
        let mut connections = self.lock();
        let key = connections.next;
        connections.next += 1;
        // One that comes in during the drain is told like the others.
        connection.order(connections.order);
        connections.open.insert(key, Arc::clone(&connection));
        self.http.connections.inc();
        (key, connection)
    }

    /// Takes a connection off the list.
    pub(super) fn close(&self, key: u64) {
        let mut connections = self.lock();
        connections.open.remove(&key);
        self.http.connections.dec();
        if connections.open.is_empty() {
            self.last_closed.notify_waiters();
        }
    }

    /// Counts an answered request.
    pub(super) fn observe(&self, method: &Method, route: &str, status: StatusCode, taken: Duration) {
        self.http.observe(method, route, status.as_u16(), taken);
    }

    /// The client behind `peer`; warns when most of them seem to be one.
    pub(super) fn client_address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let client = self.limits.trusted_proxies.client(peer, headers);
        if let Some(address) = self.crowd.note(client, is_forwarded(headers)) {
            tracing::warn!(
                %address,
                "most traffic seems to come from one address: is it a proxy that is not in server.trusted_proxies?"
            );
        }
        client
    }

    /// ms since the server's start: the clock of all connections.
    pub(super) fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The instant of that clock's `ms`.
    pub(super) fn instant(&self, ms: u64) -> Instant {
        self.started + Duration::from_millis(ms)
    }

    fn lock(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
