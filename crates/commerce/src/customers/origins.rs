//! From where a customer first came, and what led to an order: known to whoever keeps visits, which the shop does not.

use std::fmt;

use async_trait::async_trait;
use kassa_model::Timestamp;

/// Whoever knows of an order's visit.
#[async_trait]
pub trait Origins: fmt::Debug + Send + Sync {
    /// The source of the visit in which the order was placed, as `visit:source` has it; `None` where that is not known.
    async fn source_of(&self, order_id: &str) -> Option<String>;

    /// The visits of who placed the order, up to a little after it; `None` where there is no answer.
    async fn visits_of(&self, order_id: &str) -> Option<Visited>;
}

/// Visits, and what happened in them; in no order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visited {
    /// How each began.
    pub visits: Vec<SeenVisit>,
    /// What was said of them.
    pub events: Vec<SeenEvent>,
}

/// How a visit began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenVisit {
    /// When.
    pub started_at: Timestamp,
    /// From where, as `visit:source` has it.
    pub source: Option<String>,
    /// The referring page.
    pub referrer: Option<String>,
    /// The campaign.
    pub utm_campaign: Option<String>,
    /// The first page.
    pub entry_page: Option<String>,
    /// The country, ISO 3166-1.
    pub country: Option<String>,
    /// The kind of device.
    pub device: Option<String>,
}

/// Something in a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenEvent {
    /// When.
    pub at: Timestamp,
    /// The event's name; `page_view` for a page.
    pub name: String,
    /// On which page.
    pub page: Option<String>,
    /// All else, as the text of a JSON object.
    pub props: String,
}
