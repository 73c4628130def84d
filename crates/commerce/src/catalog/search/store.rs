//! The SQL of searches.

use std::cmp::Ordering;

use kassa_db::{Error, Param, Row, Tx, params};

/// Products whose keys are read at once; a part that is short repeats its last.
const AT_ONCE: usize = 32;

macro_rules! key {
    () => {
        "p.id, p.price_from_minor, p.name_fold"
    };
}

/// The next products of the catalogue in one of its orders.
macro_rules! walk {
    ($columns:literal, $from:literal, $order:literal) => {
        concat!("SELECT ", $columns, " FROM products p WHERE ", $from, " ORDER BY ", $order, " LIMIT 500")
    };
}

// One text is read four times as fast as a row for each id, of which there may be 100,000.
const WITH_WORD: &str =
    "SELECT string_agg(CAST(product_id AS TEXT), ' ') FROM product_word WHERE word >= $1 AND word < $2";
const IN_CATEGORY: &str = "SELECT p.id FROM products p WHERE p.category_id IN (WITH RECURSIVE inside(id) AS ( \
     SELECT id FROM categories WHERE name = $1 OR slug = $1 \
     UNION SELECT below.id FROM categories below JOIN inside ON below.parent_id = inside.id) SELECT id FROM inside)";
const KEYS: &str = concat!(
    "SELECT ",
    key!(),
    " FROM products p WHERE p.id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, \
     $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)"
);
const BY_PRICE: &str =
    walk!("p.id, p.price_from_minor", "(p.price_from_minor, p.id) > ($1, $2)", "p.price_from_minor, p.id");
const BY_PRICE_DOWN: &str = walk!(
    "p.id, p.price_from_minor",
    "(p.price_from_minor, p.id) < ($1, $2)",
    "p.price_from_minor DESC, p.id DESC"
);
const BY_NAME: &str = walk!("p.id, p.name_fold", "(p.name_fold, p.id) > ($1, $2)", "p.name_fold, p.id");
const BY_NAME_DOWN: &str =
    walk!("p.id, p.name_fold", "(p.name_fold, p.id) < ($1, $2)", "p.name_fold DESC, p.id DESC");

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] =
    &[WITH_WORD, IN_CATEGORY, KEYS, BY_PRICE, BY_PRICE_DOWN, BY_NAME, BY_NAME_DOWN];

/// A place in the orders of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) id: i64,
    pub(super) price_minor: i64,
    pub(super) name: String,
}

/// An order of the catalogue that is not that of the ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Price,
    PriceDown,
    Name,
    NameDown,
}

impl Way {
    pub(super) fn goes_down(self) -> bool {
        matches!(self, Self::PriceDown | Self::NameDown)
    }

    /// As the engines compare.
    pub(super) fn compare(self, one: &Key, other: &Key) -> Ordering {
        let up = match self {
            Self::Price | Self::PriceDown => (one.price_minor, one.id).cmp(&(other.price_minor, other.id)),
            Self::Name | Self::NameDown => (&one.name, one.id).cmp(&(&other.name, other.id)),
        };
        if self.goes_down() { up.reverse() } else { up }
    }

    pub(super) fn is_after(self, key: &Key, place: &Key) -> bool {
        self.compare(key, place) == Ordering::Greater
    }
}

/// The ids of products that have a word that begins so, in no order, one as often as it has such words.
pub(super) fn with_word(tx: &mut Tx<'_>, word: &str) -> Result<Vec<i64>, Error> {
    // No character comes after U+10FFFF.
    let end = format!("{word}\u{10FFFF}");
    let ids = tx.first(WITH_WORD, params![word, &end], |row| row.text_or_null(0))?.flatten();
    let number = |text: &str| text.parse().map_err(|_| Error::Invalid(format!("product_word: no id {text}")));
    ids.unwrap_or_default().split_ascii_whitespace().map(number).collect()
}

/// The ids of products in the category of this name or slug and in those in it, also of those that buyers do not know.
pub(super) fn in_category(tx: &mut Tx<'_>, name: &str) -> Result<Vec<i64>, Error> {
    tx.all(IN_CATEGORY, params![name], |row| row.int(0))
}

/// Where these products are in the catalogue's orders.
pub(super) fn keys(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<Key>, Error> {
    let mut found = Vec::with_capacity(ids.len());
    for part in ids.chunks(AT_ONCE) {
        let mut values = [Param::from(part[part.len() - 1]); AT_ONCE];
        for (value, id) in values.iter_mut().zip(part) {
            *value = Param::from(*id);
        }
        let read = |row: &Row<'_>| Ok(Key { id: row.int(0)?, price_minor: row.int(1)?, name: row.text(2)? });
        found.extend(tx.all(KEYS, &values, read)?);
    }
    Ok(found)
}

/// The next products after `place`, of all statuses; none at the end. Of a key there is what the way goes by.
pub(super) fn walk(tx: &mut Tx<'_>, way: Way, place: &Key) -> Result<Vec<Key>, Error> {
    let priced = |row: &Row<'_>| Ok(Key { id: row.int(0)?, price_minor: row.int(1)?, name: String::new() });
    let named = |row: &Row<'_>| Ok(Key { id: row.int(0)?, price_minor: 0, name: row.text(1)? });
    match way {
        Way::Price => tx.all(BY_PRICE, params![place.price_minor, place.id], priced),
        Way::PriceDown => tx.all(BY_PRICE_DOWN, params![place.price_minor, place.id], priced),
        Way::Name => tx.all(BY_NAME, params![&place.name, place.id], named),
        Way::NameDown => tx.all(BY_NAME_DOWN, params![&place.name, place.id], named),
    }
}
