//! The hashes that name visitors and sessions, route events and find duplicates: SipHash-2-4 throughout.
//!
//! Visitor and session are 63-bit (stored as signed BIGINT). The inputs are length-prefixed, so that no two different
//! tuples have the same bytes.

use std::hash::Hasher;

use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher24;
use siphasher::sip128::{Hasher128, SipHasher24 as SipHasher24x128};

/// The fixed key of given visitors and sessions. It is public: the hash hides nothing, it only shortens.
pub const VISITOR_KEY: [u8; 16] = *b"kassa.visitor.01";

/// The fixed key of the duplicate filter.
const DEDUPE_KEY: [u8; 16] = *b"kassa.dedupe.001";

/// A day's secret for the cookieless hash, or a week's for routing.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Salt(pub [u8; 16]);

impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt(..)")
    }
}

/// The visitor that a client names itself: hash of (site, first present of anonymousId, userId, A's sessionId).
pub fn visitor_from(site: &str, given: &str) -> i64 {
    hash63(&VISITOR_KEY, b'v', &[site.as_bytes(), given.as_bytes()])
}

/// The session that a client names itself: hash of (site, sessionId).
pub fn session_from(site: &str, given: &str) -> i64 {
    hash63(&VISITOR_KEY, b's', &[site.as_bytes(), given.as_bytes()])
}

/// The visitor of a day without cookies: hash of (salt of the day, site, address, User-Agent).
///
/// `address` is the client's IP as bytes; it is not kept anywhere.
pub fn cookieless_visitor(salt: &Salt, site: &str, address: &[u8], agent: &str) -> i64 {
    hash63(&salt.0, b'c', &[site.as_bytes(), address, agent.as_bytes()])
}

/// 128-bit hash of (site, event id) for the duplicate filter.
pub fn dedupe_hash(site: &str, id: &str) -> u128 {
    let mut hasher = SipHasher24x128::new_with_key(&DEDUPE_KEY);
    feed(&mut hasher, b'd', &[site.as_bytes(), id.as_bytes()]);
    hasher.finish128().as_u128()
}

/// The fixed key of what people are known by once they are erased.
const PERSON_KEY: [u8; 16] = *b"kassa.person.001";

/// 128-bit hash, in hexadecimal, of what names a person.
pub(crate) fn person_hash(kind: u8, parts: &[&[u8]]) -> String {
    let mut hasher = SipHasher24x128::new_with_key(&PERSON_KEY);
    feed(&mut hasher, kind, parts);
    format!("{:032x}", hasher.finish128().as_u128())
}

/// What an event is routed by: events of one visitor share a key, and a key always lands in one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RouteKey(pub u64);

/// What records of events are routed by: which of them are in one partition, and so know of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PartitionBy {
    /// All of a site, so that visitors who name themselves stay one.
    #[default]
    Site,
    /// All of a visitor as named, so that one site may use many partitions; who names themselves in mid-visit may be two.
    Visitor,
}

impl PartitionBy {
    /// The key of a record of `site`, whose visitor's key is `by_visitor`.
    pub fn key(self, site: &str, by_visitor: impl FnOnce() -> RouteKey) -> RouteKey {
        match self {
            Self::Site => RouteKey(hash63(&VISITOR_KEY, b't', &[site.as_bytes()]).unsigned_abs()),
            Self::Visitor => by_visitor(),
        }
    }
}

impl RouteKey {
    /// By the visitor that the client names.
    pub fn given(site: &str, given: &str) -> Self {
        Self(visitor_from(site, given).unsigned_abs())
    }

    /// By one of 1,024 buckets of the client's address and agent under the week's key. It is used to route and is
    /// never written into an event.
    pub fn cookieless(weekly: &Salt, site: &str, address: &[u8], agent: &str) -> Self {
        Self(hash63(&weekly.0, b'r', &[site.as_bytes(), address, agent.as_bytes()]).unsigned_abs() & 0x3ff)
    }
}

/// The partition of `key` among `partitions` (at least 1).
pub fn partition_of(key: RouteKey, partitions: u32) -> u32 {
    let spread = hash63(&VISITOR_KEY, b'p', &[&key.0.to_le_bytes()]).unsigned_abs();
    u32::try_from(spread % u64::from(partitions.max(1))).unwrap_or(0)
}

fn hash63(key: &[u8; 16], kind: u8, parts: &[&[u8]]) -> i64 {
    let mut hasher = SipHasher24::new_with_key(key);
    feed(&mut hasher, kind, parts);
    i64::from_ne_bytes((hasher.finish() & (u64::MAX >> 1)).to_ne_bytes())
}

fn feed(hasher: &mut impl Hasher, kind: u8, parts: &[&[u8]]) {
    hasher.write(&[kind]);
    for part in parts {
        hasher.write(&(part.len() as u64).to_le_bytes());
        hasher.write(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_63_bit_and_fixed() {
        // Stored rows carry these values: a change of the function would split every visitor in two.
        assert_eq!(format!("{:016x}", visitor_from("default", "abc123")), FIXED_VISITOR);
        assert!(visitor_from("default", "abc123") >= 0);
        assert_ne!(visitor_from("a", "bc"), visitor_from("ab", "c"));
        assert_ne!(visitor_from("a", "b"), session_from("a", "b"));
        assert_ne!(dedupe_hash("a", "bc"), dedupe_hash("ab", "c"));
    }

    const FIXED_VISITOR: &str = "76d6f970782c8e20";

    #[test]
    fn a_site_has_one_key_unless_visitors_have_theirs() {
        let by = |by: PartitionBy, site: &str, visitor| by.key(site, || RouteKey(visitor));
        assert_eq!(by(PartitionBy::Site, "a", 1), by(PartitionBy::Site, "a", 2));
        assert_ne!(by(PartitionBy::Site, "a", 1), by(PartitionBy::Site, "b", 1));
        assert_eq!(by(PartitionBy::Visitor, "a", 2), RouteKey(2));
        assert_eq!(PartitionBy::default(), PartitionBy::Site);
    }

    #[test]
    fn routes_stay_in_range() {
        let salt = Salt([7; 16]);
        for n in 0..100_u32 {
            let key = RouteKey::cookieless(&salt, "s", &n.to_le_bytes(), "ua");
            assert!(key.0 < 1_024);
            assert!(partition_of(key, 3) < 3);
            assert_eq!(partition_of(key, 1), 0);
        }
        assert_eq!(format!("{salt:?}"), "Salt(..)");
    }
}
