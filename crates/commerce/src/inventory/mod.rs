//! Stock: what is there of each SKU, and the ledger of everything that moved it.
//!
//! Every movement is a ledger entry with the id of the command that caused it (`ref`), unique with SKU and kind: a
//! command that comes again moves nothing. The sum of a SKU's entries is what is on hand. Stock is taken by a conditional
//! update and never read first and written later, so that any number of buyers at once get exactly what is there.
//! Whatever brings a SKU through its threshold, or to and from nothing that can be sold, says so in the outbox beside it, in the
//! same transaction.

pub(crate) mod back;
mod begin;
mod by_hand;
pub(crate) mod crossings;
pub(crate) mod deduct;
pub(crate) mod forecast;
pub mod http;
mod ledger;
pub mod levels;
pub(crate) mod metrics;
mod sabotage;
pub(crate) mod stock;
pub mod store;
mod view;

pub use back::give_back;
pub(crate) use back::{keep, without_stock};
pub(crate) use begin::begin_with;
pub use by_hand::{MoveError, Moved, Movement, move_by_hand};
pub use deduct::deduct;
pub(crate) use deduct::{Taken, deduct_once, deduct_or_stop, exchange, exchange_or_stop, is_there};
pub(crate) use stock::Stop;
pub use stock::{
    Crossing, LOW_STOCK_AT, LedgerKind, ON_HAND_MAX, QUANTITY_MAX, Refusal, Stock, StockLine, merged,
};
pub use store::{open, set_low};

#[cfg(test)]
mod tests;
