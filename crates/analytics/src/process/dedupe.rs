//! Finds duplicates exactly: an event is one if and only if the same (site, id) was **stored** with an hour of receipt
//! `h` such that its own hour of receipt is at most the window after `h`. Records of the shop's outbox count for ever.
//!
//! Memory holds the ids of the current hours exactly ([`IdSet`]) and older ones in static filters: one of 18 bits an id
//! and one of 9, which together take one new id in 2^24 for one of theirs; once the budget is short the second goes, and
//! it is one in 2^16. A filter's hit, and any hour that memory no longer covers, is asked of the store: one call per
//! batch. What the rule says therefore never depends on what happens to be in memory; only the speed does.

use std::collections::VecDeque;

use kassa_model::MICROS_PER_HOUR;
use xorf::{BinaryFuse8, BinaryFuse16, Filter};

use super::idset::{IdSet, halves};

/// A set is sealed once it spans so many hours, so that filters grow old in small pieces.
const OPEN_HOURS_MAX: i64 = 24;

/// Of the budget, one part in so many is for the ids that lie in memory one by one; filters have the rest: in them
/// an id takes four bytes, and one by one thirty and more.
pub(super) const OPEN_SHARE: usize = 6;

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

/// The memory of ids of one partition.
#[derive(Debug)]
pub(super) struct Dedupe {
    options: DedupeOptions,
    open: IdSet,
    sealed: VecDeque<Sealed>,
    /// Memory knows of every id that is stored with this hour or a later one.
    complete_from: i64,
}

/// Ids that no longer lie in memory one by one; all of them are committed to the store.
#[derive(Debug)]
struct Sealed {
    /// Of the first half of each hash.
    first: BinaryFuse16,
    /// Of the second half; a search of the store is dear, so it is kept while there is room.
    second: Option<BinaryFuse8>,
    ids: usize,
    hour_max: i64,
}

/// What the memory holds, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DedupeStatus {
    /// Ids in memory, one by one and in filters.
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
        Self { options, open: IdSet::new(), sealed: VecDeque::new(), complete_from: i64::MIN }
    }

    /// How many hours before the newest stored receipt the store must send ids from at `resume`.
    pub(super) fn resume_hours(options: DedupeOptions) -> i64 {
        options.window_hours + SLACK_HOURS + 1
    }

    /// Begins to take the ids of a store whose newest receipt has the hour `clock_hour`; only the window's come.
    pub(super) fn begin_resume(&mut self, clock_hour: i64) {
        self.complete_from = self.oldest_useful(clock_hour);
    }

    /// Takes an id that the store sent; they come ascending by hour.
    pub(super) fn resume_id(&mut self, hash: u128, hour: i64) {
        self.open.insert(hash, hour);
        if self.wants_seal() {
            self.seal();
        }
    }

    /// Of each of these ids, whether the store must be asked about it before [`Self::is_duplicate`] can decide.
    pub(super) fn must_ask(&self, ids: &[Candidate]) -> Vec<bool> {
        let mut asked = vec![false; ids.len()];
        let mut filtered = Vec::with_capacity(ids.len());
        for (place, id) in ids.iter().enumerate().filter(|(_, id)| !self.open_proves(**id)) {
            let oldest = id.hour.saturating_sub(self.options.window_hours);
            if id.for_ever || oldest < self.complete_from {
                asked[place] = true;
            } else {
                filtered.push((place, oldest, halves(id.hash)));
            }
        }
        // Filter by filter: one of them fits the core's cache, all of them do not.
        for sealed in &self.sealed {
            for (place, oldest, keys) in &filtered {
                if sealed.hour_max >= *oldest && sealed.may_contain(*keys) {
                    asked[*place] = true;
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

    /// The start of the hours in which the store must look for `id`, in µs.
    pub(super) fn search_from(&self, id: Candidate) -> i64 {
        let hour = if id.for_ever { 0 } else { id.hour.saturating_sub(self.options.window_hours) };
        hour.max(0).saturating_mul(MICROS_PER_HOUR)
    }

    /// Whether [`Self::seal`] is due. It may be called only while everything in memory is committed to the store, as a
    /// sealed id's receipt is known to the store alone.
    pub(super) fn wants_seal(&self) -> bool {
        let Some((first, last)) = self.open.span() else { return false };
        self.open.len() >= IdSet::ids_max(self.options.memory_max / OPEN_SHARE)
            || last - first >= OPEN_HOURS_MAX
    }

    /// Turns the open ids into static filters. While all of them are over the budget the oldest second halves are dropped,
    /// then the oldest filters.
    pub(super) fn seal(&mut self) {
        let Some((_, hour_max)) = self.open.span() else { return };
        let ids = self.open.len();
        let [first, second] = self.open.take_halves();
        match BinaryFuse16::try_from(first) {
            Ok(first) => {
                let second = BinaryFuse8::try_from(second).ok();
                self.sealed.push_back(Sealed { first, second, ids, hour_max });
            }
            // Practically impossible; the store then answers for these hours.
            Err(_) => self.complete_from = self.complete_from.max(hour_max + 1),
        }
        self.keep_to_budget();
    }

    fn keep_to_budget(&mut self) {
        let filters_max = self.options.memory_max - self.options.memory_max / OPEN_SHARE;
        while self.filter_bytes() > filters_max {
            if let Some(oldest) = self.sealed.iter_mut().find(|sealed| sealed.second.is_some()) {
                oldest.second = None;
            } else if let Some(oldest) = self.sealed.pop_front() {
                self.complete_from = self.complete_from.max(oldest.hour_max + 1);
            }
        }
    }

    /// Lets go of filters that no record can match any more, seen from the partition's clock.
    pub(super) fn forget_before(&mut self, clock_hour: i64) {
        let useful = self.oldest_useful(clock_hour);
        while self.sealed.front().is_some_and(|oldest| oldest.hour_max < useful) {
            self.sealed.pop_front();
            self.complete_from = self.complete_from.max(useful);
        }
    }

    /// What the memory holds.
    pub(super) fn status(&self, clock_hour: i64) -> DedupeStatus {
        let ids = self.open.len() + self.sealed.iter().map(|sealed| sealed.ids).sum::<usize>();
        DedupeStatus {
            ids: ids as u64,
            bytes: (self.open.bytes() + self.filter_bytes()) as u64,
            slower: self.complete_from > clock_hour.saturating_sub(self.options.window_hours),
        }
    }

    fn open_proves(&self, id: Candidate) -> bool {
        self.open.hour(id.hash).is_some_and(|hour| self.counts(id, hour))
    }

    fn counts(&self, id: Candidate, stored_hour: i64) -> bool {
        id.for_ever || id.hour.saturating_sub(stored_hour) <= self.options.window_hours
    }

    fn oldest_useful(&self, clock_hour: i64) -> i64 {
        clock_hour.saturating_sub(self.options.window_hours + SLACK_HOURS)
    }

    fn filter_bytes(&self) -> usize {
        self.sealed.iter().map(Sealed::bytes).sum()
    }
}

impl Sealed {
    fn may_contain(&self, [first, second]: [u64; 2]) -> bool {
        self.first.contains(&first) && self.second.as_ref().is_none_or(|filter| filter.contains(&second))
    }

    fn bytes(&self) -> usize {
        let second = self.second.as_ref().map_or(0, |filter| size_of_val(&*filter.fingerprints));
        size_of::<Self>() + size_of_val(&*self.first.fingerprints) + second
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

    fn asks(memory: &Dedupe, id: Candidate) -> bool {
        memory.must_ask(&[id]) == [true]
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
        assert_eq!(memory.status(10).ids, 1_000);
        for n in 0..1_000 {
            assert!(asks(&memory, id(n, 12)));
            assert!(duplicate(&memory, &store, id(n, 12)));
            assert!(
                !memory.is_duplicate(id(n, 12), None),
                "a filter's hit that the store denies is no duplicate"
            );
        }
        assert!(!asks(&memory, id(5, 179)), "the filter is older than the window");
    }

    #[test]
    fn hours_that_memory_let_go_of_are_asked_of_the_store() {
        let mut memory = Dedupe::new(DedupeOptions { window_hours: 168, memory_max: 2_400 });
        let mut store = HashMap::new();
        let mut n = 0;
        for hour in 0..10 {
            for _ in 0..500 {
                memory.remember(id(n, hour));
                store.insert(id(n, hour).hash, hour);
                n += 1;
            }
            memory.seal();
        }
        let status = memory.status(9);
        assert!(status.slower && status.bytes <= 2_400, "{status:?}");
        assert!((0..n).all(|n| duplicate(&memory, &store, id(n, 9))));
        assert!((n..n + 500).all(|n| asks(&memory, id(n, 9)) && !duplicate(&memory, &store, id(n, 9))));
    }

    #[test]
    fn hardly_a_new_id_is_asked_of_the_store() {
        let asked = |memory_max| {
            let mut memory = Dedupe::new(DedupeOptions { window_hours: 168, memory_max });
            for n in 0..40_000 {
                memory.remember(id(n, 10));
                if n % 2_000 == 1_999 {
                    memory.seal();
                }
            }
            assert_eq!((memory.sealed.len(), memory.status(10).slower), (20, false));
            let ids: Vec<Candidate> = (40_000..240_000).map(|n| id(n, 10)).collect();
            memory.must_ask(&ids).into_iter().filter(|asked| *asked).count()
        };
        // 20 filters and 200,000 ids: 0.24 hits are expected of both halves, and 61 of first halves alone.
        let (both, first) = (asked(1 << 20), asked(140_000));
        assert!(both <= 3 && (20..=120).contains(&first), "{both} and {first}");
    }

    #[test]
    fn second_halves_are_dropped_before_filters() {
        let mut memory = Dedupe::new(DedupeOptions { window_hours: 168, memory_max: 48_000 });
        for n in 0..12_000 {
            memory.remember(id(n, i64::try_from(n / 1_000).unwrap()));
            if n % 1_000 == 999 {
                memory.seal();
            }
        }
        let both = memory.sealed.iter().filter(|sealed| sealed.second.is_some()).count();
        assert!(memory.sealed.len() == 12 && (1..12).contains(&both), "{both} of {}", memory.sealed.len());
        assert!(!memory.status(12).slower);
        assert!((0..12_000).all(|n| asks(&memory, id(n, 12))));
    }

    #[test]
    fn a_resumed_memory_covers_the_window_and_asks_beyond_it() {
        let options = DedupeOptions::default();
        let mut memory = Dedupe::new(options);
        memory.begin_resume(1_000);
        memory.resume_id(id(1, 900).hash, 900);
        assert!(duplicate(&memory, &HashMap::new(), id(1, 1_000)));
        assert!(!asks(&memory, id(2, 1_000)));
        assert!(!asks(&memory, id(2, 999)));
        assert!(asks(&memory, id(2, 998)), "a record from further back could match what was not sent");
        assert!(!memory.status(1_000).slower);
        memory.seal();
        memory.forget_before(1_070);
        assert_eq!(memory.status(1_070).ids, 0);
    }
}
