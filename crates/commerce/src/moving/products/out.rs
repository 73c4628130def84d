//! Products as lines of a file that goes out, page by page: each with all its variants, archived ones too, its pictures and the way
//! of categories to it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use kassa_db::{Error, Tx};

use super::item::{CategoryItem, ImageItem, ProductItem, VariantItem};
use crate::assets::{self, Asset};
use crate::catalog::moving::{self, Whole};
use crate::catalog::{Attributes, Category, Picture, Variant};
use crate::inventory::{self, Stock};
use crate::moving::at::StockIs;

/// Products of a page.
const PAGE: i64 = 200;

/// The products behind the number `after`, and the number of the last.
pub(crate) fn page(
    tx: &mut Tx<'_>,
    after: i64,
    stock: StockIs,
) -> Result<(Vec<ProductItem>, Option<i64>), Error> {
    let wholes = moving::page(tx, after, PAGE)?;
    let last = wholes.last().map(|whole| whole.product.id);
    let mut about = About::default();
    about.read(tx, &wholes, stock)?;
    let mut items = Vec::with_capacity(wholes.len());
    for whole in wholes {
        let path = about.path(tx, whole.product.category_id)?;
        items.push(about.item(whole, path));
    }
    Ok((items, last))
}

/// What is known beside the products.
#[derive(Debug, Default)]
struct About {
    categories: HashMap<i64, Category>,
    stock: HashMap<String, Stock>,
    assets: HashMap<String, Asset>,
}

impl About {
    fn read(&mut self, tx: &mut Tx<'_>, wholes: &[Whole], stock: StockIs) -> Result<(), Error> {
        let tracked = wholes.iter().flat_map(|whole| &whole.variants).filter(|variant| variant.track_stock);
        let skus: Vec<&str> = tracked.map(|variant| variant.sku.as_str()).collect();
        if stock == StockIs::Here {
            let found = inventory::store::by_skus(tx, &skus)?;
            self.stock = found.into_iter().map(|stock| (stock.sku.clone(), stock)).collect();
        }
        let ids: Vec<&str> =
            wholes.iter().flat_map(|whole| &whole.images).map(|image| image.id.as_str()).collect();
        self.assets =
            assets::store::by_ids(tx, &ids)?.into_iter().map(|asset| (asset.id.clone(), asset)).collect();
        Ok(())
    }

    /// The categories that lead to this one, itself the last.
    fn path(&mut self, tx: &mut Tx<'_>, id: Option<i64>) -> Result<Vec<CategoryItem>, Error> {
        let (mut path, mut next) = (Vec::new(), id);
        while let Some(id) = next {
            let category = match self.categories.entry(id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => match moving::category(tx, id)? {
                    Some(read) => new.insert(read),
                    None => break,
                },
            };
            let Category { slug, name, position, parent_id, .. } = category;
            let item =
                CategoryItem { slug: Some(slug.clone()), name: name.clone(), position: Some(*position) };
            path.push(item);
            next = *parent_id;
        }
        path.reverse();
        Ok(path)
    }

    fn item(&self, whole: Whole, path: Vec<CategoryItem>) -> ProductItem {
        let Whole { product, variants, images } = whole;
        ProductItem {
            slug: Some(product.slug),
            name: product.name,
            status: Some(product.status.name().to_owned()),
            category: product.category,
            category_path: (!path.is_empty()).then_some(path),
            description: product.description,
            release_date: product.release_date,
            image_url: product.image_url,
            options: Some(product.options),
            attributes: Attributes::of_text(&product.attributes),
            variants: variants.into_iter().map(|variant| self.variant(variant)).collect(),
            images: Some(images.into_iter().map(|image| self.image(image)).collect()),
        }
    }

    fn variant(&self, variant: Variant) -> VariantItem {
        let money = |amount_minor| kassa_model::Money { amount_minor, currency: variant.price.currency };
        let stock = self.stock.get(&variant.sku);
        VariantItem {
            archived: Some(!variant.is_sold()),
            sku: Some(variant.sku),
            options: Some(variant.options),
            title: variant.title,
            price: Some(variant.price.into()),
            cost: variant.cost_minor.map(money).map(Into::into),
            barcode: variant.barcode,
            weight_g: variant.weight_g,
            track_stock: Some(variant.track_stock),
            on_hand: stock.map(|stock| stock.on_hand),
            low_stock_at: stock.map(|stock| stock.low_stock_at),
        }
    }

    fn image(&self, image: Picture) -> ImageItem {
        let asset = self.assets.get(&image.id);
        ImageItem {
            alt: Some(image.alt),
            variant_sku: image.variant_sku,
            mime: asset.map(|asset| asset.mime.clone()),
            bytes: asset.map(|asset| asset.bytes),
            width: asset.map(|asset| asset.width),
            height: asset.map(|asset| asset.height),
            id: image.id,
        }
    }
}
