//! Answers about products that were just read, so that a popular page costs a look-up and no transaction.
//!
//! An answer is given again for at most [`KEPT`], and not after [`ProductCache::forget`] was called with the SKU of a
//! product in it: a process never shows less than it has itself committed. What other processes have written to a
//! shared database shows after [`KEPT`] at the latest.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::HeaderValue;

use super::listing::store::Listing;
use super::search::lists::{Lists, Reading};

/// How long an answer is given again.
pub(crate) const KEPT: Duration = Duration::from_secs(1);
/// The most bytes of answers that are kept, over all parts: 64 MiB.
const BYTES_MAX: usize = 64 << 20;
/// What an answer costs beside its body.
const OVERHEAD_BYTES: usize = 512;
/// Parts, each with a lock of its own.
const PARTS: usize = 16;
/// Two SKUs that share a slot forget each other's answers, which costs a read and nothing else.
const SLOTS: usize = 4_096;
/// The slot behind them, of answers that show no stock: what changes the catalogue ends them, whatever it is.
const CATALOGUE: usize = SLOTS;

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum CacheKey {
    /// A product by its id.
    Id(i64),
    /// A product by its SKU.
    Sku(String),
    /// A product by its slug.
    Slug(String),
    /// A page, by the text of its question.
    Page(String),
    /// A page that is part of one that this program writes.
    Shelf(Box<Listing>),
    /// What the shop is called and how it looks.
    Storefront,
    /// All categories.
    Categories,
    /// What else the buyer of a product may like.
    Related(Box<CacheKey>),
    /// What somebody who types may be looking for, by the text of the question.
    Suggest(String),
    /// So many of what is bought most.
    Best(i64),
    /// The same without what is only new.
    Bought(i64),
    /// The same for those who may change it.
    Full(Box<CacheKey>),
}

/// An answer as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedAnswer {
    /// JSON.
    pub body: Bytes,
    /// With its quotes.
    pub etag: HeaderValue,
}

/// The answers that are kept.
#[derive(Debug)]
pub(crate) struct ProductCache {
    parts: [RwLock<Part>; PARTS],
    hasher: RandomState,
    /// Counts calls of `forget`.
    clock: AtomicU64,
    /// When a SKU of each slot was last forgotten, on that clock.
    forgotten: Vec<AtomicU64>,
    /// What searches find.
    lists: Arc<Lists>,
}

#[derive(Debug, Default)]
struct Part {
    kept: HashMap<CacheKey, Kept>,
    bytes: usize,
}

#[derive(Debug, Clone)]
struct Kept {
    answer: Arc<CachedAnswer>,
    read_at: Instant,
    /// The clock before the answer was read.
    ticket: u64,
    /// The slots of its product's SKUs; none: it shows many products, and any that is forgotten ends it.
    slots: Vec<usize>,
}

/// Proof of when a read began, for [`ProductCache::keep`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket {
    clock: u64,
    at: Instant,
}

impl Default for ProductCache {
    fn default() -> Self {
        Self {
            parts: std::array::from_fn(|_| RwLock::default()),
            hasher: RandomState::new(),
            clock: AtomicU64::new(0),
            forgotten: (0..=CATALOGUE).map(|_| AtomicU64::new(0)).collect(),
            lists: Arc::default(),
        }
    }
}

impl ProductCache {
    /// The answer to `asked`, if it is still good.
    pub(crate) fn get(&self, asked: &CacheKey) -> Option<Arc<CachedAnswer>> {
        let part = self.part(asked).read().unwrap_or_else(PoisonError::into_inner);
        let kept = part.kept.get(asked)?;
        (self.is_good(kept) && kept.read_at.elapsed() < KEPT).then(|| Arc::clone(&kept.answer))
    }

    /// To be taken before the database is asked.
    pub(crate) fn ticket(&self) -> Ticket {
        Ticket { clock: self.clock.load(Ordering::SeqCst), at: Instant::now() }
    }

    /// Keeps an answer that was read after `ticket` was taken; `skus` are those of its only product, or none.
    pub(crate) fn keep(&self, asked: CacheKey, answer: Arc<CachedAnswer>, ticket: Ticket, skus: &[&str]) {
        let slots = skus.iter().map(|sku| self.slot(sku)).collect();
        self.keep_in(asked, answer, ticket, slots);
    }

    /// The same of an answer that shows nothing of stock, which orders move all the time.
    pub(crate) fn keep_without_stock(&self, asked: CacheKey, answer: Arc<CachedAnswer>, ticket: Ticket) {
        self.keep_in(asked, answer, ticket, vec![CATALOGUE]);
    }

    fn keep_in(&self, asked: CacheKey, answer: Arc<CachedAnswer>, ticket: Ticket, slots: Vec<usize>) {
        let kept = Kept { answer, read_at: ticket.at, ticket: ticket.clock, slots };
        if !self.is_good(&kept) {
            return;
        }
        let mut part = self.part(&asked).write().unwrap_or_else(PoisonError::into_inner);
        part.put(asked, kept);
    }

    /// The lists of searches, to be made before the database is asked.
    pub(crate) fn reading(&self) -> Reading {
        self.lists.reading()
    }

    /// Ends every answer that shows this SKU and all that searches have found; to be called after the commit that changed its
    /// product.
    pub(crate) fn forget(&self, sku: &str) {
        self.lists.forget();
        self.forget_stock(sku);
        let now = self.clock.load(Ordering::SeqCst);
        self.forgotten[CATALOGUE].fetch_max(now, Ordering::SeqCst);
    }

    /// Ends every answer that shows this SKU; to be called after the commit that changed what is there of it.
    pub(crate) fn forget_stock(&self, sku: &str) {
        let now = self.clock.fetch_add(1, Ordering::SeqCst) + 1;
        self.forgotten[self.slot(sku)].fetch_max(now, Ordering::SeqCst);
    }

    /// Ends every answer; to be called after the commit of what shows on many products.
    pub(crate) fn forget_all(&self) {
        self.lists.forget();
        let now = self.clock.fetch_add(1, Ordering::SeqCst) + 1;
        for slot in &self.forgotten {
            slot.fetch_max(now, Ordering::SeqCst);
        }
    }

    fn is_good(&self, kept: &Kept) -> bool {
        let is_old = |last: &AtomicU64| last.load(Ordering::SeqCst) <= kept.ticket;
        match kept.slots.as_slice() {
            [] => is_old(&self.clock),
            slots => slots.iter().all(|slot| is_old(&self.forgotten[*slot])),
        }
    }

    fn slot(&self, sku: &str) -> usize {
        usize::try_from(self.hasher.hash_one(sku) % SLOTS as u64).unwrap_or(0)
    }

    fn part(&self, asked: &CacheKey) -> &RwLock<Part> {
        &self.parts[usize::try_from(self.hasher.hash_one(asked) % PARTS as u64).unwrap_or(0)]
    }
}

impl Part {
    /// Keeps an answer; if there is no room, without the old ones, and if that is not enough, without all others.
    fn put(&mut self, asked: CacheKey, kept: Kept) {
        let cost = cost(&asked, &kept);
        if cost > BYTES_MAX / PARTS {
            return;
        }
        if let Some(before) = self.kept.remove(&asked) {
            self.bytes -= self::cost(&asked, &before);
        }
        if self.bytes + cost > BYTES_MAX / PARTS {
            self.kept.retain(|_, kept| kept.read_at.elapsed() < KEPT);
            self.bytes = self.kept.iter().map(|(asked, kept)| self::cost(asked, kept)).sum();
        }
        if self.bytes + cost > BYTES_MAX / PARTS {
            self.kept.clear();
            self.bytes = 0;
        }
        self.bytes += cost;
        self.kept.insert(asked, kept);
    }
}

fn cost(asked: &CacheKey, kept: &Kept) -> usize {
    OVERHEAD_BYTES + bytes_of(asked) + 8 * kept.slots.len() + kept.answer.body.len()
}

fn bytes_of(asked: &CacheKey) -> usize {
    match asked {
        CacheKey::Id(_)
        | CacheKey::Categories
        | CacheKey::Best(_)
        | CacheKey::Bought(_)
        | CacheKey::Storefront => 0,
        CacheKey::Shelf(listing) => listing.words.iter().chain(&listing.category).map(String::len).sum(),
        CacheKey::Sku(text) | CacheKey::Slug(text) | CacheKey::Page(text) | CacheKey::Suggest(text) => {
            text.len()
        }
        CacheKey::Related(asked) | CacheKey::Full(asked) => bytes_of(asked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &'static str) -> Arc<CachedAnswer> {
        Arc::new(CachedAnswer {
            body: Bytes::from_static(text.as_bytes()),
            etag: HeaderValue::from_static("\"1\""),
        })
    }

    #[test]
    fn forgets_what_changed_and_nothing_else() {
        let cache = ProductCache::default();
        let ticket = cache.ticket();
        cache.keep(CacheKey::Id(1), answer("one"), ticket, &["ps5"]);
        cache.keep(CacheKey::Page(String::new()), answer("page"), ticket, &[]);
        assert_eq!(cache.get(&CacheKey::Id(1)), Some(answer("one")));
        let other = (0..).map(|n| format!("other-{n}")).find(|sku| cache.slot(sku) != cache.slot("ps5"));
        cache.forget(&other.unwrap());
        assert_eq!(cache.get(&CacheKey::Id(1)), Some(answer("one")));
        assert_eq!(cache.get(&CacheKey::Page(String::new())), None, "a page may show any product");
        cache.forget("ps5");
        assert_eq!(cache.get(&CacheKey::Id(1)), None);
    }

    #[test]
    fn forgets_a_product_by_any_of_its_skus_and_all_at_once() {
        let cache = ProductCache::default();
        let forgets: [fn(&ProductCache); 3] =
            [|cache| cache.forget("a"), |cache| cache.forget("b"), ProductCache::forget_all];
        for forget in forgets {
            let asked = CacheKey::Full(Box::new(CacheKey::Id(1)));
            cache.keep(asked.clone(), answer("one"), cache.ticket(), &["a", "b"]);
            assert_eq!(cache.get(&CacheKey::Id(1)), None, "another audience");
            assert_eq!(cache.get(&asked), Some(answer("one")));
            forget(&cache);
            assert_eq!(cache.get(&asked), None);
        }
    }

    #[test]
    fn what_shows_no_stock_outlives_its_movements() {
        let cache = ProductCache::default();
        let forgets: [fn(&ProductCache); 2] = [|cache| cache.forget("ps5"), ProductCache::forget_all];
        for forget in forgets {
            let before = cache.ticket();
            cache.keep_without_stock(CacheKey::Categories, answer("all"), before);
            cache.forget_stock("ps5");
            assert_eq!(cache.get(&CacheKey::Categories), Some(answer("all")));
            forget(&cache);
            assert_eq!(cache.get(&CacheKey::Categories), None);
            cache.keep_without_stock(CacheKey::Categories, answer("old"), before);
            assert_eq!(cache.get(&CacheKey::Categories), None, "read before the change");
        }
    }

    #[test]
    fn does_not_keep_what_was_read_before_a_change() {
        let cache = ProductCache::default();
        let ticket = cache.ticket();
        cache.forget("ps5");
        cache.keep(CacheKey::Id(1), answer("old"), ticket, &["ps5"]);
        assert_eq!(cache.get(&CacheKey::Id(1)), None);
        cache.keep(CacheKey::Id(1), answer("new"), cache.ticket(), &["ps5"]);
        assert_eq!(cache.get(&CacheKey::Id(1)), Some(answer("new")));
    }

    #[test]
    fn answers_grow_old() {
        let cache = ProductCache::default();
        let long_ago = Instant::now().checked_sub(KEPT).unwrap();
        cache.keep(CacheKey::Id(1), answer("old"), Ticket { clock: 0, at: long_ago }, &["ps5"]);
        assert_eq!(cache.get(&CacheKey::Id(1)), None);
    }

    #[test]
    fn keeps_so_many_bytes_and_no_more() {
        let cache = ProductCache::default();
        let big = Arc::new(CachedAnswer {
            body: Bytes::from(vec![0; 100_000]),
            etag: HeaderValue::from_static("\"1\""),
        });
        for id in 0..2_000 {
            cache.keep(CacheKey::Id(id), Arc::clone(&big), cache.ticket(), &["ps5"]);
            cache.keep(CacheKey::Id(id % 7), Arc::clone(&big), cache.ticket(), &["ps5"]);
        }
        let huge =
            CachedAnswer { body: Bytes::from(vec![0; BYTES_MAX]), etag: HeaderValue::from_static("\"1\"") };
        cache.keep(CacheKey::Categories, Arc::new(huge), cache.ticket(), &[]);
        assert_eq!(cache.get(&CacheKey::Categories), None);
        let mut all = 0;
        for part in &cache.parts {
            let part = part.read().unwrap();
            let bytes: usize = part.kept.iter().map(|(asked, kept)| cost(asked, kept)).sum();
            assert_eq!(bytes, part.bytes);
            all += bytes;
        }
        assert!((1_000_000..=BYTES_MAX).contains(&all), "{all}");
    }
}
