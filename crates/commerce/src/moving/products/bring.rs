//! A product of a file, brought into the catalogue: made where there is none of its SKUs, else changed to what the line says.

use kassa_db::Tx;
use kassa_model::{Money, Timestamp};

use super::categories;
use super::item::{Amount, ImageItem, ProductItem, VariantItem};
use crate::assets::{self, Asset};
use crate::catalog::moving::{self, Brought as Renewed, Said};
use crate::catalog::{Error, NewImage, NewProduct, NewVariant, Status};
use crate::inventory;
use crate::moving::at::{At, StockIs};
use crate::moving::batch::{Brought, Stop};
use crate::shop::ShopOptions;

/// The widest and highest picture that a file may tell of, pixels.
const PIXELS_MAX: i64 = 40_000_000;

/// Brings a product in.
///
/// # Errors
/// [`Stop::Refused`] with what the catalogue says against it; nothing is written then once the savepoint ends.
pub(crate) fn bring(
    tx: &mut Tx<'_>,
    item: &ProductItem,
    shop: &ShopOptions,
    at: At<'_>,
) -> Result<Brought, Stop> {
    require_sold(item, shop)?;
    item.images.iter().flatten().try_for_each(|image| know(tx, image, at.now))?;
    match known(tx, item)? {
        None => make(tx, item, shop, at),
        Some(id) => renew(tx, (id, item), at),
    }
}

/// The product that has one of the SKUs; without any SKU, that of the slug.
fn known(tx: &mut Tx<'_>, item: &ProductItem) -> Result<Option<i64>, Stop> {
    let skus: Vec<&str> = item.variants.iter().filter_map(|variant| variant.sku.as_deref()).collect();
    let mut found = None;
    for sku in &skus {
        let of_sku = moving::product_of(tx, sku)?;
        match (found, of_sku) {
            (Some(one), Some(other)) if one != other => {
                return Err(Stop::Refused(format!("its SKUs belong to the products {one} and {other}")));
            }
            (None, of_sku) => found = of_sku,
            _ => {}
        }
    }
    match (&item.slug, skus.is_empty()) {
        (Some(slug), true) => Ok(moving::product_at(tx, slug)?),
        _ => Ok(found),
    }
}

fn make(tx: &mut Tx<'_>, item: &ProductItem, shop: &ShopOptions, at: At<'_>) -> Result<Brought, Stop> {
    let Some(first) = item.variants.first() else {
        return Err(Stop::Refused("variants are missing: there is at least one".to_owned()));
    };
    let category_id = categories::find(tx, item, at.now)?;
    let said = status_of(item)?;
    let is_priced = item.variants.iter().all(|variant| variant.price.is_some());
    // What nobody has named a price of is not sold for nothing.
    let status = if is_priced { said.unwrap_or(Status::Active) } else { said.unwrap_or(Status::Draft) };
    if !is_priced && status == Status::Active {
        return Err(Stop::Refused("price is missing: without one a product is no active one".to_owned()));
    }
    let free = Money { amount_minor: 0, currency: shop.currency };
    let new = NewProduct {
        sku: None,
        slug: item.slug.clone(),
        name: item.name.clone(),
        category: None,
        category_id,
        description: item.description.clone(),
        release_date: item.release_date.clone(),
        image_url: item.image_url.clone(),
        price: first.price.map_or(free, Amount::money),
        attributes: item.attributes.clone().map_or_else(|| "{}".to_owned(), |all| all.into_text()),
        track_stock: first.track_stock.unwrap_or(true),
        low_stock_at: first.low_stock_at.unwrap_or(shop.low_stock_at),
        // What is archived was there before.
        status: if status == Status::Archived { Status::Draft } else { status },
        options: item.options.clone().unwrap_or_default(),
        variants: item.variants.iter().map(new_variant).collect(),
        images: images_of(item).unwrap_or_default(),
    };
    let (id, skus) = moving::make(tx, &new, (status, &archived(item)), at.now)?;
    for (variant, sku) in item.variants.iter().zip(&skus) {
        stock(tx, (sku, variant), at)?;
    }
    Ok(Brought::Made(id.to_string()))
}

fn renew(tx: &mut Tx<'_>, (id, item): (i64, &ProductItem), at: At<'_>) -> Result<Brought, Stop> {
    let category_id = categories::find(tx, item, at.now)?;
    let said = Said {
        name: Some(item.name.clone()),
        slug: item.slug.clone(),
        status: status_of(item)?,
        category_id,
        description: item.description.clone(),
        release_date: item.release_date.clone(),
        image_url: item.image_url.clone(),
        attributes: item.attributes.clone().map(|all| all.into_text()),
        options: item.options.clone(),
        images: images_of(item),
        variants: item.variants.iter().map(|variant| (new_variant(variant), variant.archived)).collect(),
    };
    let Renewed { changed, new } = moving::renew(tx, id, &said, at.now)?;
    for variant in &item.variants {
        if let Some(sku) = variant.sku.as_ref().filter(|sku| new.contains(sku)) {
            stock(tx, (sku, variant), at)?;
        }
    }
    Ok(if changed { Brought::Changed } else { Brought::Same })
}

/// What is there of a new variant, as goods that came in with the file; nothing where stock is kept elsewhere.
fn stock(tx: &mut Tx<'_>, (sku, variant): (&str, &VariantItem), at: At<'_>) -> Result<(), Stop> {
    if at.stock == StockIs::Elsewhere || variant.track_stock == Some(false) {
        return Ok(());
    }
    let (on_hand, low, most) = (variant.on_hand.unwrap_or(0), variant.low_stock_at, inventory::QUANTITY_MAX);
    for (name, quantity) in [("on_hand", on_hand), ("low_stock_at", low.unwrap_or(0))] {
        if !(0..=most).contains(&quantity) {
            return Err(Stop::Refused(format!("{name} of {sku} is an integer from 0 to {most}")));
        }
    }
    if let Some(low) = low {
        inventory::set_low(tx, sku, low, at.now)?;
    }
    match on_hand {
        0 => Ok(()),
        some => Ok(inventory::begin_with(tx, (&format!("{}/{}", at.batch, at.line), sku), some, at.now)?),
    }
}

fn new_variant(item: &VariantItem) -> NewVariant {
    NewVariant {
        sku: item.sku.clone(),
        options: item.options.clone().unwrap_or_default(),
        title: item.title.clone(),
        price: item.price.map(|price| price.money().into()),
        cost: item.cost.map(|cost| cost.money().into()),
        barcode: item.barcode.clone(),
        weight_g: item.weight_g,
        track_stock: item.track_stock,
    }
}

fn archived(item: &ProductItem) -> Vec<bool> {
    item.variants.iter().map(|variant| variant.archived == Some(true)).collect()
}

fn images_of(item: &ProductItem) -> Option<Vec<NewImage>> {
    let image = |image: &ImageItem| NewImage {
        id: image.id.clone(),
        alt: image.alt.clone().unwrap_or_default(),
        variant_sku: image.variant_sku.clone(),
    };
    item.images.as_ref().map(|images| images.iter().map(image).collect())
}

fn status_of(item: &ProductItem) -> Result<Option<Status>, Stop> {
    let Some(name) = &item.status else { return Ok(None) };
    let known = || Status::ALL.map(Status::name).join(", ");
    Status::of(name).map(Some).ok_or_else(|| Stop::Refused(format!("status must be one of {}", known())))
}

/// A picture whose file is kept elsewhere yet: what the line says of it is enough for the product to have it.
fn know(tx: &mut Tx<'_>, image: &ImageItem, now: Timestamp) -> Result<(), Stop> {
    let (Some(mime), Some(bytes), Some(width), Some(height)) =
        (&image.mime, image.bytes, image.width, image.height)
    else {
        return Ok(());
    };
    let is_kept = matches!(mime.as_str(), "image/jpeg" | "image/png");
    let fits = |length: i64| (1..=PIXELS_MAX).contains(&length);
    if !assets::is_id(&image.id) || !is_kept || !fits(bytes) || !fits(width) || !fits(height) {
        return Err(Stop::Refused("images: what is said of a file is none that kassa keeps".to_owned()));
    }
    let asset = Asset { id: image.id.clone(), mime: mime.clone(), bytes, width, height, created_at: now };
    assets::store::insert(tx, &asset)?;
    Ok(())
}

/// Refuses prices in a currency that the shop does not sell in.
fn require_sold(item: &ProductItem, shop: &ShopOptions) -> Result<(), Stop> {
    let prices = item.variants.iter().filter_map(|variant| variant.price.map(Amount::money));
    let foreign = |price: &Money| !shop.sells_in(price.currency);
    match prices.into_iter().find(foreign) {
        Some(price) => {
            Err(Stop::Refused(format!("price.currency {}: {}", price.currency, shop.currencies_known())))
        }
        None => Ok(()),
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        match error {
            Error::Db(error) => Self::Db(error),
            refused => Self::Refused(refused.to_string()),
        }
    }
}
