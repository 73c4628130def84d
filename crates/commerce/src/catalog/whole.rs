//! A product with all its variants: read, and written with all that follows from a change of it.

use std::collections::BTreeSet;

use kassa_db::Tx;
use kassa_model::Timestamp;

use super::check::{self, Folded};
use super::image::{self, Picture};
use super::product::{Error, Product, Status};
use super::variant::Variant;
use super::{image_rules, options, price_change, store, variant, words};
use crate::inventory;
use crate::notes::{self, NoteKind};

/// A product, as its first variant sells it, its variants in their order, archived ones too, and its pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Whole {
    pub(crate) product: Product,
    pub(crate) variants: Vec<Variant>,
    pub(crate) images: Vec<Picture>,
}

impl Whole {
    /// The product, which nobody else changes until the transaction ends.
    pub(crate) fn locked(tx: &mut Tx<'_>, id: i64) -> Result<Option<Self>, kassa_db::Error> {
        store::lock(tx, id)?;
        let Some(product) = store::by_ids(tx, &[id])?.pop() else { return Ok(None) };
        let variants = variant::store::of_product(tx, id)?;
        Ok(Some(Self { images: image::store::of(tx, &product)?, product, variants }))
    }

    /// The same, if it has the version that the caller expects and `is_there` says so; else it is unknown.
    pub(crate) fn expected(
        tx: &mut Tx<'_>,
        id: i64,
        version: Option<i64>,
        is_there: fn(&Product) -> bool,
    ) -> Result<Self, Error> {
        let whole = Self::locked(tx, id)?.filter(|whole| is_there(&whole.product));
        let whole = whole.ok_or(Error::Unknown(id))?;
        match version {
            Some(expected) if expected != whole.product.version => {
                Err(Error::OtherVersion { id, expected, actual: whole.product.version })
            }
            _ => Ok(whole),
        }
    }

    /// The variants that are sold.
    pub(crate) fn sold(&self) -> impl Iterator<Item = &Variant> {
        self.variants.iter().filter(|variant| variant.is_sold())
    }

    /// The first variant that is sold.
    pub(crate) fn first(&mut self) -> Option<&mut Variant> {
        self.variants.iter_mut().find(|variant| variant.is_sold())
    }

    /// Writes what differs from `before`, with all that follows from it: history of prices, stock, words, notes. Nothing where
    /// nothing does.
    pub(crate) fn save(mut self, tx: &mut Tx<'_>, before: &Self, now: Timestamp) -> Result<Product, Error> {
        self.settle();
        if self == *before {
            return Ok(self.product);
        }
        check::product(&self.product)?;
        self.product.version += 1;
        self.product.updated_at = now;
        self.write(tx, before, (inventory::LOW_STOCK_AT, now))?;
        Ok(self.product)
    }

    /// Writes product and variants in place of `before`; new stock is low from so many on.
    pub(crate) fn write(
        &mut self,
        tx: &mut Tx<'_>,
        before: &Self,
        (low_stock_at, now): (i64, Timestamp),
    ) -> Result<(), Error> {
        self.variants.sort_by_key(|variant| variant.position);
        self.require_different()?;
        for variant in &mut self.variants {
            check::variant(variant)?;
            let old = before.variants.iter().find(|old| old.id == variant.id && old.id != 0);
            if old != Some(&*variant) {
                write_variant(tx, variant, old, (low_stock_at, now))?;
            }
        }
        image_rules::require_variants(&self.images, &self.variants)?;
        if self.images != before.images {
            image::store::replace(tx, self.product.id, &self.images, &self.variants)?;
        }
        self.settle();
        let id = self.product.id;
        let known = store::search(tx, id)?;
        let folded = self.folded();
        if store::replace(tx, &self.product, before.product.version, &folded)? == 0 {
            return Err(kassa_db::Error::Busy(format!("product {id} is changed by too many at once")).into());
        }
        let (known, search) = (found_by(&before.product, &known), found_by(&self.product, &folded.search));
        words::store::replace(tx, id, &known, &search)?;
        self.follow(tx, &before.product, (low_stock_at, now))
    }

    /// What the product is by its variants and pictures.
    pub(crate) fn settle(&mut self) {
        self.product.picture = self.images.first().cloned();
        let sold: Vec<&Variant> = self.variants.iter().filter(|variant| variant.is_sold()).collect();
        let Some(first) = sold.first() else { return };
        let prices = || sold.iter().map(|variant| variant.price.amount_minor);
        let product = &mut self.product;
        product.variant_id = first.id;
        product.sku.clone_from(&first.sku);
        product.price = first.price;
        product.price_from_minor = prices().min().unwrap_or(0);
        product.price_to_minor = prices().max().unwrap_or(0);
        product.variant_count = i64::try_from(sold.len()).unwrap_or(i64::MAX);
        product.variant_title = first.shown_title();
        product.variant_archived_at = None;
        product.track_stock = first.track_stock;
    }

    pub(crate) fn folded(&self) -> Folded {
        Folded::of(&self.product, self.variants.iter().map(|variant| variant.sku.as_str()))
    }

    /// Refuses options that do not fit, that two variants have, prices of two currencies, and too many.
    fn require_different(&self) -> Result<(), Error> {
        let count = self.sold().count();
        if count > options::VARIANTS_MAX {
            let why = format!("are at most {}", options::VARIANTS_MAX);
            return Err(Error::Invalid { field: "variants", why });
        }
        let currency = self.sold().next().map(|variant| variant.price.currency);
        for variant in self.sold() {
            options::fit(&variant.options, (&self.product.options, count == 1))?;
            if Some(variant.price.currency) != currency {
                let why = "must have one currency in all variants".to_owned();
                return Err(Error::Invalid { field: "price", why });
            }
        }
        for (place, variant) in self.variants.iter().enumerate() {
            let key = options::key(&variant.options);
            if let Some(other) =
                self.variants[..place].iter().find(|other| options::key(&other.options) == key)
            {
                let known = if other.id == 0 { variant } else { other };
                return Err(Error::OptionsTaken { sku: known.sku.clone(), options: known.options.clone() });
            }
        }
        Ok(())
    }

    /// What follows from another status.
    fn follow(
        &self,
        tx: &mut Tx<'_>,
        before: &Product,
        (low_stock_at, now): (i64, Timestamp),
    ) -> Result<(), Error> {
        let after = &self.product;
        if before.status == Status::Archived && after.status != Status::Archived {
            for variant in self.sold().filter(|variant| variant.track_stock) {
                inventory::open(tx, &variant.sku, low_stock_at, now)?;
            }
        }
        let kind = match (before.status == Status::Active, after.status == Status::Active) {
            (false, true) => NoteKind::ProductPublished,
            (true, false) => NoteKind::ProductArchived,
            _ => return Ok(()),
        };
        Ok(notes::product(tx, kind, (&after.sku, after.version), now)?)
    }
}

/// Writes a variant that is new or has changed.
fn write_variant(
    tx: &mut Tx<'_>,
    variant: &mut Variant,
    before: Option<&Variant>,
    (low_stock_at, now): (i64, Timestamp),
) -> Result<(), Error> {
    variant.updated_at = now;
    match before {
        Some(_) => variant::store::replace(tx, variant)?,
        None => insert(tx, variant)?,
    }
    if before.is_none_or(|before| before.price != variant.price) {
        price_change::record(tx, variant, before.map(|before| before.price), now)?;
    }
    let had_stock = before.is_some_and(|before| before.track_stock && before.is_sold());
    match (had_stock, variant.track_stock) {
        (false, true) => inventory::open(tx, &variant.sku, low_stock_at, now)?,
        (true, false) => require_no_stock(tx, &variant.sku)?,
        _ => (),
    }
    Ok(())
}

/// Writes a new variant; without a SKU it gets the product's number, and its own where it is not the first.
fn insert(tx: &mut Tx<'_>, variant: &mut Variant) -> Result<(), Error> {
    let is_named = !variant.sku.is_empty();
    if !is_named {
        variant.sku = format!("new-{}", uuid::Uuid::now_v7());
    }
    let Some(id) = variant::store::insert(tx, variant)? else {
        return Err(Error::SkuTaken(variant.sku.clone()));
    };
    variant.id = id;
    if !is_named {
        let product = variant.product_id;
        let plain = format!("p-{product}");
        let is_free = variant::store::product_of(tx, &plain)?.is_none();
        variant.sku = if is_free { plain } else { format!("p-{product}-{id}") };
        variant::store::name_sku(tx, id, &variant.sku)?;
    }
    Ok(())
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

/// The product is found by the name that its category has now.
pub(crate) fn index_again(tx: &mut Tx<'_>, id: i64) -> Result<(), Error> {
    let Some(whole) = Whole::locked(tx, id)? else { return Ok(()) };
    let (known, search) = (store::search(tx, id)?, whole.folded().search);
    store::set_search(tx, id, &search)?;
    let (known, search) = (found_by(&whole.product, &known), found_by(&whole.product, &search));
    Ok(words::store::replace(tx, id, &known, &search)?)
}

/// Whether searches find a product: only what buyers know.
pub(crate) fn is_found(product: &Product) -> bool {
    product.status == Status::Active
}

/// The words by which searches find a product, of those that it has.
fn found_by<'a>(product: &Product, search: &'a str) -> BTreeSet<&'a str> {
    if is_found(product) { words::split(search) } else { BTreeSet::new() }
}

/// The product goes to another category.
pub(crate) fn move_to(
    tx: &mut Tx<'_>,
    id: i64,
    category: Option<&super::category::Category>,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(before) = Whole::locked(tx, id)? else { return Ok(()) };
    let mut after = before.clone();
    after.product.set_category(category);
    after.save(tx, &before, now).map(drop)
}

/// Whether something has or had the slug.
pub(crate) fn is_taken(tx: &mut Tx<'_>, slug: &str) -> Result<bool, kassa_db::Error> {
    Ok(store::by_slug(tx, slug)?.is_some() || store::redirected(tx, slug)?.is_some())
}
