//! From where orders came, and what led to them, for the shop: the visits that its reports keep.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kassa_commerce::customers::{Origins, SeenEvent, SeenVisit, Visited};
use kassa_eventstore::query::EventFilter;
use kassa_eventstore::{EventStore, Row};
use kassa_model::{Dialect, Event, MICROS_PER_DAY, MICROS_PER_SECOND, Timestamp, Visit};

/// How long the shop waits for it.
const WITHIN: Duration = Duration::from_secs(1);
/// Records of an order that are looked at.
const RECORDS_MAX: u32 = 50;
/// How long before an order what its visitor did belongs to its story.
const BEFORE: i64 = 30 * MICROS_PER_DAY;
/// How long after it.
const AFTER: i64 = 600 * MICROS_PER_SECOND;
/// Events of a visitor that are told, the newest.
const EVENTS_MAX: u32 = 300;

/// The reports of this process.
#[derive(Debug)]
pub(super) struct ReportedOrigins {
    pub(super) store: Arc<dyn EventStore>,
    pub(super) site: String,
}

impl ReportedOrigins {
    /// The order's records, the newest first.
    async fn records(&self, order_id: &str) -> Option<Vec<Row>> {
        let filter = EventFilter { order: Some(order_id.to_owned()), limit: RECORDS_MAX, ..self.of_site() };
        self.store.events(&filter).await.ok()
    }

    /// What the visitor of these records did around the first of them.
    async fn around(&self, records: &[Row]) -> Option<Visited> {
        let Some((first, visitor)) = records.last().and_then(|row| Some((row, row.event.visitor?))) else {
            return Some(Visited::default());
        };
        let at = first.event.occurred_at;
        let filter = EventFilter {
            visitor: Some(visitor),
            occurred_from: Some(at.plus_micros(-BEFORE)),
            occurred_to: Some(at.plus_micros(AFTER)),
            limit: EVENTS_MAX,
            ..self.of_site()
        };
        let rows = self.store.events(&filter).await.ok()?;
        // What nobody did tells nothing, but that an order was refused.
        let is_told = |event: &Event| !event.non_interactive || event.dialect == Dialect::SHOP;
        let of_visitor = |row: &Row| row.event.is_of_visitors() && is_told(&row.event);
        Some(visited(rows.into_iter().filter(of_visitor)))
    }

    fn of_site(&self) -> EventFilter {
        EventFilter { sites: Some(vec![self.site.clone()]), include_bots: true, ..EventFilter::default() }
    }
}

#[async_trait]
impl Origins for ReportedOrigins {
    async fn source_of(&self, order_id: &str) -> Option<String> {
        // Without an answer the source is one that is not known.
        let rows = tokio::time::timeout(WITHIN, self.records(order_id)).await.ok()??;
        let visit = rows.into_iter().rev().find_map(|row| row.visit)?;
        visit.facts.source.as_deref().map(str::to_owned)
    }

    async fn visits_of(&self, order_id: &str) -> Option<Visited> {
        let story = async { self.around(&self.records(order_id).await?).await };
        tokio::time::timeout(WITHIN, story).await.ok()?
    }
}

/// The visits of these rows, each once, and what was said of them.
fn visited(rows: impl Iterator<Item = Row>) -> Visited {
    let mut visits: BTreeMap<(Option<i64>, Timestamp), SeenVisit> = BTreeMap::new();
    let mut events = Vec::new();
    for row in rows {
        if let Some(visit) = &row.visit {
            visits.entry((row.event.session, visit.started_at)).or_insert_with(|| seen(visit));
        }
        let event = row.event;
        events.push(SeenEvent {
            at: event.occurred_at,
            name: event.name,
            page: event.path,
            props: event.props,
        });
    }
    Visited { visits: visits.into_values().collect(), events }
}

fn seen(visit: &Visit) -> SeenVisit {
    let facts = &visit.facts;
    let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
    SeenVisit {
        started_at: visit.started_at,
        source: text(&facts.source),
        referrer: text(&facts.referrer),
        utm_campaign: text(&facts.utm_campaign),
        entry_page: text(&facts.entry_page),
        country: text(&facts.country),
        device: text(&facts.device),
    }
}
