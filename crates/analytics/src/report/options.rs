//! What can be set about reports.

use std::sync::Arc;
use std::time::Duration;

use kassa_eventlog::EventLog;
use kassa_model::Currency;
use kassa_service::Shutdown;

use super::alerts::{Gauges, NoGauges};
use super::books::Books;
use super::kept::{NoNotes, Notes};
use super::orders::OrderNumbers;

/// What can be set about reports.
#[derive(Debug, Clone)]
pub struct ReportOptions {
    /// How often a watched site is measured for the live stream.
    pub realtime_every: Duration,
    /// The most open live streams, over all sites; more are refused with 503.
    pub watchers_max: usize,
    /// Ends the live streams, so that the server can drain.
    pub shutdown: Shutdown,
    /// The shop's currency: that of amounts where there are none.
    pub currency: Currency,
    /// The longest that a question may take, all that it asks of the store together; 504 beyond.
    pub query_timeout: Duration,
    /// How long an export waits for others to end; 503 beyond.
    pub export_wait: Duration,
    /// What alerts watch beside reports.
    pub gauges: Arc<dyn Gauges>,
    /// Notes that make themselves.
    pub notes: Arc<dyn Notes>,
    /// The log that the store is filled from, where this process has it: it tells until when the store is complete.
    pub log: Option<Arc<dyn EventLog>>,
    /// Who looks at the shop's books, where that is this process.
    pub books: Option<Arc<dyn Books>>,
    /// Who knows the orders' numbers, where that is this process.
    pub orders: Option<Arc<dyn OrderNumbers>>,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            realtime_every: Duration::from_secs(1),
            watchers_max: 256,
            shutdown: Shutdown::new(),
            currency: Currency::USD,
            query_timeout: Duration::from_secs(30),
            export_wait: Duration::from_secs(10),
            gauges: Arc::new(NoGauges),
            notes: Arc::new(NoNotes),
            log: None,
            books: None,
            orders: None,
        }
    }
}
