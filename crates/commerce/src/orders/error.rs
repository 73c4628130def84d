//! Why an edge of an order was not carried out.

use super::edges::IllegalTransition;
use super::fulfil::FulfilError;
use super::lines::ItemsError;
use super::payments::rules::PayError;
use super::refund::RefundError;
use crate::inventory::{Refusal, Stop};

/// Why an edge was not carried out; nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EdgeError {
    /// No such order.
    #[error("no order {0}")]
    Unknown(String),
    /// It is in another state than the caller has seen.
    #[error("order {id} is {etag} by now: read it again, and decide again")]
    Stale {
        /// The order.
        id: String,
        /// Its ETag.
        etag: String,
    },
    /// The edge is not there.
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
    /// The refund is none.
    #[error(transparent)]
    Refund(#[from] RefundError),
    /// The fulfilment is none.
    #[error(transparent)]
    Fulfil(#[from] FulfilError),
    /// The payment is none.
    #[error(transparent)]
    Pay(#[from] PayError),
    /// The new lines are none.
    #[error(transparent)]
    Items(#[from] ItemsError),
    /// A new line has no product.
    #[error("there is no product {0}")]
    UnknownSku(String),
    /// A line whose product has gone out of the catalogue would grow.
    #[error("{0} is archived: its line may stay or shrink, not grow")]
    Archived(String),
    /// There is too little of a new line.
    #[error(transparent)]
    Stock(#[from] Refusal),
    /// The database.
    #[error(transparent)]
    Db(#[from] kassa_db::Error),
}

impl From<Stop> for EdgeError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Refused(refusal) => Self::Stock(refusal),
            Stop::Db(error) => Self::Db(error),
        }
    }
}
