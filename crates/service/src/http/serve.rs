//! A connection's task: parked on the bare socket while idle, under hyper while there are requests, one lazy timer.
//!
//! The timer is looked at only when it fires, and is set again only where a head or a blocked write needs it earlier: a
//! request sets none. A connection that has been idle for a while gives all its buffers back.

use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep};

use super::answer::answer;
use super::connection::{CUT, Connection, DRAIN};
use super::connections::Connections;
use super::stream::Watched;

/// How long, and for how many bytes, a closed connection is still read.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES_MAX: usize = 16 << 20;

/// Serves `stream` in a task of its own.
pub(super) fn spawn(
    stream: TcpStream,
    peer: SocketAddr,
    local: SocketAddr,
    connections: Arc<Connections>,
    permit: OwnedSemaphorePermit,
) {
    let (key, connection) = connections.open(peer, local);
    tokio::spawn(async move {
        let _permit = permit;
        let _closing = Closing { connections, key };
        live(stream, connection).await;
    });
}

/// Takes the connection off the books however its task ends.
struct Closing {
    connections: Arc<Connections>,
    key: u64,
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.connections.close(self.key);
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
        connection.register(cx.waker());
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
    let mut http = Some(connection.setup.builder.serve_connection(io, service));
    let parked_after = connection.setup.parked_after;
    let mut timer = pin!(tokio::time::sleep(parked_after));
    let (mut registered, mut draining) = (false, false);
    let end = std::future::poll_fn(|cx| {
        let Some(serving) = http.as_mut() else { return Poll::Ready(End::Cut) };
        // It is always this task that is to be woken, so once will do until there is an order.
        if !registered || connection.is_ordered(DRAIN) {
            connection.register(cx.waker());
            registered = true;
        }
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
async fn linger(mut stream: TcpStream, connection: &Connection) {
    let mut left = LINGER_BYTES_MAX;
    // On the heap, and only now: every connection's task would have room for it otherwise.
    let mut buffer = vec![0_u8; 4_096];
    let read_away = std::future::poll_fn(|cx| {
        connection.register(cx.waker());
        while left > 0 && !connection.is_ordered(DRAIN) {
            let mut bytes = ReadBuf::new(&mut buffer);
            let read = ready!(Pin::new(&mut stream).poll_read(cx, &mut bytes));
            if read.is_err() || bytes.filled().is_empty() {
                break;
            }
            left = left.saturating_sub(bytes.filled().len());
        }
        Poll::Ready(())
    });
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
    // The timer may stand later than the deadline of a head or a blocked write that has begun meanwhile.
    if (connection.is_in_head() || connection.is_write_blocked())
        && let Some(deadline) = connection.deadline()
        && deadline < timer.deadline()
    {
        timer.as_mut().reset(deadline);
    }
    let parked_after = connection.setup.parked_after;
    while timer.as_mut().poll(cx).is_ready() {
        let now = Instant::now();
        match connection.deadline() {
            Some(deadline) if deadline <= now && connection.is_in_head() => return Poll::Ready(End::Late),
            Some(deadline) if deadline <= now => return Poll::Ready(End::Cut),
            Some(_) if connection.is_idle_for(parked_after) => return Poll::Ready(End::Idle),
            Some(deadline) => timer.as_mut().reset(deadline.min(now + parked_after)),
            None => timer.as_mut().reset(now + parked_after),
        }
    }
    Poll::Pending
}
