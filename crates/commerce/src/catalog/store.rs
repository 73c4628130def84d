//! The SQL of the catalogue.

use kassa_db::{Error, Row, Tx, params};
use kassa_model::{Currency, Money, Timestamp};

use super::Product;

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
     currency, attributes, track_stock, search, version, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (sku) DO NOTHING RETURNING id";
const NAME_SKU: &str = "UPDATE products SET sku = $2, search = $3 WHERE id = $1";
const REPLACE: &str = "UPDATE products SET name = $3, category = $4, description = $5, release_date = $6, \
     image_url = $7, price_minor = $8, currency = $9, attributes = $10, track_stock = $11, search = $12, \
     version = $13, updated_at = $14 WHERE id = $1 AND version = $2 AND archived_at IS NULL";
const ARCHIVE: &str = "UPDATE products SET version = $3, updated_at = $4, archived_at = $4 \
     WHERE id = $1 AND version = $2 AND archived_at IS NULL";
const CATEGORIES: &str = "SELECT category, CAST(COUNT(*) AS BIGINT) FROM products \
     WHERE archived_at IS NULL AND category IS NOT NULL GROUP BY category ORDER BY category LIMIT $1";

/// A page of the catalogue in one of its orders: four words, a category or NULL, then where the page begins.
macro_rules! page {
    ($from:literal, $order:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM products WHERE archived_at IS NULL AND search LIKE $1 ESCAPE '\\' AND search LIKE $2 ESCAPE '\\' \
             AND search LIKE $3 ESCAPE '\\' AND search LIKE $4 ESCAPE '\\' \
             AND (CAST($5 AS TEXT) IS NULL OR category = CAST($5 AS TEXT)) AND ",
            $from,
            " ORDER BY ",
            $order,
            " LIMIT $8"
        )
    };
}

const BY_NAME: &str = page!("(name, id) > (CAST($6 AS TEXT), $7)", "name, id");
const BY_NAME_DOWN: &str = page!("(name, id) < (CAST($6 AS TEXT), $7)", "name DESC, id DESC");
const BY_PRICE: &str = page!("(price_minor, id) > (CAST($6 AS BIGINT), $7)", "price_minor, id");
const BY_PRICE_DOWN: &str =
    page!("(price_minor, id) < (CAST($6 AS BIGINT), $7)", "price_minor DESC, id DESC");
const BY_AGE: &str = page!("CAST($6 AS BIGINT) IS NOT NULL AND id > $7", "id");
const BY_AGE_DOWN: &str = page!("CAST($6 AS BIGINT) IS NOT NULL AND id < $7", "id DESC");

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
    CATEGORIES,
    BY_NAME,
    BY_NAME_DOWN,
    BY_PRICE,
    BY_PRICE_DOWN,
    BY_AGE,
    BY_AGE_DOWN,
];

/// How many SKUs or ids one statement takes.
const CHUNK: usize = 8;

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
    let mut found = Vec::with_capacity(skus.len());
    for chunk in skus.chunks(CHUNK) {
        // A short chunk repeats its last SKU: one statement serves every length.
        let at = |place: usize| chunk[place.min(chunk.len() - 1)];
        let given = params![at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)];
        found.extend(tx.all(BY_SKUS, given, product)?);
    }
    Ok(found)
}

/// The products of these ids, archived ones too, in no order; an id that nothing has is left out.
pub fn by_ids(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<Product>, Error> {
    if let [id] = ids {
        return tx.all(BY_ID, params![*id], product);
    }
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let at = |place: usize| chunk[place.min(chunk.len() - 1)];
        let given = params![at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)];
        found.extend(tx.all(BY_IDS, given, product)?);
    }
    Ok(found)
}

/// Writes a new product; its id, or `None` when its SKU is taken.
pub(crate) fn insert(tx: &mut Tx<'_>, new: &Product, search: &str) -> Result<Option<i64>, Error> {
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
        search,
        new.version,
        new.created_at.micros(),
        new.updated_at.micros(),
    ];
    tx.first(INSERT, values, |row| row.int(0))
}

/// Gives a new product the SKU that follows from its id.
pub(crate) fn name_sku(tx: &mut Tx<'_>, product: &Product, search: &str) -> Result<(), Error> {
    tx.execute(NAME_SKU, params![product.id, &product.sku, search]).map(drop)
}

/// Writes all that can change of a product that still has the version `before`; 0 when it has not.
pub(crate) fn replace(tx: &mut Tx<'_>, after: &Product, before: i64, search: &str) -> Result<u64, Error> {
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
        search,
        after.version,
        after.updated_at.micros(),
    ];
    tx.execute(REPLACE, values)
}

/// Archives a product that still has the version `before`; 0 when it has not.
pub(crate) fn archive(tx: &mut Tx<'_>, after: &Product, before: i64) -> Result<u64, Error> {
    tx.execute(ARCHIVE, params![after.id, before, after.version, after.updated_at.micros()])
}

/// The orders in which the catalogue can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// By name, code point by code point.
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
    /// The name of the last product seen; of no use but with the sorts by name.
    pub name: String,
    /// Its price.
    pub price_minor: i64,
    /// Its id.
    pub id: i64,
}

/// Which products, in which order, from where on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Words that name, SKU, category or description must contain, in any case.
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

/// A page of the products that buyers know.
pub fn list(tx: &mut Tx<'_>, listing: &Listing) -> Result<Vec<Product>, Error> {
    let words: [String; 4] = patterns(&listing.words);
    let [a, b, c, d] = &words;
    let category = listing.category.as_deref();
    let (sql, start) = match listing.sort {
        Sort::Name => (BY_NAME, After::first()),
        Sort::NameDown => (BY_NAME_DOWN, After::last()),
        Sort::Price => (BY_PRICE, After::first()),
        Sort::PriceDown => (BY_PRICE_DOWN, After::last()),
        Sort::Oldest => (BY_AGE, After::first()),
        Sort::Newest => (BY_AGE_DOWN, After::last()),
    };
    let after = listing.after.as_ref().unwrap_or(&start);
    match listing.sort {
        Sort::Name | Sort::NameDown => {
            tx.all(sql, params![a, b, c, d, category, &after.name, after.id, listing.limit], product)
        }
        _ => tx.all(sql, params![a, b, c, d, category, after.price_minor, after.id, listing.limit], product),
    }
}

impl After {
    /// Before every product: names are not blank, prices not negative, ids positive.
    fn first() -> Self {
        Self { name: String::new(), price_minor: -1, id: 0 }
    }

    /// Behind every product: a name has at most 255 characters, and none comes after U+10FFFF.
    fn last() -> Self {
        Self { name: "\u{10FFFF}".repeat(super::NAME_CHARS_MAX + 1), price_minor: i64::MAX, id: i64::MAX }
    }
}

/// The words as patterns of LIKE; words beyond the fourth must follow the fourth as they were typed.
fn patterns(words: &[String]) -> [String; 4] {
    let word = |place: usize| match words.get(place) {
        None => "%".to_owned(),
        Some(word) => format!("%{}%", escaped(word)),
    };
    let rest: Vec<String> = words.iter().skip(3).map(|word| escaped(word)).collect();
    [word(0), word(1), word(2), format!("%{}%", rest.join(" "))]
}

fn escaped(word: &str) -> String {
    let lower = word.to_lowercase();
    lower.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// Categories that have products, with their number of them, by name; at most `limit`.
pub fn categories(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<(String, i64)>, Error> {
    tx.all(CATEGORIES, params![limit], |row| Ok((row.text(0)?, row.int(1)?)))
}
