//! The ids of the current hours: an exact set of 128-bit hashes with the hour of their latest receipt, about 25 bytes
//! a slot. Knows nothing of windows or the store; [`super::dedupe`] decides.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

/// Bytes of one slot of the table: the hash, the hour and the table's control byte.
const SLOT_BYTES: usize = size_of::<(Id, i32)>() + 1;

/// A 128-bit hash in two halves, so that a slot is 24 bytes and not 32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Id(u64, u64);

/// The set.
#[derive(Debug)]
pub(super) struct IdSet {
    hours: HashMap<Id, i32, Spread>,
    hour_min: i64,
    hour_max: i64,
}

impl IdSet {
    /// An empty set; allocates nothing.
    pub(super) fn new() -> Self {
        let random = RandomState::new();
        let spread = Spread { low: random.hash_one(1), high: random.hash_one(2) };
        Self { hours: HashMap::with_hasher(spread), hour_min: i64::MAX, hour_max: i64::MIN }
    }

    /// The hour of the latest receipt of `hash`, if it is in the set.
    pub(super) fn hour(&self, hash: u128) -> Option<i64> {
        self.hours.get(&Id::from(hash)).copied().map(i64::from)
    }

    /// Adds `hash`; of two hours the later one stays.
    pub(super) fn insert(&mut self, hash: u128, hour: i64) {
        // Hours fit 32 bits for 245,000 years either way; a time beyond that is refused before it comes here.
        let short = i32::try_from(hour).unwrap_or(if hour < 0 { i32::MIN } else { i32::MAX });
        let kept = self.hours.entry(Id::from(hash)).or_insert(short);
        *kept = short.max(*kept);
        self.hour_min = self.hour_min.min(hour);
        self.hour_max = self.hour_max.max(hour);
    }

    /// How many ids.
    pub(super) fn len(&self) -> usize {
        self.hours.len()
    }

    /// First and last hour, or `None` when empty.
    pub(super) fn span(&self) -> Option<(i64, i64)> {
        (!self.hours.is_empty()).then_some((self.hour_min, self.hour_max))
    }

    /// Bytes of the table.
    pub(super) fn bytes(&self) -> usize {
        table_bytes(self.hours.capacity())
    }

    /// The key of every id, in order; the set is empty afterwards and its memory given back.
    pub(super) fn take_keys(&mut self) -> Vec<u64> {
        let ids = std::mem::replace(self, Self::new()).hours;
        let mut keys: Vec<u64> = ids.into_keys().map(|id| id.0).collect();
        keys.sort_unstable();
        keys
    }

    /// How many ids fit a table of at most `bytes`, with room for the ids of one more batch of the usual size.
    pub(super) fn ids_max(bytes: usize) -> usize {
        let slots = (bytes / SLOT_BYTES).max(16);
        let table = if slots.is_power_of_two() { slots } else { slots.next_power_of_two() / 2 };
        table / 8 * 6
    }
}

/// Bytes of a table with room for `capacity` ids: the standard map keeps a power of two of slots, at most 7/8 full.
fn table_bytes(capacity: usize) -> usize {
    if capacity == 0 { 0 } else { (capacity * 8 / 7).next_power_of_two() * SLOT_BYTES }
}

/// By what an id that no longer lies in memory whole is looked for: half of its hash.
pub(super) fn key(hash: u128) -> u64 {
    Id::from(hash).0
}

impl From<u128> for Id {
    fn from(hash: u128) -> Self {
        let bytes = hash.to_le_bytes();
        let (low, high) = bytes.split_at(8);
        let half = |part: &[u8]| part.iter().rev().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        Self(half(low), half(high))
    }
}

impl std::hash::Hash for Id {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
        state.write_u64(self.1);
    }
}

/// Spreads ids over the table: they are hashes already, but of a public key, so a secret of this process is folded in
/// and nobody can choose ids that crowd one slot.
#[derive(Debug, Clone)]
struct Spread {
    low: u64,
    high: u64,
}

/// One id on its way to a slot.
#[derive(Debug)]
struct Folded {
    secret: Spread,
    first: Option<u64>,
    result: u64,
}

impl BuildHasher for Spread {
    type Hasher = Folded;
    fn build_hasher(&self) -> Folded {
        Folded { secret: self.clone(), first: None, result: 0 }
    }
}

impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, half: u64) {
        match self.first.take() {
            None => self.first = Some(half),
            Some(first) => {
                let product =
                    u128::from(first ^ self.secret.low).wrapping_mul(u128::from(half ^ self.secret.high));
                self.result ^= Id::from(product).0 ^ Id::from(product).1;
            }
        }
    }

    fn finish(&self) -> u64 {
        self.result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_latest_hour() {
        let mut set = IdSet::new();
        assert_eq!((set.hour(7), set.span(), set.bytes()), (None, None, 0));
        for (hour, expected) in [(5, 5), (9, 9), (3, 9)] {
            set.insert(7, hour);
            assert_eq!(set.hour(7), Some(expected));
        }
        set.insert(u128::MAX, -4);
        assert_eq!(set.span(), Some((-4, 9)));
        assert_eq!((key(7), key(u128::MAX)), (7, u64::MAX));
        assert_eq!(set.take_keys(), [7, u64::MAX]);
        assert_eq!((set.len(), set.span()), (0, None));
    }

    #[test]
    fn a_slot_is_25_bytes_and_the_estimate_holds() {
        assert_eq!(SLOT_BYTES, 25);
        let ids_max = IdSet::ids_max(1 << 20);
        let mut set = IdSet::new();
        for n in 0..ids_max {
            set.insert(kassa_model::dedupe_hash("s", &n.to_string()), 1);
        }
        assert!(set.bytes() <= 1 << 20, "{} ids take {} bytes", set.len(), set.bytes());
        assert!(ids_max > 20_000, "{ids_max}");
    }
}
