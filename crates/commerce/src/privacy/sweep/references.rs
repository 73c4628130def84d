//! Clients' own names for orders and requests that hold one of the person's addresses: each is replaced by its hash, everywhere
//! the same, so that what belongs together goes on doing so.

pub(super) mod store;
