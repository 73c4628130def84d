//! What the parts of a process that tell others of news tell each other: that there are new deliveries, and how it goes.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

/// Wakes whoever sends deliveries, or shows them, and knows what keeps them from it. Clones share it.
#[derive(Debug, Clone)]
pub struct Told {
    changed: watch::Sender<()>,
    trouble: Arc<Mutex<Trouble>>,
}

/// What does not go, if something does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trouble {
    /// Why the stream is not read.
    pub reading: Option<String>,
    /// Why no mail is taken.
    pub mail: Option<String>,
}

impl Default for Told {
    fn default() -> Self {
        Self { changed: watch::Sender::new(()), trouble: Arc::default() }
    }
}

impl Told {
    /// To be called after every commit that wrote deliveries. Forgetting it costs a poll's time, nothing else.
    pub(crate) fn tell(&self) {
        self.changed.send_replace(());
    }

    /// Hears of every [`tell`](Self::tell) from now on.
    pub(crate) fn subscribe(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// What does not go.
    pub fn trouble(&self) -> Trouble {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn note_reading(&self, why: Option<String>) {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).reading = why;
    }

    pub(super) fn note_mail(&self, why: Option<String>) {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).mail = why;
    }
}
