//! Sends to endpoints, and judges how they do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use kassa_db::{Db, Error, Tx};
use kassa_model::{Clock, MICROS_PER_DAY, Timestamp};
use kassa_service::{Metrics, Status};

use super::client::Client;
use super::connect::Reach;
use super::endpoint::{Disabled, Endpoint, Reason};
use super::metrics::HookMetrics;
use super::resolve::{Resolve, System};
use super::trust::Trust;
use super::{outcome, sign, store};
use crate::notify::delivery::{Delivery, Sent};

/// For so long an endpoint is taken as it was last read: a change in another process is heeded within it.
const KNOWN_FOR: Duration = Duration::from_secs(1);

/// What can be set about webhooks.
#[derive(Debug, Clone)]
pub struct HookOptions {
    /// Where requests may go.
    pub reach: Reach,
    /// Whom to believe that they are a target.
    pub trust: Trust,
    /// How long a request may take in all, less than the deadline of an attempt. 10 s.
    pub timeout: Duration,
    /// After how many days on which nothing has arrived an endpoint is disabled. 5.
    pub disable_after_days: u32,
}

impl Default for HookOptions {
    fn default() -> Self {
        Self {
            reach: Reach::Public,
            trust: Trust::default(),
            timeout: Duration::from_secs(10),
            disable_after_days: 5,
        }
    }
}

/// Sends to endpoints.
#[derive(Debug)]
pub struct Hooks {
    pub(super) options: HookOptions,
    db: Option<Db>,
    client: Client,
    clock: Arc<dyn Clock>,
    metrics: HookMetrics,
    known: Mutex<HashMap<String, (Instant, Arc<Endpoint>)>>,
}

impl Hooks {
    /// Sends to the endpoints of `db`.
    ///
    /// # Panics
    /// When `metrics` has those of webhooks already.
    pub(crate) fn new(
        options: HookOptions,
        db: Option<Db>,
        clock: Arc<dyn Clock>,
        metrics: &Metrics,
    ) -> Self {
        Self::with(options, db, (clock, Arc::new(System)), metrics)
    }

    /// The same by another knower of names.
    pub(super) fn with(
        options: HookOptions,
        db: Option<Db>,
        (clock, resolver): (Arc<dyn Clock>, Arc<dyn Resolve>),
        metrics: &Metrics,
    ) -> Self {
        let client = Client::new((resolver, options.reach.judge()), &options.trust, options.timeout);
        let metrics = HookMetrics::register(metrics);
        Self { options, db, client, clock, metrics, known: Mutex::default() }
    }

    /// One attempt at a delivery.
    pub(crate) async fn send(&self, delivery: &Delivery) -> Sent {
        self.post(&delivery.target, (&delivery.event_id, Bytes::from(delivery.payload.clone()))).await
    }

    /// Sends `body` to the endpoint with this id, under the event's id.
    pub(super) async fn post(&self, endpoint: &str, (event, body): (&str, Bytes)) -> Sent {
        let never = |why: &str| Sent::Never { status: None, answer: why.to_owned() };
        match self.endpoint(endpoint).await {
            Err(error) => Sent::Later { status: None, answer: error.to_string(), after: None },
            Ok(None) => never("the endpoint was deleted"),
            Ok(Some(endpoint)) if endpoint.disabled.is_some() => never("the endpoint is disabled"),
            Ok(Some(endpoint)) => self.post_to(&endpoint, (event, body)).await,
        }
    }

    /// Sends it there, disabled or not.
    pub(super) async fn post_to(&self, endpoint: &Endpoint, (event, body): (&str, Bytes)) -> Sent {
        let never = |answer: String| Sent::Never { status: None, answer };
        let (now, begun) = (self.clock.now(), Instant::now());
        let target = match endpoint.target() {
            Ok(target) => target,
            Err(why) => return never(format!("its address {why}")),
        };
        let headers = match sign::headers((event, &body), &endpoint.secrets(now), now) {
            Ok(headers) => headers,
            Err(error) => return never(error.to_string()),
        };
        let posted = self.client.post(target.uri(), headers, body, now).await;
        self.metrics.attempted(&posted, begun.elapsed());
        outcome::sent(posted)
    }

    /// Notes how an attempt ended, in the transaction that writes it. What is there when that disables the endpoint.
    pub(crate) fn told(
        &self,
        tx: &mut Tx<'_>,
        endpoint: &str,
        (sent, now): (&Sent, Timestamp),
    ) -> Result<Option<Disabled>, Error> {
        if matches!(sent, Sent::Done { .. }) {
            return store::delivered(tx, endpoint, now).map(|()| None);
        }
        let is_gone = outcome::is_gone(sent);
        if matches!(sent, Sent::Never { .. }) && !is_gone {
            return Ok(None);
        }
        store::failed(tx, endpoint, &why(sent), now)?;
        let Some(found) = store::by_id(tx, endpoint)? else { return Ok(None) };
        let since = found.health.failing_since.unwrap_or(now);
        let reason = match is_gone {
            true => Reason::Gone,
            false if since <= self.failing_at_most(now) => Reason::Failing,
            false => return Ok(None),
        };
        if !store::disable(tx, endpoint, reason, now)? {
            return Ok(None);
        }
        Ok(Some(Disabled { id: found.id, url: found.url, reason, since }))
    }

    /// How the endpoints do, for whoever asks about health.
    ///
    /// # Errors
    /// The database's.
    pub async fn standing(&self) -> Result<Status, Error> {
        let Some(db) = &self.db else { return Ok(Status::Up) };
        let endpoints = db.read(store::list).await?;
        let all = endpoints.len();
        let by_itself = |reason: Reason| reason != Reason::Asked;
        let off = endpoints.iter().filter(|of| of.disabled.is_some_and(|(reason, _)| by_itself(reason)));
        let failing =
            endpoints.iter().filter(|of| of.disabled.is_none() && of.health.failing_since.is_some());
        Ok(match (off.count(), failing.count()) {
            (0, 0) => Status::Up,
            (off, failing) => Status::Degraded(format!(
                "of {all} endpoints of webhooks {failing} fail and {off} were disabled for it"
            )),
        })
    }

    /// Forgets what is known of an endpoint: it was changed.
    pub(super) fn forget(&self, endpoint: &str) {
        self.known().remove(endpoint);
    }

    fn failing_at_most(&self, now: Timestamp) -> Timestamp {
        now.plus_micros(-(i64::from(self.options.disable_after_days) * MICROS_PER_DAY))
    }

    async fn endpoint(&self, id: &str) -> Result<Option<Arc<Endpoint>>, Error> {
        if let Some((read, endpoint)) = self.known().get(id)
            && read.elapsed() < KNOWN_FOR
        {
            return Ok(Some(Arc::clone(endpoint)));
        }
        let Some(db) = &self.db else { return Ok(None) };
        let (asked, wanted) = (Instant::now(), id.to_owned());
        let found = db.read(move |tx| store::by_id(tx, &wanted)).await?.map(Arc::new);
        let mut known = self.known();
        match &found {
            Some(endpoint) => known.insert(id.to_owned(), (asked, Arc::clone(endpoint))),
            None => known.remove(id),
        };
        Ok(found)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, (Instant, Arc<Endpoint>)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a failure is told of. What the target said stands with the attempt: it may hold what it was sent.
fn why(sent: &Sent) -> String {
    match sent.status() {
        Some(status) => format!("it answered {status}"),
        None => sent.answer().to_owned(),
    }
}
