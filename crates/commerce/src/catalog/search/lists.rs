//! Lists of products that have a word or are in a category, kept for as long as an answer may be old, so that words that are
//! looked for all the time are read once a second.
//!
//! A list is not given again after [`Lists::forget`] was called: a process never finds less than it has itself committed. What
//! other processes have written to a shared database is found after [`KEPT`] at the latest.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use kassa_db::{Error, Tx};

use super::store;

/// How long a list is given again.
const KEPT: Duration = Duration::from_secs(1);
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
    clock: u64,
}

/// The lists for one reading, which began after this was made.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    lists: Arc<Lists>,
    at: Instant,
    clock: u64,
}

impl Lists {
    /// To be made before the transaction of a reading begins.
    pub(crate) fn reading(self: &Arc<Self>) -> Reading {
        Reading { lists: Arc::clone(self), at: Instant::now(), clock: self.clock.load(Ordering::SeqCst) }
    }

    /// Ends every list; to be called after the commit of whatever changes a product or a category.
    pub(crate) fn forget(&self) {
        self.clock.fetch_add(1, Ordering::SeqCst);
    }

    fn get(&self, key: &ListKey) -> Option<Arc<[i64]>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let list = kept.lists.get(key)?;
        let is_good = list.clock == self.clock.load(Ordering::SeqCst) && list.read_at.elapsed() < KEPT;
        is_good.then(|| Arc::clone(&list.ids))
    }

    /// Keeps a list; if there is no room, without the old ones, and if that is not enough, without all others.
    fn keep(&self, key: ListKey, list: List) {
        if list.ids.len() > IDS_MAX || list.clock != self.clock.load(Ordering::SeqCst) {
            return;
        }
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let cost = cost(&list);
        if kept.ids + cost > IDS_MAX {
            kept.lists.retain(|_, list| list.read_at.elapsed() < KEPT);
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
        let mut ids = match &key {
            ListKey::Word(word) => store::with_word(tx, word)?,
            ListKey::Category(name) => store::in_category(tx, name)?,
        };
        // Each word's part is sorted already.
        ids.sort();
        ids.dedup();
        let ids: Arc<[i64]> = ids.into();
        let list = List { ids: Arc::clone(&ids), read_at: self.at, clock: self.clock };
        self.lists.keep(key, list);
        Ok(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(reading: &Reading, len: usize) -> List {
        List { ids: vec![1; len].into(), read_at: reading.at, clock: reading.clock }
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
        let long_ago = Reading { at: Instant::now().checked_sub(KEPT).unwrap(), ..lists.reading() };
        lists.keep(key(), list(&long_ago, 1));
        assert!(lists.get(&key()).is_none(), "it is old");
        lists.keep(key(), list(&lists.reading(), 1));
        assert!(lists.get(&key()).is_some());
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
