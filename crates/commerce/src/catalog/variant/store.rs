//! The SQL of variants.

use kassa_db::{Error, Param, Row, Tx, params};
use kassa_model::{Currency, Money, Timestamp};

use super::Variant;
use crate::catalog::options;

/// The columns of a [`Variant`], in the order in which [`variant`] reads them.
macro_rules! columns {
    () => {
        "id, product_id, sku, option_values, title, price_minor, currency, cost_minor, barcode, weight_g, track_stock, \
         position, created_at, updated_at, archived_at"
    };
}

const OF_PRODUCT: &str =
    concat!("SELECT ", columns!(), " FROM variants WHERE product_id = $1 ORDER BY position, id");
const OF_PRODUCTS: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM variants WHERE product_id IN ($1, $2, $3, $4, $5, $6, $7, $8) ORDER BY product_id, position, id"
);
const PRODUCT_OF: &str = "SELECT product_id FROM variants WHERE sku = $1";
const INSERT: &str = "INSERT INTO variants (product_id, sku, option_values, option_key, title, price_minor, currency, \
     cost_minor, barcode, weight_g, track_stock, position, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING RETURNING id";
const NAME_SKU: &str = "UPDATE variants SET sku = $2 WHERE id = $1";
const REPLACE: &str = "UPDATE variants SET option_values = $2, option_key = $3, title = $4, price_minor = $5, currency = $6, \
     cost_minor = $7, barcode = $8, weight_g = $9, track_stock = $10, position = $11, updated_at = $12, archived_at = $13 \
     WHERE id = $1";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[OF_PRODUCT, OF_PRODUCTS, PRODUCT_OF, INSERT, NAME_SKU, REPLACE];

fn variant(row: &Row<'_>) -> Result<Variant, Error> {
    Ok(Variant {
        id: row.int(0)?,
        product_id: row.int(1)?,
        sku: row.text(2)?,
        options: options::of_json(&row.text(3)?)?,
        title: row.text_or_null(4)?,
        price: Money { amount_minor: row.int(5)?, currency: currency(&row.text(6)?)? },
        cost_minor: row.int_or_null(7)?,
        barcode: row.text_or_null(8)?,
        weight_g: row.int_or_null(9)?,
        track_stock: row.flag(10)?,
        position: row.int(11)?,
        created_at: Timestamp::from_micros(row.int(12)?),
        updated_at: Timestamp::from_micros(row.int(13)?),
        archived_at: row.int_or_null(14)?.map(Timestamp::from_micros),
    })
}

fn currency(code: &str) -> Result<Currency, Error> {
    code.parse().map_err(|_| Error::Invalid(format!("variants: no currency {code}")))
}

/// All variants of a product in their order, archived ones too.
pub(crate) fn of_product(tx: &mut Tx<'_>, product_id: i64) -> Result<Vec<Variant>, Error> {
    tx.all(OF_PRODUCT, params![product_id], variant)
}

/// All variants of these products, archived ones too, those of each in their order.
pub(crate) fn of_products(tx: &mut Tx<'_>, products: &[i64]) -> Result<Vec<Variant>, Error> {
    let keys: Vec<Param<'_>> = products.iter().map(|id| Param::from(*id)).collect();
    tx.all_of(OF_PRODUCTS, &keys, variant)
}

/// The product that has a variant of this SKU, be it archived.
pub(crate) fn product_of(tx: &mut Tx<'_>, sku: &str) -> Result<Option<i64>, Error> {
    tx.first(PRODUCT_OF, params![sku], |row| row.int(0))
}

/// Writes a new variant; its id, or `None` when its SKU or its options are taken.
pub(crate) fn insert(tx: &mut Tx<'_>, new: &Variant) -> Result<Option<i64>, Error> {
    let (values, key) = (options::json(&new.options), options::key(&new.options));
    let values = params![
        new.product_id,
        &new.sku,
        &values,
        &key,
        new.title.as_deref(),
        new.price.amount_minor,
        new.price.currency.code(),
        new.cost_minor,
        new.barcode.as_deref(),
        new.weight_g,
        new.track_stock,
        new.position,
        new.created_at.micros(),
        new.updated_at.micros(),
    ];
    tx.first(INSERT, values, |row| row.int(0))
}

/// Gives a new variant the SKU that follows from its id.
pub(crate) fn name_sku(tx: &mut Tx<'_>, id: i64, sku: &str) -> Result<(), Error> {
    tx.execute(NAME_SKU, params![id, sku]).map(drop)
}

/// Writes all that can change of a variant.
pub(crate) fn replace(tx: &mut Tx<'_>, after: &Variant) -> Result<(), Error> {
    let (values, key) = (options::json(&after.options), options::key(&after.options));
    let values = params![
        after.id,
        &values,
        &key,
        after.title.as_deref(),
        after.price.amount_minor,
        after.price.currency.code(),
        after.cost_minor,
        after.barcode.as_deref(),
        after.weight_g,
        after.track_stock,
        after.position,
        after.updated_at.micros(),
        after.archived_at.map(Timestamp::micros),
    ];
    tx.execute(REPLACE, values).map(drop)
}
