//! What is paid for orders. Of a payment that somebody marks by hand the reference is kept, and what became of the money: events
//! that are only added, of which its amounts are the sums. None of it changes revenue.

pub(crate) mod ask;
pub(crate) mod payment;
pub(super) mod rules;
pub mod status;
pub(crate) mod store;
