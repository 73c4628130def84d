//! A game day: two minutes of faults on purpose while orders come in, and then the proof that nothing was lost, doubled or oversold and
//! that the books agree. Of a demo alone, one at a time; what came of the last is kept in the data folder until the next has ended.
//!
//! | file | what |
//! |---|---|
//! | `steps.rs` | which faults, and when |
//! | `buyers.rs` | who orders meanwhile, and what they are answered |
//! | `proof.rs` | what has become of their orders, by stock, money and audit |
//! | `told.rs` | how it stands, for whoever watches |

mod buyers;
mod proof;
mod steps;
#[cfg(test)]
mod tests;
mod told;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};
use kassa_commerce::Shop;
use kassa_commerce::notes::chaos_switched;
use kassa_commerce::outbox::unpublished;
use kassa_eventstore::EventStore;
use kassa_service::Shutdown;
use tokio::time::Instant;
use uuid::Uuid;

use crate::admin::Auditor;
use crate::backup::{note, noted};
use crate::open::Parts;
use buyers::Buyers;
use steps::{Fault, Step};
pub(crate) use told::{Run, State};

/// How long it lasts, unless it is said.
pub(crate) const SECONDS: u64 = 120;
/// The shortest and the longest.
pub(crate) const SECONDS_BOUNDS: std::ops::RangeInclusive<u64> = 10..=SECONDS;

/// What came of the last; in no backup.
const LAST: &str = "last-game-day.json";

/// Between two looks at where it is.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long what was accepted may take to be decided, told and counted.
const SETTLED_WITHIN: Duration = Duration::from_secs(120);

/// The game days of a demo.
#[derive(Debug)]
pub(crate) struct GameDay {
    shop: Arc<Shop>,
    store: Arc<dyn EventStore>,
    auditor: Arc<Auditor>,
    shutdown: Shutdown,
    data: PathBuf,
    run: Mutex<Option<Run>>,
    stop: AtomicBool,
}

const RUNNING: &str = "a game day is under way: wait for its end, or stop it";
const CHAOS: &str = "chaos is on: stop it first, so that the game day's faults are its own";
const NOT_ALLOWED: &str = "chaos is not allowed here: a demo beyond loopback needs chaos.allowed = true";

impl GameDay {
    /// Of the demo of these parts.
    ///
    /// # Errors
    /// They lack a shop or a store.
    pub(crate) fn new(
        parts: &Parts,
        auditor: Arc<Auditor>,
        shutdown: &Shutdown,
    ) -> anyhow::Result<Arc<Self>> {
        let (shop, store) = (parts.shop()?, parts.store()?);
        let data = parts.config.data.clone();
        let (run, stop) = (Mutex::new(noted(&data, LAST)), AtomicBool::new(false));
        Ok(Arc::new(Self { shop, store, auditor, shutdown: shutdown.clone(), data, run, stop }))
    }

    /// Begins one of so many seconds; how it stands.
    ///
    /// # Errors
    /// A sentence, where one is under way, or chaos is on or not allowed.
    pub(crate) fn begin(self: &Arc<Self>, seconds: u64) -> Result<Run, &'static str> {
        let chaos = self.shop.stock.chaos();
        if !chaos.is_allowed() {
            return Err(NOT_ALLOWED);
        }
        let mut run = self.lock();
        if run.as_ref().is_some_and(Run::is_under_way) {
            return Err(RUNNING);
        }
        if chaos.is_on() {
            return Err(CHAOS);
        }
        let begun = Run::new(self.shop.now(), seconds);
        self.stop.store(false, Ordering::Relaxed);
        *run = Some(begun.clone());
        drop(run);
        let day = Arc::clone(self);
        tokio::spawn(async move { day.go(seconds).await });
        Ok(begun)
    }

    /// How the one that runs, or else the last, stands.
    pub(crate) fn show(&self) -> Option<Run> {
        self.lock().clone()
    }

    /// Ends the faults and the orders of the one that runs; what has become of them is still looked at.
    pub(crate) fn stop(&self) {
        if self.lock().as_ref().is_some_and(|run| run.state == State::Running) {
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    async fn go(self: Arc<Self>, seconds: u64) {
        let played = self.play(seconds).await;
        self.shop.stock.chaos().clear();
        let ended = match played {
            Ok(buyers) => self.settle(&buyers).await,
            Err(error) => Err(error),
        };
        let Some(mut run) = self.show() else { return };
        run.end(self.shop.now().to_string(), ended.map_err(|error| format!("{error:#}")));
        // One that the end of the process has cut off has come to nothing.
        if !self.shutdown.is_triggered() {
            self.keep(run.clone()).await;
        }
        *self.lock() = Some(run);
    }

    /// Keeps what came of it for the next start.
    async fn keep(&self, run: Run) {
        let data = self.data.clone();
        let kept = tokio::task::spawn_blocking(move || note(&data, LAST, &run)).await;
        if let Err(error) = kept.map_err(anyhow::Error::from).flatten() {
            tracing::warn!(%error, "cannot keep what came of the game day");
        }
    }

    /// Faults and orders, until the time is over or somebody stops it.
    async fn play(self: &Arc<Self>, seconds: u64) -> anyhow::Result<Arc<Buyers>> {
        let before = self.auditor.look().await.context("cannot look at the books")?;
        self.change(|run| run.books_before = Some(before));
        let day = Arc::clone(self);
        let tell = move |tally| day.change(|run| run.orders = tally);
        let id = self.show().map_or_else(|| Uuid::now_v7().to_string(), |run| run.id);
        let buyers = Arc::new(Buyers::new(Arc::clone(&self.shop), &id, seconds, Box::new(tell)).await?);
        self.note(true).await;
        let (begun, length) = (Instant::now(), Duration::from_secs(seconds));
        let orders = tokio::spawn(Arc::clone(&buyers).order_for(length));
        let mut here = None;
        while begun.elapsed() < length {
            if self.stop.load(Ordering::Relaxed) {
                self.change(|run| run.is_stopped = true);
                break;
            }
            let step = steps::at(begun.elapsed(), length);
            if here != Some(step.name) {
                here = Some(step.name);
                self.enter(step, length)?;
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.shutdown.wait() => bail!("kassa ends"),
            }
        }
        self.shop.stock.chaos().clear();
        self.note(false).await;
        buyers.go_home();
        orders.await.context("the buyers of the game day panicked")?;
        Ok(buyers)
    }

    /// Brings the faults of a step about.
    fn enter(self: &Arc<Self>, step: &Step, length: Duration) -> anyhow::Result<()> {
        self.change(|run| step.name.clone_into(&mut run.step));
        match step.fault {
            Fault::None => self.shop.stock.chaos().clear(),
            Fault::Stock(faults) => drop(self.shop.stock.chaos().set(faults)?),
            Fault::Log => {
                self.shop.stock.chaos().clear();
                let (wake, pause) = (self.shop.wake.clone(), step.length(length));
                let shutdown = self.shutdown.clone();
                tokio::spawn(async move {
                    let held = wake.hold().await;
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        () = shutdown.wait() => {}
                    }
                    drop(held);
                    wake.wake();
                });
            }
        }
        Ok(())
    }

    /// Waits until everything is decided, told and counted, and says what has become of it.
    async fn settle(&self, buyers: &Buyers) -> anyhow::Result<told::Outcome> {
        self.change(|run| {
            run.state = State::Settling;
            "settling".clone_into(&mut run.step);
        });
        let db = self.shop.orders.clone().context("orders are in another process")?;
        let begun = Instant::now();
        let mut proof = proof::look(&self.shop, &*self.store, buyers).await?;
        while !(proof.is_settled() && unpublished(&db).await? == 0) && begun.elapsed() < SETTLED_WITHIN {
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(250)) => {}
                () = self.shutdown.wait() => bail!("kassa ends"),
            }
            proof = proof::look(&self.shop, &*self.store, buyers).await?;
        }
        let books_after = self.auditor.look().await.context("cannot look at the books")?;
        Ok(proof.outcome(books_after))
    }

    /// That stock is disturbed stands as a note on every chart, as of chaos by hand.
    async fn note(&self, is_on: bool) {
        let Some(db) = &self.shop.orders else { return };
        let until = is_on.then(|| self.shop.now().plus_micros(SECONDS as i64 * 1_000_000));
        if let Err(error) = chaos_switched(db, until, self.shop.now()).await {
            tracing::warn!(%error, "cannot note that the game day has switched chaos");
        }
    }

    fn change(&self, how: impl FnOnce(&mut Run)) {
        if let Some(run) = self.lock().as_mut() {
            how(run);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Run>> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
