//! An endpoint as JSON. Its secret stands in the answer that made it and nowhere else.
//!
//! ```json
//! {"id":"0190…","url":"https://erp.example/hooks/kassa","description":"the warehouse","event_types":["OrderConfirmed"],"enabled":true,
//!  "disabled_reason":null,"disabled_at":null,"last_delivered_at":"2026-11-29T20:20:00Z","failing_since":null,"last_failure":null,
//!  "rotating_until":null,"created_at":"2026-11-29T20:00:00Z","updated_at":"2026-11-29T20:00:00Z","version":1}
//! ```
//! `version` is its ETag in quotes.

use kassa_model::Timestamp;
use serde::Serialize;

use super::endpoint::Endpoint;

/// An endpoint as it is shown.
#[derive(Debug, Serialize)]
pub(super) struct EndpointView {
    id: String,
    url: String,
    description: Option<String>,
    event_types: Option<Vec<String>>,
    enabled: bool,
    disabled_reason: Option<&'static str>,
    disabled_at: Option<String>,
    last_delivered_at: Option<String>,
    failing_since: Option<String>,
    last_failure: Option<FailureView>,
    /// Until when requests bear the signature of the secret before, too.
    rotating_until: Option<String>,
    created_at: String,
    updated_at: String,
    pub(super) version: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

#[derive(Debug, Serialize)]
struct FailureView {
    at: String,
    why: String,
}

impl EndpointView {
    pub(super) fn new(endpoint: Endpoint, now: Timestamp) -> Self {
        let shown = |at: Option<Timestamp>| at.map(|at| at.to_string());
        let until = endpoint.before.map(|(_, until)| until).filter(|until| *until > now);
        Self {
            id: endpoint.id,
            url: endpoint.url,
            description: endpoint.description,
            event_types: endpoint.event_types,
            enabled: endpoint.disabled.is_none(),
            disabled_reason: endpoint.disabled.map(|(reason, _)| reason.name()),
            disabled_at: shown(endpoint.disabled.map(|(_, at)| at)),
            last_delivered_at: shown(endpoint.health.delivered_at),
            failing_since: shown(endpoint.health.failing_since),
            last_failure: endpoint.health.failed.map(|(at, why)| FailureView { at: at.to_string(), why }),
            rotating_until: shown(until),
            created_at: endpoint.created_at.to_string(),
            updated_at: endpoint.updated_at.to_string(),
            version: endpoint.version,
            secret: None,
        }
    }

    /// With its secret, which is shown once.
    pub(super) fn with_secret(endpoint: Endpoint, now: Timestamp) -> Self {
        let secret = Some(endpoint.secret.text());
        Self { secret, ..Self::new(endpoint, now) }
    }
}
