//! A product, one to be made, a change of one, and why it is not as it was wished.

use kassa_model::{Money, Timestamp};

use super::category::Category;
use super::image::{NewImage, Picture};
use super::variant::{NewPrice, NewVariant, SaidVariant};
use crate::inventory;

/// The most characters of a name or a category.
pub const NAME_CHARS_MAX: usize = 255;

/// The most bytes of the attributes, as JSON without spaces.
pub const ATTRIBUTES_BYTES_MAX: usize = 16 << 10;

/// The most characters of a description.
pub const DESCRIPTION_CHARS_MAX: usize = 10_000;

/// The most bytes of a SKU.
pub const SKU_BYTES_MAX: usize = 100;

/// Whether buyers know a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Not yet.
    Draft,
    /// Yes.
    Active,
    /// No longer.
    Archived,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Active, Self::Archived];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }

    /// The status of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// A product as one of its variants sells: the first, unless another was asked for by its SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its number, which dialects A and C show.
    pub id: i64,
    /// The number of the variant.
    pub variant_id: i64,
    /// The variant's name in stock and on orders; unique, printable ASCII, never changes.
    pub sku: String,
    /// The last part of the address of its page; unique.
    pub slug: String,
    /// What buyers read.
    pub name: String,
    /// The number of its category.
    pub category_id: Option<i64>,
    /// The name of its category.
    pub category: Option<String>,
    /// The slug of its category.
    pub category_slug: Option<String>,
    /// A text for its page.
    pub description: Option<String>,
    /// `YYYY-MM-DD`.
    pub release_date: Option<String>,
    /// Where a picture of it is that is kept elsewhere.
    pub image_url: Option<String>,
    /// The first of its pictures.
    pub picture: Option<Picture>,
    /// What its variants differ in, at most [`OPTIONS_MAX`](super::OPTIONS_MAX).
    pub options: Vec<String>,
    /// What one of the variant costs.
    pub price: Money,
    /// What the cheapest variant that is sold costs, minor units of the price's currency.
    pub price_from_minor: i64,
    /// What the dearest one costs.
    pub price_to_minor: i64,
    /// How many variants are sold, at least 1.
    pub variant_count: i64,
    /// What the variant is called beside the product's name.
    pub variant_title: Option<String>,
    /// When the variant went out of the catalogue.
    pub variant_archived_at: Option<Timestamp>,
    /// A JSON object.
    pub attributes: String,
    /// Whether there is a stock of the variant; a download has none.
    pub track_stock: bool,
    /// Whether buyers know it.
    pub status: Status,
    /// Counts its changes and those of its variants, from 1.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it or one of its variants was last changed.
    pub updated_at: Timestamp,
    /// When it went out of the catalogue.
    pub archived_at: Option<Timestamp>,
}

impl Product {
    /// Whether buyers know it and its variant.
    pub fn is_sold(&self) -> bool {
        self.status == Status::Active && self.variant_archived_at.is_none()
    }

    /// Puts it into a category.
    pub(crate) fn set_category(&mut self, category: Option<&Category>) {
        self.category_id = category.map(|category| category.id);
        self.category = category.map(|category| category.name.clone());
        self.category_slug = category.map(|category| category.slug.clone());
    }

    /// Whether it or its variant has left the catalogue.
    pub fn is_archived(&self) -> bool {
        self.status == Status::Archived || self.variant_archived_at.is_some()
    }
}

/// A product to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProduct {
    /// Of its only variant; `None`: `p-<id>`. Without meaning where there are `variants`.
    pub sku: Option<String>,
    /// `None`: made of the name.
    pub slug: Option<String>,
    /// Something to see; kept without space around it.
    pub name: String,
    /// The name of a category, which is made where there is none of it.
    pub category: Option<String>,
    /// The number of a category, instead of its name.
    pub category_id: Option<i64>,
    /// A text for its page.
    pub description: Option<String>,
    /// `YYYY-MM-DD`.
    pub release_date: Option<String>,
    /// `http://…`, `https://…` or a path from `/`.
    pub image_url: Option<String>,
    /// What one of it costs; 0 is free. Of variants that name no price, too.
    pub price: Money,
    /// A JSON object.
    pub attributes: String,
    /// Whether there is a stock of it. Of variants that do not say so, too.
    pub track_stock: bool,
    /// From how many on its stock is low; only of use with `track_stock`.
    pub low_stock_at: i64,
    /// Whether buyers know it; not [`Status::Archived`].
    pub status: Status,
    /// What its variants differ in.
    pub options: Vec<String>,
    /// Its variants; none: one without options, which is `sku`, `price` and `track_stock`.
    pub variants: Vec<NewVariant>,
    /// Its pictures, at most [`IMAGES_MAX`](super::IMAGES_MAX).
    pub images: Vec<NewImage>,
}

impl NewProduct {
    /// A product with a name and a price, without stock and with nothing else: what dialects A and C make.
    pub fn plain(name: impl Into<String>, price: Money) -> Self {
        Self {
            sku: None,
            slug: None,
            name: name.into(),
            category: None,
            category_id: None,
            description: None,
            release_date: None,
            image_url: None,
            price,
            attributes: "{}".to_owned(),
            track_stock: false,
            low_stock_at: inventory::LOW_STOCK_AT,
            status: Status::Active,
            options: Vec::new(),
            variants: Vec::new(),
            images: Vec::new(),
        }
    }
}

/// What is to be changed of a product; `None` leaves a field as it is, `Some(None)` empties it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// A new name.
    pub name: Option<String>,
    /// A new slug; the old one leads to the product from then on.
    pub slug: Option<String>,
    /// A new category by its name, which is made where there is none of it.
    pub category: Option<Option<String>>,
    /// A new category by its number.
    pub category_id: Option<Option<i64>>,
    /// A new description.
    pub description: Option<Option<String>>,
    /// A new release date.
    pub release_date: Option<Option<String>>,
    /// A new picture that is kept elsewhere.
    pub image_url: Option<Option<String>>,
    /// A new price of the first variant; orders keep theirs.
    pub price: Option<NewPrice>,
    /// A new JSON object in place of the old one.
    pub attributes: Option<String>,
    /// Begin to keep a stock of the first variant (with nothing on hand), or end it (only with nothing on hand).
    pub track_stock: Option<bool>,
    /// Whether buyers know it.
    pub status: Option<Status>,
    /// New names of its options; another number of them only where there is one variant.
    pub options: Option<Vec<String>>,
    /// Its pictures from now on.
    pub images: Option<Vec<NewImage>>,
    /// Variants of it by their SKUs, and new ones behind the others.
    pub variants: Vec<SaidVariant>,
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
    /// Another product has the slug, perhaps an archived one.
    #[error("a product has the slug {0} already")]
    SlugTaken(String),
    /// Another variant of the product has the same values, perhaps an archived one.
    #[error("variant {sku} has the options {} already", options.join(" / "))]
    OptionsTaken {
        /// The other variant.
        sku: String,
        /// The values.
        options: Vec<String>,
    },
    /// Which of them is meant?
    #[error("product {0} has several variants: change price and stock of each by its SKU")]
    SeveralVariants(i64),
    /// The only variant that is sold stays.
    #[error("{0} is the last variant of its product: archive the product")]
    LastVariant(String),
    /// No such variant of the product.
    #[error("product {id} has no variant {sku}")]
    UnknownVariant {
        /// The product.
        id: i64,
        /// The SKU that was asked for.
        sku: String,
    },
    /// No such category.
    #[error("no category {0}")]
    UnknownCategory(i64),
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
