//! `GET /v1/notifications/stream`: server-sent events of what happens, for whoever cannot be reached or does not want to be: the
//! public events, straight from the log, and the messages to names that `/notify` has taken.
//!
//! ```text
//! id: 12@0190a1b2;0:345
//! event: OrderConfirmed
//! data: {"id":"0190…:1","type":"OrderConfirmed","occurred_at":"2026-11-29T20:20:00Z","order":{…}}
//! ```
//! An id says where the stream goes on behind it, so that `Last-Event-ID` loses nothing as long as the log has it. A client is sent no
//! more than it takes: of what it has not taken one part is in memory, and the server cuts off who takes nothing.

mod http;
mod message;
mod place;
mod reader;
pub(crate) mod store;
mod streams;
#[cfg(test)]
mod tests;

pub use http::native_routes;
