//! The table of visitors: what is remembered of each, and the memory that it takes.
//!
//! A table of the standard library doubles when it is full, with both sizes in memory meanwhile. So this one is many
//! small ones whose shares of the visitors differ: hardly two of them double at the same time, and whatever the number of
//! visitors, about three slots in five are in use.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::facts::Facts;
use super::slices::{Added, Slice, Slices};

/// How many tables there are; they have from one to two shares.
pub(super) const SHARDS: usize = 32;

/// The number of shares.
const SHARES: usize = SHARDS * (3 * SHARDS - 1) / 2;

/// Bytes of a slot of a table: a visitor, what is known of it, and the table's control byte.
const SLOT_BYTES: usize = size_of::<(Key, Slices)>() + 1;

/// Bytes that a visitor takes, whatever their number: slots are eight for seven at best, and of these tables at most
/// 1.72 for each that is used.
pub(super) const VISITOR_BYTES: usize = SLOT_BYTES * 175 / 100;

/// Which table each share belongs to.
static OWNERS: [u8; SHARES] = owners();

/// A visitor of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// The visitor.
    pub(super) visitor: i64,
    /// The site's hash. Visitors are hashes of it and of more, so no two sites meet here.
    pub(super) site: u32,
}

/// The table.
#[derive(Debug)]
pub(super) struct Visitors {
    shards: Vec<HashMap<Key, Slices>>,
    /// Bytes of what does not lie in the tables.
    heap_bytes: usize,
    count: usize,
    /// What is known of their visits.
    facts: Facts,
}

impl Default for Visitors {
    fn default() -> Self {
        let shards = (0..SHARDS).map(|_| HashMap::new()).collect();
        Self { shards, heap_bytes: 0, count: 0, facts: Facts::default() }
    }
}

impl Visitors {
    /// What is known of a visitor.
    pub(super) fn get(&self, key: Key) -> Option<&Slices> {
        self.shards[shard(key)].get(&key)
    }

    /// What is known of visits, by number.
    pub(super) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The same, to be asked for a number that a slice has next.
    pub(super) fn facts_mut(&mut self) -> &mut Facts {
        &mut self.facts
    }

    /// Takes in a part of a session.
    pub(super) fn add(&mut self, key: Key, slice: Slice) -> Added {
        let added = match self.shards[shard(key)].entry(key) {
            Entry::Vacant(empty) => {
                self.count += 1;
                self.heap_bytes += empty.insert(Slices::new(slice)).heap_bytes();
                Added::New
            }
            Entry::Occupied(mut known) => {
                let slices = known.get_mut();
                let before = slices.heap_bytes();
                let added = slices.add(slice);
                self.heap_bytes = self.heap_bytes + slices.heap_bytes() - before;
                added
            }
        };
        if added != Added::More(slice.begun.facts) {
            self.facts.hold(slice.begun.facts);
            if let Added::More(before) = added {
                self.facts.release(before);
            }
        }
        added
    }

    /// Lets go of the slices of generations that `is_live` does not like, and gives the memory back.
    pub(super) fn retain(&mut self, is_live: impl Fn(u16) -> bool) {
        (self.heap_bytes, self.count) = (0, 0);
        let facts = &mut self.facts;
        facts.release_all();
        for shard in &mut self.shards {
            let before = shard.len();
            shard.retain(|_, slices| {
                let live = slices.retain(&is_live);
                if live {
                    slices.each_facts(|number| facts.hold(number));
                }
                live
            });
            if shard.len() < before {
                // Made anew: else the places of those that are gone would count when it grows.
                let mut left = HashMap::with_capacity(shard.len());
                left.extend(shard.drain());
                *shard = left;
            }
            self.count += shard.len();
            self.heap_bytes += shard.values().map(Slices::heap_bytes).sum::<usize>();
        }
        facts.sweep();
    }

    /// How many visitors.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Bytes that are charged: a function of what is remembered and of nothing else, and never less than about what
    /// [`Self::bytes`] is.
    pub(super) fn charged_bytes(&self) -> usize {
        self.count * VISITOR_BYTES + self.heap_bytes + self.facts.bytes()
    }

    /// Bytes that it takes now.
    pub(super) fn bytes(&self) -> usize {
        let tables: usize = self.shards.iter().map(|shard| table_bytes(shard.capacity(), SLOT_BYTES)).sum();
        tables + self.heap_bytes + self.facts.bytes()
    }
}

/// Bytes of a table with room for `capacity` entries: a power of two of slots, at most 7/8 of them in use.
pub(super) fn table_bytes(capacity: usize, slot_bytes: usize) -> usize {
    if capacity == 0 { 0 } else { (capacity * 8).div_ceil(7).next_power_of_two() * slot_bytes }
}

/// Which of the tables has it.
pub(super) fn shard(key: Key) -> usize {
    usize::from(OWNERS[usize::try_from(key.visitor.unsigned_abs() % SHARES as u64).unwrap_or_default()])
}

const fn owners() -> [u8; SHARES] {
    let mut owners = [0; SHARES];
    let (mut share, mut shard) = (0, 0_u8);
    while (shard as usize) < SHARDS {
        let mut left = SHARDS + shard as usize;
        while left > 0 {
            owners[share] = shard;
            share += 1;
            left -= 1;
        }
        shard += 1;
    }
    owners
}

#[cfg(test)]
mod tests {
    use kassa_model::VisitFacts;

    use super::*;
    use crate::process::slices::Begun;
    use crate::process::testing::Random;

    fn filled(visitors: u64) -> Visitors {
        let (mut table, mut random) = (Visitors::default(), Random(visitors));
        for n in 0..visitors {
            let visitor = (random.next() >> 1).cast_signed();
            let begun = Begun::default();
            let slice = Slice { session: 1, first: 0, last: 5, generation: u16::from(n % 8 == 0), begun };
            table.add(Key { visitor, site: 1 }, slice);
        }
        table
    }

    #[test]
    fn a_slot_has_49_bytes() {
        assert_eq!(SLOT_BYTES, 49);
        assert_eq!(OWNERS.last(), Some(&31));
    }

    #[test]
    fn what_is_charged_is_what_it_takes_at_most() {
        for visitors in [10_000, 13_000, 17_000, 23_000, 31_000, 40_000, 150_000] {
            let mut table = filled(visitors);
            for _ in 0..2 {
                let (bytes, charged) = (table.bytes(), table.charged_bytes());
                assert!(bytes <= charged && bytes * 10 > charged * 7, "{visitors}: {bytes} of {charged}");
                table.retain(|generation| generation == 0);
            }
            assert_eq!(table.len() as u64, visitors - visitors.div_ceil(8));
        }
    }

    #[test]
    fn what_is_charged_depends_on_what_is_remembered_alone() {
        let facts = |session: i64| VisitFacts {
            entry_page: (session % 3 > 0).then(|| format!("/{}", session % 11).into()),
            ..VisitFacts::default()
        };
        let add = |table: &mut Visitors, session: i64, generation| {
            let begun = Begun { facts: table.facts_mut().number(facts(session)), at: 7 };
            let slice = Slice { session, first: 7, last: 7, generation, begun };
            table.add(Key { visitor: session % 7, site: 3 }, slice)
        };
        let (mut grown, mut fresh) = (Visitors::default(), Visitors::default());
        for n in 0..200 {
            assert_eq!(add(&mut grown, n, u16::from(n < 150)), Added::New);
        }
        grown.retain(|generation| generation == 0);
        for n in (150..200).rev() {
            add(&mut fresh, n, 0);
            assert!(matches!(add(&mut fresh, n, 0), Added::More(_)));
        }
        assert!(fresh.facts().bytes() > 0);
        assert_eq!((grown.charged_bytes(), grown.len()), (fresh.charged_bytes(), fresh.len()));
    }
}
