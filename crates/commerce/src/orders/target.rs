//! Which order is to be changed, in which of its states, and by which request.

use super::error::EdgeError;
use super::order::Order;
use crate::idempotency::RequestKey;
use crate::precondition::IfMatch;

/// What an edge is for.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// The order's UUID.
    pub(crate) id: String,
    /// The states of it that the caller has seen.
    pub(crate) seen: IfMatch,
    /// The request, where it has a key: it is remembered with the change for ever.
    pub(crate) by: Option<RequestKey>,
}

impl Target {
    /// An order in any state, changed by a request without a key.
    pub(crate) fn any(id: impl Into<String>) -> Self {
        Self { id: id.into(), seen: IfMatch::Any, by: None }
    }

    /// Refuses an order that is in another state than the caller has seen.
    pub(super) fn require(&self, order: &Order) -> Result<(), EdgeError> {
        match self.seen.allows(|tag| version_in(tag) == Some((order.revision, order.last_seq))) {
            true => Ok(()),
            false => Err(EdgeError::Stale { id: order.id.clone(), etag: order.etag() }),
        }
    }

    /// Scope and key of the request's record, if it has a key.
    pub(super) fn record(&self) -> Option<(String, String)> {
        self.by.as_ref().map(|by| (by.scope.clone(), by.key.clone()))
    }
}

impl Order {
    /// Its ETag, quotes included: `"<revision>.<number of its last event>"`, and `-pending` while an edit of it waits.
    pub fn etag(&self) -> String {
        let pending = if self.pending_edit.is_some() { "-pending" } else { "" };
        format!("\"{}.{}{pending}\"", self.revision, self.last_seq)
    }
}

/// The revision and the event that an ETag of ours names.
fn version_in(tag: &str) -> Option<(i64, i64)> {
    let inside = tag.strip_prefix('"')?.strip_suffix('"')?;
    let version = inside.strip_suffix("-pending").unwrap_or(inside);
    let (revision, seq) = version.split_once('.')?;
    Some((revision.parse().ok()?, seq.parse().ok()?))
}
