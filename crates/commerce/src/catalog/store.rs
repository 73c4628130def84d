//! The SQL of products.

use kassa_db::{Error, Param, Row, Tx, params};
use kassa_model::{Currency, Money, Timestamp};

use super::check::Folded;
use super::image;
use super::offer::Offer;
use super::options;
use super::product::{Product, Status};
use super::variant::shown_title;

/// The columns of a [`Product`], in the order in which [`product`] reads them.
macro_rules! columns {
    () => {
        concat!(
            "p.id, v.id, v.sku, p.slug, p.name, c.id, c.name, c.slug, p.description, p.release_date, p.image_url, p.option_names, \
             v.price_minor, p.currency, p.price_from_minor, p.price_to_minor, p.variant_count, v.title, v.option_values, \
             v.archived_at, p.attributes, v.track_stock, p.status, p.version, p.created_at, p.updated_at, p.archived_at, ",
            $crate::catalog::image::store::columns!()
        )
    };
}
pub(super) use columns;

/// The first pictures of products.
macro_rules! first_pictures {
    () => {
        "LEFT JOIN product_image i ON i.product_id = p.id AND i.position = 1 LEFT JOIN assets a ON a.id = i.asset_id \
         LEFT JOIN variants iv ON iv.id = i.variant_id "
    };
}
pub(super) use first_pictures;

/// Products, each as its first variant sells it.
macro_rules! by_first {
    () => {
        concat!($crate::catalog::store::first_variants!(), $crate::catalog::store::first_pictures!())
    };
}
pub(super) use by_first;

/// The same without pictures.
macro_rules! first_variants {
    () => {
        " FROM products p JOIN variants v ON v.id = p.first_variant_id LEFT JOIN categories c ON c.id = p.category_id "
    };
}
pub(super) use first_variants;

/// Variants with their products.
macro_rules! by_variant {
    () => {
        concat!(variants!(), first_pictures!())
    };
}

/// The same without pictures.
macro_rules! variants {
    () => {
        " FROM variants v JOIN products p ON p.id = v.product_id LEFT JOIN categories c ON c.id = p.category_id "
    };
}

/// The columns of an [`Offer`], in the order in which [`offer`] reads them.
macro_rules! offered {
    () => {
        "p.id, v.sku, p.name, c.name, v.price_minor, v.currency, v.track_stock, p.version, p.status, v.archived_at, v.title, \
         v.option_values"
    };
}

const BY_SKU: &str = concat!("SELECT ", columns!(), by_variant!(), "WHERE v.sku = $1");
const BY_SKUS: &str =
    concat!("SELECT ", columns!(), by_variant!(), "WHERE v.sku IN ($1, $2, $3, $4, $5, $6, $7, $8)");
const BY_ID: &str = concat!("SELECT ", columns!(), by_first!(), "WHERE p.id = $1");
const BY_IDS: &str =
    concat!("SELECT ", columns!(), by_first!(), "WHERE p.id IN ($1, $2, $3, $4, $5, $6, $7, $8)");
const OFFER: &str = concat!("SELECT ", offered!(), variants!(), "WHERE v.sku = $1");
const OFFERS: &str =
    concat!("SELECT ", offered!(), variants!(), "WHERE v.sku IN ($1, $2, $3, $4, $5, $6, $7, $8)");
const FIRST_OFFERS: &str =
    concat!("SELECT ", offered!(), first_variants!(), "WHERE p.id IN ($1, $2, $3, $4, $5, $6, $7, $8)");
const INSERT: &str = "INSERT INTO products (slug, name, option_names, status, first_variant_id, variant_count, price_from_minor, \
     price_to_minor, currency, attributes, search, version, created_at, updated_at) \
     VALUES ($1, $2, '[]', $3, 0, 1, 0, 0, $4, '{}', '', 1, $5, $5) ON CONFLICT (slug) DO NOTHING RETURNING id";
const REPLACE: &str = "UPDATE products SET slug = $3, name = $4, category_id = $5, description = $6, release_date = $7, \
     image_url = $8, option_names = $9, status = $10, first_variant_id = $11, variant_count = $12, price_from_minor = $13, \
     price_to_minor = $14, currency = $15, attributes = $16, search = $17, name_fold = $18, version = $19, \
     updated_at = $20, archived_at = $21 WHERE id = $1 AND version = $2";
const IDS_AFTER: &str = "SELECT id FROM products WHERE id > $1 ORDER BY id LIMIT $2";
const LOCK: &str = "UPDATE products SET version = version WHERE id = $1";
const SEARCH: &str = "SELECT search FROM products WHERE id = $1";
const SET_SEARCH: &str = "UPDATE products SET search = $2 WHERE id = $1";
const SLUGS: &str = "SELECT v.sku, p.slug FROM variants v JOIN products p ON p.id = v.product_id \
     WHERE p.status = 'active' AND p.slug IS NOT NULL AND v.sku IN ($1, $2, $3, $4, $5, $6, $7, $8)";
const BY_SLUG: &str = "SELECT id FROM products WHERE slug = $1";
const REDIRECTED: &str = "SELECT product_id FROM slug_redirect WHERE slug = $1";
const REDIRECT: &str = "INSERT INTO slug_redirect (slug, product_id) VALUES ($1, $2) ON CONFLICT (slug) \
     DO UPDATE SET product_id = $2";
const END_REDIRECT: &str = "DELETE FROM slug_redirect WHERE slug = $1";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    BY_SKU,
    BY_SKUS,
    BY_ID,
    BY_IDS,
    OFFER,
    OFFERS,
    FIRST_OFFERS,
    INSERT,
    REPLACE,
    IDS_AFTER,
    LOCK,
    SEARCH,
    SET_SEARCH,
    SLUGS,
    BY_SLUG,
    REDIRECTED,
    REDIRECT,
    END_REDIRECT,
];

/// Reads [`columns`].
pub(super) fn product(row: &Row<'_>) -> Result<Product, Error> {
    let currency = currency(&row.text(13)?)?;
    let status = row.text(22)?;
    Ok(Product {
        id: row.int(0)?,
        variant_id: row.int(1)?,
        sku: row.text(2)?,
        slug: row.text_or_null(3)?.unwrap_or_default(),
        name: row.text(4)?,
        category_id: row.int_or_null(5)?,
        category: row.text_or_null(6)?,
        category_slug: row.text_or_null(7)?,
        description: row.text_or_null(8)?,
        release_date: row.text_or_null(9)?,
        image_url: row.text_or_null(10)?,
        picture: image::store::picture_or_none(row, 27)?,
        options: options::of_json(&row.text(11)?)?,
        price: Money { amount_minor: row.int(12)?, currency },
        price_from_minor: row.int(14)?,
        price_to_minor: row.int(15)?,
        variant_count: row.int(16)?,
        variant_title: shown_title(row.text_or_null(17)?, &options::of_json(&row.text(18)?)?),
        variant_archived_at: row.int_or_null(19)?.map(Timestamp::from_micros),
        attributes: row.text(20)?,
        track_stock: row.flag(21)?,
        status: Status::of(&status).ok_or_else(|| Error::Invalid(format!("products: no status {status}")))?,
        version: row.int(23)?,
        created_at: Timestamp::from_micros(row.int(24)?),
        updated_at: Timestamp::from_micros(row.int(25)?),
        archived_at: row.int_or_null(26)?.map(Timestamp::from_micros),
    })
}

fn offer(row: &Row<'_>) -> Result<Offer, Error> {
    let is_active = row.text(8)? == Status::Active.name();
    Ok(Offer {
        id: row.int(0)?,
        sku: row.text(1)?,
        name: row.text(2)?,
        category: row.text_or_null(3)?,
        price: Money { amount_minor: row.int(4)?, currency: currency(&row.text(5)?)? },
        track_stock: row.flag(6)?,
        version: row.int(7)?,
        archived: !is_active || row.int_or_null(9)?.is_some(),
        title: shown_title(row.text_or_null(10)?, &options::of_json(&row.text(11)?)?),
    })
}

fn currency(code: &str) -> Result<Currency, Error> {
    code.parse().map_err(|_| Error::Invalid(format!("products: no currency {code}")))
}

fn keys<'a, T: Copy + Into<Param<'a>>>(keys: &[T]) -> Vec<Param<'a>> {
    keys.iter().map(|key| (*key).into()).collect()
}

/// The products of these SKUs, each as that variant sells it, archived ones too, in no order; a SKU that nothing has is left
/// out.
pub fn by_skus(tx: &mut Tx<'_>, skus: &[&str]) -> Result<Vec<Product>, Error> {
    if let [sku] = skus {
        return tx.all(BY_SKU, params![*sku], product);
    }
    tx.all_of(BY_SKUS, &keys(skus), product)
}

/// The products of these ids, each as its first variant sells it, archived ones too, in no order; an id that nothing has is left
/// out.
pub fn by_ids(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<Product>, Error> {
    if let [id] = ids {
        return tx.all(BY_ID, params![*id], product);
    }
    tx.all_of(BY_IDS, &keys(ids), product)
}

/// What orders need to know of these SKUs; as [`by_skus`].
pub(crate) fn offers(tx: &mut Tx<'_>, skus: &[&str]) -> Result<Vec<Offer>, Error> {
    if let [sku] = skus {
        return tx.all(OFFER, params![*sku], offer);
    }
    tx.all_of(OFFERS, &keys(skus), offer)
}

/// Under which names the pages of products that are sold are, by the SKUs of their variants; the others are left out.
pub(crate) fn slugs(tx: &mut Tx<'_>, skus: &[&str]) -> Result<Vec<(String, String)>, Error> {
    tx.all_of(SLUGS, &keys(skus), |row| Ok((row.text(0)?, row.text(1)?)))
}

/// What orders need to know of the first variants of these products; as [`by_ids`].
pub(crate) fn first_offers(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<Offer>, Error> {
    tx.all_of(FIRST_OFFERS, &keys(ids), offer)
}

/// Begins a new product with this slug, or without; its id, or `None` when the slug is taken. The rest of it is written by
/// [`replace`].
pub(crate) fn insert(tx: &mut Tx<'_>, new: &Product, slug: Option<&str>) -> Result<Option<i64>, Error> {
    let currency = new.price.currency.code();
    let values = params![slug, &new.name, new.status.name(), currency, new.created_at.micros()];
    tx.first(INSERT, values, |row| row.int(0))
}

/// Writes all that can change of a product that still has the version `before`; 0 when it has not.
pub(crate) fn replace(tx: &mut Tx<'_>, after: &Product, before: i64, folded: &Folded) -> Result<u64, Error> {
    let options = options::json(&after.options);
    let values = params![
        after.id,
        before,
        &after.slug,
        &after.name,
        after.category_id,
        after.description.as_deref(),
        after.release_date.as_deref(),
        after.image_url.as_deref(),
        &options,
        after.status.name(),
        after.variant_id,
        after.variant_count,
        after.price_from_minor,
        after.price_to_minor,
        after.price.currency.code(),
        &after.attributes,
        &folded.search,
        &folded.name,
        after.version,
        after.updated_at.micros(),
        after.archived_at.map(Timestamp::micros),
    ];
    tx.execute(REPLACE, values)
}

/// The numbers of products behind this one, in their order.
pub(crate) fn ids_after(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<i64>, Error> {
    tx.all(IDS_AFTER, params![after, limit], |row| row.int(0))
}

/// Nobody else changes the product until the transaction ends.
pub(crate) fn lock(tx: &mut Tx<'_>, id: i64) -> Result<(), Error> {
    if tx.is_alone() {
        return Ok(());
    }
    tx.execute(LOCK, params![id]).map(drop)
}

/// The words of a product, as the column holds them.
pub(crate) fn search(tx: &mut Tx<'_>, id: i64) -> Result<String, Error> {
    Ok(tx.first(SEARCH, params![id], |row| row.text(0))?.unwrap_or_default())
}

/// Writes the words of a product.
pub(crate) fn set_search(tx: &mut Tx<'_>, id: i64, search: &str) -> Result<(), Error> {
    tx.execute(SET_SEARCH, params![id, search]).map(drop)
}

/// The product that has the slug.
pub(crate) fn by_slug(tx: &mut Tx<'_>, slug: &str) -> Result<Option<i64>, Error> {
    tx.first(BY_SLUG, params![slug], |row| row.int(0))
}

/// The product that had the slug before.
pub(crate) fn redirected(tx: &mut Tx<'_>, slug: &str) -> Result<Option<i64>, Error> {
    tx.first(REDIRECTED, params![slug], |row| row.int(0))
}

/// From now on the slug leads to a product that has another.
pub(crate) fn redirect(tx: &mut Tx<'_>, slug: &str, id: i64) -> Result<(), Error> {
    tx.execute(REDIRECT, params![slug, id]).map(drop)
}

/// The slug is a product's own again.
pub(crate) fn end_redirect(tx: &mut Tx<'_>, slug: &str) -> Result<(), Error> {
    tx.execute(END_REDIRECT, params![slug]).map(drop)
}
