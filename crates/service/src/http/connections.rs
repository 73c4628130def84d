//! The connections of a server: how many there may be, and the list that the drain goes through.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::connection::{CUT, Connection, DRAIN, GO_ON};
use super::setup::Setup;

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

/// The connections of a server.
pub(super) struct Connections {
    setup: Arc<Setup>,
    permits: Arc<Semaphore>,
    open: Mutex<Open>,
    last_closed: Notify,
}

struct Open {
    by_key: HashMap<u64, Arc<Connection>>,
    next: u64,
    order: u8,
}

impl Connections {
    pub(super) fn new(setup: Setup) -> Self {
        let most = setup.limits.connections_max.unwrap_or_else(super::socket::connections_that_fit);
        Self {
            setup: Arc::new(setup),
            permits: Arc::new(Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS))),
            open: Mutex::new(Open { by_key: HashMap::new(), next: 0, order: GO_ON }),
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
            self.lock().by_key.values().filter(|open| open.is_idle_for(IDLE_ENOUGH)).cloned().collect();
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
        let open = self.lock();
        let open = open.by_key.values().filter(|open| !open.is_ordered(CUT) && which(open));
        open.map(|connection| connection.order(CUT)).count()
    }

    fn order(&self, order: u8) {
        let mut open = self.lock();
        open.order = order;
        for connection in open.by_key.values() {
            connection.order(order);
        }
    }

    async fn all_closed(&self) {
        loop {
            let closed = self.last_closed.notified();
            if self.lock().by_key.is_empty() {
                return;
            }
            closed.await;
        }
    }

    /// Puts a new connection on the list.
    pub(super) fn open(&self, peer: SocketAddr, local: SocketAddr) -> (u64, Arc<Connection>) {
        let connection = Arc::new(Connection::new(Arc::clone(&self.setup), peer, local));
        let mut open = self.lock();
        let key = open.next;
        open.next += 1;
        // One that comes in during the drain is told like the others.
        connection.order(open.order);
        open.by_key.insert(key, Arc::clone(&connection));
        self.setup.http.connections.inc();
        (key, connection)
    }

    /// Takes a connection off the list.
    pub(super) fn close(&self, key: u64) {
        let mut open = self.lock();
        open.by_key.remove(&key);
        self.setup.http.connections.dec();
        if open.by_key.is_empty() {
            self.last_closed.notify_waiters();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
