//! What stands in a page's data block: as `web/ui/src/shop/types.ts` has it, made of the answers of the API.

use kassa_model::Money;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A picture of ours; `/assets/i/<id>-<width>` are its files.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub(super) struct Picture {
    pub(super) id: String,
    pub(super) alt: String,
    pub(super) width: i64,
    pub(super) height: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) variant_sku: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub(super) struct Stock {
    pub(super) available: i64,
    pub(super) low: bool,
}

/// One thing that can be bought.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub(super) struct Variant {
    pub(super) sku: String,
    pub(super) title: Option<String>,
    pub(super) options: Vec<String>,
    pub(super) price: Money,
    pub(super) track_stock: bool,
    pub(super) stock: Option<Stock>,
}

/// A product; in lists without its variants, with the first of its pictures.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub(super) struct Product {
    pub(super) id: i64,
    pub(super) slug: String,
    pub(super) sku: String,
    pub(super) name: String,
    pub(super) category: Option<String>,
    pub(super) category_slug: Option<String>,
    pub(super) description: Option<String>,
    pub(super) image_url: Option<String>,
    #[serde(default)]
    pub(super) images: Vec<Picture>,
    pub(super) price: Money,
    pub(super) price_from: Money,
    pub(super) price_to: Money,
    pub(super) options: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) variants: Vec<Variant>,
    pub(super) variant_count: i64,
    pub(super) track_stock: bool,
    pub(super) stock: Option<Stock>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub(super) struct Category {
    pub(super) id: i64,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) parent_id: Option<i64>,
    #[serde(default)]
    pub(super) count: i64,
}

/// What the shop's owner has set.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub(super) struct Shop {
    pub(super) name: String,
    pub(super) logo: Option<String>,
    pub(super) colour: Option<String>,
    pub(super) claim: Option<String>,
    pub(super) announcement: Option<String>,
    pub(super) currency: String,
    pub(super) languages: Vec<String>,
    #[serde(skip_serializing)]
    pub(super) imprint: Option<String>,
    #[serde(skip_serializing)]
    pub(super) terms: Option<String>,
}

/// In which order a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub(super) enum Order {
    #[serde(rename = "newest")]
    Newest,
    #[serde(rename = "price")]
    Price,
    #[serde(rename = "-price")]
    PriceDown,
    #[serde(rename = "name")]
    Name,
}

impl Order {
    pub(super) const ALL: [Self; 4] = [Self::Newest, Self::Price, Self::PriceDown, Self::Name];

    /// As it stands in addresses.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Price => "price",
            Self::PriceDown => "-price",
            Self::Name => "name",
        }
    }
}

/// One page of products.
#[derive(Debug, Serialize)]
pub(super) struct List {
    pub(super) products: Vec<Product>,
    pub(super) total: i64,
    pub(super) total_exact: bool,
    pub(super) page: i64,
    pub(super) pages: i64,
    pub(super) sort: Order,
}

/// What every page knows.
#[derive(Debug, Serialize)]
pub(super) struct Common {
    pub(super) shop: Shop,
    pub(super) categories: Vec<Category>,
}

/// What one page knows besides.
#[derive(Debug, Serialize)]
#[serde(tag = "page", rename_all = "lowercase")]
pub(super) enum Page {
    Home {
        new: Vec<Product>,
        best: Vec<Product>,
    },
    Category {
        category: Category,
        list: List,
    },
    Search {
        q: String,
        list: List,
        best: Vec<Product>,
    },
    Product {
        product: Box<Product>,
        related: Vec<Product>,
    },
    Imprint {
        text: String,
    },
    Terms {
        text: String,
    },
    Order {
        #[serde(skip_serializing_if = "Option::is_none")]
        order: Option<Box<RawValue>>,
    },
    Cart,
    Checkout,
    Missing,
}

/// All of a page's data.
#[derive(Debug, Serialize)]
pub(super) struct Data<'a> {
    #[serde(flatten)]
    pub(super) common: &'a Common,
    #[serde(flatten)]
    pub(super) page: &'a Page,
}

impl Product {
    /// Its variants; one without a list of them is its own only variant.
    pub(super) fn sold(&self) -> Vec<Variant> {
        if !self.variants.is_empty() {
            return self.variants.clone();
        }
        vec![Variant {
            sku: self.sku.clone(),
            title: None,
            options: Vec::new(),
            price: self.price,
            track_stock: self.track_stock,
            stock: self.stock.clone(),
        }]
    }

    /// Whether it has one variant, and that is sold out.
    pub(super) fn is_sold_out(&self) -> bool {
        self.variant_count == 1 && is_sold_out(self.track_stock, self.stock.as_ref())
    }
}

impl Variant {
    pub(super) fn is_sold_out(&self) -> bool {
        is_sold_out(self.track_stock, self.stock.as_ref())
    }

    /// How many are left, where there are few.
    pub(super) fn left(&self) -> Option<i64> {
        self.stock.as_ref().filter(|stock| self.track_stock && stock.low).map(|stock| stock.available)
    }
}

/// What is not counted, or not known at the moment, is not sold out.
fn is_sold_out(track_stock: bool, stock: Option<&Stock>) -> bool {
    track_stock && stock.is_some_and(|stock| stock.available <= 0)
}
