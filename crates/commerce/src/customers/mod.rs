//! Who has ordered: one customer for each e-mail address, found or made when an order of that address is confirmed, in its
//! transaction. Two first orders at once make one customer: both want the same key of the table, and the second waits for the first.
//!
//! A customer bears the id of the order that made them, so their first order is known by it, and `new` is what an order is whose
//! customer has its id. What they once said of themselves stays: anyone may order with anybody's address.

mod customer;
pub mod http;
mod list;
pub(crate) mod moving;
mod origins;
mod rules;
mod store;
#[cfg(test)]
mod tests;
mod view;

pub use customer::{Buyer, CustomerType};
pub use origins::{Origins, SeenEvent, SeenVisit, Visited};
pub(crate) use rules::{fold_some, follow, of_order};
pub(crate) use store::unfolded;
