//! What a dialect is given beside the body, and what it gives back.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use kassa_access::{Addresses, Site, SiteRules, Wish};
use kassa_model::{Dialect, LogRecord, Timestamp};

/// Finds the site that an event is for.
pub trait Sites {
    /// The id of the site for a write key and a site name, each of which may be absent; `None` when there is no such
    /// site or key, or they disagree.
    fn resolve(&self, key: Option<&str>, site: Option<&str>) -> Option<String>;

    /// The site of that id, for its rules; `None`: it has none.
    fn site(&self, id: &str) -> Option<Arc<Site>>;

    /// Whether `key` is a secret whose holder is believed about the visitors of `site`.
    fn believes(&self, key: &str, site: &str) -> bool;

    /// Whether `key` is a secret, of whatever use, or looks like one: it must not be written down.
    fn is_secret(&self, key: &str) -> bool;
}

/// What a dialect needs to know beside the body.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// When the collector had the request.
    pub received_at: Timestamp,
    /// The write key of the request's head or address; it goes before one in the body.
    pub key: Option<&'a str>,
    /// The token of `Authorization: Bearer`: of who shows a secret one, what is said of visitors' addresses and agents is believed.
    pub bearer: Option<&'a str>,
    /// The visitor asked for privacy (`Sec-GPC: 1` or `DNT: 1`).
    pub private: bool,
    /// The request came by system C's port or prefix, so an `/event` that is nobody's is answered in C's words.
    pub counter_first: bool,
    /// Finds sites.
    pub sites: &'a dyn Sites,
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("received_at", &self.received_at).finish_non_exhaustive()
    }
}

impl Context<'_> {
    /// The site for the request's key, or else the body's, and a name.
    pub(super) fn site(&self, body_key: Option<&str>, site: Option<&str>) -> Option<String> {
        self.sites.resolve(self.key.or(body_key), site)
    }

    /// Whether what the sender says of the visitors of `site` is believed, by its token, the request's key or else the body's.
    pub(super) fn trusts(&self, body_key: Option<&str>, site: &str) -> bool {
        let shown = [self.bearer, self.key.or(body_key)];
        shown.into_iter().flatten().any(|key| self.sites.believes(key, site))
    }

    /// How addresses are written down: by the site's rules, if it has any, and by the visitor's wish.
    pub(super) fn addresses<'r>(&self, rules: Option<&'r SiteRules>) -> Addresses<'r> {
        static NONE: LazyLock<SiteRules> = LazyLock::new(SiteRules::default);
        let wish = if self.private { Wish::Privacy } else { Wish::None };
        Addresses::new(rules.unwrap_or(&NONE), wish)
    }
}

/// What a body turned out to be.
#[derive(Debug)]
pub struct Reading {
    /// The dialect it was read as.
    pub dialect: Dialect,
    /// Accepted and refused events, in the body's order. The collector has yet to stamp them.
    pub records: Vec<LogRecord>,
    /// Addresses of visitors that the sender was believed about, by the place in `records`, ascending.
    pub addresses: Vec<(usize, IpAddr)>,
    /// Refused events beyond those in `records`.
    pub dropped: u64,
    /// A body of one event: what is refused of such is kept at a bounded rate.
    pub single: bool,
    /// What to answer once all records are durable.
    pub answer: Answer,
}

/// An answer to the letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Cow<'static, str>,
    /// Whether the body is JSON; else it is plain text.
    pub json: bool,
}

impl Answer {
    /// A fixed JSON answer.
    pub(crate) const fn json(status: u16, body: &'static str) -> Self {
        Self { status, body: Cow::Borrowed(body), json: true }
    }

    /// A fixed text answer.
    pub(crate) const fn text(status: u16, body: &'static str) -> Self {
        Self { status, body: Cow::Borrowed(body), json: false }
    }
}

impl Reading {
    /// The reading of a body that holds one event.
    pub(super) fn one(dialect: Dialect, record: LogRecord, answer: Answer) -> Self {
        Self { dialect, records: vec![record], addresses: Vec::new(), dropped: 0, single: true, answer }
    }

    /// How many events were accepted and refused.
    pub fn counts(&self) -> (u64, u64) {
        let refused = self.records.iter().filter(|record| matches!(record, LogRecord::Rejected(_))).count();
        ((self.records.len() - refused) as u64, refused as u64 + self.dropped)
    }
}
