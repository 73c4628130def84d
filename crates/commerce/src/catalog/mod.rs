//! The catalogue: what the shop sells and at which price. Types and rules; [`store`] has the SQL, [`http`] the routes.
//!
//! A product's SKU never changes, for stock, ledger and old orders name it. A product made without one gets `p-<id>`, a
//! form that nobody else may choose. Products are never deleted but archived: buyers no longer know them, old orders do.
//! One shop may hold products of several currencies; an order has one.

mod attributes;
mod body;
pub(crate) mod cache;
mod check;
pub mod http;
mod page;
pub mod store;
mod view;

pub(crate) use check::{Folded, is_sku};
use kassa_db::Tx;
use kassa_model::{Currency, Money, Timestamp};

use crate::inventory;

/// The most characters of a name or a category.
pub const NAME_CHARS_MAX: usize = 255;
/// The most bytes of the attributes, as JSON without spaces.
pub const ATTRIBUTES_BYTES_MAX: usize = 16 << 10;
/// The most characters of a description.
pub const DESCRIPTION_CHARS_MAX: usize = 10_000;
/// The most bytes of a SKU.
pub const SKU_BYTES_MAX: usize = 100;

/// A product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its number, which dialects A and C show.
    pub id: i64,
    /// Its name in stock and on orders; unique, printable ASCII, never changes.
    pub sku: String,
    /// What buyers read.
    pub name: String,
    /// A group of products.
    pub category: Option<String>,
    /// A text for its page.
    pub description: Option<String>,
    /// `YYYY-MM-DD`.
    pub release_date: Option<String>,
    /// Where its picture is.
    pub image_url: Option<String>,
    /// What one of it costs.
    pub price: Money,
    /// A JSON object.
    pub attributes: String,
    /// Whether there is a stock of it; a download has none.
    pub track_stock: bool,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it went out of the catalogue.
    pub archived_at: Option<Timestamp>,
}

/// A product to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProduct {
    /// `None`: `p-<id>`.
    pub sku: Option<String>,
    /// Something to see; kept without space around it.
    pub name: String,
    /// A group of products.
    pub category: Option<String>,
    /// A text for its page.
    pub description: Option<String>,
    /// `YYYY-MM-DD`.
    pub release_date: Option<String>,
    /// `http://…`, `https://…` or a path from `/`.
    pub image_url: Option<String>,
    /// What one of it costs; 0 is free.
    pub price: Money,
    /// A JSON object.
    pub attributes: String,
    /// Whether there is a stock of it.
    pub track_stock: bool,
    /// From how many on its stock is low; only of use with `track_stock`.
    pub low_stock_at: i64,
}

impl NewProduct {
    /// A product with a name and a price, without stock and with nothing else: what dialects A and C make.
    pub fn plain(name: impl Into<String>, price: Money) -> Self {
        Self {
            sku: None,
            name: name.into(),
            category: None,
            description: None,
            release_date: None,
            image_url: None,
            price,
            attributes: "{}".to_owned(),
            track_stock: false,
            low_stock_at: inventory::LOW_STOCK_AT,
        }
    }
}

/// What is to be changed of a product; `None` leaves a field as it is, `Some(None)` empties it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// A new name.
    pub name: Option<String>,
    /// A new category.
    pub category: Option<Option<String>>,
    /// A new description.
    pub description: Option<Option<String>>,
    /// A new release date.
    pub release_date: Option<Option<String>>,
    /// A new picture.
    pub image_url: Option<Option<String>>,
    /// A new price; orders keep theirs.
    pub price: Option<NewPrice>,
    /// A new JSON object in place of the old one.
    pub attributes: Option<String>,
    /// Begin to keep a stock (with nothing on hand), or end it (only with nothing on hand).
    pub track_stock: Option<bool>,
}

/// A new price of a product that has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewPrice {
    /// Minor units.
    pub amount_minor: i64,
    /// `None`: the currency of the price before.
    pub currency: Option<Currency>,
}

impl From<Money> for NewPrice {
    fn from(price: Money) -> Self {
        Self { amount_minor: price.amount_minor, currency: Some(price.currency) }
    }
}

/// Why a product is not as it was wished.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A field that breaks a rule.
    #[error("{field} {why}")]
    Invalid {
        /// The field, as in the native API.
        field: &'static str,
        /// The rule, such as `has at most 255 characters`.
        why: String,
    },
    /// Another product has the SKU, perhaps an archived one.
    #[error("a product has the SKU {0} already")]
    SkuTaken(String),
    /// No such product, or an archived one.
    #[error("no product {0}")]
    Unknown(i64),
    /// Somebody else has changed it since.
    #[error("product {id} has version {actual}, not {expected}")]
    OtherVersion {
        /// The product.
        id: i64,
        /// The version that the caller has seen.
        expected: i64,
        /// The version that it has.
        actual: i64,
    },
    /// Its stock cannot be given up while there is some.
    #[error("{sku} has {on_hand} on hand: adjust its stock to 0 before giving it up")]
    StockInBooks {
        /// The product's SKU.
        sku: String,
        /// What is there.
        on_hand: i64,
    },
    /// The database.
    #[error(transparent)]
    Db(#[from] kassa_db::Error),
}

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

#[cfg(test)]
mod tests;
