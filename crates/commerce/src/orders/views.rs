//! Views of the list of orders: searches and filters under a name, of one caller or of all who are for orders.

pub mod http;
mod leave;
mod store;
#[cfg(test)]
mod tests;
mod view;

pub(crate) use leave::forget;

/// How many one caller may have, and how many there may be of all.
const OF_OWNER_MAX: i64 = 100;
