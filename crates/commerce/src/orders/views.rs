//! Views of the list of orders: searches and filters under a name, of one caller or of all who are for orders.

pub mod http;
mod store;
#[cfg(test)]
mod tests;

use kassa_model::Timestamp;

/// How many one caller may have, and how many there may be of all.
const OF_OWNER_MAX: i64 = 100;

/// A view.
#[derive(Debug, Clone, PartialEq, Eq)]
struct View {
    /// A UUID that whoever makes it chooses.
    id: String,
    /// Whose it is; `None`: everybody's.
    owner: Option<String>,
    name: String,
    /// As in an address behind the `?`.
    query: String,
    updated_at: Timestamp,
}
