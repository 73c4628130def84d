//! The one signal to stop, shared by every part of the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

/// Says when the process is to stop. Clones share one state; it never goes back.
#[derive(Debug, Clone)]
pub struct Shutdown(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    stop: watch::Sender<bool>,
    opening: AtomicBool,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}

impl Shutdown {
    /// Not triggered yet.
    pub fn new() -> Self {
        Self(Arc::new(Inner { stop: watch::Sender::new(false), opening: AtomicBool::new(false) }))
    }

    /// Tells every waiter to stop; later calls change nothing.
    pub fn trigger(&self) {
        self.0.stop.send_replace(true);
    }

    /// Whether it was triggered.
    pub fn is_triggered(&self) -> bool {
        *self.0.stop.borrow()
    }

    /// Returns once it is triggered, at once if it was.
    pub async fn wait(&self) {
        let mut receiver = self.0.stop.subscribe();
        // The sender lives in `self`, so the only end of this wait is the trigger.
        let _ = receiver.wait_for(|stop| *stop).await;
    }

    /// Says that files are being opened, until the answer is dropped: a stop that is not noticed then is no orderly one,
    /// see [`Self::on_signals`].
    pub fn opening(&self) -> Opening {
        self.0.opening.store(true, Ordering::SeqCst);
        Opening(self.clone())
    }

    pub(crate) fn is_opening(&self) -> bool {
        self.0.opening.load(Ordering::SeqCst)
    }
}

/// Files are being opened.
#[derive(Debug)]
pub struct Opening(Shutdown);

impl Drop for Opening {
    fn drop(&mut self) {
        self.0.0.opening.store(false, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn wakes_waiters_of_before_and_after() {
        let shutdown = Shutdown::new();
        let before = tokio::spawn({
            let shutdown = shutdown.clone();
            async move { shutdown.wait().await }
        });
        assert!(!shutdown.is_triggered());
        shutdown.trigger();
        shutdown.trigger();
        before.await.unwrap();
        shutdown.wait().await;
        assert!(shutdown.is_triggered());
    }
}
