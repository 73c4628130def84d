//! Lists of products that have a word or are in a category, kept so that words that are looked for all the time are not read
//! each time.
//!
//! A list is not given again after [`Lists::forget`] was called: a process never finds less than it has itself committed. What
//! other processes have written to a shared database is found after [`KEPT`] at the latest: whoever finds a list older than
//! [`FRESH`] reads it anew, one at a time, while the others take it as it is. Where no other process writes, a list grows old
//! [`ALONE_SLOWER`] times as slowly: not never, for nobody may know of a commit that it was made.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use kassa_db::{Error, Tx};

use super::store;

/// How long a list is given again.
const KEPT: Duration = Duration::from_secs(1);
/// How much more slowly it grows old where no other process writes.
const ALONE_SLOWER: u32 = 20;
/// From when on it is read anew.
const FRESH: Duration = Duration::from_millis(400);
/// The most ids of all lists that are kept: 32 MiB.
const IDS_MAX: usize = 4 << 20;

/// What all products of a list have.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum ListKey {
    /// A word that begins so.
    Word(String),
    /// A category of this name or slug, or one that it is in.
    Category(String),
}

/// The lists that are kept.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    kept: RwLock<Kept>,
    /// Counts calls of `forget`.
    clock: AtomicU64,
}

#[derive(Debug, Default)]
struct Kept {
    lists: HashMap<ListKey, List>,
    ids: usize,
}

#[derive(Debug)]
struct List {
    ids: Arc<[i64]>,
    read_at: Instant,
    /// Whether no other process writes.
    is_alone: bool,
    clock: u64,
    /// Somebody reads it anew.
    is_renewed: AtomicBool,
}

/// The lists for one reading, which began after this was made.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    lists: Arc<Lists>,
    clock: u64,
}

impl Lists {
    /// To be made before the transaction of a reading begins.
    pub(crate) fn reading(self: &Arc<Self>) -> Reading {
        Reading { lists: Arc::clone(self), clock: self.clock.load(Ordering::SeqCst) }
    }

    /// Ends every list; to be called after the commit of whatever changes a product or a category.
    pub(crate) fn forget(&self) {
        self.clock.fetch_add(1, Ordering::SeqCst);
    }

    fn get(&self, key: &ListKey) -> Option<Arc<[i64]>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let list = kept.lists.get(key)?;
        let age = list.age();
        let is_good = list.clock == self.clock.load(Ordering::SeqCst) && age < KEPT;
        let is_mine = age >= FRESH && !list.is_renewed.swap(true, Ordering::Relaxed);
        (is_good && !is_mine).then(|| Arc::clone(&list.ids))
    }

    /// Keeps a list; if there is no room, without the old ones, and if that is not enough, without all others.
    fn keep(&self, key: ListKey, list: List) {
        if list.ids.len() > IDS_MAX || list.clock != self.clock.load(Ordering::SeqCst) {
            return;
        }
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let cost = cost(&list);
        if kept.ids + cost > IDS_MAX {
            kept.lists.retain(|_, known| known.age() < KEPT && known.clock == list.clock);
            kept.ids = kept.lists.values().map(self::cost).sum();
        }
        if kept.ids + cost > IDS_MAX {
            *kept = Kept::default();
        }
        kept.ids += cost;
        if let Some(before) = kept.lists.insert(key, list) {
            kept.ids -= self::cost(&before);
        }
    }
}

impl List {
    fn age(&self) -> Duration {
        self.read_at.elapsed() / if self.is_alone { ALONE_SLOWER } else { 1 }
    }
}

/// What a list costs, in ids: its own, and what keeping it does.
fn cost(list: &List) -> usize {
    list.ids.len() + 32
}

impl Reading {
    /// The products that buyers know of which `key` is true, sorted by id.
    pub(super) fn list(&self, tx: &mut Tx<'_>, key: ListKey) -> Result<Arc<[i64]>, Error> {
        if let Some(known) = self.lists.get(&key) {
            return Ok(known);
        }
        let (read_at, is_alone) = (Instant::now(), tx.is_alone());
        let mut ids = match &key {
            ListKey::Word(word) => store::with_word(tx, word)?,
            ListKey::Category(name) => store::in_category(tx, name)?,
        };
        // Each word's part is sorted already.
        ids.sort();
        ids.dedup();
        let ids: Arc<[i64]> = ids.into();
        let (ids_kept, clock, is_renewed) = (Arc::clone(&ids), self.clock, AtomicBool::new(false));
        self.lists.keep(key, List { ids: ids_kept, read_at, is_alone, clock, is_renewed });
        Ok(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(reading: &Reading, len: usize) -> List {
        let (ids, read_at, clock) = (vec![1; len].into(), Instant::now(), reading.clock);
        List { ids, read_at, is_alone: false, clock, is_renewed: AtomicBool::new(false) }
    }

    #[test]
    fn forgets_what_was_read_before_a_change() {
        let lists = Arc::new(Lists::default());
        let key = || ListKey::Word("mug".to_owned());
        let before = lists.reading();
        lists.keep(key(), list(&before, 1));
        assert!(lists.get(&key()).is_some());
        assert!(lists.get(&ListKey::Category("mug".to_owned())).is_none(), "another question");
        lists.forget();
        assert!(lists.get(&key()).is_none());
        lists.keep(key(), list(&before, 1));
        assert!(lists.get(&key()).is_none(), "it was read before the change");
        lists.keep(key(), list(&lists.reading(), 1));
        assert!(lists.get(&key()).is_some());
    }

    #[test]
    fn one_reads_anew_what_grows_old() {
        let lists = Arc::new(Lists::default());
        let key = || ListKey::Word("mug".to_owned());
        let aged = |age: Duration, is_alone: bool| {
            let read_at = Instant::now().checked_sub(age).unwrap();
            List { read_at, is_alone, ..list(&lists.reading(), 1) }
        };
        lists.keep(key(), aged(FRESH, false));
        let given = [0; 3].map(|_| lists.get(&key()).is_some());
        assert_eq!(given, [false, true, true]);
        lists.keep(key(), aged(KEPT, false));
        assert!((0..3).all(|_| lists.get(&key()).is_none()));
        lists.keep(key(), aged(KEPT, true));
        assert!((0..3).all(|_| lists.get(&key()).is_some()), "nobody else writes");
    }

    #[test]
    fn keeps_so_many_and_no_more() {
        let lists = Arc::new(Lists::default());
        for number in 0..100 {
            lists.keep(ListKey::Word(number.to_string()), list(&lists.reading(), 100_000));
            lists.keep(ListKey::Word((number % 7).to_string()), list(&lists.reading(), 100_000));
            let kept = lists.kept.read().unwrap();
            assert_eq!(kept.ids, kept.lists.values().map(cost).sum::<usize>());
            assert!(kept.ids <= IDS_MAX);
        }
        lists.keep(ListKey::Word("all".to_owned()), list(&lists.reading(), IDS_MAX + 1));
        assert!(lists.get(&ListKey::Word("all".to_owned())).is_none());
    }
}
