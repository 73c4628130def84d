//! The one signal to stop, shared by every part of the process.

use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Says when the process is to stop. Clones share one state; it never goes back.
#[derive(Debug, Clone)]
pub struct Shutdown(Arc<watch::Sender<bool>>);

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}

impl Shutdown {
    /// Not triggered yet.
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Tells every waiter to stop; later calls change nothing.
    pub fn trigger(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was triggered.
    pub fn is_triggered(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once it is triggered, at once if it was.
    pub async fn wait(&self) {
        let mut receiver = self.0.subscribe();
        // The sender lives in `self`, so the only end of this wait is the trigger.
        let _ = receiver.wait_for(|stop| *stop).await;
    }

    /// Triggers on the first SIGTERM or SIGINT; a second one ends the process at once with status 130.
    ///
    /// # Errors
    /// The error of the operating system when the handlers cannot be installed.
    pub fn on_signals(&self) -> std::io::Result<()> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let shutdown = self.clone();
        tokio::spawn(async move {
            let name = tokio::select! { _ = terminate.recv() => "SIGTERM", _ = interrupt.recv() => "SIGINT" };
            tracing::info!(signal = name, "stopping; a second signal stops at once");
            shutdown.trigger();
            tokio::select! { _ = terminate.recv() => (), _ = interrupt.recv() => () }
            tracing::warn!("stopped at once by a second signal");
            std::process::exit(130);
        });
        Ok(())
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
