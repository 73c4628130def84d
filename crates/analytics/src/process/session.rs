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

/// A session holds times up to so far before its first and after its last event: 30 minutes.
const PAUSE_MICROS: i64 = MICROS_PER_HOUR / 2;

/// Hours of receipt, beside the current one, of which sessions are known.
const HOURS_KEPT: i64 = 24;

/// What memory knows of the visitors of one partition.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    visitors: HashMap<Key, Slices>,
    sites: HashMap<String, u32>,
    swept_hour: i64,
}

/// A visitor of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    site: u32,
    visitor: i64,
}

/// Part of a session: its events of one hour of receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slice {
    session: i64,
    first: i64,
    last: i64,
    hour: i32,
}

/// The slices of a visitor; nearly always it is one, which then needs no allocation.
#[derive(Debug)]
enum Slices {
    One(Slice),
    Many(Vec<Slice>),
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
        let key = self.key(&open.site, open.visitor);
        let slice = Slice {
            session: open.session,
            first: open.first.micros(),
            last: open.last.micros(),
            hour: short(open.received.hour()),
        };
        self.add(key, slice);
    }

    /// The session of `visitor` that holds the time; the one with the latest event, if several do.
    pub(super) fn holding(&self, site: &str, visitor: i64, moment: Moment) -> Option<i64> {
        let slices = self.live(site, visitor)?;
        let oldest = oldest_hour(moment.clock);
        let time = moment.occurred.micros();
        let live = || slices.iter().filter(|slice| slice.hour >= oldest);
        let whole = |session: i64| {
            let of = || live().filter(move |slice| slice.session == session);
            let first = of().map(|slice| slice.first).min()?;
            Some((of().map(|slice| slice.last).max()?, first, session))
        };
        let holds = |(last, first, _): &(i64, i64, i64)| {
            first.saturating_sub(PAUSE_MICROS) <= time && time <= last.saturating_add(PAUSE_MICROS)
        };
        live().filter_map(|slice| whole(slice.session)).filter(holds).max().map(|(_, _, session)| session)
    }

    /// Whether `session` is one of the visitor's that has not left yet.
    pub(super) fn is_open(&self, site: &str, visitor: i64, session: i64, clock: Timestamp) -> bool {
        let oldest = oldest_hour(clock);
        let live = self.live(site, visitor).unwrap_or_default();
        live.iter().any(|slice| slice.session == session && slice.hour >= oldest)
    }

    /// Takes note that an event of `session` will be stored.
    pub(super) fn extend(&mut self, site: &str, visitor: i64, session: i64, moment: Moment) {
        let hour = short(moment.received.hour());
        if hour < oldest_hour(moment.clock) {
            return;
        }
        let key = self.key(site, visitor);
        let time = moment.occurred.micros();
        self.add(key, Slice { session, first: time, last: time, hour });
    }

    /// Lets go of what has left, once an hour of the clock. When this runs changes nothing but memory: looking up decides
    /// by the clock itself.
    pub(super) fn sweep(&mut self, clock: Timestamp) {
        if clock.hour() <= self.swept_hour {
            return;
        }
        self.swept_hour = clock.hour();
        let oldest = oldest_hour(clock);
        self.visitors.retain(|_, slices| slices.retain(|slice| slice.hour >= oldest));
        if self.visitors.len() < self.visitors.capacity() / 4 {
            self.visitors.shrink_to(self.visitors.len() * 2);
        }
    }

    /// How many visitors are remembered.
    pub(super) fn len(&self) -> usize {
        self.visitors.len()
    }

    fn live(&self, site: &str, visitor: i64) -> Option<&[Slice]> {
        let site = *self.sites.get(site)?;
        self.visitors.get(&Key { site, visitor }).map(Slices::as_slice)
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

impl Slices {
    fn as_slice(&self) -> &[Slice] {
        match self {
            Self::One(slice) => std::slice::from_ref(slice),
            Self::Many(slices) => slices,
        }
    }

    fn add(&mut self, new: Slice) {
        let known = match self {
            Self::One(slice) => std::slice::from_mut(slice),
            Self::Many(slices) => slices.as_mut_slice(),
        };
        let same = |slice: &&mut Slice| slice.session == new.session && slice.hour == new.hour;
        if let Some(slice) = known.iter_mut().find(same) {
            slice.first = slice.first.min(new.first);
            slice.last = slice.last.max(new.last);
            return;
        }
        match self {
            Self::One(slice) => *self = Self::Many(vec![*slice, new]),
            Self::Many(slices) => {
                // Growing by a quarter, not to the double: many visitors with a few dozen slices each would else hold
                // a third of it in vain.
                if slices.len() == slices.capacity() {
                    slices.reserve_exact(slices.len() / 4 + 1);
                }
                slices.push(new);
            }
        }
    }

    /// Keeps what `keep` says; false when nothing is left.
    fn retain(&mut self, keep: impl Fn(&Slice) -> bool) -> bool {
        match self {
            Self::One(slice) => keep(slice),
            Self::Many(slices) => {
                slices.retain(keep);
                if let [only] = slices.as_slice() {
                    *self = Self::One(*only);
                    return true;
                }
                !slices.is_empty()
            }
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
        let sessions = sessions(&[(5, 0), (5, 10)]);
        let check = |minute, expected| {
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
        let sessions = sessions(&[(5, 0), (6, 40)]);
        assert_eq!(sessions.holding("s", 1, at(20, 60)), Some(6));
        assert_eq!(sessions.holding("s", 1, at(5, 60)), Some(5));
    }

    #[test]
    fn leaves_by_the_clock_whether_swept_or_not() {
        let mut sessions = sessions(&[(5, 0)]);
        let late = |hours: i64| at(10, hours * 60);
        assert_eq!(sessions.holding("s", 1, late(24)), Some(5));
        assert_eq!(sessions.holding("s", 1, late(25)), None);
        assert!(sessions.is_open("s", 1, 5, late(24).clock) && !sessions.is_open("s", 1, 5, late(25).clock));
        sessions.sweep(late(24).clock);
        assert_eq!(sessions.len(), 1);
        sessions.sweep(late(25).clock);
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
        sessions.sweep(at(0, 25 * 60).clock);
        assert_eq!(sessions.holding("s", 1, at(23 * 60, 25 * 60)), Some(5));
    }

    #[test]
    fn ids_of_opened_sessions_differ_and_stay() {
        assert_ne!(opened_by("a", 1, "x"), opened_by("a", 2, "x"));
        assert_ne!(opened_by("a", 1, "x"), opened_by("b", 1, "x"));
        assert_eq!(format!("{:016x}", opened_by("demo", 7, "m-1")), "1dc3f23c46ac61ff");
    }
}
