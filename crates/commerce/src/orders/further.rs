//! Brings orders further where no hand and no request does: in the demo.

use kassa_db::Tx;
use kassa_model::Timestamp;

use super::change;
use super::error::EdgeError;
use super::fulfil::FulfilAsk;
use super::fulfilments::ask::{PackAsk, StageAsk};
use super::fulfilments::fulfilment::Tracking;
use super::fulfilments::status::Stage;
use super::payments::ask::PayAsk;
use super::target::Target;

/// What happens to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Further {
    /// All that is owed came, by this reference.
    Paid(String),
    /// All that is left leaves in a parcel.
    Sent(Tracking),
    /// Its first parcel arrives.
    Delivered,
}

/// Brings an order further by the rules that its routes go by; one that they do not let go on stays as it is.
///
/// # Errors
/// The database's.
pub fn bring_further(
    tx: &mut Tx<'_>,
    id: &str,
    further: Further,
    now: Timestamp,
) -> Result<(), kassa_db::Error> {
    let target = Target::any(id);
    let done = match further {
        Further::Paid(reference) => change::pay(tx, &target, &PayAsk { reference, amount: None }, now),
        Further::Sent(tracking) => {
            let ask = PackAsk { what: FulfilAsk::Rest, status: Stage::Shipped, tracking };
            change::pack(tx, &target, &ask, now)
        }
        Further::Delivered => {
            let ask = StageAsk { number: 1, to: Stage::Delivered, tracking: Tracking::default() };
            change::bring(tx, &target, &ask, now)
        }
    };
    match done {
        Err(EdgeError::Db(error)) => Err(error),
        _ => Ok(()),
    }
}
