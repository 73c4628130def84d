//! The SQL of categories.

use kassa_db::{Error, Row, Tx, params};
use kassa_model::Timestamp;

use super::{Category, Counted};
use crate::catalog::slug;
use crate::text;

/// The columns of a [`Category`], in the order in which [`category`] reads them.
macro_rules! columns {
    () => {
        "id, slug, name, parent_id, position, version"
    };
}

const BY_ID: &str = concat!("SELECT ", columns!(), " FROM categories WHERE id = $1");
/// Of those of one name, one that is in no other.
const BY_NAME: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM categories WHERE name = $1 ORDER BY CASE WHEN parent_id IS NULL THEN 0 ELSE 1 END, id LIMIT 1"
);
const BY_NAME_IN: &str = "SELECT id FROM categories WHERE name = $1 \
     AND COALESCE(parent_id, 0) = COALESCE(CAST($2 AS BIGINT), 0) ORDER BY id LIMIT 1";
const ALL_COUNTED: &str = concat!(
    "SELECT ",
    columns!(),
    ", COALESCE(n.products, 0) FROM categories c LEFT JOIN (SELECT category_id, CAST(COUNT(*) AS BIGINT) AS products \
     FROM products WHERE status = 'active' AND category_id IS NOT NULL GROUP BY category_id) AS n ON n.category_id = c.id \
     ORDER BY position, name_fold, id LIMIT $1"
);
const INSERT: &str = "INSERT INTO categories (slug, name, name_fold, parent_id, position, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (slug) DO NOTHING RETURNING id";
const SLUG_TAKEN: &str = "SELECT id FROM categories WHERE slug = $1";
const REPLACE: &str = "UPDATE categories SET slug = $2, name = $3, name_fold = $4, parent_id = $5, position = $6, \
     updated_at = $7, \
     version = $8 WHERE id = $1";
const LOCK: &str = "UPDATE categories SET version = version WHERE id = $1";
const DELETE: &str = "DELETE FROM categories WHERE id = $1";
const MOVE_CHILDREN: &str =
    "UPDATE categories SET parent_id = $2, version = version + 1 WHERE parent_id = $1";
const PRODUCTS: &str = "SELECT id FROM products WHERE category_id = $1 ORDER BY id";
const TOUCH_PRODUCTS: &str =
    "UPDATE products SET version = version + 1, updated_at = $2 WHERE category_id = $1";
const UNFILLED: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM categories WHERE slug IS NULL";
const TO_FILL: &str = "SELECT id, name FROM categories WHERE slug IS NULL LIMIT $1";
const FILL: &str = "UPDATE categories SET slug = $2, name_fold = $3 WHERE id = $1 AND slug IS NULL";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    BY_ID,
    BY_NAME,
    BY_NAME_IN,
    ALL_COUNTED,
    INSERT,
    SLUG_TAKEN,
    REPLACE,
    LOCK,
    DELETE,
    MOVE_CHILDREN,
    PRODUCTS,
    TOUCH_PRODUCTS,
    UNFILLED,
    TO_FILL,
    FILL,
];

fn category(row: &Row<'_>) -> Result<Category, Error> {
    Ok(Category {
        id: row.int(0)?,
        slug: row.text_or_null(1)?.unwrap_or_default(),
        name: row.text(2)?,
        parent_id: row.int_or_null(3)?,
        position: row.int(4)?,
        version: row.int(5)?,
    })
}

/// The category of this number.
pub(crate) fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Category>, Error> {
    tx.first(BY_ID, params![id], category)
}

/// A category of exactly this name.
pub(crate) fn by_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<Category>, Error> {
    tx.first(BY_NAME, params![name], category)
}

/// The number of the category of exactly this name that is in that one, or in none.
pub(crate) fn by_name_in(tx: &mut Tx<'_>, parent: Option<i64>, name: &str) -> Result<Option<i64>, Error> {
    tx.first(BY_NAME_IN, params![name, parent], |row| row.int(0))
}

/// At most `limit` categories, siblings in their order.
pub(crate) fn all(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Counted>, Error> {
    tx.all(ALL_COUNTED, params![limit], |row| Ok(Counted { category: category(row)?, count: row.int(6)? }))
}

/// Writes a new category; its id, or `None` when its slug is taken.
pub(crate) fn insert(tx: &mut Tx<'_>, new: &Category, now: Timestamp) -> Result<Option<i64>, Error> {
    let slug = Some(new.slug.as_str()).filter(|slug| !slug.is_empty());
    let fold = text::fold(&new.name);
    let values = params![slug, &new.name, &fold, new.parent_id, new.position, now.micros()];
    tx.first(INSERT, values, |row| row.int(0))
}

/// The category that has the slug.
pub(crate) fn by_slug(tx: &mut Tx<'_>, slug: &str) -> Result<Option<i64>, Error> {
    tx.first(SLUG_TAKEN, params![slug], |row| row.int(0))
}

/// Writes all that can change of a category.
pub(crate) fn replace(tx: &mut Tx<'_>, after: &Category, now: Timestamp) -> Result<(), Error> {
    let fold = text::fold(&after.name);
    let values = params![
        after.id,
        &after.slug,
        &after.name,
        &fold,
        after.parent_id,
        after.position,
        now.micros(),
        after.version,
    ];
    tx.execute(REPLACE, values).map(drop)
}

/// The category of this number, which nobody else changes until the transaction ends.
pub(crate) fn locked(tx: &mut Tx<'_>, id: i64) -> Result<Option<Category>, Error> {
    tx.execute(LOCK, params![id])?;
    by_id(tx, id)
}

/// Removes a category, whose children go to its parent.
pub(crate) fn delete(tx: &mut Tx<'_>, gone: &Category) -> Result<(), Error> {
    tx.execute(MOVE_CHILDREN, params![gone.id, gone.parent_id])?;
    tx.execute(DELETE, params![gone.id]).map(drop)
}

/// The numbers of all products that are in it itself.
pub(crate) fn products(tx: &mut Tx<'_>, id: i64) -> Result<Vec<i64>, Error> {
    tx.all(PRODUCTS, params![id], |row| row.int(0))
}

/// Counts a change of all products that are in it itself.
pub(crate) fn touch_products(tx: &mut Tx<'_>, id: i64, now: Timestamp) -> Result<(), Error> {
    tx.execute(TOUCH_PRODUCTS, params![id, now.micros()]).map(drop)
}

/// How many categories were written before they had slugs.
pub(crate) fn unfilled(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(tx.first(UNFILLED, &[], |row| row.int(0))?.unwrap_or(0))
}

/// Fills some of them; how many it looked at.
pub(crate) fn fill_some(tx: &mut Tx<'_>, limit: i64) -> Result<i64, Error> {
    let mut looked_at = 0;
    for (id, name) in tx.all(TO_FILL, params![limit], |row| Ok((row.int(0)?, row.text(1)?)))? {
        let slug = free_slug(tx, &slug::of(&name), id)?;
        tx.execute(FILL, params![id, &slug, &text::fold(&name)])?;
        looked_at += 1;
    }
    Ok(looked_at)
}

/// The first of a slug's choices that no category has.
pub(crate) fn free_slug(tx: &mut Tx<'_>, plain: &str, id: i64) -> Result<String, Error> {
    let mut attempt = 0;
    loop {
        let choice = slug::choice(plain, id, attempt);
        if by_slug(tx, &choice)?.is_none() {
            return Ok(choice);
        }
        attempt += 1;
    }
}
