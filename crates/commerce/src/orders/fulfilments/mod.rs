//! What of an order left the house, parcel by parcel, and how far each has come.
//!
//! ```text
//! packed ──► shipped ──► delivered
//!    │          │
//!    └──────────┴──► cancelled: its units are with the shop again
//! ```

pub(crate) mod ask;
pub mod fulfilment;
pub(super) mod rules;
pub(crate) mod status;
pub mod store;
