//! What a client sent, as far as the collector cares, and why nothing of it was taken.

use std::net::IpAddr;

use bytes::Bytes;
use kassa_access::Mode;
use kassa_model::Timestamp;

use crate::wire::Door;

/// What a client sent, as far as the collector cares.
#[derive(Debug, Clone)]
pub struct Incoming<'a> {
    /// By which path it came.
    pub door: &'static Door,
    /// The body as it came, compressed or not.
    pub body: Bytes,
    /// The client's address; it is hashed and looked up, and not kept.
    pub address: IpAddr,
    /// The User-Agent.
    pub agent: Option<&'a str>,
    /// The write key of the request's head or address.
    pub key: Option<&'a str>,
    /// The token of `Authorization: Bearer`.
    pub bearer: Option<&'a str>,
    /// `Sec-GPC: 1` or `DNT: 1`.
    pub private: bool,
    /// By system C's port or prefix.
    pub counter_first: bool,
    /// When it was received; `None` is now.
    pub received_at: Option<Timestamp>,
    /// By which rules sites are found; `None`: those of the process.
    pub mode: Option<Mode>,
    /// Whether its sender's events are limited: not those of whoever shows a secret key in the head or address, and not this
    /// machine's own.
    pub sender: Sender,
}

impl<'a> Incoming<'a> {
    /// A request with nothing but a body, from `address`, received now.
    pub fn new(door: &'static Door, body: Bytes, address: IpAddr) -> Self {
        let (agent, key, bearer, received_at, mode) = (None, None, None, None, None);
        let sender = Sender::Known;
        Self {
            door,
            body,
            address,
            agent,
            key,
            bearer,
            private: false,
            counter_first: false,
            received_at,
            mode,
            sender,
        }
    }

    /// With a User-Agent.
    #[must_use]
    pub fn agent(self, agent: &'a str) -> Self {
        Self { agent: Some(agent), ..self }
    }

    /// With a write key.
    #[must_use]
    pub fn key(self, key: &'a str) -> Self {
        Self { key: Some(key), ..self }
    }

    /// As if received at `time`.
    #[must_use]
    pub fn received_at(self, time: Timestamp) -> Self {
        Self { received_at: Some(time), ..self }
    }
}

/// Who sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// Anyone: is limited.
    Stranger,
    /// Someone who may send as much as there is room for.
    Known,
}

/// Why nothing of a request was taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Refusal {
    /// The body, or what it inflates to, is too large.
    #[error("a body has at most {limit_bytes} bytes")]
    TooLarge {
        /// The limit that it is over.
        limit_bytes: usize,
    },
    /// A stranger, or strangers to one site, have sent too much.
    #[error("too many events: try again in {seconds} s")]
    TooMuch {
        /// When there is room again, seconds from now.
        seconds: u64,
    },
    /// The log has no room; try again later.
    #[error("the log is full")]
    Full,
    /// The log does not take records now. What was sent may or may not be counted.
    #[error("the log is unavailable")]
    Unavailable,
}
