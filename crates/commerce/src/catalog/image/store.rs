//! The SQL of the pictures of products.

use kassa_db::{Error, Param, Row, Tx, params};

use super::Picture;
use crate::catalog::product::Product;
use crate::catalog::variant::Variant;

/// The columns of a [`Picture`], in the order in which [`picture`] reads them.
macro_rules! columns {
    () => {
        "i.asset_id, i.alt, a.width, a.height, iv.sku"
    };
}
pub(in crate::catalog) use columns;

/// What they are read from, behind the pictures.
macro_rules! joined {
    () => {
        "JOIN assets a ON a.id = i.asset_id LEFT JOIN variants iv ON iv.id = i.variant_id "
    };
}

const OF_PRODUCT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM product_image i ",
    joined!(),
    "WHERE i.product_id = $1 ORDER BY i.position"
);
const OF_PRODUCTS: &str = concat!(
    "SELECT ",
    columns!(),
    ", i.product_id FROM product_image i ",
    joined!(),
    "WHERE i.product_id IN ($1, $2, $3, $4, $5, $6, $7, $8) ORDER BY i.product_id, i.position"
);
const OF_SKUS: &str = concat!(
    "SELECT ",
    columns!(),
    ", v.sku FROM variants v JOIN product_image i ON i.product_id = v.product_id AND (i.position = 1 OR i.variant_id = v.id) ",
    joined!(),
    "WHERE v.sku IN ($1, $2, $3, $4, $5, $6, $7, $8) ORDER BY i.position"
);
const INSERT: &str =
    "INSERT INTO product_image (product_id, position, asset_id, variant_id, alt) VALUES ($1, $2, $3, $4, $5)";
const REMOVE: &str = "DELETE FROM product_image WHERE product_id = $1";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[OF_PRODUCT, OF_PRODUCTS, OF_SKUS, INSERT, REMOVE];

/// Reads [`columns`] from the column `at` on; `None` where there is no picture.
pub(in crate::catalog) fn picture_or_none(row: &Row<'_>, at: usize) -> Result<Option<Picture>, Error> {
    match row.text_or_null(at)? {
        Some(_) => picture(row, at).map(Some),
        None => Ok(None),
    }
}

fn picture(row: &Row<'_>, at: usize) -> Result<Picture, Error> {
    Ok(Picture {
        id: row.text(at)?,
        alt: row.text(at + 1)?,
        width: row.int(at + 2)?,
        height: row.int(at + 3)?,
        variant_sku: row.text_or_null(at + 4)?,
    })
}

/// All pictures of a product in their order.
pub fn of(tx: &mut Tx<'_>, product: &Product) -> Result<Vec<Picture>, Error> {
    match product.picture {
        Some(_) => tx.all(OF_PRODUCT, params![product.id], |row| picture(row, 0)),
        None => Ok(Vec::new()),
    }
}

/// All pictures of these products, each with the number of its own, those of each in their order.
pub(in crate::catalog) fn of_products(
    tx: &mut Tx<'_>,
    products: &[i64],
) -> Result<Vec<(i64, Picture)>, Error> {
    let keys: Vec<Param<'_>> = products.iter().map(|id| Param::from(*id)).collect();
    tx.all_of(OF_PRODUCTS, &keys, |row| Ok((row.int(5)?, picture(row, 0)?)))
}

/// The picture of each of these SKUs that has one: the first that shows the variant, or else the first of its product.
pub fn of_skus(tx: &mut Tx<'_>, skus: &[&str]) -> Result<Vec<(String, Picture)>, Error> {
    let keys: Vec<Param<'_>> = skus.iter().map(|sku| (*sku).into()).collect();
    let found = tx.all_of(OF_SKUS, &keys, |row| Ok((row.text(5)?, picture(row, 0)?)))?;
    let mut chosen: Vec<(String, Picture)> = Vec::new();
    for (sku, picture) in found {
        let shows_it = |picture: &Picture| picture.variant_sku.as_deref() == Some(sku.as_str());
        match chosen.iter_mut().find(|(known, _)| *known == sku) {
            Some((_, known)) if shows_it(&picture) && !shows_it(known) => *known = picture,
            Some(_) => (),
            None => chosen.push((sku, picture)),
        }
    }
    Ok(chosen)
}

/// Writes the pictures of a product in place of those that it had; their variants are among `variants`.
pub(in crate::catalog) fn replace(
    tx: &mut Tx<'_>,
    product_id: i64,
    pictures: &[Picture],
    variants: &[Variant],
) -> Result<(), Error> {
    tx.execute(REMOVE, params![product_id])?;
    for (position, picture) in (1_i64..).zip(pictures) {
        let sku = picture.variant_sku.as_ref();
        let variant = sku.and_then(|sku| variants.iter().find(|variant| variant.sku == *sku));
        let variant_id = variant.map(|variant| variant.id);
        tx.execute(INSERT, params![product_id, position, &picture.id, variant_id, &picture.alt])?;
    }
    Ok(())
}
