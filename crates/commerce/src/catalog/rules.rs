//! The rules of the catalogue: products made, changed, archived and brought back, in a transaction.

use kassa_db::Tx;
use kassa_model::Timestamp;

use super::category::Category;
use super::product::{Change, Error, NewProduct, Product, Status};
use super::variant::{NewVariant, Variant};
use super::whole::{self, Whole};
use super::{categories, category, check, image_rules, options, slug, store, variant_rules};

/// Makes a product with its variants, and the stock of those that have one, with nothing on hand.
///
/// # Errors
/// [`Error::Invalid`], [`Error::SkuTaken`], [`Error::SlugTaken`], [`Error::OptionsTaken`].
pub fn create(tx: &mut Tx<'_>, new: &NewProduct, now: Timestamp) -> Result<Product, Error> {
    check::new_product(new)?;
    let mut product = begun(new, now)?;
    let category = match (&new.category, new.category_id) {
        (Some(name), _) => Some(categories::find_or_create(tx, name, now)?),
        (None, id) => by_id(tx, id)?,
    };
    product.set_category(category.as_ref());
    let before = Whole { product: product.clone(), variants: Vec::new(), images: Vec::new() };
    let mut whole =
        Whole { product, variants: variants_of(new, now)?, images: image_rules::made(tx, &new.images)? };
    claim_slug(tx, &mut whole.product, new.slug.as_deref())?;
    for variant in &mut whole.variants {
        variant.product_id = whole.product.id;
    }
    // Nobody has seen it before, so that it is published, or not, now.
    let before = Whole { product: Product { status: Status::Draft, ..before.product }, ..before };
    whole.write(tx, &before, (new.low_stock_at, now))?;
    Ok(whole.product)
}

/// The product without category, variants and number.
fn begun(new: &NewProduct, now: Timestamp) -> Result<Product, Error> {
    Ok(Product {
        id: 0,
        variant_id: 0,
        sku: String::new(),
        slug: String::new(),
        name: check::line("name", &new.name)?,
        category_id: None,
        category: None,
        category_slug: None,
        description: new.description.clone(),
        release_date: new.release_date.clone(),
        image_url: new.image_url.clone(),
        picture: None,
        options: options::names(&new.options)?,
        price: new.price,
        price_from_minor: 0,
        price_to_minor: 0,
        variant_count: 0,
        variant_title: None,
        variant_archived_at: None,
        attributes: check::attributes(&new.attributes)?,
        track_stock: new.track_stock,
        status: new.status,
        version: 1,
        created_at: now,
        updated_at: now,
        archived_at: None,
    })
}

/// The variants of a new product: those that it names, or one.
fn variants_of(new: &NewProduct, now: Timestamp) -> Result<Vec<Variant>, Error> {
    let only = [NewVariant { sku: new.sku.clone(), ..NewVariant::default() }];
    let named = if new.variants.is_empty() { only.as_slice() } else { new.variants.as_slice() };
    let like = |position| Variant::like((0, new.price, new.track_stock), (position, now));
    (1..).zip(named).map(|(position, variant)| variant_rules::made(variant, like(position))).collect()
}

/// Gives a new product its number and its slug: the chosen one, or one made of its name.
fn claim_slug(tx: &mut Tx<'_>, product: &mut Product, chosen: Option<&str>) -> Result<(), Error> {
    let plain = chosen.map_or_else(|| slug::of(&product.name), str::to_owned);
    let is_free = chosen.is_some() || (!plain.is_empty() && store::redirected(tx, &plain)?.is_none());
    let begun = if is_free { store::insert(tx, product, Some(&plain))? } else { None };
    match (begun, chosen) {
        (Some(id), _) => {
            product.id = id;
            product.slug = plain;
            store::end_redirect(tx, &product.slug)?;
        }
        (None, Some(slug)) => return Err(Error::SlugTaken(slug.to_owned())),
        (None, None) => {
            // Without a slug nothing is in its way.
            product.id = store::insert(tx, product, None)?.unwrap_or(0);
            product.slug = free_slug(tx, &plain, product.id)?;
        }
    }
    Ok(())
}

/// The first of a slug's choices that nothing has or had.
fn free_slug(tx: &mut Tx<'_>, plain: &str, id: i64) -> Result<String, Error> {
    let mut attempt = 0;
    loop {
        let choice = slug::choice(plain, id, attempt);
        if !whole::is_taken(tx, &choice)? {
            return Ok(choice);
        }
        attempt += 1;
    }
}

/// Changes a product; price and stock are its first variant's. With `expected_version` only if it still has that version. A
/// change that changes nothing keeps the version. An archived product is known only to a change of its status.
///
/// # Errors
/// [`Error::Unknown`], [`Error::OtherVersion`], [`Error::Invalid`], [`Error::StockInBooks`], [`Error::SlugTaken`].
pub fn update(
    tx: &mut Tx<'_>,
    id: i64,
    expected_version: Option<i64>,
    change: &Change,
    now: Timestamp,
) -> Result<Product, Error> {
    let is_there: fn(&Product) -> bool = match change.status {
        Some(_) => |_| true,
        None => |product| product.status != Status::Archived,
    };
    let before = Whole::expected(tx, id, expected_version, is_there)?;
    let mut after = before.clone();
    let product = &mut after.product;
    change_texts(product, change)?;
    if let Some(slug) = &change.slug
        && *slug != product.slug
    {
        change_slug(tx, product, slug)?;
    }
    if let Some(status) = change.status {
        set_status(product, status, now);
    }
    match (&change.category, change.category_id) {
        (Some(Some(name)), _) => product.set_category(Some(&categories::find_or_create(tx, name, now)?)),
        (Some(None), _) => product.set_category(None),
        (None, Some(id)) => product.set_category(by_id(tx, id)?.as_ref()),
        (None, None) => (),
    }
    if let Some(images) = &change.images {
        after.images = image_rules::made(tx, images)?;
    }
    if let Some(names) = &change.options {
        change_options(&mut after, options::names(names)?);
    }
    for said in &change.variants {
        variant_rules::put(&mut after, said, now)?;
    }
    if after.sold().next().is_none() {
        return Err(Error::LastVariant(before.product.sku));
    }
    if let Some(first) = after.first() {
        first.price = change.price.map_or(first.price, |price| price.in_place_of(first.price));
        first.track_stock = change.track_stock.unwrap_or(first.track_stock);
    }
    after.save(tx, &before, now)
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
    let before = Whole::expected(tx, id, expected_version, |product| product.status != Status::Archived)?;
    let mut after = before.clone();
    set_status(&mut after.product, Status::Archived, now);
    after.save(tx, &before, now)
}

/// Brings an archived product back into the catalogue; it has kept its SKUs, and its stock. One that is there, be it a draft,
/// stays as it is. With `expected_version` only if it still has that version.
///
/// # Errors
/// [`Error::Unknown`], [`Error::OtherVersion`].
pub fn restore(
    tx: &mut Tx<'_>,
    id: i64,
    expected_version: Option<i64>,
    now: Timestamp,
) -> Result<Product, Error> {
    let before = Whole::expected(tx, id, expected_version, |_| true)?;
    let mut after = before.clone();
    if before.product.status == Status::Archived {
        set_status(&mut after.product, Status::Active, now);
    }
    after.save(tx, &before, now)
}

fn set_status(product: &mut Product, status: Status, now: Timestamp) {
    if status == product.status {
        return;
    }
    product.status = status;
    product.archived_at = (status == Status::Archived).then_some(now);
}

fn by_id(tx: &mut Tx<'_>, id: Option<i64>) -> Result<Option<Category>, Error> {
    let Some(id) = id else { return Ok(None) };
    let why =
        || Error::Invalid { field: "category_id", why: format!("must be a category: there is no {id}") };
    category::store::by_id(tx, id)?.map(Some).ok_or_else(why)
}

fn change_texts(product: &mut Product, change: &Change) -> Result<(), Error> {
    if let Some(name) = &change.name {
        product.name = check::line("name", name)?;
    }
    for (field, new) in [
        (&mut product.description, &change.description),
        (&mut product.release_date, &change.release_date),
        (&mut product.image_url, &change.image_url),
    ] {
        if let Some(new) = new {
            field.clone_from(new);
        }
    }
    if let Some(attributes) = &change.attributes {
        product.attributes = check::attributes(attributes)?;
    }
    Ok(())
}

/// The product moves to a slug that nothing else has; from the old one it is found still.
fn change_slug(tx: &mut Tx<'_>, product: &mut Product, slug: &str) -> Result<(), Error> {
    check::slug(slug)?;
    if store::by_slug(tx, slug)?.is_some() {
        return Err(Error::SlugTaken(slug.to_owned()));
    }
    store::end_redirect(tx, slug)?;
    store::redirect(tx, &product.slug, product.id)?;
    slug.clone_into(&mut product.slug);
    Ok(())
}

/// Other names; where they are more or fewer, the only variant has no values until it gets some.
fn change_options(whole: &mut Whole, names: Vec<String>) {
    if names.len() != whole.product.options.len() && whole.sold().count() == 1 {
        whole.first().into_iter().for_each(|only| only.options.clear());
    }
    whole.product.options = names;
}
