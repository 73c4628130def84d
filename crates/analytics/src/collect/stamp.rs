//! What only the collector can tell of an event: its id when it has none, the User-Agent, the country, and the hashes
//! that need the client's address.

use std::net::IpAddr;

use kassa_access::DaySalts;
use kassa_model::{LogRecord, Recorded, Rejected, RouteKey, cookieless_visitor};

use super::{Incoming, id};
use crate::wire::{AGENT_BYTES_MAX, cut};

/// An address's bytes: 4 or 16.
enum Address {
    V4([u8; 4]),
    V6([u8; 16]),
}

impl Address {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::V4(bytes) => bytes,
            Self::V6(bytes) => bytes,
        }
    }
}

/// Stamps the records of one request.
pub(super) struct Stamp<'a> {
    address: Address,
    agent: &'a str,
    country: Option<String>,
    salts: &'a DaySalts,
    /// The hashes of the request's own agent for the site of the event before.
    last: Option<(String, Hashes)>,
}

/// The cookieless visitor by the salts of two days.
#[derive(Clone, Copy)]
struct Hashes {
    today: i64,
    yesterday: i64,
}

impl<'a> Stamp<'a> {
    pub(super) fn new(incoming: &Incoming<'a>, salts: &'a DaySalts, country: Option<String>) -> Self {
        let address = match incoming.address.to_canonical() {
            IpAddr::V4(address) => Address::V4(address.octets()),
            IpAddr::V6(address) => Address::V6(address.octets()),
        };
        let agent = cut(incoming.agent.unwrap_or_default(), AGENT_BYTES_MAX);
        Self { address, agent, country, salts, last: None }
    }

    /// Stamps `record`; returns what it is routed by.
    pub(super) fn stamp(&mut self, record: &mut LogRecord) -> RouteKey {
        match record {
            LogRecord::Event(recorded) => self.stamp_event(recorded),
            LogRecord::Rejected(rejected) => self.stamp_rejected(rejected),
        }
    }

    fn stamp_event(&mut self, recorded: &mut Recorded) -> RouteKey {
        let event = &mut recorded.event;
        if event.id.is_empty() {
            event.id = id::make(event.received_at);
        }
        event.country.clone_from(&self.country);
        if event.visitor.is_none() {
            let hashes = match &recorded.agent {
                Some(agent) if agent != self.agent => self.hashes(&event.site, agent),
                _ => self.own_hashes(&event.site),
            };
            recorded.visitor_today = hashes.today;
            recorded.visitor_yesterday = hashes.yesterday;
        }
        if recorded.agent.is_none() && !self.agent.is_empty() {
            recorded.agent = Some(self.agent.to_owned());
        }
        match event.visitor {
            // A given visitor's hash is the key that `RouteKey::given` would make of the same texts.
            Some(visitor) => RouteKey(visitor.unsigned_abs()),
            None => self.cookieless_key(&event.site, recorded.agent.as_deref().unwrap_or_default()),
        }
    }

    fn stamp_rejected(&mut self, rejected: &mut Rejected) -> RouteKey {
        rejected.id = id::make(rejected.received_at);
        self.cookieless_key(&rejected.site, self.agent)
    }

    fn cookieless_key(&self, site: &str, agent: &str) -> RouteKey {
        RouteKey::cookieless(&self.salts.weekly, site, self.address.bytes(), agent)
    }

    fn own_hashes(&mut self, site: &str) -> Hashes {
        match &self.last {
            Some((last_site, hashes)) if last_site == site => *hashes,
            _ => {
                let hashes = self.hashes(site, self.agent);
                self.last = Some((site.to_owned(), hashes));
                hashes
            }
        }
    }

    fn hashes(&self, site: &str, agent: &str) -> Hashes {
        let hash = |salt| cookieless_visitor(salt, site, self.address.bytes(), agent);
        Hashes { today: hash(&self.salts.today), yesterday: hash(&self.salts.yesterday) }
    }
}
