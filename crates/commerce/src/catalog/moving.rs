//! What files that come in and go out need of the catalogue: products found by their SKUs, made and changed as a whole, and read page
//! by page.

use kassa_db::{Error as DbError, Tx};
use kassa_model::Timestamp;

use super::category::{Category, NewCategory};
use super::image::NewImage;
use super::product::{Error, NewProduct, Status};
use super::variant::{NewVariant, Variant, VariantChange};
pub(crate) use super::whole::Whole;
use super::{Change, categories, category, options, rules, store, variant, variant_rules};

/// What a line says of a product that is there.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) name: Option<String>,
    pub(crate) slug: Option<String>,
    pub(crate) status: Option<Status>,
    pub(crate) category_id: Option<i64>,
    pub(crate) description: Option<String>,
    pub(crate) release_date: Option<String>,
    pub(crate) image_url: Option<String>,
    pub(crate) attributes: Option<String>,
    pub(crate) options: Option<Vec<String>>,
    pub(crate) images: Option<Vec<NewImage>>,
    /// Each with whether it has left the catalogue.
    pub(crate) variants: Vec<(NewVariant, Option<bool>)>,
}

/// What became of it.
#[derive(Debug)]
pub(crate) struct Brought {
    pub(crate) changed: bool,
    /// SKUs of variants that are new.
    pub(crate) new: Vec<String>,
}

/// The product that has a variant of this SKU, be it archived.
pub(crate) fn product_of(tx: &mut Tx<'_>, sku: &str) -> Result<Option<i64>, DbError> {
    variant::store::product_of(tx, sku)
}

/// The product of this slug.
pub(crate) fn product_at(tx: &mut Tx<'_>, slug: &str) -> Result<Option<i64>, DbError> {
    store::by_slug(tx, slug)
}

/// Makes a product as it is to be, archived too, and so are those of its variants that `archived` says; its number and the SKUs of
/// its variants in their order.
///
/// # Errors
/// As [`rules::create`].
pub(crate) fn make(
    tx: &mut Tx<'_>,
    new: &NewProduct,
    (status, archived): (Status, &[bool]),
    now: Timestamp,
) -> Result<(i64, Vec<String>), Error> {
    let product = rules::create(tx, new, now)?;
    let made = variant::store::of_product(tx, product.id)?;
    let skus: Vec<String> = made.into_iter().map(|variant| variant.sku).collect();
    if archived.contains(&true) {
        let gone = skus.iter().zip(archived).filter(|(_, archived)| **archived);
        for (sku, _) in gone {
            let change = VariantChange { archived: Some(true), ..VariantChange::default() };
            variant_rules::update(tx, (product.id, sku), None, &change, now)?;
        }
    }
    if status == Status::Archived {
        rules::archive(tx, product.id, None, now)?;
    }
    Ok((product.id, skus))
}

/// Changes a product to what is said of it. What is not said stays, and so do variants that are not named.
///
/// # Errors
/// As [`rules::update`] and those of variants.
pub(crate) fn renew(tx: &mut Tx<'_>, id: i64, said: &Said, now: Timestamp) -> Result<Brought, Error> {
    let Some(before) = Whole::locked(tx, id)? else { return Err(Error::Unknown(id)) };
    let was = before.product.status;
    // What a file names without a word about it is to be sold.
    let is = said.status.unwrap_or(if was == Status::Archived { Status::Active } else { was });
    if was == Status::Archived && is == Status::Archived {
        return Ok(Brought { changed: false, new: Vec::new() });
    }
    let mut version = before.product.version;
    if was == Status::Archived {
        version = rules::restore(tx, id, None, now)?.version;
    }
    // New options first, where there is one variant; else the variants' values decide what fits.
    if let Some(options) = &said.options
        && *options != before.product.options
    {
        let change = Change { options: Some(options.clone()), ..Change::default() };
        version = rules::update(tx, id, None, &change, now)?.version;
    }
    let mut new = Vec::new();
    for (variant, archived) in &said.variants {
        version = renew_variant(tx, (id, &before.variants), (variant, *archived), now)?;
        let sku = variant.sku.iter().filter(|sku| !before.variants.iter().any(|known| known.sku == **sku));
        new.extend(sku.cloned());
    }
    let product = rules::update(tx, id, None, &said.change(), now)?;
    version = version.max(product.version);
    Ok(Brought { changed: version != before.product.version, new })
}

impl Said {
    /// What of it is the product's own.
    fn change(&self) -> Change {
        Change {
            name: self.name.clone(),
            slug: self.slug.clone(),
            status: self.status,
            category_id: self.category_id.map(Some),
            description: self.description.clone().map(Some),
            release_date: self.release_date.clone().map(Some),
            image_url: self.image_url.clone().map(Some),
            attributes: self.attributes.clone(),
            images: self.images.clone(),
            ..Change::default()
        }
    }
}

/// Adds a variant, or changes the one of its SKU; the version of its product afterwards. One without a SKU is the product's only one.
fn renew_variant(
    tx: &mut Tx<'_>,
    (id, known): (i64, &[Variant]),
    (variant, archived): (&NewVariant, Option<bool>),
    now: Timestamp,
) -> Result<i64, Error> {
    let same = |known: &&Variant| match &variant.sku {
        Some(sku) => known.sku == *sku,
        None => options::key(&known.options) == options::key(&variant.options),
    };
    let Some(known) = known.iter().find(same) else {
        return Ok(variant_rules::add(tx, id, None, variant, now)?.version);
    };
    let change = VariantChange {
        options: (!variant.options.is_empty()).then(|| variant.options.clone()),
        title: variant.title.clone().map(Some),
        price: variant.price,
        cost: variant.cost.map(Some),
        barcode: variant.barcode.clone().map(Some),
        weight_g: variant.weight_g.map(Some),
        track_stock: variant.track_stock,
        position: None,
        archived: match archived {
            // One that is archived and stays so cannot be changed otherwise.
            Some(true) if !known.is_sold() => return Ok(0),
            None if !known.is_sold() => Some(false),
            said => said,
        },
    };
    Ok(variant_rules::update(tx, (id, &known.sku), None, &change, now)?.version)
}

/// The products behind this number, whole, in the order of their numbers.
pub(crate) fn page(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Whole>, DbError> {
    let ids = store::ids_after(tx, after, limit)?;
    let mut products = store::by_ids(tx, &ids)?;
    products.sort_unstable_by_key(|product| product.id);
    let mut variants = variant::store::of_products(tx, &ids)?;
    let mut images = super::image::store::of_products(tx, &ids)?;
    let wholes = products.into_iter().map(|product| {
        let id = product.id;
        let variants = variants.extract_if(.., |variant| variant.product_id == id).collect();
        let images = images.extract_if(.., |(of, _)| *of == id).map(|(_, image)| image).collect();
        Whole { product, variants, images }
    });
    Ok(wholes.collect())
}

/// A category by its number.
pub(crate) fn category(tx: &mut Tx<'_>, id: i64) -> Result<Option<Category>, DbError> {
    category::store::by_id(tx, id)
}

/// The category of this slug.
pub(crate) fn category_at(tx: &mut Tx<'_>, slug: &str) -> Result<Option<i64>, DbError> {
    category::store::by_slug(tx, slug)
}

/// The category of this name that is in that one, or in none.
pub(crate) fn category_in(tx: &mut Tx<'_>, parent: Option<i64>, name: &str) -> Result<Option<i64>, DbError> {
    category::store::by_name_in(tx, parent, name)
}

/// The category of this name; made where there is none.
///
/// # Errors
/// As [`categories::create`].
pub(crate) fn category_named(tx: &mut Tx<'_>, name: &str, now: Timestamp) -> Result<i64, Error> {
    Ok(categories::find_or_create(tx, name, now)?.id)
}

/// Makes a category.
///
/// # Errors
/// As [`categories::create`].
pub(crate) fn make_category(tx: &mut Tx<'_>, new: &NewCategory, now: Timestamp) -> Result<i64, Error> {
    Ok(categories::create(tx, new, now)?.id)
}
