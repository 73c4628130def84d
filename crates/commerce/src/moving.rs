//! Moving in and out: files of products, customers, orders and events that are brought in, and that are written.
//!
//! A command reads the file and sends its lines, some at a time; here each is brought in within the transaction that notes how
//! far the file has come. So a file that was sent in part, or twice, comes to the same as sent once. [`http`] has the routes.

mod at;
mod batch;
mod body;
mod customers;
mod events;
pub mod http;
mod items;
mod orders;
mod products;
mod run;
mod store;
#[cfg(test)]
mod tests;
mod undo;

pub use batch::Kind;
pub use events::Events;
