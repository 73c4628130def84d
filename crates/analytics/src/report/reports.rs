//! What answering needs: the store, who may ask, the clock, and how much may be asked at once.
//!
//! Whether a caller may read at all is a handler's first argument. Which site it is about stands in the question, so that
//! [`Reports::calendar_of`] asks.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use kassa_access::{Access, Caller, Guarded};
use kassa_eventlog::EventLog;
use kassa_eventstore::rules::SiteRules;
use kassa_eventstore::{Error as StoreError, EventStore};
use kassa_model::{Clock, Currency, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::alerts::Gauges;
use super::books::Books;
use super::calendar::Calendar;
use super::first::FirstEvents;
use super::freshness::LogEnds;
use super::hub::Hub;
use super::kept::Notes;
use super::kept::seen::Seen;
use super::options::ReportOptions;
use super::orders::OrderNumbers;
use super::refusal::Refusal;

/// Exports at a time.
const EXPORTS_MAX: usize = 2;

/// Everything that answering needs; one per process.
#[derive(Debug)]
pub struct Reports {
    /// As everybody sees it who may read all of a site; [`Reports::store`] has it as a caller does.
    seen: Seen,
    pub(super) access: Access,
    clock: Arc<dyn Clock>,
    pub(super) hub: Arc<Hub>,
    first: FirstEvents,
    first_of_visitors: FirstEvents,
    pub(super) currency: Currency,
    query_timeout: Duration,
    exports: Arc<Semaphore>,
    export_wait: Duration,
    gauges: Arc<dyn Gauges>,
    notes: Arc<dyn Notes>,
    log: Option<Arc<dyn EventLog>>,
    pub(super) books: Option<Arc<dyn Books>>,
    orders: Option<Arc<dyn OrderNumbers>>,
}

impl Reports {
    /// Reports over `store`, for whom `access` lets in.
    pub fn new(
        options: ReportOptions,
        store: Arc<dyn EventStore>,
        access: Access,
        clock: Arc<dyn Clock>,
    ) -> Arc<Self> {
        let ReportOptions { currency, query_timeout, export_wait, .. } = options;
        let (gauges, notes) = (Arc::clone(&options.gauges), Arc::clone(&options.notes));
        let (log, books, orders) = (options.log.clone(), options.books.clone(), options.orders.clone());
        let exports = Arc::new(Semaphore::new(EXPORTS_MAX));
        let seen = Seen::whole(store, access.clone());
        let hub = Hub::new(options, Arc::new(seen.clone()), Arc::clone(&clock));
        let (first, first_of_visitors) = (FirstEvents::of_all(), FirstEvents::of_visitors());
        Arc::new(Self {
            seen,
            access,
            clock,
            hub,
            first,
            first_of_visitors,
            currency,
            query_timeout,
            exports,
            export_wait,
            gauges,
            notes,
            log,
            books,
            orders,
        })
    }

    /// The store as `caller` sees it: the only way to it.
    pub(super) fn store(&self, caller: &Caller) -> Seen {
        self.seen.by(caller)
    }

    /// What alerts watch beside reports.
    pub(super) fn gauges(&self) -> &dyn Gauges {
        self.gauges.as_ref()
    }

    /// Notes that make themselves.
    pub(super) fn notes(&self) -> &dyn Notes {
        self.notes.as_ref()
    }

    /// The id of the order that people call by `number`, of the shop of `site`; `None` where it is not known here.
    pub(super) async fn order_of(&self, site: &str, number: i64) -> Option<String> {
        let found = self.orders.as_ref()?.id_of(site, number).await;
        found.unwrap_or_else(|error| {
            tracing::warn!(error, "cannot look an order up by its number");
            None
        })
    }

    /// The time.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The zone whose days `site` has.
    pub(super) fn zone_of(&self, site: &str) -> TimeZone {
        self.access.site(site).map_or(TimeZone::UTC, |site| site.timezone.clone())
    }

    /// What `site` says of its history.
    pub(super) fn rules_of(&self, site: &str) -> Option<SiteRules> {
        self.seen.rules_of(&[site.to_owned()]).pop()
    }

    /// When the site's first event or order happened.
    pub(super) async fn first_event(
        &self,
        site: &str,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.first_event_of(std::slice::from_ref(&site.to_owned()), now).await
    }

    /// When the first event or order of any of `sites` happened.
    pub(super) async fn first_event_of(
        &self,
        sites: &[String],
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.first.find(&self.seen, sites, now).await
    }

    /// When the first event of `site` happened that is no order.
    pub(super) async fn first_of_visitors(
        &self,
        site: &str,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.first_of_visitors.find(&self.seen, &[site.to_owned()], now).await
    }

    /// What `asking` answers, if it does in time; dropped beyond, which ends what the store does for it.
    pub(super) async fn in_time<T>(
        &self,
        asking: impl Future<Output = Result<T, Refusal>>,
    ) -> Result<T, Refusal> {
        match tokio::time::timeout(self.query_timeout, asking).await {
            Ok(answer) => answer,
            Err(_) => Err(Refusal::Store(StoreError::Timeout(self.query_timeout.as_secs()))),
        }
    }

    /// Where the log ends now; `None` where this process has no log, or it does not answer.
    pub(super) async fn log_ends(&self) -> Option<LogEnds> {
        LogEnds::of(self.log.as_ref()?, self.clock.now()).await
    }

    /// Waits for an export's turn, which ends with what is returned.
    pub(super) async fn turn_of_export(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        let turn = Arc::clone(&self.exports).acquire_owned();
        match tokio::time::timeout(self.export_wait, turn).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(Refusal::Busy(format!("{EXPORTS_MAX} exports are being sent, more are not at a time"))),
        }
    }

    /// Where and when a question about `sites` is asked: in the time zone of the first.
    ///
    /// # Errors
    /// 404 when there is no such site, or not for this caller.
    pub(crate) fn calendar_of_all(&self, caller: &Caller, sites: &[String]) -> Result<Calendar, Refusal> {
        let mut first = None;
        for site in sites {
            let calendar = self.calendar_of(caller, site)?;
            first.get_or_insert(calendar);
        }
        first.ok_or_else(|| Refusal::Invalid("a question is about one site at least".to_owned()))
    }

    /// The same about one site.
    ///
    /// # Errors
    /// As there.
    pub(crate) fn calendar_of(&self, caller: &Caller, site: &str) -> Result<Calendar, Refusal> {
        let calendar = self.lenient_calendar_of(caller, site)?;
        match self.access.site(site) {
            Some(_) => Ok(calendar),
            None => {
                let shown: String = site.chars().take(100).collect();
                Err(Refusal::NotFound(format!("no site {shown}")))
            }
        }
    }

    /// The same for the compat routes, where a site that does not exist has nothing to show, and days of UTC.
    ///
    /// # Errors
    /// 404 when the caller may not read it.
    pub(crate) fn lenient_calendar_of(&self, caller: &Caller, site: &str) -> Result<Calendar, Refusal> {
        caller.require_site(site).map_err(Refusal::Access)?;
        Ok(Calendar { zone: self.zone_of(site), now: self.clock.now(), first: None })
    }
}

impl Guarded for Reports {
    fn access(&self) -> &Access {
        &self.access
    }

    fn site(&self) -> Option<&str> {
        None
    }
}
