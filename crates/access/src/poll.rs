//! A thread that does the same again and again, or sooner when it is woken: reading what other processes have changed.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

/// Rounds follow each other after this long at the least, however often the thread is woken.
const PAUSE_LEAST: Duration = Duration::from_millis(250);

/// The running thread; dropping it ends the thread after the round in hand.
#[derive(Debug)]
pub(crate) struct Poller {
    waker: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Poller {
    /// Starts a thread called `name` that does `round` now and then every `every`. Returns after the first round, with
    /// what it returned.
    pub(crate) fn start<T: Send + 'static>(
        name: &str,
        every: Duration,
        mut round: impl FnMut(&Runtime) -> T + Send + 'static,
    ) -> std::io::Result<(Self, T)> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (waker, woken) = channel();
        let (first, begun) = channel();
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            // The starter waits for it; should it have gone away, there is still the work to do.
            let _ = first.send(round(&runtime));
            run(&woken, every, || {
                round(&runtime);
            });
        })?;
        let done = begun.recv().map_err(|_| std::io::Error::other("the first round panicked"))?;
        Ok((Self { waker: Some(waker), thread: Some(thread) }, done))
    }

    /// Asks for a round soon.
    pub(crate) fn wake(&self) {
        if let Some(waker) = &self.waker {
            // The thread ends only after this sender is dropped.
            let _ = waker.send(());
        }
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.waker.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(woken: &Receiver<()>, every: Duration, mut round: impl FnMut()) {
    loop {
        let ended = Instant::now();
        match woken.recv_timeout(every) {
            Ok(()) => {
                std::thread::sleep(PAUSE_LEAST.saturating_sub(ended.elapsed()));
                // One round serves all that have asked by now.
                while woken.try_recv().is_ok() {}
            }
            Err(RecvTimeoutError::Timeout) => (),
            Err(RecvTimeoutError::Disconnected) => return,
        }
        round();
    }
}
