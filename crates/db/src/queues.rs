//! What callers and threads share: the queues, the counters, the limits.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{JoinHandle, Thread};

use tokio::runtime::Handle;

use crate::job::Waiting;
use crate::queue::Queue;
use crate::stats::Counters;
use crate::{Error, Options, Tx, job};

/// What callers and threads share.
#[derive(Debug)]
pub(crate) struct Queues {
    pub(crate) writes: Queue,
    pub(crate) reads: Queue,
    pub(crate) counters: Counters,
    pub(crate) options: Options,
}

impl Queues {
    pub(crate) fn new(options: Options) -> Self {
        let (writes, reads) = (Queue::new(options.queue_max), Queue::new(options.queue_max));
        Self { writes, reads, counters: Counters::default(), options }
    }
}

/// Has `op` run by the threads of a queue, and waits for its outcome without a runtime.
pub(crate) fn run_blocking<T: Send + 'static, E: From<Error> + Send + 'static>(
    queue: &Queue,
    op: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
) -> Result<T, E> {
    block_on(send(queue, op, None)?.outcome())
}

/// Starts a thread that serves them.
pub(crate) fn spawn(
    name: &str,
    queues: &Arc<Queues>,
    serve: impl FnOnce(&Queues) + Send + 'static,
) -> Result<JoinHandle<()>, Error> {
    let queues = Arc::clone(queues);
    let thread = std::thread::Builder::new().name(name.to_owned());
    let thread = thread.spawn(move || serve(&queues));
    thread.map_err(|error| Error::Unavailable(format!("cannot start a thread: {error}")))
}

/// Puts `op` on a queue, for a caller on `runtime`.
pub(crate) fn send<T: Send + 'static, E: From<Error> + Send + 'static>(
    queue: &Queue,
    op: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    runtime: Option<Handle>,
) -> Result<Waiting<T, E>, Error> {
    let (job, waiting) = job::call(op, runtime);
    queue.push(job)?;
    Ok(waiting)
}

/// Waits for a future that needs no runtime.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    // On a runtime's thread the runtime would ration polls, and this loop would spin without end.
    let mut future = pin!(tokio::task::coop::unconstrained(future));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}
