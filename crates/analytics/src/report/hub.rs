//! The sites that are watched: however many watch one, it is measured by one task, which ends when nobody watches.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kassa_eventstore::EventStore;
use kassa_model::Clock;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::measure::{is_news, measure};
use super::options::ReportOptions;
use super::refusal::Refusal;

/// The newest measurement of a site; `None` before the first.
type Newest = Option<Arc<Value>>;

/// The sites that are watched, each with its one task.
#[derive(Debug)]
pub(crate) struct Hub {
    options: ReportOptions,
    store: Arc<dyn EventStore>,
    clock: Arc<dyn Clock>,
    sites: Mutex<HashMap<String, watch::Sender<Newest>>>,
    watchers: AtomicUsize,
}

impl Hub {
    pub(crate) fn new(
        options: ReportOptions,
        store: Arc<dyn EventStore>,
        clock: Arc<dyn Clock>,
    ) -> Arc<Self> {
        Arc::new(Self { options, store, clock, sites: Mutex::default(), watchers: AtomicUsize::new(0) })
    }

    /// Starts watching `site`.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when as many watch as may.
    pub(crate) fn watch(self: &Arc<Self>, site: &str) -> Result<Watcher, Refusal> {
        let max = self.options.watchers_max;
        let one_more = |open: usize| (open < max).then_some(open + 1);
        if self.watchers.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more).is_err() {
            return Err(Refusal::Busy(format!("{max} live streams are open, more are not served")));
        }
        let seat = Seat(Arc::clone(self));
        let mut sites = self.lock();
        let mut newest = match sites.get(site) {
            Some(sender) => sender.subscribe(),
            None => {
                let (sender, receiver) = watch::channel(None);
                sites.insert(site.to_owned(), sender);
                tokio::spawn(Arc::clone(self).keep_measuring(site.to_owned()));
                receiver
            }
        };
        // What was measured before is news to a new watcher.
        newest.mark_changed();
        Ok(Watcher { newest, _seat: seat })
    }

    /// How many sites are measured; for tests.
    #[cfg(test)]
    pub(crate) fn sites_watched(&self) -> usize {
        self.lock().len()
    }

    /// What a new watcher of `site` would be told first; for tests.
    #[cfg(test)]
    pub(crate) fn newest(&self, site: &str) -> Newest {
        self.lock().get(site).and_then(|sender| sender.borrow().clone())
    }

    /// How many streams are open; for tests.
    #[cfg(test)]
    pub(crate) fn watchers(&self) -> usize {
        self.watchers.load(Ordering::Acquire)
    }

    /// Measures `site` until nobody watches it or the process stops.
    async fn keep_measuring(self: Arc<Self>, site: String) {
        let mut ticks = tokio::time::interval(self.options.realtime_every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = self.options.shutdown.wait() => break,
            }
            if self.end_unwatched(&site) {
                return;
            }
            match measure(self.store.as_ref(), &site, self.clock.now()).await {
                Ok(measured) => self.publish(&site, measured),
                Err(error) => {
                    tracing::debug!(%error, site, "cannot measure a watched site");
                    self.forget(&site);
                }
            }
        }
        // Dropping the sender ends every stream of the site.
        self.lock().remove(&site);
    }

    /// Forgets `site` if nobody watches it; under the same lock as `watch`, so that no watcher is left without a task.
    fn end_unwatched(&self, site: &str) -> bool {
        let mut sites = self.lock();
        let unwatched = sites.get(site).is_none_or(|sender| sender.receiver_count() == 0);
        if unwatched {
            sites.remove(site);
        }
        unwatched
    }

    fn publish(&self, site: &str, measured: Value) {
        if let Some(sender) = self.lock().get(site) {
            sender.send_if_modified(|newest| {
                let news = newest.as_ref().is_none_or(|old| is_news(old, &measured));
                if news {
                    *newest = Some(Arc::new(measured));
                }
                news
            });
        }
    }

    /// Lets go of the newest measurement of `site` without a word to its watchers: a new one is not to begin with what may
    /// hold no longer.
    fn forget(&self, site: &str) {
        if let Some(sender) = self.lock().get(site) {
            sender.send_if_modified(|newest| {
                *newest = None;
                false
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, watch::Sender<Newest>>> {
        self.sites.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One open stream.
#[derive(Debug)]
pub(crate) struct Watcher {
    newest: watch::Receiver<Newest>,
    _seat: Seat,
}

impl Watcher {
    /// The next measurement that differs from the last; at first the newest there is. `None` when the process stops.
    pub(crate) async fn next(&mut self) -> Option<Arc<Value>> {
        loop {
            self.newest.changed().await.ok()?;
            if let Some(newest) = self.newest.borrow_and_update().clone() {
                return Some(newest);
            }
        }
    }
}

/// A place among the watchers, given back when dropped.
#[derive(Debug)]
struct Seat(Arc<Hub>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.watchers.fetch_sub(1, Ordering::AcqRel);
    }
}
