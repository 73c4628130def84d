//! One connection: its phases, its one lazy timer, parking while idle, and the way out at the shutdown.
//!
//! Three phases: *idle* (no request), *head* (first byte seen, headers not complete), *busy* (a request is being
//! answered). hyper could time the head itself, but sets a timer per request; here a request costs two atomic stores and
//! the timer is only looked at when it fires. An idle connection gives its buffers back and is parked on the bare socket.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::MatchedPath;
use axum::http::{HeaderMap, Method, StatusCode};
use futures_util::task::AtomicWaker;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::ReadBuf;
use tokio::net::TcpStream;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};

use super::Options;
use super::answer::answer;
use super::stream::Watched;
use crate::address::{Crowd, is_forwarded};
use crate::metrics::Http;
use crate::request::Ids;

const IDLE: u8 = 0;
const HEAD: u8 = 1;
const BUSY: u8 = 2;

const DRAIN: u8 = 1;
const CUT: u8 = 2;

/// How long an idle connection keeps its buffers before it is parked.
const PARKED_AFTER: Duration = Duration::from_secs(3);

/// How long, and for how many bytes, a closed connection is still read.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES_MAX: usize = 16 << 20;

/// What all connections of a server share.
pub(crate) struct Shared {
    pub(super) router: Router,
    pub(super) limits: Options,
    pub(super) ids: Ids,
    builder: http1::Builder,
    http: Arc<Http>,
    crowd: Crowd,
    started: Instant,
    parked_after: Duration,
    permits: Arc<Semaphore>,
    connections: Mutex<Connections>,
    last_closed: Notify,
}

#[derive(Default)]
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
            connections: Mutex::default(),
            last_closed: Notify::new(),
        }
    }

    /// A place for one connection; waits while all are taken.
    pub(super) async fn permit(&self) -> OwnedSemaphorePermit {
        Arc::clone(&self.permits).acquire_owned().await.expect("the semaphore is never closed")
    }

    /// Lets requests in flight end, until `timeout`; returns how many connections had to be cut off.
    pub(super) async fn drain(&self, timeout: Duration) -> usize {
        self.order(DRAIN);
        if tokio::time::timeout(timeout, self.all_closed()).await.is_ok() {
            return 0;
        }
        let left = self.order(CUT);
        tracing::warn!(connections = left, ?timeout, "cut off: still busy at the end of the drain");
        // A cut connection ends at its next poll, which the order has woken.
        let _ = tokio::time::timeout(Duration::from_secs(1), self.all_closed()).await;
        left
    }

    fn order(&self, order: u8) -> usize {
        let mut connections = self.lock();
        connections.order = order;
        for connection in connections.open.values() {
            connection.order.store(order, Ordering::Release);
            connection.waker.wake();
        }
        connections.open.len()
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

    fn open(self: &Arc<Self>, peer: SocketAddr, local: SocketAddr) -> (u64, Arc<Connection>) {
        let mut connections = self.lock();
        let key = connections.next;
        connections.next += 1;
        let connection = Arc::new(Connection {
            peer,
            local,
            shared: Arc::clone(self),
            phase: AtomicU8::new(IDLE),
            since_ms: AtomicU64::new(self.now_ms()),
            write_blocked: AtomicBool::new(false),
            order: AtomicU8::new(connections.order),
            waker: AtomicWaker::new(),
            route: Mutex::new(None),
        });
        connections.open.insert(key, Arc::clone(&connection));
        self.http.connections.inc();
        (key, connection)
    }

    fn close(&self, key: u64) {
        let mut connections = self.lock();
        connections.open.remove(&key);
        self.http.connections.dec();
        if connections.open.is_empty() {
            self.last_closed.notify_waiters();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// What is known of a connection while it lives.
pub(crate) struct Connection {
    pub(crate) peer: SocketAddr,
    pub(crate) local: SocketAddr,
    pub(super) shared: Arc<Shared>,
    phase: AtomicU8,
    /// When the phase began, ms after the server's start.
    since_ms: AtomicU64,
    write_blocked: AtomicBool,
    order: AtomicU8,
    waker: AtomicWaker,
    route: Mutex<Option<MatchedPath>>,
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
    pub(crate) fn client_address(&self, headers: &HeaderMap) -> IpAddr {
        let client = self.shared.limits.trusted_proxies.client(self.peer.ip(), headers);
        if let Some(address) = self.shared.crowd.note(client, is_forwarded(headers)) {
            tracing::warn!(
                %address,
                "most traffic seems to come from one address: is it a proxy that is not in server.trusted_proxies?"
            );
        }
        client
    }

    /// Keeps the route of the request in flight; HTTP/1 has one at a time.
    pub(crate) fn note_route(&self, route: MatchedPath) {
        *self.route.lock().unwrap_or_else(PoisonError::into_inner) = Some(route);
    }

    pub(super) fn observe(&self, method: &Method, status: StatusCode, taken: Duration) {
        let route = self.route.lock().unwrap_or_else(PoisonError::into_inner).take();
        let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
        self.shared.http.observe(method, route, status.as_u16(), taken);
    }

    pub(super) fn begin(&self) {
        self.phase.store(BUSY, Ordering::Relaxed);
    }

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
            self.since_ms.store(self.shared.now_ms(), Ordering::Relaxed);
        }
    }

    fn enter(&self, phase: u8) {
        self.since_ms.store(self.shared.now_ms(), Ordering::Relaxed);
        self.phase.store(phase, Ordering::Relaxed);
    }

    fn is_parkable(&self) -> bool {
        self.phase.load(Ordering::Relaxed) == IDLE && !self.write_blocked.load(Ordering::Relaxed)
    }

    /// Until when the connection may stay as it is; `None`: no limit now.
    fn deadline(&self) -> Option<Instant> {
        let limits = &self.shared.limits;
        let timeout = match self.phase.load(Ordering::Relaxed) {
            _ if self.write_blocked.load(Ordering::Relaxed) => limits.body_timeout,
            IDLE => limits.idle_timeout,
            HEAD => limits.header_timeout,
            _ => return None,
        };
        let since = Duration::from_millis(self.since_ms.load(Ordering::Relaxed));
        Some(self.shared.started + since + timeout)
    }

    fn is_ordered(&self, order: u8) -> bool {
        self.order.load(Ordering::Acquire) >= order
    }
}

/// Serves `stream` in a task of its own.
pub(super) fn spawn(
    stream: TcpStream,
    peer: SocketAddr,
    local: SocketAddr,
    shared: Arc<Shared>,
    permit: OwnedSemaphorePermit,
) {
    let (key, connection) = shared.open(peer, local);
    tokio::spawn(async move {
        let _permit = permit;
        let _closing = Closing { shared, key };
        live(stream, connection).await;
    });
}

/// Takes the connection off the books however its task ends.
struct Closing {
    shared: Arc<Shared>,
    key: u64,
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.shared.close(self.key);
    }
}

/// Alternates between waiting on the bare socket and serving requests.
async fn live(mut stream: TcpStream, connection: Arc<Connection>) {
    while park(&stream, &connection).await {
        // Boxed, so that a parked connection's task is small.
        match boxed(stream, &connection).await {
            Some(idle) => stream = idle,
            None => return,
        }
    }
}

/// A function of its own: a box made inside of `live` leaves room for what is in the box in the task as well.
fn boxed(
    stream: TcpStream,
    connection: &Arc<Connection>,
) -> Pin<Box<dyn Future<Output = Option<TcpStream>> + Send + '_>> {
    Box::pin(serve(stream, connection))
}

/// Waits for the first byte of a request, holding no buffer. False: the connection is to be closed.
async fn park(stream: &TcpStream, connection: &Connection) -> bool {
    let mut timer = pin!(tokio::time::sleep_until(connection.deadline().unwrap_or_else(Instant::now)));
    std::future::poll_fn(|cx| {
        connection.waker.register(cx.waker());
        if connection.is_ordered(DRAIN) {
            return Poll::Ready(false);
        }
        // The readiness alone may be false: only a look at the bytes tells a request from a mistaken wake-up.
        let mut byte = [0_u8; 1];
        if let Poll::Ready(peeked) = stream.poll_peek(cx, &mut ReadBuf::new(&mut byte)) {
            return Poll::Ready(peeked.is_ok_and(|bytes| bytes > 0));
        }
        timer.as_mut().poll(cx).map(|()| false)
    })
    .await
}

/// Serves requests until the connection ends (`None`) or has been idle for a while (its stream).
async fn serve(stream: TcpStream, connection: &Arc<Connection>) -> Option<TcpStream> {
    let service = service_fn(|request| answer(Arc::clone(connection), request));
    let io = TokioIo::new(Watched::new(stream, Arc::clone(connection)));
    let mut http = Some(connection.shared.builder.serve_connection(io, service));
    let parked_after = connection.shared.parked_after;
    let mut timer = pin!(tokio::time::sleep(parked_after));
    let mut draining = false;
    let end = std::future::poll_fn(|cx| {
        let Some(serving) = http.as_mut() else { return Poll::Ready(End::Cut) };
        connection.waker.register(cx.waker());
        if connection.is_ordered(CUT) {
            return Poll::Ready(End::Cut);
        }
        if connection.is_ordered(DRAIN) && !draining {
            draining = true;
            Pin::new(&mut *serving).graceful_shutdown();
        }
        if Pin::new(serving).poll(cx).is_ready() {
            return Poll::Ready(End::Closed);
        }
        watch(connection, timer.as_mut(), cx)
    })
    .await;
    let parts = http.take()?.into_parts();
    let watched = parts.io.into_inner();
    match end {
        End::Cut => None,
        End::Closed => {
            linger(watched.into_inner(), connection).await;
            None
        }
        End::Late => {
            linger(watched.refuse_slow_head().await, connection).await;
            None
        }
        End::Idle => parts.read_buf.is_empty().then(|| watched.into_inner()),
    }
}

/// Reads away what the client still sends, for a while: closing a socket with unread bytes resets the connection, and
/// the client may lose the answer that it has not read yet.
async fn linger(stream: TcpStream, connection: &Connection) {
    if connection.is_ordered(DRAIN) {
        return;
    }
    let mut left = LINGER_BYTES_MAX;
    let mut buffer = [0_u8; 4_096];
    let read_away = async {
        while left > 0 && !connection.is_ordered(CUT) && stream.readable().await.is_ok() {
            match stream.try_read(&mut buffer) {
                Ok(0) => return,
                Ok(bytes) => left = left.saturating_sub(bytes),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => (),
                Err(_) => return,
            }
        }
    };
    // At the end of the time the connection is closed as it is.
    let _ = tokio::time::timeout(LINGER, read_away).await;
}

/// How a stretch of serving ends.
enum End {
    /// hyper has answered all there was and closed its side.
    Closed,
    /// Ended from here, whatever was on its way.
    Cut,
    /// The headers did not come in time.
    Late,
    /// Idle long enough to be parked.
    Idle,
}

/// Looks after the time, once hyper has nothing more to do.
fn watch(connection: &Connection, mut timer: Pin<&mut Sleep>, cx: &mut Context<'_>) -> Poll<End> {
    let phase = connection.phase.load(Ordering::Relaxed);
    // The timer may stand later than the deadline of a head or a blocked write that has begun meanwhile.
    if (phase == HEAD || connection.write_blocked.load(Ordering::Relaxed))
        && let Some(deadline) = connection.deadline()
        && deadline < timer.deadline()
    {
        timer.as_mut().reset(deadline);
    }
    while timer.as_mut().poll(cx).is_ready() {
        let now = Instant::now();
        match connection.deadline() {
            Some(deadline) if deadline <= now && phase == HEAD => return Poll::Ready(End::Late),
            Some(deadline) if deadline <= now => return Poll::Ready(End::Cut),
            Some(deadline) if connection.is_parkable() => {
                let idle_since = deadline - connection.shared.limits.idle_timeout;
                if idle_since + connection.shared.parked_after <= now {
                    return Poll::Ready(End::Idle);
                }
                timer.as_mut().reset(idle_since + connection.shared.parked_after);
            }
            Some(deadline) => timer.as_mut().reset(deadline),
            None => timer.as_mut().reset(now + connection.shared.parked_after),
        }
    }
    Poll::Pending
}
