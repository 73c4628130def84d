//! The rules of the catalogue: products made, changed, archived and brought back, in a transaction.

use kassa_db::Tx;
use kassa_model::{Money, Timestamp};

use super::check::{self, Folded};
use super::product::{Change, Error, NewPrice, NewProduct, Product};
use super::{price_change, store};
use crate::inventory;
use crate::notes::{self, NoteKind};

/// Makes a product, and its stock with nothing on hand if it has one.
///
/// # Errors
/// [`Error::Invalid`], [`Error::SkuTaken`].
pub fn create(tx: &mut Tx<'_>, new: &NewProduct, now: Timestamp) -> Result<Product, Error> {
    check::new_product(new)?;
    let attributes = check::attributes(&new.attributes)?;
    let category = new.category.as_deref().map(|category| check::line("category", category)).transpose()?;
    let mut product = Product {
        id: 0,
        sku: new.sku.clone().unwrap_or_else(|| format!("new-{}", uuid::Uuid::now_v7())),
        name: check::line("name", &new.name)?,
        category,
        description: new.description.clone(),
        release_date: new.release_date.clone(),
        image_url: new.image_url.clone(),
        price: new.price,
        attributes,
        track_stock: new.track_stock,
        version: 1,
        created_at: now,
        updated_at: now,
        archived_at: None,
    };
    match store::insert(tx, &product, &Folded::of(&product))? {
        Some(id) => product.id = id,
        None => return Err(Error::SkuTaken(product.sku)),
    }
    if new.sku.is_none() {
        product.sku = format!("p-{}", product.id);
        store::name_sku(tx, &product, &Folded::of(&product))?;
    }
    if product.track_stock {
        inventory::open(tx, &product.sku, new.low_stock_at, now)?;
    }
    price_change::record(tx, &product, None, now)?;
    notes::product(tx, NoteKind::ProductPublished, (&product.sku, product.version), now)?;
    Ok(product)
}

/// Changes a product. With `expected_version` only if it still has that version. A change that changes nothing keeps the
/// version.
///
/// # Errors
/// [`Error::Unknown`], [`Error::OtherVersion`], [`Error::Invalid`], [`Error::StockInBooks`].
pub fn update(
    tx: &mut Tx<'_>,
    id: i64,
    expected_version: Option<i64>,
    change: &Change,
    now: Timestamp,
) -> Result<Product, Error> {
    let before = current(tx, id, expected_version)?;
    let mut after = changed(&before, change)?;
    if after == before {
        return Ok(before);
    }
    check::product(&after)?;
    after.version += 1;
    after.updated_at = now;
    if store::replace(tx, &after, before.version, &Folded::of(&after))? == 0 {
        return Err(overtaken(tx, id, before.version)?);
    }
    if after.price != before.price {
        price_change::record(tx, &after, Some(before.price), now)?;
    }
    match (before.track_stock, after.track_stock) {
        (false, true) => inventory::open(tx, &after.sku, inventory::LOW_STOCK_AT, now)?,
        (true, false) => require_no_stock(tx, &after.sku)?,
        _ => (),
    }
    Ok(after)
}

/// Takes a product out of the catalogue: buyers no longer know it. Its stock, its ledger and its orders stay. With
/// `expected_version` only if it still has that version.
///
/// # Errors
/// [`Error::Unknown`] also when it is archived already, [`Error::OtherVersion`].
pub fn archive(
    tx: &mut Tx<'_>,
    id: i64,
    expected_version: Option<i64>,
    now: Timestamp,
) -> Result<Product, Error> {
    let before = current(tx, id, expected_version)?;
    let after =
        Product { version: before.version + 1, updated_at: now, archived_at: Some(now), ..before.clone() };
    if store::archive(tx, &after, before.version)? == 0 {
        return Err(overtaken(tx, id, before.version)?);
    }
    notes::product(tx, NoteKind::ProductArchived, (&after.sku, after.version), now)?;
    Ok(after)
}

/// Brings an archived product back into the catalogue, as it was; it has kept its SKU, and its stock. One that is there stays as
/// it is. With `expected_version` only if it still has that version.
///
/// # Errors
/// [`Error::Unknown`], [`Error::OtherVersion`].
pub fn restore(
    tx: &mut Tx<'_>,
    id: i64,
    expected_version: Option<i64>,
    now: Timestamp,
) -> Result<Product, Error> {
    let before = store::by_ids(tx, &[id])?.pop().ok_or(Error::Unknown(id))?;
    expect(&before, expected_version)?;
    if before.archived_at.is_none() {
        return Ok(before);
    }
    let after = Product { version: before.version + 1, updated_at: now, archived_at: None, ..before.clone() };
    if store::restore(tx, &after, before.version)? == 0 {
        let actual = store::by_ids(tx, &[id])?.pop().ok_or(Error::Unknown(id))?.version;
        return Err(Error::OtherVersion { id, expected: before.version, actual });
    }
    if after.track_stock {
        inventory::open(tx, &after.sku, inventory::LOW_STOCK_AT, now)?;
    }
    notes::product(tx, NoteKind::ProductPublished, (&after.sku, after.version), now)?;
    Ok(after)
}

/// Refuses a product that has not the version that the caller expects.
fn expect(product: &Product, version: Option<i64>) -> Result<(), Error> {
    match version {
        Some(expected) if expected != product.version => {
            Err(Error::OtherVersion { id: product.id, expected, actual: product.version })
        }
        _ => Ok(()),
    }
}

/// The product as it is, if buyers know it and it has the version that the caller expects.
fn current(tx: &mut Tx<'_>, id: i64, expected_version: Option<i64>) -> Result<Product, Error> {
    let found = store::by_ids(tx, &[id])?.pop();
    let product = found.filter(|product| product.archived_at.is_none()).ok_or(Error::Unknown(id))?;
    expect(&product, expected_version)?;
    Ok(product)
}

/// Between reading and writing another transaction has changed the row (PostgreSQL only).
fn overtaken(tx: &mut Tx<'_>, id: i64, expected: i64) -> Result<Error, kassa_db::Error> {
    let now = store::by_ids(tx, &[id])?.pop();
    Ok(match now.filter(|product| product.archived_at.is_none()) {
        Some(product) => Error::OtherVersion { id, expected, actual: product.version },
        None => Error::Unknown(id),
    })
}

fn changed(before: &Product, change: &Change) -> Result<Product, Error> {
    let mut after = before.clone();
    if let Some(name) = &change.name {
        after.name = check::line("name", name)?;
    }
    if let Some(category) = &change.category {
        after.category = category.as_deref().map(|category| check::line("category", category)).transpose()?;
    }
    for (field, new) in [
        (&mut after.description, &change.description),
        (&mut after.release_date, &change.release_date),
        (&mut after.image_url, &change.image_url),
    ] {
        if let Some(new) = new {
            field.clone_from(new);
        }
    }
    if let Some(NewPrice { amount_minor, currency }) = change.price {
        after.price = Money { amount_minor, currency: currency.unwrap_or(before.price.currency) };
    }
    after.track_stock = change.track_stock.unwrap_or(after.track_stock);
    if let Some(attributes) = &change.attributes {
        after.attributes = check::attributes(attributes)?;
    }
    Ok(after)
}

/// Stock that is there would vanish from the books of what can be sold; returns of earlier orders may still come in.
fn require_no_stock(tx: &mut Tx<'_>, sku: &str) -> Result<(), Error> {
    match inventory::store::by_sku(tx, sku)? {
        Some(stock) if stock.on_hand > 0 => {
            Err(Error::StockInBooks { sku: sku.to_owned(), on_hand: stock.on_hand })
        }
        _ => Ok(()),
    }
}
