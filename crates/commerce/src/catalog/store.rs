//! The SQL of the catalogue.

use kassa_db::{Error, Param, Row, Tx, params};
use kassa_model::{Currency, Money, Timestamp};

use super::check::Folded;
use super::product::{NAME_CHARS_MAX, Product};
use crate::page::COUNTED_MAX;
use crate::text;

/// The columns of a [`Product`], in the order in which [`product`] reads them.
macro_rules! columns {
    () => {
        "id, sku, name, category, description, release_date, image_url, price_minor, currency, attributes, \
         track_stock, version, created_at, updated_at, archived_at"
    };
}

const BY_SKU: &str = concat!("SELECT ", columns!(), " FROM products WHERE sku = $1");
const BY_SKUS: &str =
    concat!("SELECT ", columns!(), " FROM products WHERE sku IN ($1, $2, $3, $4, $5, $6, $7, $8)");
const BY_ID: &str = concat!("SELECT ", columns!(), " FROM products WHERE id = $1");
const BY_IDS: &str =
    concat!("SELECT ", columns!(), " FROM products WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8)");
const INSERT: &str = "INSERT INTO products (sku, name, category, description, release_date, image_url, price_minor, \
     currency, attributes, track_stock, search, version, created_at, updated_at, name_fold, category_fold) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
     ON CONFLICT (sku) DO NOTHING RETURNING id";
const NAME_SKU: &str = "UPDATE products SET sku = $2, search = $3 WHERE id = $1";
const REPLACE: &str = "UPDATE products SET name = $3, category = $4, description = $5, release_date = $6, \
     image_url = $7, price_minor = $8, currency = $9, attributes = $10, track_stock = $11, search = $12, \
     version = $13, updated_at = $14, name_fold = $15, category_fold = $16 \
     WHERE id = $1 AND version = $2 AND archived_at IS NULL";
const ARCHIVE: &str = "UPDATE products SET version = $3, updated_at = $4, archived_at = $4 \
     WHERE id = $1 AND version = $2 AND archived_at IS NULL";
const RESTORE: &str = "UPDATE products SET version = $3, updated_at = $4, archived_at = NULL \
     WHERE id = $1 AND version = $2 AND archived_at IS NOT NULL";
const UNFOLDED: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM products WHERE name_fold IS NULL";
const TO_FOLD: &str =
    concat!("SELECT ", columns!(), " FROM products WHERE name_fold IS NULL ORDER BY id LIMIT $1");
const FOLD: &str = "UPDATE products SET name_fold = $2, category_fold = $3, search = $4 \
     WHERE id = $1 AND name_fold IS NULL";
const CATEGORIES: &str = "SELECT category, CAST(COUNT(*) AS BIGINT) FROM products \
     WHERE archived_at IS NULL AND category IS NOT NULL GROUP BY category \
     ORDER BY MIN(category_fold), category LIMIT $1";

/// What a list may show: products of a category or of all (NULL) that have twelve words.
macro_rules! listed {
    () => {
        "archived_at IS NULL AND (CAST($13 AS TEXT) IS NULL OR category = CAST($13 AS TEXT)) \
         AND search LIKE $1 ESCAPE '\\' AND search LIKE $2 ESCAPE '\\' AND search LIKE $3 ESCAPE '\\' \
         AND search LIKE $4 ESCAPE '\\' AND search LIKE $5 ESCAPE '\\' AND search LIKE $6 ESCAPE '\\' \
         AND search LIKE $7 ESCAPE '\\' AND search LIKE $8 ESCAPE '\\' AND search LIKE $9 ESCAPE '\\' \
         AND search LIKE $10 ESCAPE '\\' AND search LIKE $11 ESCAPE '\\' AND search LIKE $12 ESCAPE '\\'"
    };
}

/// A page of the catalogue in one of its orders: what is listed, then where the page begins.
macro_rules! page {
    ($from:literal, $order:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM products WHERE ",
            listed!(),
            " AND ",
            $from,
            " ORDER BY ",
            $order,
            " LIMIT $16"
        )
    };
}

const BY_NAME: &str = page!("(name_fold, id) > (CAST($14 AS TEXT), $15)", "name_fold, id");
const BY_NAME_DOWN: &str = page!("(name_fold, id) < (CAST($14 AS TEXT), $15)", "name_fold DESC, id DESC");
const BY_PRICE: &str = page!("(price_minor, id) > (CAST($14 AS BIGINT), $15)", "price_minor, id");
const BY_PRICE_DOWN: &str =
    page!("(price_minor, id) < (CAST($14 AS BIGINT), $15)", "price_minor DESC, id DESC");
const BY_AGE: &str = page!("CAST($14 AS BIGINT) IS NOT NULL AND id > $15", "id");
const BY_AGE_DOWN: &str = page!("CAST($14 AS BIGINT) IS NOT NULL AND id < $15", "id DESC");
const COUNT: &str = concat!(
    "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 AS one FROM products WHERE ",
    listed!(),
    " LIMIT $14) AS found"
);

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    BY_SKU,
    BY_SKUS,
    BY_ID,
    BY_IDS,
    INSERT,
    NAME_SKU,
    REPLACE,
    ARCHIVE,
    RESTORE,
    UNFOLDED,
    TO_FOLD,
    FOLD,
    CATEGORIES,
    BY_NAME,
    BY_NAME_DOWN,
    BY_PRICE,
    BY_PRICE_DOWN,
    BY_AGE,
    BY_AGE_DOWN,
    COUNT,
];

fn product(row: &Row<'_>) -> Result<Product, Error> {
    let code = row.text(8)?;
    let currency: Currency =
        code.parse().map_err(|_| Error::Invalid(format!("products: no currency {code}")))?;
    Ok(Product {
        id: row.int(0)?,
        sku: row.text(1)?,
        name: row.text(2)?,
        category: row.text_or_null(3)?,
        description: row.text_or_null(4)?,
        release_date: row.text_or_null(5)?,
        image_url: row.text_or_null(6)?,
        price: Money { amount_minor: row.int(7)?, currency },
        attributes: row.text(9)?,
        track_stock: row.flag(10)?,
        version: row.int(11)?,
        created_at: Timestamp::from_micros(row.int(12)?),
        updated_at: Timestamp::from_micros(row.int(13)?),
        archived_at: row.int_or_null(14)?.map(Timestamp::from_micros),
    })
}

/// The products of these SKUs, archived ones too, in no order; a SKU that nothing has is left out.
pub fn by_skus(tx: &mut Tx<'_>, skus: &[&str]) -> Result<Vec<Product>, Error> {
    if let [sku] = skus {
        return tx.all(BY_SKU, params![*sku], product);
    }
    let keys: Vec<Param<'_>> = skus.iter().map(|sku| Param::from(*sku)).collect();
    tx.all_of(BY_SKUS, &keys, product)
}

/// The products of these ids, archived ones too, in no order; an id that nothing has is left out.
pub fn by_ids(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<Product>, Error> {
    if let [id] = ids {
        return tx.all(BY_ID, params![*id], product);
    }
    let keys: Vec<Param<'_>> = ids.iter().map(|id| Param::from(*id)).collect();
    tx.all_of(BY_IDS, &keys, product)
}

/// Writes a new product; its id, or `None` when its SKU is taken.
pub(crate) fn insert(tx: &mut Tx<'_>, new: &Product, folded: &Folded) -> Result<Option<i64>, Error> {
    let values = params![
        &new.sku,
        &new.name,
        new.category.as_deref(),
        new.description.as_deref(),
        new.release_date.as_deref(),
        new.image_url.as_deref(),
        new.price.amount_minor,
        new.price.currency.code(),
        &new.attributes,
        new.track_stock,
        &folded.search,
        new.version,
        new.created_at.micros(),
        new.updated_at.micros(),
        &folded.name,
        folded.category.as_deref(),
    ];
    tx.first(INSERT, values, |row| row.int(0))
}

/// Gives a new product the SKU that follows from its id.
pub(crate) fn name_sku(tx: &mut Tx<'_>, product: &Product, folded: &Folded) -> Result<(), Error> {
    tx.execute(NAME_SKU, params![product.id, &product.sku, &folded.search]).map(drop)
}

/// Writes all that can change of a product that still has the version `before`; 0 when it has not.
pub(crate) fn replace(tx: &mut Tx<'_>, after: &Product, before: i64, folded: &Folded) -> Result<u64, Error> {
    let values = params![
        after.id,
        before,
        &after.name,
        after.category.as_deref(),
        after.description.as_deref(),
        after.release_date.as_deref(),
        after.image_url.as_deref(),
        after.price.amount_minor,
        after.price.currency.code(),
        &after.attributes,
        after.track_stock,
        &folded.search,
        after.version,
        after.updated_at.micros(),
        &folded.name,
        folded.category.as_deref(),
    ];
    tx.execute(REPLACE, values)
}

/// Archives a product that still has the version `before`; 0 when it has not.
pub(crate) fn archive(tx: &mut Tx<'_>, after: &Product, before: i64) -> Result<u64, Error> {
    tx.execute(ARCHIVE, params![after.id, before, after.version, after.updated_at.micros()])
}

/// Brings an archived product back that still has the version `before`; 0 when it has not.
pub(crate) fn restore(tx: &mut Tx<'_>, after: &Product, before: i64) -> Result<u64, Error> {
    tx.execute(RESTORE, params![after.id, before, after.version, after.updated_at.micros()])
}

/// Products that are folded in one transaction.
const FOLDED_AT_ONCE: i64 = 200;

/// How many products were written before names were folded.
pub(crate) fn unfolded(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(tx.first(UNFOLDED, &[], |row| row.int(0))?.unwrap_or(0))
}

/// Folds what is left of some of them; how many. One that somebody else writes meanwhile is folded by them.
pub(crate) fn fold_some(tx: &mut Tx<'_>) -> Result<i64, Error> {
    let mut looked_at = 0;
    for product in tx.all(TO_FOLD, params![FOLDED_AT_ONCE], product)? {
        let folded = Folded::of(&product);
        let category = folded.category.as_deref();
        tx.execute(FOLD, params![product.id, &folded.name, category, &folded.search])?;
        looked_at += 1;
    }
    Ok(looked_at)
}

/// The orders in which the catalogue can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// By name, without case and accents.
    Name,
    /// By name, backwards.
    NameDown,
    /// Cheapest first; amounts in minor units, whatever the currency.
    Price,
    /// Dearest first.
    PriceDown,
    /// Newest first.
    Newest,
    /// Oldest first.
    Oldest,
}

/// After which product a page begins: its name or price, as the order demands, and its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// The name of the last product seen, in whatever case; of no use but with the sorts by name.
    pub name: String,
    /// Its price.
    pub price_minor: i64,
    /// Its id.
    pub id: i64,
}

/// Which products, in which order, from where on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Words that name, SKU, category or description must contain, in any order, case and accents; the first [`WORDS_MAX`].
    pub words: Vec<String>,
    /// Only this category.
    pub category: Option<String>,
    /// The order.
    pub sort: Sort,
    /// Where the page begins; `None` at the first product.
    pub after: Option<After>,
    /// How many products at most.
    pub limit: i64,
}

/// Words that a search looks for.
pub const WORDS_MAX: usize = 12;

/// Whether buyers know no product at all.
pub fn is_empty(tx: &mut Tx<'_>) -> Result<bool, Error> {
    let any = Listing { words: Vec::new(), category: None, sort: Sort::Oldest, after: None, limit: 1 };
    Ok(list(tx, &any)?.is_empty())
}

/// A page of the products that buyers know.
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
    values.extend([place, Param::from(after.id), Param::from(listing.limit)]);
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
    values
}

impl After {
    /// Before every product: names are not blank, prices not negative, ids positive.
    fn first() -> Self {
        Self { name: String::new(), price_minor: -1, id: 0 }
    }

    /// Behind every product: a name has at most 255 characters, and none comes after U+10FFFF.
    fn last() -> Self {
        Self { name: "\u{10FFFF}".repeat(NAME_CHARS_MAX + 1), price_minor: i64::MAX, id: i64::MAX }
    }
}

/// The words as patterns of LIKE. The longest comes first: it leaves the fewest products to the others.
fn patterns(words: &[String]) -> [String; WORDS_MAX] {
    let mut patterns: Vec<String> = words.iter().take(WORDS_MAX).map(|word| pattern(word)).collect();
    patterns.sort_unstable_by_key(|pattern| std::cmp::Reverse(pattern.len()));
    std::array::from_fn(|place| patterns.get(place).map_or_else(|| "%".to_owned(), String::clone))
}

fn pattern(word: &str) -> String {
    let word = text::fold(word);
    format!("%{}%", word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// Categories that have products, with their number of them, by name without case and accents; at most `limit`.
pub fn categories(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<(String, i64)>, Error> {
    tx.all(CATEGORIES, params![limit], |row| Ok((row.text(0)?, row.int(1)?)))
}
