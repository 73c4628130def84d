//! The SQL of lists of products.

use kassa_db::{Error, Param, Tx};

use crate::catalog::product::{NAME_CHARS_MAX, Product, Status};
use crate::catalog::store::{by_first, columns, product};
use crate::catalog::words;
use crate::page::COUNTED_MAX;
use crate::text;

/// What a list may show: products of a status, of a category and those in it or of all (NULL), that have twelve words.
macro_rules! listed {
    () => {
        "p.status = $14 AND (CAST($13 AS TEXT) IS NULL OR p.category_id IN (WITH RECURSIVE inside(id) AS ( \
         SELECT id FROM categories WHERE name = CAST($13 AS TEXT) OR slug = CAST($13 AS TEXT) \
         UNION SELECT below.id FROM categories below JOIN inside ON below.parent_id = inside.id) SELECT id FROM inside)) \
         AND p.search LIKE $1 ESCAPE '\\' AND p.search LIKE $2 ESCAPE '\\' AND p.search LIKE $3 ESCAPE '\\' \
         AND p.search LIKE $4 ESCAPE '\\' AND p.search LIKE $5 ESCAPE '\\' AND p.search LIKE $6 ESCAPE '\\' \
         AND p.search LIKE $7 ESCAPE '\\' AND p.search LIKE $8 ESCAPE '\\' AND p.search LIKE $9 ESCAPE '\\' \
         AND p.search LIKE $10 ESCAPE '\\' AND p.search LIKE $11 ESCAPE '\\' AND p.search LIKE $12 ESCAPE '\\'"
    };
}

/// A page of the catalogue in one of its orders: what is listed, then where the page begins.
macro_rules! page {
    ($from:literal, $order:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            by_first!(),
            "WHERE ",
            listed!(),
            " AND ",
            $from,
            " ORDER BY ",
            $order,
            " LIMIT $17 OFFSET $18"
        )
    };
}

const BY_NAME: &str = page!("(p.name_fold, p.id) > (CAST($15 AS TEXT), $16)", "p.name_fold, p.id");
const BY_NAME_DOWN: &str =
    page!("(p.name_fold, p.id) < (CAST($15 AS TEXT), $16)", "p.name_fold DESC, p.id DESC");
const BY_PRICE: &str =
    page!("(p.price_from_minor, p.id) > (CAST($15 AS BIGINT), $16)", "p.price_from_minor, p.id");
const BY_PRICE_DOWN: &str =
    page!("(p.price_from_minor, p.id) < (CAST($15 AS BIGINT), $16)", "p.price_from_minor DESC, p.id DESC");
const BY_AGE: &str = page!("CAST($15 AS BIGINT) IS NOT NULL AND p.id > $16", "p.id");
const BY_AGE_DOWN: &str = page!("CAST($15 AS BIGINT) IS NOT NULL AND p.id < $16", "p.id DESC");
const COUNT: &str = concat!(
    "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 AS one FROM products p WHERE ",
    listed!(),
    " LIMIT $15) AS found"
);

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[BY_NAME, BY_NAME_DOWN, BY_PRICE, BY_PRICE_DOWN, BY_AGE, BY_AGE_DOWN, COUNT];

/// The orders in which the catalogue can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    /// By name, without case and accents.
    Name,
    /// By name, backwards.
    NameDown,
    /// Cheapest first, by the cheapest variant; amounts in minor units, whatever the currency.
    Price,
    /// Dearest first, by the cheapest variant.
    PriceDown,
    /// Newest first.
    Newest,
    /// Oldest first.
    Oldest,
}

/// After which product a page begins: its name or price, as the order demands, and its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct After {
    /// The name of the last product seen, in whatever case; of no use but with the sorts by name.
    pub name: String,
    /// What its cheapest variant costs.
    pub price_minor: i64,
    /// Its id.
    pub id: i64,
}

/// Which products, in which order, from where on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Listing {
    /// Words with which words of name, SKUs, category or description must begin, in any order, case and accents; the first
    /// [`WORDS_MAX`].
    pub words: Vec<String>,
    /// Only this category, by name or slug, and those in it.
    pub category: Option<String>,
    /// Only of this status.
    pub status: Status,
    /// The order.
    pub sort: Sort,
    /// Where the page begins; `None` at the first product.
    pub after: Option<After>,
    /// How many products at most.
    pub limit: i64,
    /// How many are left out before them, for pages that have numbers.
    pub skipped: i64,
}

/// Words that a search looks for.
pub const WORDS_MAX: usize = 12;

impl Listing {
    /// Everything that buyers know, from the first product on.
    pub fn all(sort: Sort, limit: i64) -> Self {
        Self {
            words: Vec::new(),
            category: None,
            status: Status::Active,
            sort,
            after: None,
            limit,
            skipped: 0,
        }
    }
}

/// Whether buyers know no product at all.
pub fn is_empty(tx: &mut Tx<'_>) -> Result<bool, Error> {
    Ok(list(tx, &Listing::all(Sort::Oldest, 1))?.is_empty())
}

/// A page of products, each as its first variant sells it.
pub fn list(tx: &mut Tx<'_>, listing: &Listing) -> Result<Vec<Product>, Error> {
    let (sql, start) = match listing.sort {
        Sort::Name => (BY_NAME, After::first()),
        Sort::NameDown => (BY_NAME_DOWN, After::last()),
        Sort::Price => (BY_PRICE, After::first()),
        Sort::PriceDown => (BY_PRICE_DOWN, After::last()),
        Sort::Oldest => (BY_AGE, After::first()),
        Sort::Newest => (BY_AGE_DOWN, After::last()),
    };
    let after = listing.after.as_ref().unwrap_or(&start);
    let name = text::fold(&after.name);
    let place = match listing.sort {
        Sort::Name | Sort::NameDown => Param::from(&name),
        _ => Param::from(after.price_minor),
    };
    let patterns = patterns(&listing.words);
    let mut values = wanted(&patterns, listing);
    values.extend([place, after.id.into(), listing.limit.into(), listing.skipped.into()]);
    tx.all(sql, &values, product)
}

/// How many products there are of which `listing` shows a page; one more than [`COUNTED_MAX`] where there are more.
pub(crate) fn count(tx: &mut Tx<'_>, listing: &Listing) -> Result<i64, Error> {
    let patterns = patterns(&listing.words);
    let mut values = wanted(&patterns, listing);
    values.push(Param::from(COUNTED_MAX + 1));
    Ok(tx.first(COUNT, &values, |row| row.int(0))?.unwrap_or(0))
}

/// The parameters of what is listed.
fn wanted<'a>(patterns: &'a [String; WORDS_MAX], listing: &'a Listing) -> Vec<Param<'a>> {
    let mut values: Vec<Param<'a>> = patterns.iter().map(Param::from).collect();
    values.push(Param::from(listing.category.as_deref()));
    values.push(Param::from(listing.status.name()));
    values
}

impl After {
    /// Before every product: names are not blank, prices not negative, ids positive.
    pub(crate) fn first() -> Self {
        Self { name: String::new(), price_minor: -1, id: 0 }
    }

    /// Behind every product: a name has at most 255 characters, and none comes after U+10FFFF.
    pub(crate) fn last() -> Self {
        Self { name: "\u{10FFFF}".repeat(NAME_CHARS_MAX + 1), price_minor: i64::MAX, id: i64::MAX }
    }
}

/// The words as patterns of LIKE. The longest comes first: it leaves the fewest products to the others.
fn patterns(words: &[String]) -> [String; WORDS_MAX] {
    let mut patterns: Vec<String> = words.iter().take(WORDS_MAX).map(|word| pattern(word)).collect();
    patterns.sort_unstable_by_key(|pattern| std::cmp::Reverse(pattern.len()));
    std::array::from_fn(|place| patterns.get(place).map_or_else(|| "%".to_owned(), String::clone))
}

/// What has a word that begins so: each stands behind a space.
fn pattern(word: &str) -> String {
    let word = text::fold(word);
    format!("% {}%", words::cut(&word).replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}
