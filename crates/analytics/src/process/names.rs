//! What is remembered of visitors who named themselves. It is a part of [`super::session`]'s memory: it takes of the same
//! budget, goes with the same generations, and is a summary of the same rows, so that the store can give it back.
//!
//! ```text
//! a row with a user, in a visit, no money     tells  whose the browser is, and which visitor and visit go with it
//!                                             tells  the same of the user and of the visitor, where they are not the same
//! a later row                                 goes before an earlier one
//! ```

use std::collections::HashMap;

use kassa_eventstore::NamedVisitor;
use kassa_model::{Event, Timestamp, names_nobody, visitor_from};

use super::visitors::{Key, SHARDS, shard, table_bytes};

/// Bytes of a slot of a table, its control byte among them.
const SLOT_BYTES: usize = size_of::<(Key, Name)>() + 1;

/// Bytes that an entry takes, whatever their number; see [`super::visitors::VISITOR_BYTES`].
pub(super) const NAME_BYTES: usize = SLOT_BYTES * 175 / 100;

/// Who was last named by the events of a browser, or a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name {
    /// The user's own hash.
    pub(super) user: i64,
    /// The visitor that the events belong to.
    pub(super) visitor: i64,
    /// The session that they belong to.
    pub(super) session: i64,
    /// The UTC day of receipt.
    pub(super) day: i32,
    /// The number of the generation.
    pub(super) generation: u16,
}

/// A row that names its visitor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    pub(super) site: &'a str,
    user: &'a str,
    visitor: i64,
    session: i64,
    anonymous: Option<i64>,
    received_at: Timestamp,
}

impl<'a> Named<'a> {
    /// The row of `event`, if it names one.
    pub(super) fn of(event: &'a Event) -> Option<Self> {
        let user = event.user.as_deref().filter(|user| !names_nobody(user))?;
        let session = event.session.filter(|session| *session != 0 && event.order.is_none())?;
        let (visitor, anonymous) = (event.visitor?, event.anonymous_visitor);
        Some(Self { site: &event.site, user, visitor, session, anonymous, received_at: event.received_at })
    }

    /// A row that the store has.
    pub(super) fn stored(row: &'a NamedVisitor) -> Option<Self> {
        let NamedVisitor { site, user, visitor, session, anonymous_visitor, received_at, .. } = row;
        (!names_nobody(user)).then_some(Self {
            site,
            user,
            visitor: *visitor,
            session: *session,
            anonymous: *anonymous_visitor,
            received_at: *received_at,
        })
    }

    /// What is to be remembered of it, and for which browser, user and visitor ([`of_owner`]).
    pub(super) fn names(&self, generation: u16) -> (Name, [Option<i64>; 3]) {
        let user = visitor_from(self.site, self.user);
        let day = i32::try_from(self.received_at.day()).unwrap_or(i32::MAX);
        let name = Name { user, visitor: self.visitor, session: self.session, day, generation };
        let is_another = self.visitor != user;
        let browser = self.anonymous.or(is_another.then_some(self.visitor));
        let owner = is_another.then(|| of_owner(self.visitor));
        (name, [browser, is_another.then_some(user), owner])
    }
}

/// What the one who last named themselves as this visitor is looked up by: no visitor has it, as theirs are not negative.
pub(super) fn of_owner(visitor: i64) -> i64 {
    !visitor
}

/// The table.
#[derive(Debug)]
pub(super) struct Names {
    shards: Vec<HashMap<Key, Name>>,
    count: usize,
}

impl Default for Names {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| HashMap::new()).collect(), count: 0 }
    }
}

impl Names {
    /// What is known of a browser or a user.
    pub(super) fn get(&self, key: Key) -> Option<Name> {
        if self.count == 0 {
            return None;
        }
        self.shards[shard(key)].get(&key).copied()
    }

    /// Remembers it; true when nothing of the same generation was known.
    pub(super) fn put(&mut self, key: Key, name: Name) -> bool {
        let before = self.shards[shard(key)].insert(key, name);
        self.count += usize::from(before.is_none());
        before.is_none_or(|before| before.generation != name.generation)
    }

    /// Lets go of what is of generations that `is_live` does not like, and gives the memory back.
    pub(super) fn retain(&mut self, is_live: impl Fn(u16) -> bool) {
        self.count = 0;
        for shard in &mut self.shards {
            let before = shard.len();
            shard.retain(|_, name| is_live(name.generation));
            if shard.len() < before {
                let mut left = HashMap::with_capacity(shard.len());
                left.extend(shard.drain());
                *shard = left;
            }
            self.count += shard.len();
        }
    }

    /// Bytes that are charged: a function of what is remembered alone.
    pub(super) fn charged_bytes(&self) -> usize {
        self.count * NAME_BYTES
    }

    /// Bytes that it takes now.
    pub(super) fn bytes(&self) -> usize {
        self.shards.iter().map(|shard| table_bytes(shard.capacity(), SLOT_BYTES)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::testing::event;

    #[test]
    fn a_row_tells_of_browser_and_user() {
        let of = |user: &str, visitor, anonymous| {
            let event = Event {
                user: Some(user.to_owned()),
                visitor: Some(visitor),
                session: Some(3),
                anonymous_visitor: anonymous,
                ..event("a")
            };
            Named::of(&event).map(|named| named.names(7).1)
        };
        let own = visitor_from("s", "c7");
        assert_eq!(of("c7", 5, None), Some([Some(5), Some(own), Some(of_owner(5))]));
        assert_eq!(of("c7", 5, Some(9)), Some([Some(9), Some(own), Some(of_owner(5))]));
        assert_eq!(of("c7", own, Some(9)), Some([Some(9), None, None]));
        assert_eq!(of("c7", own, None), Some([None, None, None]));
        assert_eq!(of("guest", 5, None), None);
    }

    #[test]
    fn what_is_charged_covers_what_it_takes() {
        let mut names = Names::default();
        for n in 0..20_000_i64 {
            let name = Name { user: n, visitor: n, session: 1, day: 0, generation: u16::from(n % 4 == 0) };
            assert!(names.put(Key { visitor: n.wrapping_mul(0x5851_F42D_4C95_7F2D) >> 1, site: 1 }, name));
        }
        for left in [20_000, 15_000] {
            let (bytes, charged) = (names.bytes(), names.charged_bytes());
            assert!(bytes <= charged && bytes * 10 > charged * 7, "{bytes} of {charged}");
            assert_eq!(names.count, left);
            names.retain(|generation| generation == 0);
        }
    }
}
