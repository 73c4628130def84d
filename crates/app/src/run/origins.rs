//! From where orders came, for the shop: the visits that its reports keep.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kassa_commerce::customers::Origins;
use kassa_eventstore::EventStore;
use kassa_eventstore::query::EventFilter;

/// How long the shop waits for it.
const WITHIN: Duration = Duration::from_secs(1);
/// Records of an order that are looked at.
const RECORDS_MAX: u32 = 50;

/// The reports of this process.
#[derive(Debug)]
pub(super) struct ReportedOrigins {
    pub(super) store: Arc<dyn EventStore>,
    pub(super) site: String,
}

#[async_trait]
impl Origins for ReportedOrigins {
    async fn source_of(&self, order_id: &str) -> Option<String> {
        let filter = EventFilter {
            sites: Some(vec![self.site.clone()]),
            order: Some(order_id.to_owned()),
            include_bots: true,
            limit: RECORDS_MAX,
            ..EventFilter::default()
        };
        let found = tokio::time::timeout(WITHIN, self.store.events(&filter)).await;
        // The newest first; without an answer the source is one that is not known.
        let rows = found.ok()?.ok()?;
        let visit = rows.into_iter().rev().find_map(|row| row.visit)?;
        visit.facts.source.as_deref().map(str::to_owned)
    }
}
