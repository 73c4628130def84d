//! The tables `client_references` and `failed_references`: which order a client's own name stands for. One order per name
//! that has not failed; a failed one gives its name free for a request with another key, and its own key stays failed.

pub(crate) mod store;

use super::request::Request;

/// What a client reference stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reference {
    /// It was free and now belongs to the order.
    Claimed,
    /// An order has it.
    Held(Holder),
}

/// The order that has a reference, and the request that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    /// The order's UUID.
    pub(crate) order_id: String,
    /// The request's key; `None`: it had none, or came before keys were noted.
    key: Option<String>,
    fingerprint: String,
}

impl Holder {
    /// Whether `request` asks for the same as the one that made the order.
    pub(crate) fn asks_the_same(&self, request: &Request<'_>) -> bool {
        self.fingerprint == request.fingerprint
    }

    /// Whether `request` is the one that made the order, come again. Where no key was noted, it is taken for that when it
    /// asks for the same, or when its key is the reference itself, as it is where a client gives none.
    pub(crate) fn made_by(&self, request: &Request<'_>, reference: &str) -> bool {
        match (&self.key, request.key) {
            (Some(noted), Some(key)) => noted == key,
            (None, Some(key)) => key == reference || self.asks_the_same(request),
            (_, None) => self.asks_the_same(request),
        }
    }
}
