//! Orders: placed once, never lost, never doubled. [`http`] has the routes.
//!
//! ```text
//! accepted ──► confirmed ◄─► fulfilled
//!    │          │  │  │          │
//!    ▼          │  │  └► edited  ▼
//!  failed       │  └──────► refunded (the whole total is back)
//!               └► cancelled
//! ```
//! Every edge is a method of [`Order`] that returns a [`Change`] or [`IllegalTransition`]; carrying one out is one guarded
//! UPDATE, one event and one outbox row in one transaction ([`change`]). Money and units: the deltas of an order's events
//! always add up to its total minus refunds, or to 0 once it is cancelled.

mod amend;
mod amended;
mod answer;
pub mod apart;
pub(crate) mod change;
mod changed_total;
pub(crate) mod details;
mod details_body;
pub(crate) mod edges;
mod edited;
pub(crate) mod error;
mod event;
pub(crate) mod failed;
mod fulfil;
pub mod fulfilments;
mod further;
pub(crate) mod history;
pub(crate) mod history_body;
pub(crate) mod history_told;
pub mod http;
mod kind;
pub(crate) mod lines;
pub(crate) mod link;
pub mod lists;
pub(crate) mod metrics;
pub(crate) mod numbered;
pub(crate) mod order;
pub mod payments;
pub(crate) mod persons;
pub(crate) mod place;
mod refund;
pub mod refusals;
mod request;
#[cfg(debug_assertions)]
mod sabotage;
mod said;
pub(crate) mod sources;
pub mod status;
pub mod store;
pub(crate) mod submit;
mod target;
#[cfg(test)]
mod tests;
pub mod view;
pub mod views;
mod whole;
pub(crate) mod work;

pub(crate) use answer::Shape;
pub use changed_total::TotalChanged;
pub use details::{Address, Details, Source, UnknownSource};
pub(crate) use edges::LineDelta;
pub(crate) use error::EdgeError;
pub use fulfilments::fulfilment::Tracking;
pub use further::{Further, bring_further};
pub(crate) use kind::ChangeKind;
pub use lines::{Item, Items, ItemsError, WithoutKey};
pub(crate) use link::Links;
pub use order::{Customer, Filter, Line, Order, Refund, RefundedLine, Status, StockPlace, UnknownStatus};
pub use place::{Orderer, PlaceError, PlaceOrder, Placed, place};
pub(crate) use request::{OrderAsk, check_customer};
pub(crate) use submit::{Submission, SubmitError, submit};
