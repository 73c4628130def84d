//! The partition's clock: the hour of the newest receipt, unless time itself went back.
//!
//! A machine's clock is set ahead and back, a copy of a machine is put back; what was received then stays in the log. So
//! the clock is a function of the log's records alone, and no single one can put it out of order for long:
//!
//! ```text
//! a later receipt                      is the clock; it ages what is remembered by what passed, 12 hours at most
//! receipts more than an hour behind    are another time: while all go on that way it ages what is remembered, and after
//!                                      24 hours of it, it is the clock
//! ```
//! What is remembered is let go of by [`FoldClock::age`], which never goes back and jumps by half a day at most.

use kassa_model::{MICROS_PER_HOUR, Timestamp};
use serde::{Deserialize, Serialize};

/// So many hours behind the clock a receipt is still of the same time: collectors differ, records overtake each other.
const SAME_TIME_HOURS: i64 = 1;

/// After so many hours of an earlier time it is the clock.
const BELIEVED_AFTER_HOURS: i64 = 24;

/// One step ahead ages what is remembered by so many hours at most.
const STEP_HOURS_MAX: i64 = 12;

/// The clock of a partition, in hours since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FoldClock {
    /// The believed hour.
    newest: i64,
    /// Hours that passed, by any time.
    age: i64,
    /// The earlier time that goes on since the last receipt near `newest`: the hours of its first and its newest receipt.
    earlier: Option<(i64, i64)>,
}

impl FoldClock {
    /// The clock of a partition whose first record, or whose newest of a store that has kept nothing else, was received
    /// then.
    pub(super) fn new(received: Timestamp) -> Self {
        Self { newest: received.hour(), age: 0, earlier: None }
    }

    /// The clock with a record taken in that was received at `received`.
    pub(super) fn with(self, received: Timestamp) -> Self {
        let hour = received.hour();
        if hour >= self.newest {
            let passed = hour.saturating_sub(self.newest).min(STEP_HOURS_MAX);
            return Self { newest: hour, age: self.age + passed, earlier: None };
        }
        if hour >= self.newest.saturating_sub(SAME_TIME_HOURS) {
            return Self { earlier: None, ..self };
        }
        match self.earlier {
            // A step back within the earlier time begins it anew.
            Some((first, last)) if hour >= first => self.gone_on(first, last, hour.max(last)),
            _ => Self { earlier: Some((hour, hour)), ..self },
        }
    }

    fn gone_on(self, first: i64, last: i64, now: i64) -> Self {
        let age = self.age + (now - last).min(STEP_HOURS_MAX);
        if now - first < BELIEVED_AFTER_HOURS {
            return Self { age, earlier: Some((first, now)), ..self };
        }
        Self { newest: now, age, earlier: None }
    }

    /// The hour that is believed.
    pub(super) fn hour(self) -> i64 {
        self.newest
    }

    /// The earliest hour of which the next record may be: of the believed time, or of the one that may yet be.
    pub(super) fn earliest_hour(self) -> i64 {
        self.earlier.map_or(self.newest, |(first, _)| first)
    }

    /// The beginning of the newest hour of the time that goes on, be it believed or not yet.
    pub(super) fn latest(self) -> Timestamp {
        let hour = self.earlier.map_or(self.newest, |(_, last)| last);
        Timestamp::from_micros(hour.saturating_mul(MICROS_PER_HOUR))
    }

    /// Hours that passed since the partition began: what was taken in at an age is so many hours old. Never goes back.
    pub(super) fn age(self) -> i64 {
        self.age
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 490_000;
    const TWO_YEARS: i64 = 2 * 365 * 24;

    fn clock(at: &[i64]) -> FoldClock {
        let time = |hour: i64| Timestamp::from_micros((START + hour) * MICROS_PER_HOUR + 7);
        at[1..].iter().fold(FoldClock::new(time(at[0])), |clock, hour| clock.with(time(*hour)))
    }

    /// The believed hour and the age.
    fn after(hours: &[i64]) -> (i64, i64) {
        let clock = clock(hours);
        (clock.hour() - START, clock.age())
    }

    #[test]
    fn follows_the_newest_receipt() {
        assert_eq!(after(&[0, 1, 1, 5, 4, 5, 6]), (6, 6));
        assert_eq!(after(&[0, 100]), (100, 12), "a gap is no reason to forget everything");
    }

    #[test]
    fn a_clock_set_back_two_hours_catches_up() {
        assert_eq!(after(&[10, 8, 8, 9]), (10, 0), "9 is of the same time again");
        assert_eq!(after(&[10, 8, 8, 9, 10, 11]), (11, 1));
    }

    #[test]
    fn an_earlier_time_is_the_clock_after_a_day_of_it() {
        let back: Vec<i64> = [0, TWO_YEARS].into_iter().chain(1..=24).collect();
        assert_eq!(after(&back), (TWO_YEARS, 12 + 23));
        assert_eq!(clock(&back).earliest_hour(), START + 1);
        assert_eq!(clock(&back).latest().hour(), START + 24);
        let believed: Vec<i64> = [0, TWO_YEARS].into_iter().chain(1..=30).collect();
        assert_eq!(after(&believed), (30, 12 + 29));
        assert_eq!(clock(&believed).earliest_hour(), START + 30);
    }

    #[test]
    fn a_single_receipt_of_another_time_changes_little() {
        assert_eq!(after(&[0, 1, -TWO_YEARS, 2, 3]), (3, 3));
        assert_eq!(after(&[0, 1, TWO_YEARS, 2, 3]), (TWO_YEARS, 14));
        // Two collectors, one of them two hours late, for weeks.
        let both: Vec<i64> = (0..500).flat_map(|hour| [hour, hour - 2]).collect();
        assert_eq!(after(&both), (499, 499));
    }
}
