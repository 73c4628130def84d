//! What a worker does of which several things are under way at a time: claims what is due, sends it, and notes what came of it.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kassa_db::{Db, Error};
use kassa_model::{Timestamp, failpoint};

use super::delivery::{Channel, Delivery, Sent};
use super::metrics::NotifyMetrics;
use super::{backoff, email, plan, staff, store};
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

/// What an attempt needs.
#[derive(Debug)]
pub(super) struct Sending {
    pub(super) shop: Arc<Shop>,
    pub(super) db: Db,
    pub(super) options: WorkOptions,
    pub(super) metrics: Arc<NotifyMetrics>,
}

/// What was claimed.
#[derive(Debug, Default)]
pub(super) struct Claimed {
    /// Lanes in which something waits, where these were looked for.
    pub(super) found: Vec<String>,
    pub(super) rows: Vec<(String, Vec<Delivery>)>,
    /// Until when it may be begun.
    pub(super) good_until: Option<Instant>,
}

/// Whether there was still something to note an attempt of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Noted {
    There,
    Gone,
}

impl Sending {
    /// How many are claimed of a lane at once.
    pub(super) fn count(&self) -> usize {
        self.options.in_flight * 2
    }

    /// Claims what is due of these lanes, and of those that are not `known` yet.
    pub(super) async fn claim(
        self: Arc<Self>,
        look: bool,
        mut wanted: Vec<String>,
        known: HashSet<String>,
    ) -> Result<Claimed, Error> {
        let found = if look { self.db.read(store::lanes).await? } else { Vec::new() };
        wanted.extend(found.iter().filter(|lane| !known.contains(*lane)).cloned());
        if wanted.is_empty() {
            return Ok(Claimed { found, ..Claimed::default() });
        }
        let (lease, own) = (self.options.lease, self.shop.now());
        let (count, begun) = (self.count(), Instant::now());
        let claimed = self.db.write(move |tx| {
            let now = tx.now(own)?;
            let until = now.plus_micros(i64::try_from(lease.as_micros()).unwrap_or(i64::MAX));
            let mut claimed = Vec::with_capacity(wanted.len());
            for lane in &wanted {
                claimed.push((lane.clone(), store::claim(tx, (lane, count), now, until)?));
            }
            Ok::<_, Error>(claimed)
        });
        let rows = claimed.await?;
        // No later than it ends in the database, with time for an attempt.
        Ok(Claimed { found, rows, good_until: Some(begun + lease.saturating_sub(self.options.deadline)) })
    }

    /// One attempt, and what came of it.
    pub(super) async fn attempt(&self, delivery: Delivery) {
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
                    let staff = staff::store::read(tx, &shop.options.mail.staff)?;
                    plan::disabled(tx, &disabled, &staff, now)?;
                }
                let is_gone = !noted && store::by_id(tx, &delivery.id)?.is_none();
                Ok(if is_gone { Noted::Gone } else { Noted::There })
            })
            .await
    }
}
