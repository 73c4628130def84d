//! Wrong keys and tokens by the address that they came from. After ten within a quarter of an hour the address is locked:
//! its next wrong ones are answered 429, and it cannot log in. What is right works all the same.
//!
//! It is memory that counts, bounded however many addresses guess: nobody burns the disk with wrong keys. A lock is written
//! down besides, for other processes and after a restart, so many of them in a quarter of an hour and no more.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use kassa_model::{MICROS_PER_HOUR, MICROS_PER_SECOND, Timestamp};

/// Wrong tokens, and wrong keys, from one address within [`WINDOW`]; after these it is locked.
pub(crate) const FAILURES_MAX: i64 = 10;

/// How long failures count, and how long a lock lasts, µs.
pub(crate) const WINDOW: i64 = MICROS_PER_HOUR / 4;

/// Addresses told apart; by chance two share a place, once in as many pairs.
const SLOTS: u64 = 1 << 16;

/// Locks that are written down within [`WINDOW`].
const WRITTEN_MAX: u32 = 100;

/// What became of a wrong key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guess {
    /// It is one of a few.
    Counted,
    /// It is one too many: the address is locked until then.
    Locks {
        /// When the lock ends.
        until: Timestamp,
        /// Whether that is to be written down.
        write: bool,
    },
    /// The address was locked before.
    Locked {
        /// For how long still, seconds.
        seconds: u64,
    },
}

/// The counts.
#[derive(Debug, Default)]
pub(crate) struct Guesses {
    counted: Mutex<Counted>,
    hasher: RandomState,
}

#[derive(Debug, Default)]
struct Counted {
    by_slot: HashMap<u64, Count>,
    written: u32,
    written_since: i64,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    failures: i64,
    since: i64,
    locked_until: i64,
}

impl Guesses {
    /// Counts a wrong key of `address`.
    pub(crate) fn note(&self, address: IpAddr, now: Timestamp) -> Guess {
        let slot = self.slot(address);
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = Count { failures: 0, since: now.micros(), locked_until: 0 };
        let count = counted.by_slot.entry(slot).or_insert(fresh);
        if let Some(seconds) = count.seconds_left(now) {
            return Guess::Locked { seconds };
        }
        if !count.is_recent(now) {
            *count = fresh;
        }
        count.failures += 1;
        if count.failures < FAILURES_MAX {
            return Guess::Counted;
        }
        let until = now.plus_micros(WINDOW);
        count.locked_until = until.micros();
        Guess::Locks { until, write: counted.may_write(now) }
    }

    /// For how many seconds `address` is locked; `None`: it is not.
    pub(crate) fn seconds_left(&self, address: IpAddr, now: Timestamp) -> Option<u64> {
        let counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.by_slot.get(&self.slot(address))?.seconds_left(now)
    }

    /// Forgets what `address` guessed: it knows the token after all.
    pub(crate) fn forget(&self, address: IpAddr) {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner).by_slot.remove(&self.slot(address));
    }

    fn slot(&self, address: IpAddr) -> u64 {
        let name = match address.to_canonical() {
            IpAddr::V4(v4) => u64::from(v4.to_bits()),
            IpAddr::V6(v6) => (v6.to_bits() >> 64) as u64,
        };
        self.hasher.hash_one(name) % SLOTS
    }
}

impl Counted {
    fn may_write(&mut self, now: Timestamp) -> bool {
        if !(0..WINDOW).contains(&(now.micros() - self.written_since)) {
            (self.written, self.written_since) = (0, now.micros());
        }
        self.written += 1;
        self.written <= WRITTEN_MAX
    }
}

impl Count {
    /// One from the future counts no more: the clock has been set back since.
    fn is_recent(&self, now: Timestamp) -> bool {
        (0..WINDOW).contains(&(now.micros() - self.since))
    }

    /// A lock longer than its term is none, either.
    fn seconds_left(&self, now: Timestamp) -> Option<u64> {
        let left = self.locked_until - now.micros();
        let seconds = u64::try_from((left + MICROS_PER_SECOND - 1) / MICROS_PER_SECOND).ok()?;
        (1..=WINDOW).contains(&left).then_some(seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros((1_000_000 + seconds) * MICROS_PER_SECOND)
    }

    #[test]
    fn ten_of_one_address_lock_it_for_a_quarter_of_an_hour() {
        let guesses = Guesses::default();
        let address: IpAddr = "2001:db8:1:2::1".parse().unwrap();
        for _ in 0..9 {
            assert_eq!(guesses.note(address, at(0)), Guess::Counted);
        }
        assert_eq!(guesses.seconds_left(address, at(0)), None);
        assert_eq!(guesses.note(address, at(1)), Guess::Locks { until: at(901), write: true });
        let neighbour = "2001:db8:1:2:ffff::9".parse().unwrap();
        assert_eq!(guesses.note(neighbour, at(2)), Guess::Locked { seconds: 899 }, "the same customer");
        assert_eq!(guesses.note("2001:db8:1:3::1".parse().unwrap(), at(2)), Guess::Counted, "another one");
        assert_eq!(guesses.seconds_left(address, at(900)), Some(1));
        assert_eq!(guesses.seconds_left(address, at(901)), None);
        assert_eq!(guesses.note(address, at(901)), Guess::Counted, "from one again");
        // A clock that was years ahead locks nobody for years.
        assert_eq!(guesses.seconds_left(address, at(-100_000_000)), None);
        assert_eq!(guesses.note(address, at(-100_000_000)), Guess::Counted);
    }

    #[test]
    fn memory_and_writes_are_bounded_whoever_guesses() {
        let guesses = Guesses::default();
        let mut written = 0;
        for n in 0..200_000_u32 {
            let address = IpAddr::V4(std::net::Ipv4Addr::from_bits(n.wrapping_mul(2_654_435_761)));
            for _ in 0..10 {
                written +=
                    u32::from(matches!(guesses.note(address, at(0)), Guess::Locks { write: true, .. }));
            }
        }
        assert!(guesses.counted.lock().unwrap().by_slot.len() <= usize::try_from(SLOTS).unwrap());
        assert_eq!(written, WRITTEN_MAX);
    }
}
