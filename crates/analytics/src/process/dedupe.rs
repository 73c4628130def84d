//! Finds duplicates exactly: an event is one if and only if the same (site, id) was **stored** with an hour of receipt
//! `h` such that its own hour of receipt is at most the window after `h`. Records of the shop's outbox count for ever.
//!
//! Memory holds the ids of the current hours exactly ([`IdSet`]) and older ones as prefixes of their hashes ([`IdRun`]), which
//! of `n` ids take one new id in 2^46 / `n` for one of theirs; once the budget is short the oldest are shortened. A
//! prefix's hit, and any hour that memory no longer covers, is asked of the store: one call per batch. What the rule
//! says therefore never depends on what happens to be in memory; only the speed does.

use std::collections::VecDeque;

use super::idrun::IdRun;
use super::idset::{IdSet, key};

/// A set is sealed once it spans so many hours, and sealed ones are merged only up to that, so that they grow old in
/// small pieces.
const OPEN_HOURS_MAX: i64 = 24;

/// Of the budget, one part in so many is for the ids that lie in memory one by one; sealed ones have the rest: there an
/// id takes four bytes, and one by one thirty and more.
pub(super) const OPEN_SHARE: usize = 6;

/// Sealed sets are merged up to so many times the ids of an open one. A merge takes the memory of both once more.
const MERGED_MAX: usize = 8;

/// How far records may lie behind the newest in `received_at` (several collectors, a clock set back) before the store is
/// asked because memory has let go of the hours they could match.
const SLACK_HOURS: i64 = 1;

/// How the duplicate filter is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DedupeOptions {
    /// `dedupe.window` in hours: 168 by default.
    pub window_hours: i64,
    /// `dedupe.memory_max` in bytes, of one partition: 64 MiB.
    pub memory_max: usize,
}

/// An id as it is looked up: its hash, its hour of receipt and whether it counts for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    /// `kassa_model::dedupe_hash` of (site, id).
    pub(super) hash: u128,
    /// Hour of receipt.
    pub(super) hour: i64,
    /// A record of the shop's outbox.
    pub(super) for_ever: bool,
}

/// Hours of receipt, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hours {
    /// The first.
    pub(super) first: i64,
    /// The last.
    pub(super) last: i64,
}

impl Hours {
    /// The shortest span that has both in it.
    pub(super) fn and(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

/// The memory of ids of one partition.
#[derive(Debug)]
pub(super) struct Dedupe {
    options: DedupeOptions,
    open: IdSet,
    sealed: VecDeque<Sealed>,
    /// Memory knows of every id that is stored with this hour or a later one.
    complete_from: i64,
    now: Now,
}

/// The partition's clock, as far as ids grow old by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Now {
    /// The hour that is believed.
    pub(super) hour: i64,
    /// The earliest hour of which the next record may be.
    pub(super) earliest: i64,
    /// The newest hour of the time that goes on.
    pub(super) latest: i64,
    /// Hours that passed.
    pub(super) age: i64,
}

/// Ids that no longer lie in memory one by one; all of them are committed to the store.
#[derive(Debug)]
struct Sealed {
    ids: IdRun,
    hour_min: i64,
    hour_max: i64,
    /// The age at which the last of them was stored, or a later one.
    age: i64,
}

/// What the memory holds, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DedupeStatus {
    /// Ids in memory, one by one and sealed.
    pub ids: u64,
    /// Bytes that they take.
    pub bytes: u64,
    /// The window does not fit `dedupe.memory_max`: every id is asked of the store, which is slower.
    pub slower: bool,
}

impl Default for DedupeOptions {
    fn default() -> Self {
        Self { window_hours: 168, memory_max: 64 << 20 }
    }
}

impl Dedupe {
    /// The memory of a store that holds nothing.
    pub(super) fn new(options: DedupeOptions) -> Self {
        let now = Now { hour: i64::MIN, earliest: i64::MIN, latest: i64::MIN, age: 0 };
        Self { options, open: IdSet::new(), sealed: VecDeque::new(), complete_from: i64::MIN, now }
    }

    /// How many hours before the earliest that the next record may be of the store must send ids from at `resume`.
    pub(super) fn resume_hours(options: DedupeOptions) -> i64 {
        options.window_hours + SLACK_HOURS + 1
    }

    /// Begins to take the ids of a store whose clock says `now`; only the window's come.
    pub(super) fn begin_resume(&mut self, now: Now) {
        self.now = now;
        self.complete_from = self.oldest_useful();
    }

    /// Takes an id that the store sent; they come ascending by hour.
    pub(super) fn resume_id(&mut self, hash: u128, hour: i64) {
        self.open.insert(hash, hour);
        if self.wants_seal() {
            self.seal();
        }
    }

    /// Of each of these ids, in which hours of receipt the store must look for it before [`Self::is_duplicate`] can decide;
    /// nowhere for most.
    pub(super) fn must_ask(&self, ids: &[Candidate]) -> Vec<Option<Hours>> {
        let mut asked = vec![None; ids.len()];
        let mut sought = Vec::with_capacity(ids.len());
        for (place, id) in ids.iter().enumerate().filter(|(_, id)| !self.open_proves(**id)) {
            let oldest = if id.for_ever { 0 } else { id.hour.saturating_sub(self.options.window_hours) };
            if id.for_ever || oldest < self.complete_from {
                asked[place] = Some(Hours { first: oldest, last: i64::MAX });
            } else {
                sought.push((key(id.hash), place, oldest));
            }
        }
        // In the order of the sealed sets, so that each is walked through once from its beginning to its end.
        sought.sort_unstable_by_key(|(key, ..)| *key);
        let keys: Vec<u64> = sought.iter().map(|(key, ..)| *key).collect();
        let mut hits = vec![false; keys.len()];
        for sealed in &self.sealed {
            sealed.ids.mark(&keys, &mut hits);
            for (hit, (_, place, oldest)) in hits.iter_mut().zip(&sought).filter(|(hit, _)| **hit) {
                *hit = false;
                if sealed.hour_max >= *oldest {
                    // The set that it hit says where it would lie: whoever sends old ids again makes the store look
                    // through some hours and not through the window.
                    let hours = Hours { first: sealed.hour_min.max(*oldest), last: sealed.hour_max };
                    asked[*place] = Some(asked[*place].map_or(hours, |known: Hours| known.and(hours)));
                }
            }
        }
        asked
    }

    /// Whether this id was stored within the window. `stored_hour` is the store's answer, where [`Self::must_ask`] asked.
    pub(super) fn is_duplicate(&self, id: Candidate, stored_hour: Option<i64>) -> bool {
        self.open_proves(id) || stored_hour.is_some_and(|hour| self.counts(id, hour))
    }

    /// Takes note of an event that will be stored.
    pub(super) fn remember(&mut self, id: Candidate) {
        self.open.insert(id.hash, id.hour);
    }

    /// Whether [`Self::seal`] is due. It may be called only while everything in memory is committed to the store, as a
    /// sealed id's receipt is known to the store alone.
    pub(super) fn wants_seal(&self) -> bool {
        let Some((first, last)) = self.open.span() else { return false };
        self.open.len() >= IdSet::ids_max(self.options.memory_max / OPEN_SHARE)
            || last - first >= OPEN_HOURS_MAX
    }

    /// Turns the open ids into a sealed set, and sets of one size into one. While all of them are over the budget the oldest
    /// are shortened, then dropped.
    pub(super) fn seal(&mut self) {
        let Some((hour_min, hour_max)) = self.open.span() else { return };
        let ids = IdRun::of(&self.open.take_keys());
        let age = self.now.age.saturating_sub(self.now.hour.saturating_sub(hour_max).max(0));
        self.sealed.push_back(Sealed { ids, hour_min, hour_max, age });
        let ids_max = MERGED_MAX * IdSet::ids_max(self.options.memory_max / OPEN_SHARE);
        while let Some(merged) = self.last_two_merged(ids_max) {
            self.sealed.truncate(self.sealed.len() - 2);
            self.sealed.push_back(merged);
        }
        self.keep_to_budget();
    }

    /// One of the last two sealed sets, if they are of one size and may become one.
    fn last_two_merged(&self, ids_max: usize) -> Option<Sealed> {
        let (newer, older) = (self.sealed.back()?, self.sealed.iter().nth_back(1)?);
        let alike = older.ids.len() <= newer.ids.len() + newer.ids.len() / 2;
        if !alike || older.ids.len() + newer.ids.len() > ids_max {
            return None;
        }
        let hour_min = older.hour_min.min(newer.hour_min);
        let hour_max = older.hour_max.max(newer.hour_max);
        // Two collectors whose clocks are far apart make wide sets only; these become one as well.
        let wide = |sealed: &Sealed| sealed.hour_max - sealed.hour_min;
        if hour_max - hour_min > OPEN_HOURS_MAX.max(wide(older)).max(wide(newer)) {
            return None;
        }
        let age = older.age.max(newer.age);
        Some(Sealed { ids: older.ids.merged(&newer.ids)?, hour_min, hour_max, age })
    }

    fn keep_to_budget(&mut self) {
        let sealed_max = self.options.memory_max - self.options.memory_max / OPEN_SHARE;
        while self.sealed_bytes() > sealed_max {
            let shortened = self.sealed.iter_mut().any(|sealed| sealed.ids.shorten());
            if !shortened {
                // One of a time to come is kept as long as there is another: without it no record would be known to be
                // new before that time has come.
                let past = |sealed: &Sealed| sealed.hour_max <= self.now.latest.saturating_add(SLACK_HOURS);
                let at = self.sealed.iter().position(past).unwrap_or_default();
                self.drop_sealed(at);
            }
        }
    }

    /// Takes note of the partition's clock, and lets go of sealed sets that no record can match any more: neither by the
    /// hours of their receipt nor by the hours that passed. A clock that jumps ahead and back costs none.
    pub(super) fn come_to(&mut self, now: Now) {
        self.now = now;
        let (useful, window) = (self.oldest_useful(), self.options.window_hours + SLACK_HOURS);
        let is_past = |oldest: &Sealed| oldest.hour_max < useful && oldest.age + window <= now.age;
        while self.sealed.front().is_some_and(is_past) {
            self.drop_sealed(0);
        }
    }

    fn drop_sealed(&mut self, at: usize) {
        if let Some(dropped) = self.sealed.remove(at) {
            self.complete_from = self.complete_from.max(dropped.hour_max + 1);
        }
    }

    /// What the memory holds.
    pub(super) fn status(&self) -> DedupeStatus {
        let ids = self.open.len() + self.sealed.iter().map(|sealed| sealed.ids.len()).sum::<usize>();
        DedupeStatus {
            ids: ids as u64,
            bytes: (self.open.bytes() + self.sealed_bytes()) as u64,
            slower: self.complete_from > self.now.latest.saturating_sub(self.options.window_hours),
        }
    }

    fn open_proves(&self, id: Candidate) -> bool {
        self.open.hour(id.hash).is_some_and(|hour| self.counts(id, hour))
    }

    fn counts(&self, id: Candidate, stored_hour: i64) -> bool {
        id.for_ever || id.hour.saturating_sub(stored_hour) <= self.options.window_hours
    }

    fn oldest_useful(&self) -> i64 {
        self.now.earliest.saturating_sub(self.options.window_hours + SLACK_HOURS)
    }

    fn sealed_bytes(&self) -> usize {
        self.sealed.iter().map(|sealed| sealed.ids.bytes()).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn id(hash: u128, hour: i64) -> Candidate {
        Candidate {
            hash: hash.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835),
            hour,
            for_ever: false,
        }
    }

    /// A clock that has always been right.
    fn now(hour: i64) -> Now {
        Now { hour, earliest: hour, latest: hour, age: hour }
    }

    fn asks(memory: &Dedupe, id: Candidate) -> bool {
        memory.must_ask(&[id])[0].is_some()
    }

    /// Asks the memory and, where it wants that, a plain map that stands for the store.
    fn duplicate(memory: &Dedupe, store: &HashMap<u128, i64>, id: Candidate) -> bool {
        let answer = asks(memory, id).then(|| store.get(&id.hash).copied()).flatten();
        memory.is_duplicate(id, answer)
    }

    #[test]
    fn the_window_is_168_hours_of_receipt() {
        let mut memory = Dedupe::new(DedupeOptions::default());
        let check = |memory: &Dedupe, hour, expected| {
            assert_eq!(memory.is_duplicate(id(1, hour), None), expected, "hour {hour}");
        };
        check(&memory, 100, false);
        memory.remember(id(1, 100));
        check(&memory, 100, true);
        check(&memory, 268, true);
        check(&memory, 269, false);
        check(&memory, 90, true);
        let shop = Candidate { for_ever: true, ..id(1, 100_000) };
        assert!(memory.is_duplicate(shop, None));
        assert!(asks(&memory, Candidate { for_ever: true, ..id(2, 100) }), "the shop's are always asked for");
        assert!(!asks(&memory, id(2, 100)));
    }

    #[test]
    fn sealed_ids_are_found_through_the_store_and_never_by_the_filter_alone() {
        let mut memory = Dedupe::new(DedupeOptions::default());
        let mut store = HashMap::new();
        for n in 0..1_000 {
            memory.remember(id(n, 10));
            store.insert(id(n, 10).hash, 10);
        }
        memory.seal();
        assert_eq!(memory.status().ids, 1_000);
        for n in 0..1_000 {
            assert!(asks(&memory, id(n, 12)));
            assert!(duplicate(&memory, &store, id(n, 12)));
            assert!(!memory.is_duplicate(id(n, 12), None), "a hit that the store denies is no duplicate");
        }
        assert!(!asks(&memory, id(5, 179)), "the set is older than the window");
    }

    #[test]
    fn hours_that_memory_let_go_of_are_asked_of_the_store() {
        let mut memory = Dedupe::new(DedupeOptions { window_hours: 168, memory_max: 300_000 });
        let mut store = HashMap::new();
        let mut n = 0;
        for hour in 0..10 {
            for _ in 0..5_000 {
                memory.remember(id(n, hour));
                store.insert(id(n, hour).hash, hour);
                n += 1;
            }
            memory.seal();
        }
        memory.come_to(now(9));
        let status = memory.status();
        assert!(status.slower && (1..=300_000).contains(&status.bytes), "{status:?}");
        assert!((0..n).all(|n| duplicate(&memory, &store, id(n, 9))));
        assert!((n..n + 500).all(|n| asks(&memory, id(n, 9)) && !duplicate(&memory, &store, id(n, 9))));
    }

    #[test]
    fn hardly_a_new_id_is_asked_of_the_store() {
        // Multiples of one number are spread too evenly to meet.
        let hashed = |n: u32| Candidate { hash: kassa_model::dedupe_hash("s", &n.to_string()), ..id(0, 10) };
        let asked = |memory_max| {
            let mut memory = Dedupe::new(DedupeOptions { window_hours: 168, memory_max });
            for n in 0..300_000 {
                memory.remember(hashed(n));
                if n % 15_000 == 14_999 {
                    memory.seal();
                }
            }
            let status = memory.status();
            assert_eq!((status.ids, status.slower), (300_000, false));
            let ids: Vec<Candidate> = (300_000..500_000).map(hashed).collect();
            let asked = memory.must_ask(&ids).into_iter().flatten().count();
            (memory.sealed.len(), asked)
        };
        assert_eq!(asked(64 << 20), (2, 0), "240,000 and 60,000 in one");
        // Ten short sets with 1.8 ids a bucket, and 200,000 ids: 56 hits are expected.
        let (sets, short) = asked(1_600_000);
        assert!(sets == 10 && (20..=100).contains(&short), "{short} of {sets}");
    }

    #[test]
    fn old_sets_are_shortened_before_any_is_dropped() {
        let mut memory = Dedupe::new(DedupeOptions { window_hours: 168, memory_max: 1_320_000 });
        for n in 0..240_000 {
            memory.remember(id(n, i64::try_from(n / 20_000).unwrap()));
            if n % 20_000 == 19_999 {
                memory.seal();
            }
        }
        let none = IdRun::of(&[]);
        let whole: Vec<bool> =
            memory.sealed.iter().map(|sealed| sealed.ids.merged(&none).is_some()).collect();
        assert!(whole.len() == 6 && whole.is_sorted(), "{whole:?}");
        assert!(!whole[0] && whole[5] && !memory.status().slower);
        assert!((0..240_000).all(|n| asks(&memory, id(n, 12))));
    }

    #[test]
    fn sets_are_merged_within_a_day_only() {
        let mut memory = Dedupe::new(DedupeOptions::default());
        for hour in 0..100_i64 {
            (0..10).for_each(|n| memory.remember(id(u128::from(hour.unsigned_abs()) * 10 + n, hour)));
            memory.seal();
        }
        assert!(memory.sealed.iter().all(|sealed| sealed.hour_max - sealed.hour_min <= OPEN_HOURS_MAX));
        assert!((4..=16).contains(&memory.sealed.len()), "{}", memory.sealed.len());
        memory.come_to(now(240));
        assert!(memory.sealed.iter().all(|sealed| sealed.hour_max >= 71));
        assert!((710..1_000).all(|n| asks(&memory, id(n, 99))));
    }

    #[test]
    fn a_resumed_memory_covers_the_window_and_asks_beyond_it() {
        let options = DedupeOptions::default();
        let mut memory = Dedupe::new(options);
        memory.begin_resume(now(1_000));
        memory.resume_id(id(1, 900).hash, 900);
        assert!(duplicate(&memory, &HashMap::new(), id(1, 1_000)));
        assert!(!asks(&memory, id(2, 1_000)));
        assert!(!asks(&memory, id(2, 999)));
        assert!(asks(&memory, id(2, 998)), "a record from further back could match what was not sent");
        assert!(!memory.status().slower);
        memory.seal();
        memory.come_to(now(1_069));
        assert_eq!(memory.status().ids, 1);
        memory.come_to(now(1_070));
        assert_eq!(memory.status().ids, 0);
    }

    /// Ids of a day, then some of two years ahead, then the day goes on.
    fn jumped(options: DedupeOptions) -> (Dedupe, i64) {
        let (mut memory, years) = (Dedupe::new(options), 2 * 365 * 24);
        let mut n = 0;
        let mut send = |memory: &mut Dedupe, clock: Now, hour| {
            for _ in 0..2_000 {
                memory.remember(id(n, hour));
                n += 1;
            }
            memory.come_to(clock);
            if memory.wants_seal() {
                memory.seal();
            }
        };
        (0..24).for_each(|hour| send(&mut memory, now(hour), hour));
        let ahead = Now { hour: years, earliest: years, latest: years, age: 36 };
        send(&mut memory, ahead, years);
        for hour in 24..48 {
            send(&mut memory, Now { earliest: 24, latest: hour, age: hour + 12, ..ahead }, hour);
        }
        memory.come_to(Now { age: 60, ..now(48) });
        memory.seal();
        (memory, 48)
    }

    #[test]
    fn a_clock_two_years_ahead_and_back_lets_go_of_nothing() {
        let (memory, hour) = jumped(DedupeOptions::default());
        assert_eq!(memory.status().ids, 2_000 * 49);
        assert!(!memory.status().slower);
        assert!((0..2_000 * 49).step_by(97).all(|n| asks(&memory, id(n, hour))), "each may be a duplicate");
        let new = (1_000_000..1_000_500).filter(|n| asks(&memory, id(*n, hour))).count();
        assert_eq!(new, 0, "the store is not asked for new ids");
    }

    #[test]
    fn ids_of_a_time_to_come_are_the_last_to_go() {
        let (mut memory, hour) = jumped(DedupeOptions { window_hours: 168, memory_max: 600_000 });
        for n in 0..200_000 {
            memory.remember(id(2_000_000 + n, hour));
            if memory.wants_seal() {
                memory.seal();
            }
        }
        assert!(memory.complete_from <= hour + 1, "{}", memory.complete_from);
    }

    #[test]
    fn a_hit_is_looked_for_in_the_hours_of_its_set() {
        let mut memory = Dedupe::new(DedupeOptions::default());
        for n in 0..300 {
            memory.remember(id(n, i64::try_from(n).unwrap() / 2));
            if memory.wants_seal() {
                memory.seal();
            }
        }
        for n in 0..200 {
            let hours = memory.must_ask(&[id(n, 160)])[0].unwrap();
            let hour = i64::try_from(n).unwrap() / 2;
            assert!(
                (hours.first..=hours.last).contains(&hour) && hours.last - hours.first <= 24,
                "{hours:?}"
            );
        }
        assert_eq!(memory.must_ask(&[id(1_000, 160)]), [None]);
    }
}
