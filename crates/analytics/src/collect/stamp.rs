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
    /// Of the request's own agent and the site of the event before.
    last: Option<Hashes>,
}

#[derive(Clone)]
struct Hashes {
    site: String,
    today: i64,
    yesterday: i64,
    key: RouteKey,
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
        let hashes = match &recorded.agent {
            Some(agent) if agent != self.agent => self.hashes(&event.site, agent),
            _ => self.own_hashes(&event.site),
        };
        if recorded.agent.is_none() && !self.agent.is_empty() {
            recorded.agent = Some(self.agent.to_owned());
        }
        recorded.visitor_today = hashes.0;
        recorded.visitor_yesterday = hashes.1;
        // A given visitor's hash is the key that `RouteKey::given` would make of the same texts.
        event.visitor.map_or(hashes.2, |visitor| RouteKey(visitor.unsigned_abs()))
    }

    fn stamp_rejected(&mut self, rejected: &mut Rejected) -> RouteKey {
        rejected.id = id::make(rejected.received_at);
        RouteKey::cookieless(&self.salts.weekly, &rejected.site, self.address.bytes(), self.agent)
    }

    fn own_hashes(&mut self, site: &str) -> (i64, i64, RouteKey) {
        if let Some(last) = &self.last
            && last.site == site
        {
            return (last.today, last.yesterday, last.key);
        }
        let (today, yesterday, key) = self.hashes(site, self.agent);
        self.last = Some(Hashes { site: site.to_owned(), today, yesterday, key });
        (today, yesterday, key)
    }

    fn hashes(&self, site: &str, agent: &str) -> (i64, i64, RouteKey) {
        let address = self.address.bytes();
        let today = cookieless_visitor(&self.salts.today, site, address, agent);
        let yesterday = cookieless_visitor(&self.salts.yesterday, site, address, agent);
        (today, yesterday, RouteKey::cookieless(&self.salts.weekly, site, address, agent))
    }
}
