//! What the demo sells, from demo/goods.toml: products with their variants, and what their pictures show.

use std::sync::LazyLock;

use kassa_commerce::catalog::{NewPrice, NewProduct, NewVariant};
use kassa_model::{Currency, Money};
use serde::Deserialize;
use serde_json::json;

/// All that the demo sells.
pub(super) static GOODS: LazyLock<Goods> = LazyLock::new(|| {
    toml::from_str(include_str!("../../demo/goods.toml")).expect("a test reads the demo's goods")
});

/// What the demo sells.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Goods {
    pub(super) categories: Vec<Shelf>,
    pub(super) products: Vec<Good>,
}

/// A category and those in it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shelf {
    pub(super) name: String,
    #[serde(default)]
    pub(super) children: Vec<String>,
}

/// A product; SKU and price are its first variant's. Cents and grams.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Good {
    pub(super) sku: String,
    name: String,
    category: String,
    pub(super) price: i64,
    cost: i64,
    /// How many of each variant a delivery brings; none of what is no thing.
    stock: Option<i64>,
    weight: Option<i64>,
    released: Option<String>,
    description: String,
    #[serde(default)]
    options: Vec<String>,
    #[serde(default)]
    variants: Vec<Choice>,
    pub(super) pictures: Vec<Picture>,
    #[serde(default)]
    related: Vec<String>,
}

/// A variant; what it does not say is as the product says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    sku: String,
    options: Vec<String>,
    price: Option<i64>,
    cost: Option<i64>,
    weight: Option<i64>,
}

/// A picture, drawn by web/pictures.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Picture {
    /// demo/pictures/<file>.png.
    pub(super) file: String,
    pub(super) alt: String,
    /// The SKU of the variant that it shows.
    pub(super) variant: Option<String>,
}

impl Good {
    /// The SKUs of its variants, the first first.
    pub(super) fn skus(&self) -> Vec<&str> {
        match self.variants.as_slice() {
            [] => vec![&self.sku],
            variants => variants.iter().map(|variant| variant.sku.as_str()).collect(),
        }
    }

    /// The SKUs that have a stock, and how many of each a delivery brings.
    pub(super) fn delivery(&self) -> impl Iterator<Item = (&str, i64)> {
        self.stock.into_iter().flat_map(|count| self.skus().into_iter().map(move |sku| (sku, count)))
    }

    /// The product as it is made; without pictures, which come afterwards.
    pub(super) fn product(&self, currency: Currency) -> NewProduct {
        let related = json!({ "related": self.related });
        NewProduct {
            category: Some(self.category.clone()),
            description: Some(self.description.clone()),
            release_date: self.released.clone(),
            attributes: if self.related.is_empty() { "{}".to_owned() } else { related.to_string() },
            track_stock: self.stock.is_some(),
            options: self.options.clone(),
            variants: self.new_variants(),
            ..NewProduct::plain(self.name.clone(), Money { amount_minor: self.price, currency })
        }
    }

    fn new_variants(&self) -> Vec<NewVariant> {
        let price = |amount_minor| NewPrice { amount_minor, currency: None };
        let only = || NewVariant {
            sku: Some(self.sku.clone()),
            cost: Some(price(self.cost)),
            weight_g: self.weight,
            ..NewVariant::default()
        };
        let variant = |choice: &Choice| NewVariant {
            sku: Some(choice.sku.clone()),
            options: choice.options.clone(),
            price: choice.price.map(price),
            cost: Some(price(choice.cost.unwrap_or(self.cost))),
            weight_g: choice.weight.or(self.weight),
            ..NewVariant::default()
        };
        match self.variants.as_slice() {
            [] => vec![only()],
            variants => variants.iter().map(variant).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::pictures::Drawn;
    use super::super::traffic;
    use super::GOODS;

    #[test]
    fn sixty_products_each_once_and_those_of_the_traffic() {
        let skus: Vec<&str> = GOODS.products.iter().flat_map(super::Good::skus).collect();
        let known: BTreeSet<&str> = skus.iter().copied().collect();
        assert_eq!((known.len(), GOODS.products.len()), (skus.len(), 60));
        for (sku, cents) in traffic::products() {
            let good = GOODS.products.iter().find(|good| good.sku == sku);
            assert_eq!(good.map(|good| good.price), Some(i64::try_from(cents).unwrap()), "{sku}");
        }
    }

    #[test]
    fn names_only_what_is_there() {
        let skus: BTreeSet<&str> = GOODS.products.iter().flat_map(super::Good::skus).collect();
        let shelves = GOODS.categories.iter();
        let shelves: BTreeSet<&str> = shelves
            .flat_map(|shelf| std::iter::once(&shelf.name).chain(&shelf.children))
            .map(String::as_str)
            .collect();
        let mut shown = BTreeSet::new();
        for good in &GOODS.products {
            assert_eq!(good.skus()[0], good.sku);
            assert!(shelves.contains(good.category.as_str()), "{}", good.category);
            assert!(good.related.iter().all(|sku| skus.contains(sku.as_str())), "{:?}", good.related);
            assert!(!good.pictures.is_empty(), "{}", good.sku);
            for picture in &good.pictures {
                assert!(!picture.alt.is_empty(), "{}", picture.file);
                assert!(Drawn::get(&format!("{}.png", picture.file)).is_some(), "{}", picture.file);
                let variant = picture.variant.as_deref();
                assert!(variant.is_none_or(|sku| good.skus().contains(&sku)), "{variant:?}");
                shown.insert(format!("{}.png", picture.file));
            }
        }
        let drawn: BTreeSet<String> = Drawn::iter().map(String::from).collect();
        assert_eq!(shown, drawn, "each picture is shown");
    }
}
