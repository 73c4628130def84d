//! The types of events that endpoints may want, by the names of the public events.

use crate::inventory::crossings::{BACK, LOW, OUT};
use crate::orders::ChangeKind;

/// Sent when somebody asks for a test, to any endpoint.
pub(crate) const TEST: &str = "WebhookTest";

/// Every type that an endpoint may choose.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ChangeKind::ALL.into_iter().map(ChangeKind::name).chain([LOW, OUT, BACK])
}
