//! Sessions: which one an event joins, and which cookieless visitor it is across midnight.
//!
//! Memory holds, per visitor, the earliest and latest `occurred_at` of each session **per hour of receipt**. So the state
//! is nothing but a summary of the rows received in the last 24 hours of the partition's clock: the store can give exactly
//! the same summary back after a restart, whenever that is, also of a session that paused and was then given again.
//!
//! ```text
//! joins       a session whose [min − 30 min, max + 30 min] holds its time (the latest, if several), else opens one
//! never       are sessions merged afterwards, or is an event moved to another one
//! leaves      once the clock is in the 25th hour after the session's last receipt
//! ```

use std::collections::HashMap;
use std::hash::Hasher;

use kassa_eventstore::OpenSession;
use kassa_model::{MICROS_PER_HOUR, Timestamp, VISITOR_KEY};
use siphasher::sip::SipHasher24;

use super::slices::{Slice, Slices};

/// Hours of receipt, beside the current one, of which sessions are known.
const HOURS_KEPT: i64 = 24;

/// What memory knows of the visitors of one partition.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    visitors: HashMap<Key, Slices>,
    sites: HashMap<String, u32>,
    /// Nothing that was received before this hour is in memory.
    oldest: i32,
}

/// A visitor of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    site: u32,
    visitor: i64,
}

/// An event as sessions see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// When it happened.
    pub(super) occurred: Timestamp,
    /// The partition's clock with this event taken in: the later of its own receipt and the newest stored one.
    pub(super) clock: Timestamp,
    /// When it was received.
    pub(super) received: Timestamp,
}

/// The id of the session that `event_id` opens.
pub(super) fn opened_by(site: &str, visitor: i64, event_id: &str) -> i64 {
    let mut hasher = SipHasher24::new_with_key(&VISITOR_KEY);
    hasher.write(b"o");
    for part in [site.as_bytes(), &visitor.to_le_bytes(), event_id.as_bytes()] {
        hasher.write(&(part.len() as u64).to_le_bytes());
        hasher.write(part);
    }
    // 0 stands for "no session" in rows of money.
    (hasher.finish() & (u64::MAX >> 1)).cast_signed().max(1)
}

impl Sessions {
    /// How far back in receipt the store must send sessions from at `resume`, in µs: the current hour, however far it
    /// has gone, and those kept beside it.
    pub(super) const RESUME_MICROS: i64 = (HOURS_KEPT + 1) * MICROS_PER_HOUR;

    /// Takes what the store holds of a session.
    pub(super) fn resume(&mut self, open: &OpenSession) {
        let slice = Slice {
            session: open.session,
            first: open.first.micros(),
            last: open.last.micros(),
            hour: short(open.received.hour()),
        };
        if slice.hour >= self.oldest {
            let key = self.key(&open.site, open.visitor);
            self.add(key, slice);
        }
    }

    /// Lets go of what has left by `clock`: once an hour of it there is something to do.
    pub(super) fn advance(&mut self, clock: Timestamp) {
        let oldest = oldest_hour(clock);
        if oldest <= self.oldest {
            return;
        }
        self.oldest = oldest;
        self.visitors.retain(|_, slices| slices.forget_before(oldest));
        if self.visitors.len() < self.visitors.capacity() / 4 {
            self.visitors.shrink_to(self.visitors.len() * 2);
        }
    }

    /// The session of `visitor` that holds the time; the one with the latest event, if several do.
    pub(super) fn holding(&mut self, site: &str, visitor: i64, moment: Moment) -> Option<i64> {
        self.slices(site, visitor, moment.clock)?.holding(moment.occurred.micros())
    }

    /// Whether `session` is one of the visitor's that has not left yet.
    pub(super) fn is_open(&mut self, site: &str, visitor: i64, session: i64, clock: Timestamp) -> bool {
        self.slices(site, visitor, clock).is_some_and(|slices| slices.has(session))
    }

    /// Takes note that an event of `session` will be stored.
    pub(super) fn extend(&mut self, site: &str, visitor: i64, session: i64, moment: Moment) {
        self.advance(moment.clock);
        let hour = short(moment.received.hour());
        if hour < self.oldest {
            return;
        }
        let key = self.key(site, visitor);
        let time = moment.occurred.micros();
        self.add(key, Slice { session, first: time, last: time, hour });
    }

    /// How many visitors are remembered.
    pub(super) fn len(&self) -> usize {
        self.visitors.len()
    }

    /// What has not left of a visitor by `clock`.
    fn slices(&mut self, site: &str, visitor: i64, clock: Timestamp) -> Option<&Slices> {
        self.advance(clock);
        let site = *self.sites.get(site)?;
        self.visitors.get(&Key { site, visitor })
    }

    fn key(&mut self, site: &str, visitor: i64) -> Key {
        let site = match self.sites.get(site) {
            Some(site) => *site,
            None => {
                let next = u32::try_from(self.sites.len()).unwrap_or(u32::MAX);
                self.sites.insert(site.to_owned(), next);
                next
            }
        };
        Key { site, visitor }
    }

    fn add(&mut self, key: Key, slice: Slice) {
        match self.visitors.entry(key) {
            std::collections::hash_map::Entry::Vacant(empty) => {
                empty.insert(Slices::One(slice));
            }
            std::collections::hash_map::Entry::Occupied(mut slices) => slices.get_mut().add(slice),
        }
    }
}

fn oldest_hour(clock: Timestamp) -> i32 {
    short(clock.hour().saturating_sub(HOURS_KEPT))
}

fn short(hour: i64) -> i32 {
    i32::try_from(hour).unwrap_or(if hour < 0 { i32::MIN } else { i32::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000_000;

    fn at(occurred_minutes: i64, received_minutes: i64) -> Moment {
        let time = |minutes: i64| Timestamp::from_micros(1_000_000 * MICROS_PER_HOUR + minutes * MINUTE);
        Moment {
            occurred: time(occurred_minutes),
            clock: time(received_minutes),
            received: time(received_minutes),
        }
    }

    fn sessions(of: &[(i64, i64)]) -> Sessions {
        let mut sessions = Sessions::default();
        for (session, minute) in of {
            sessions.extend("s", 1, *session, at(*minute, *minute));
        }
        sessions
    }

    #[test]
    fn holds_thirty_minutes_on_both_sides() {
        let mut sessions = sessions(&[(5, 0), (5, 10)]);
        let mut check = |minute, expected| {
            assert_eq!(sessions.holding("s", 1, at(minute, 60)), expected, "{minute}");
        };
        check(-31, None);
        check(-30, Some(5));
        check(10, Some(5));
        check(40, Some(5));
        check(41, None);
        assert_eq!(sessions.holding("s", 2, at(10, 60)), None);
        assert_eq!(sessions.holding("t", 1, at(10, 60)), None);
    }

    #[test]
    fn the_latest_of_several_is_taken_and_none_is_merged() {
        let mut sessions = sessions(&[(5, 0), (6, 40)]);
        assert_eq!(sessions.holding("s", 1, at(20, 60)), Some(6));
        assert_eq!(sessions.holding("s", 1, at(5, 60)), Some(5));
    }

    #[test]
    fn leaves_by_the_clock() {
        let mut sessions = sessions(&[(5, 0)]);
        let late = |hours: i64| at(10, hours * 60);
        assert_eq!(sessions.holding("s", 1, late(24)), Some(5));
        assert!(sessions.is_open("s", 1, 5, late(24).clock));
        assert_eq!(sessions.len(), 1);
        assert_eq!(sessions.holding("s", 1, late(25)), None);
        assert!(!sessions.is_open("s", 1, 5, late(25).clock));
        assert_eq!(sessions.len(), 0);
    }

    #[test]
    fn an_old_part_leaves_before_the_rest() {
        let mut sessions = sessions(&[(5, 0), (5, 23 * 60)]);
        assert_eq!(sessions.holding("s", 1, at(0, 24 * 60)), Some(5));
        assert_eq!(
            sessions.holding("s", 1, at(0, 25 * 60)),
            None,
            "what was received 25 h ago is no part of it"
        );
        assert_eq!(sessions.holding("s", 1, at(23 * 60, 25 * 60)), Some(5));
    }

    #[test]
    fn ids_of_opened_sessions_differ_and_stay() {
        assert_ne!(opened_by("a", 1, "x"), opened_by("a", 2, "x"));
        assert_ne!(opened_by("a", 1, "x"), opened_by("b", 1, "x"));
        assert_eq!(format!("{:016x}", opened_by("demo", 7, "m-1")), "1dc3f23c46ac61ff");
    }
}
