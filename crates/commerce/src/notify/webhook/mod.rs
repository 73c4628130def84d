//! Webhooks by the Standard Webhooks specification (<https://www.standardwebhooks.com>): endpoints that an owner names get the public
//! events, signed, each under its own id for ever.
//!
//! ```text
//! POST /hooks/kassa HTTP/1.1
//! webhook-id: 0190…:1
//! webhook-timestamp: 1764447600
//! webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=
//!
//! {"id":"0190…:1","type":"OrderConfirmed","occurred_at":"2026-11-29T20:20:00Z","order":{…}}
//! ```
//! A request goes to no other address than one that was resolved and judged to be public just before ([`guard`]); what comes back is
//! bounded in time and size ([`client`]). An endpoint that fails for days, or answers 410, is disabled and says so.

mod body;
mod client;
mod connect;
mod endpoint;
mod guard;
mod hooks;
mod http;
pub(crate) mod kinds;
mod metrics;
mod outcome;
mod resolve;
mod rules;
mod secret;
mod sign;
pub(crate) mod store;
mod target;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod trust;
mod view;
mod wanted;

pub use connect::Reach;
pub(crate) use endpoint::{Disabled, Reason};
pub use hooks::{HookOptions, Hooks};
pub use http::native_routes;
pub use trust::Trust;
pub(crate) use wanted::Wanted;
