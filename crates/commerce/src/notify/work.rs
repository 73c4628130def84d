//! Sends what is due. Each lane has a few messages in flight and none waits for another lane: a target that is slow, or hangs,
//! holds up itself alone. What comes next is claimed beside what is being sent.
//!
//! What is claimed is this process's until its lease ends; a process that is killed in mid-attempt leaves it to be sent again,
//! under the same id.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kassa_db::{Db, Error};
use kassa_service::Shutdown;
use tokio::task::{JoinError, JoinSet};
use tokio::time::MissedTickBehavior;

use super::delivery::Delivery;
use super::metrics::NotifyMetrics;
use super::sending::{Claimed, Sending, WorkOptions};
use super::store;
use crate::shop::Shop;

/// How often it is counted what waits.
const MEASURE_EVERY: Duration = Duration::from_secs(5);
/// The pause after the database failed.
const PAUSE: Duration = Duration::from_secs(1);

/// Sends the deliveries of one shop.
#[derive(Debug)]
pub struct Worker {
    sender: Arc<Sending>,
    db: Db,
    lanes: HashMap<String, Lane>,
    running: JoinSet<String>,
    /// At most one at a time.
    claiming: JoinSet<Result<Claimed, Error>>,
    /// Whether lanes that nobody knows of are to be looked for.
    look: bool,
    measured: Option<Instant>,
    /// Since when the database fails.
    failing: Option<Instant>,
}

/// What was claimed of a lane and is not sent yet.
#[derive(Debug, Default)]
struct Lane {
    claimed: VecDeque<(Delivery, Instant)>,
    in_flight: usize,
    /// Whether more may be due than was claimed.
    more: bool,
}

impl Worker {
    /// Over the deliveries in `db`.
    pub fn new(shop: Arc<Shop>, db: Db, options: WorkOptions, metrics: Arc<NotifyMetrics>) -> Self {
        let sender = Arc::new(Sending { shop, db: db.clone(), options, metrics });
        let (running, claiming) = (JoinSet::new(), JoinSet::new());
        Self {
            sender,
            db,
            lanes: HashMap::new(),
            running,
            claiming,
            look: true,
            measured: None,
            failing: None,
        }
    }

    /// Sends until `shutdown`.
    pub async fn run(mut self, shutdown: Shutdown) {
        let mut told = self.sender.shop.told.subscribe();
        // Beside the attempts that end: under load too it looks for what has become due.
        let mut poll = tokio::time::interval(self.sender.options.poll);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !shutdown.is_triggered() {
            self.start();
            self.claim();
            self.measure().await;
            tokio::select! {
                () = shutdown.wait() => break,
                Some(ended) = self.running.join_next() => self.ended(ended),
                Some(claimed) = self.claiming.join_next() => self.take(claimed),
                Ok(()) = told.changed() => self.look = true,
                _ = poll.tick() => self.look = true,
            }
        }
        self.stand_down().await;
    }

    /// Begins to claim what is due, of lanes that have more and soon nothing to send, and of new ones when it is to look.
    fn claim(&mut self) {
        let pauses = self.failing.is_some_and(|since| since.elapsed() < PAUSE);
        if pauses || !self.claiming.is_empty() {
            return;
        }
        let most = self.sender.options.in_flight;
        let wants = |lane: &Lane| lane.more && lane.claimed.len() < most;
        let wanted: Vec<String> =
            self.lanes.iter().filter(|(_, lane)| wants(lane)).map(|(name, _)| name.clone()).collect();
        let look = std::mem::take(&mut self.look);
        if look || !wanted.is_empty() {
            let known = self.lanes.keys().cloned().collect();
            self.claiming.spawn(Arc::clone(&self.sender).claim(look, wanted, known));
        }
    }

    /// Takes what was claimed, if it went; it is said once when it does not, and not at every try.
    fn take(&mut self, claimed: Result<Result<Claimed, Error>, JoinError>) {
        let claimed = match claimed {
            Ok(Ok(claimed)) => claimed,
            Ok(Err(error)) => return self.fail(&error),
            Err(error) => return self.fail(&error),
        };
        if self.failing.take().is_some() {
            tracing::info!("deliveries are being sent again");
        }
        for name in claimed.found {
            self.lanes.entry(name).or_default().more = true;
        }
        let good_until = claimed.good_until.unwrap_or_else(Instant::now);
        for (name, rows) in claimed.rows {
            let lane = self.lanes.entry(name).or_default();
            lane.more = rows.len() == self.sender.count();
            lane.claimed.extend(rows.into_iter().map(|delivery| (delivery, good_until)));
        }
    }

    fn fail(&mut self, error: &dyn std::error::Error) {
        if self.failing.replace(Instant::now()).is_none() {
            tracing::warn!(%error, "cannot take up deliveries; it is tried again");
        }
        self.look = true;
    }

    /// Begins as many attempts as each lane has room for.
    fn start(&mut self) {
        for (name, lane) in &mut self.lanes {
            while lane.in_flight < self.sender.options.in_flight {
                let Some((delivery, good_until)) = lane.claimed.pop_front() else { break };
                if Instant::now() >= good_until {
                    // The lease may end while it is sent: it is claimed again.
                    lane.more = true;
                    continue;
                }
                lane.in_flight += 1;
                let (sending, name) = (Arc::clone(&self.sender), name.clone());
                self.running.spawn(async move {
                    sending.attempt(delivery).await;
                    name
                });
            }
        }
    }

    /// An attempt has ended, and others perhaps with it.
    fn ended(&mut self, ended: Result<String, JoinError>) {
        let mut next = Some(ended);
        while let Some(ended) = next {
            match ended {
                Ok(name) => self.leave(&name),
                Err(error) => {
                    // Which lane's it was is not known: none is left without room for ever.
                    tracing::error!(%error, "an attempt to deliver panicked");
                    self.lanes.values_mut().for_each(|lane| lane.in_flight = 0);
                    self.look = true;
                }
            }
            next = self.running.try_join_next();
        }
    }

    /// A lane has room again; one that has nothing left is forgotten.
    fn leave(&mut self, name: &str) {
        let Some(lane) = self.lanes.get_mut(name) else { return };
        lane.in_flight = lane.in_flight.saturating_sub(1);
        if lane.in_flight == 0 && lane.claimed.is_empty() && !lane.more {
            self.lanes.remove(name);
        }
    }

    async fn measure(&mut self) {
        if self.measured.is_some_and(|last| last.elapsed() < MEASURE_EVERY) {
            return;
        }
        self.measured = Some(Instant::now());
        if let Ok((rows, oldest)) = self.db.read(store::backlog).await {
            let now = self.sender.shop.now();
            self.sender.metrics.waits(rows, oldest.map(|oldest| now.micros() - oldest.micros()));
        }
    }

    /// Lets what is in flight end, and gives back what was only claimed.
    async fn stand_down(mut self) {
        while let Some(claimed) = self.claiming.join_next().await {
            self.take(claimed);
        }
        let ids: Vec<String> = self
            .lanes
            .values_mut()
            .flat_map(|lane| lane.claimed.drain(..).map(|(delivery, _)| delivery.id))
            .collect();
        let given = self.db.write(move |tx| ids.iter().try_for_each(|id| store::give_back(tx, id))).await;
        if let Err(error) = given {
            let error: Error = error;
            tracing::debug!(%error, "deliveries were not given back: their leases end by themselves");
        }
        let drained = async { while self.running.join_next().await.is_some() {} };
        if tokio::time::timeout(self.sender.options.drain, drained).await.is_err() {
            tracing::debug!("attempts to deliver were cut off; they are made again");
        }
    }
}
