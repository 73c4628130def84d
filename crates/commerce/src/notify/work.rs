//! Sends what is due. Each lane has a few messages in flight and none waits for another lane: a target that is slow, or hangs,
//! holds up itself alone.
//!
//! What is claimed is this process's until its lease ends; a process that is killed in mid-attempt leaves it to be sent again,
//! under the same id.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kassa_db::{Db, Error};
use kassa_model::{Timestamp, failpoint};
use kassa_service::Shutdown;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::delivery::{Channel, Delivery, Sent};
use super::metrics::NotifyMetrics;
use super::{backoff, email, plan, store};
use crate::shop::Shop;

/// What can be set about the worker.
#[derive(Debug, Clone)]
pub struct WorkOptions {
    /// In flight at a time, of a lane. 4.
    pub in_flight: usize,
    /// How long an attempt may take in all. 15 s.
    pub deadline: Duration,
    /// How long what a killed process had claimed is left alone. 30 s.
    pub lease: Duration,
    /// How often it looks for what nobody told it of. 250 ms.
    pub poll: Duration,
    /// How long attempts in flight may take to end at a shutdown. 5 s.
    pub drain: Duration,
}

impl Default for WorkOptions {
    fn default() -> Self {
        Self {
            in_flight: 4,
            deadline: Duration::from_secs(15),
            lease: Duration::from_secs(30),
            poll: Duration::from_millis(250),
            drain: Duration::from_secs(5),
        }
    }
}

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
    measured: Option<Instant>,
    failing: bool,
}

/// What an attempt needs.
#[derive(Debug)]
struct Sending {
    shop: Arc<Shop>,
    db: Db,
    options: WorkOptions,
    metrics: Arc<NotifyMetrics>,
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
        Self { sender, db, lanes: HashMap::new(), running: JoinSet::new(), measured: None, failing: false }
    }

    /// Sends until `shutdown`.
    pub async fn run(mut self, shutdown: Shutdown) {
        let mut told = self.sender.shop.told.subscribe();
        // Beside the attempts that end: under load too it looks for what has become due.
        let mut poll = tokio::time::interval(self.sender.options.poll);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut look = true;
        while !shutdown.is_triggered() {
            let claimed = self.claim(look).await;
            if !self.say(claimed) {
                poll.reset_after(PAUSE);
            }
            self.start();
            self.measure().await;
            look = tokio::select! {
                () = shutdown.wait() => break,
                Some(ended) = self.running.join_next() => self.ended(ended),
                Ok(()) = told.changed() => true,
                _ = poll.tick() => true,
            };
        }
        self.stand_down().await;
    }

    /// Takes what is due: of every lane when it is to look for new ones, else of those that have more.
    async fn claim(&mut self, look: bool) -> Result<(), Error> {
        let mut wanted: Vec<String> = Vec::new();
        if look {
            for lane in self.db.read(store::lanes).await? {
                self.lanes.entry(lane.clone()).or_default().more = true;
            }
        }
        let most = self.sender.options.in_flight;
        for (name, lane) in &self.lanes {
            if lane.more && lane.claimed.is_empty() && lane.in_flight < most {
                wanted.push(name.clone());
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let (lease, own) = (self.sender.options.lease, self.sender.shop.now());
        let (count, begun) = (most * 2, Instant::now());
        let claimed = self.db.write(move |tx| {
            let now = tx.now(own)?;
            let until = now.plus_micros(i64::try_from(lease.as_micros()).unwrap_or(i64::MAX));
            let mut claimed = Vec::with_capacity(wanted.len());
            for lane in &wanted {
                claimed.push((lane.clone(), store::claim(tx, (lane, count), now, until)?));
            }
            Ok::<_, Error>(claimed)
        });
        // No later than it ends in the database, with time for an attempt.
        let good_until = begun + lease.saturating_sub(self.sender.options.deadline);
        for (name, rows) in claimed.await? {
            let lane = self.lanes.entry(name).or_default();
            lane.more = rows.len() == count;
            lane.claimed.extend(rows.into_iter().map(|delivery| (delivery, good_until)));
        }
        Ok(())
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

    /// An attempt has ended; nothing new is to be looked for.
    fn ended(&mut self, ended: Result<String, tokio::task::JoinError>) -> bool {
        let name = match ended {
            Ok(name) => name,
            Err(error) => {
                // Which lane's it was is not known: none is left without room for ever.
                tracing::error!(%error, "an attempt to deliver panicked");
                self.lanes.values_mut().for_each(|lane| lane.in_flight = 0);
                return true;
            }
        };
        if let Some(lane) = self.lanes.get_mut(&name) {
            lane.in_flight = lane.in_flight.saturating_sub(1);
            if lane.in_flight == 0 && lane.claimed.is_empty() && !lane.more {
                self.lanes.remove(&name);
            }
        }
        false
    }

    /// Whether it went; said once, not at every try.
    fn say(&mut self, outcome: Result<(), Error>) -> bool {
        match outcome {
            Ok(()) => {
                if std::mem::take(&mut self.failing) {
                    tracing::info!("deliveries are being sent again");
                }
                true
            }
            Err(error) => {
                if !std::mem::replace(&mut self.failing, true) {
                    tracing::warn!(%error, "cannot take up deliveries; it is tried again");
                }
                false
            }
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

/// Whether there was still something to note an attempt of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Noted {
    There,
    Gone,
}

impl Sending {
    /// One attempt, and what came of it.
    async fn attempt(&self, delivery: Delivery) {
        let (at, begun) = (self.shop.now(), Instant::now());
        failpoint::hit("notify.before_send");
        let sending = tokio::time::timeout(self.options.deadline, self.send(&delivery));
        let sent = sending.await.unwrap_or_else(|_| Sent::Later {
            status: None,
            answer: format!("no end of it within {:?}", self.options.deadline),
            after: None,
        });
        failpoint::hit("notify.after_send");
        self.metrics.tried(delivery.channel, &sent);
        if delivery.channel == Channel::Email {
            self.shop.told.note_mail(match &sent {
                Sent::Later { answer, .. } => Some(answer.clone()),
                Sent::Done { .. } | Sent::Never { .. } => None,
            });
        }
        let took_us = i64::try_from(begun.elapsed().as_micros()).unwrap_or(i64::MAX);
        let (id, channel) = (delivery.id.clone(), delivery.channel);
        match self.note(delivery, sent, (at, took_us)).await {
            Ok(Noted::There) => {}
            // Whom it was for was erased while it was written.
            Ok(Noted::Gone) if channel == Channel::Email => email::forget(&self.shop, &id),
            Ok(Noted::Gone) => {}
            Err(error) => tracing::warn!(%error, "cannot note what came of a delivery; it is sent again"),
        }
    }

    async fn send(&self, delivery: &Delivery) -> Sent {
        match delivery.channel {
            Channel::Email => email::send(&self.shop, delivery).await,
            Channel::Webhook => self.shop.hooks.send(delivery).await,
            Channel::Push => Sent::Never { status: None, answer: "nothing is sent this way".to_owned() },
        }
    }

    async fn note(&self, delivery: Delivery, sent: Sent, took: (Timestamp, i64)) -> Result<Noted, Error> {
        let (own, shop) = (self.shop.now(), Arc::clone(&self.shop));
        self.db
            .write(move |tx| {
                let now = tx.now(own)?;
                let next = backoff::next(&delivery, &sent, now);
                let noted = store::tried(tx, &delivery.id, took, &sent, (next, now))?;
                if noted
                    && delivery.channel == Channel::Webhook
                    && let Some(disabled) = shop.hooks.told(tx, &delivery.target, (&sent, now))?
                {
                    plan::disabled(tx, &disabled, &shop.options.mail.staff, now)?;
                }
                let is_gone = !noted && store::by_id(tx, &delivery.id)?.is_none();
                Ok(if is_gone { Noted::Gone } else { Noted::There })
            })
            .await
    }
}
