//! What only the collector can tell of an event: its id when it has none, the User-Agent, the country, the site's word for the
//! client's address, and the hashes that need that address. The address itself is written down nowhere.

use std::net::IpAddr;
use std::sync::Arc;

use kassa_access::{Access, DaySalts, Site};
use kassa_model::{
    Event, LABEL, LogRecord, PartitionBy, Recorded, Rejected, RouteKey, cookieless_visitor, visitor_from,
};

use super::country::Countries;
use super::id;
use super::incoming::Incoming;
use crate::wire::{AGENT_BYTES_MAX, add_own, cut};

/// An address's bytes: 4 or 16.
enum Address {
    V4([u8; 4]),
    V6([u8; 16]),
}

impl Address {
    fn of(client: IpAddr) -> Self {
        match client.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.octets()),
            IpAddr::V6(address) => Self::V6(address.octets()),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::V4(bytes) => bytes,
            Self::V6(bytes) => bytes,
        }
    }
}

/// Whether events from an address are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Kept,
    /// The site does not want them.
    Excluded,
}

/// Stamps the records of one request.
pub(super) struct Stamp<'a> {
    client: IpAddr,
    address: Address,
    agent: &'a str,
    countries: Option<&'a Countries>,
    country: Option<String>,
    /// The site of the event before.
    site: Option<Arc<Site>>,
    salts: &'a DaySalts,
    partition_by: PartitionBy,
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
    pub(super) fn new(
        incoming: &Incoming<'a>,
        salts: &'a DaySalts,
        countries: Option<&'a Countries>,
        partition_by: PartitionBy,
    ) -> Self {
        let client = incoming.address;
        let country = countries.and_then(|countries| countries.code(client));
        let agent = cut(incoming.agent.unwrap_or_default(), AGENT_BYTES_MAX);
        let (address, site, last) = (Address::of(client), None, None);
        Self { client, address, agent, countries, country, site, salts, partition_by, last }
    }

    /// Says from which address the next record of `site` comes, and whether the site wants it.
    pub(super) fn come_from(&mut self, client: IpAddr, site: &str, access: &Access) -> Origin {
        if client != self.client {
            self.client = client;
            self.address = Address::of(client);
            self.country = self.countries.and_then(|countries| countries.code(client));
            self.last = None;
        }
        if self.site.as_ref().is_none_or(|known| known.id != site) {
            self.site = access.site(site);
        }
        match self.site.as_ref().is_some_and(|site| site.rules.excludes(client)) {
            true => Origin::Excluded,
            false => Origin::Kept,
        }
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
        if let Some(word) = self.site.as_ref().and_then(|site| site.rules.label(self.client)) {
            add_own(&mut event.props, LABEL, word);
        }
        if !names_browser(event) {
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
        self.partition_by.key(&event.site, || match event.visitor {
            // A given visitor's hash is the key that `RouteKey::given` would make of the same texts.
            Some(visitor) => RouteKey(visitor.unsigned_abs()),
            None => self.cookieless_key(&event.site, recorded.agent.as_deref().unwrap_or_default()),
        })
    }

    fn stamp_rejected(&mut self, rejected: &mut Rejected) -> RouteKey {
        rejected.id = id::make(rejected.received_at);
        self.partition_by.key(&rejected.site, || self.cookieless_key(&rejected.site, self.agent))
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

/// Whether the client names what browser it is. A user alone is none: who it was before that is told by the address (ADR 30).
fn names_browser(event: &Event) -> bool {
    let of_user = |user: &String| visitor_from(&event.site, user);
    event.visitor.is_some_and(|visitor| event.user.as_ref().is_none_or(|user| of_user(user) != visitor))
}
