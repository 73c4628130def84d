//! Idempotency: a request repeated with its key is answered as the first time, byte for byte, and does nothing.
//!
//! Scope and key name a record; its fingerprint tells a repeat from another request with the same key. Record and answer
//! commit with what the request did ([`run`]). Where stock is apart an order's record first stands as `running` with a
//! deadline ([`run_until`]) and gets its final answer by [`close`], once, before the answer is sent; that of an edit, whose
//! answer is not known before stock's, is open ([`begin`]) until the edit is decided ([`close_open`]), however long that is.
//!
//! Kept are successes and refusals of the business (404, 422); never a 400, 401, 409, 429 or 5xx, which a repeat may
//! turn into something better. Records live a day ([`clean`]); client references ([`references`]) live as long
//! as their orders.

pub(crate) mod answer;
pub(crate) mod references;
pub(crate) mod request;
pub(crate) mod run;
pub(crate) mod store;
#[cfg(test)]
mod tests;

pub(crate) use answer::reused;
pub(crate) use answer::{Answer, Outcome, in_flight, is_kept};
pub(crate) use references::store::{claim_reference, failed_with, forget_failed, take_over};
pub(crate) use references::{Holder, Reference};
pub use request::fingerprint;
pub(crate) use request::{KEY_BYTES_MAX, RUNNING_MICROS, Request, RequestKey, key_of, required_key};
pub(crate) use run::{Begun, answered, begin, run, run_until};
pub(crate) use store::{clean, close, close_expired, close_open, forget_open};
