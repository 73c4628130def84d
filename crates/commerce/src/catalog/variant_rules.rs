//! The rules of variants: made, changed, archived and brought back, in a transaction. Each is a change of its product.

use kassa_db::Tx;
use kassa_model::Timestamp;

use super::product::{Error, Product, Status};
use super::variant::{NewVariant, SaidVariant, Variant, VariantChange};
use super::whole::Whole;
use super::{check, options};

/// The most places among the variants of a product.
const POSITION_MAX: i64 = 1_000_000;

fn is_there(product: &Product) -> bool {
    product.status != Status::Archived
}

/// Adds a variant to a product, behind the others; what it does not say is as with the first.
///
/// # Errors
/// [`Error::Unknown`], [`Error::OtherVersion`], [`Error::Invalid`], [`Error::SkuTaken`], [`Error::OptionsTaken`].
pub(crate) fn add(
    tx: &mut Tx<'_>,
    id: i64,
    expected_version: Option<i64>,
    new: &NewVariant,
    now: Timestamp,
) -> Result<Product, Error> {
    let before = Whole::expected(tx, id, expected_version, is_there)?;
    let mut after = before.clone();
    push(&mut after, new, now)?;
    after.save(tx, &before, now)
}

/// Changes a variant. A change that changes nothing keeps the version.
///
/// # Errors
/// [`Error::Unknown`], [`Error::UnknownVariant`], [`Error::OtherVersion`], [`Error::Invalid`], [`Error::OptionsTaken`],
/// [`Error::StockInBooks`], [`Error::LastVariant`].
pub(crate) fn update(
    tx: &mut Tx<'_>,
    (id, sku): (i64, &str),
    expected_version: Option<i64>,
    change: &VariantChange,
    now: Timestamp,
) -> Result<Product, Error> {
    let before = Whole::expected(tx, id, expected_version, is_there)?;
    let mut after = before.clone();
    let unknown = || Error::UnknownVariant { id, sku: sku.to_owned() };
    let variant = after.variants.iter_mut().find(|variant| variant.sku == sku).ok_or_else(unknown)?;
    // An archived one can only be brought back.
    if !variant.is_sold() && change.archived != Some(false) {
        return Err(unknown());
    }
    apply(variant, change, now)?;
    if after.sold().next().is_none() {
        return Err(Error::LastVariant(sku.to_owned()));
    }
    after.save(tx, &before, now)
}

/// Changes the variant of this SKU to what is said of it, and brings it back where it was archived unless that is said, too; where
/// there is none, a new one comes behind the others.
///
/// # Errors
/// [`Error::Invalid`].
pub(crate) fn put(whole: &mut Whole, said: &SaidVariant, now: Timestamp) -> Result<(), Error> {
    match whole.variants.iter_mut().find(|variant| Some(&variant.sku) == said.sku.as_ref()) {
        Some(known) => {
            let archived = said.change.archived.or(Some(false));
            apply(known, &VariantChange { archived, ..said.change.clone() }, now)
        }
        None => push(whole, &said.new_one(), now),
    }
}

/// A new variant; what it does not say is as in `like`.
pub(crate) fn made(new: &NewVariant, like: Variant) -> Result<Variant, Error> {
    if let Some(sku) = &new.sku {
        check::chosen_sku(sku)?;
    }
    let price = new.price.map_or(like.price, |price| price.in_place_of(like.price));
    Ok(Variant {
        sku: new.sku.clone().unwrap_or_default(),
        options: options::values(&new.options)?,
        title: new.title.as_deref().map(|title| check::line("title", title)).transpose()?,
        price,
        cost_minor: new.cost.map(|cost| check::cost(cost, price.currency)).transpose()?,
        barcode: new.barcode.clone(),
        weight_g: new.weight_g,
        track_stock: new.track_stock.unwrap_or(like.track_stock),
        ..like
    })
}

fn push(whole: &mut Whole, new: &NewVariant, now: Timestamp) -> Result<(), Error> {
    let position = whole.variants.iter().map(|variant| variant.position).max().unwrap_or(0) + 1;
    let Product { id, price, track_stock, .. } = whole.product;
    whole.variants.push(made(new, Variant::like((id, price, track_stock), (position, now)))?);
    Ok(())
}

fn apply(variant: &mut Variant, change: &VariantChange, now: Timestamp) -> Result<(), Error> {
    if let Some(values) = &change.options {
        variant.options = options::values(values)?;
    }
    if let Some(title) = &change.title {
        variant.title = title.as_deref().map(|title| check::line("title", title)).transpose()?;
    }
    variant.price = change.price.map_or(variant.price, |price| price.in_place_of(variant.price));
    if let Some(barcode) = &change.barcode {
        variant.barcode.clone_from(barcode);
    }
    if let Some(cost) = change.cost {
        variant.cost_minor = cost.map(|cost| check::cost(cost, variant.price.currency)).transpose()?;
    }
    variant.weight_g = change.weight_g.unwrap_or(variant.weight_g);
    variant.track_stock = change.track_stock.unwrap_or(variant.track_stock);
    if let Some(position) = change.position {
        if !(0..=POSITION_MAX).contains(&position) {
            let why = format!("is an integer from 0 to {POSITION_MAX}");
            return Err(Error::Invalid { field: "position", why });
        }
        variant.position = position;
    }
    match change.archived {
        Some(true) if variant.is_sold() => variant.archived_at = Some(now),
        Some(false) => variant.archived_at = None,
        _ => (),
    }
    Ok(())
}
