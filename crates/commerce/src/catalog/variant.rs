//! What of a product is sold: a variant, one to be made, and a change of one. Each has a SKU, a price and a stock of its own.

pub(crate) mod store;

use kassa_model::{Currency, Money, Timestamp};

/// A variant of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Its number; not the product's.
    pub id: i64,
    /// Its product.
    pub product_id: i64,
    /// Its name in stock and on orders; unique, printable ASCII, never changes.
    pub sku: String,
    /// Its values of the product's options; the only variant of a product may have none.
    pub options: Vec<String>,
    /// What it is called; `None`: by its options.
    pub title: Option<String>,
    /// What one of it costs.
    pub price: Money,
    /// What one of it costs the shop, minor units of the price's currency; buyers never see it.
    pub cost_minor: Option<i64>,
    /// EAN, UPC, ISBN or the shop's own.
    pub barcode: Option<String>,
    /// Its weight in grams.
    pub weight_g: Option<i64>,
    /// Whether there is a stock of it.
    pub track_stock: bool,
    /// Its place among the others.
    pub position: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it went out of the catalogue.
    pub archived_at: Option<Timestamp>,
}

impl Variant {
    /// One of a product that says nothing but what it costs, whether there is a stock of it, and where it stands.
    pub(crate) fn like(
        (product_id, price, track_stock): (i64, Money, bool),
        (position, now): (i64, Timestamp),
    ) -> Self {
        Self {
            id: 0,
            product_id,
            sku: String::new(),
            options: Vec::new(),
            title: None,
            price,
            cost_minor: None,
            barcode: None,
            weight_g: None,
            track_stock,
            position,
            created_at: now,
            updated_at: now,
            archived_at: None,
        }
    }

    /// What it is called beside its product's name.
    pub fn shown_title(&self) -> Option<String> {
        shown_title(self.title.clone(), &self.options)
    }

    /// Whether it has not left the catalogue.
    pub fn is_sold(&self) -> bool {
        self.archived_at.is_none()
    }
}

/// A variant to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewVariant {
    /// `None`: one is given.
    pub sku: Option<String>,
    /// A value of each option of the product.
    pub options: Vec<String>,
    /// What it is called; `None`: by its options.
    pub title: Option<String>,
    /// `None`: the product's.
    pub price: Option<NewPrice>,
    /// What one of it costs the shop.
    pub cost: Option<NewPrice>,
    /// EAN, UPC, ISBN or the shop's own.
    pub barcode: Option<String>,
    /// Its weight in grams.
    pub weight_g: Option<i64>,
    /// `None`: the product's.
    pub track_stock: Option<bool>,
}

/// What is to be changed of a variant; `None` leaves a field as it is, `Some(None)` empties it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VariantChange {
    /// New values.
    pub options: Option<Vec<String>>,
    /// A new title.
    pub title: Option<Option<String>>,
    /// A new price; orders keep theirs.
    pub price: Option<NewPrice>,
    /// A new cost.
    pub cost: Option<Option<NewPrice>>,
    /// A new barcode.
    pub barcode: Option<Option<String>>,
    /// A new weight.
    pub weight_g: Option<Option<i64>>,
    /// Begin to keep a stock (with nothing on hand), or end it (only with nothing on hand).
    pub track_stock: Option<bool>,
    /// A new place among the others.
    pub position: Option<i64>,
    /// Whether it has left the catalogue.
    pub archived: Option<bool>,
}

/// What a change of a product says of one of its variants, or of a new one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SaidVariant {
    /// Which it is; one is new that the product has none of, or that has no SKU yet.
    pub sku: Option<String>,
    /// What is said of it.
    pub change: VariantChange,
}

impl SaidVariant {
    /// The variant that it is where it is new.
    pub(crate) fn new_one(&self) -> NewVariant {
        let VariantChange { options, title, price, cost, barcode, weight_g, track_stock, .. } =
            self.change.clone();
        NewVariant {
            sku: self.sku.clone(),
            options: options.unwrap_or_default(),
            title: title.flatten(),
            price,
            cost: cost.flatten(),
            barcode: barcode.flatten(),
            weight_g: weight_g.flatten(),
            track_stock,
        }
    }
}

/// A new price of what has one, or what it costs the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewPrice {
    /// Minor units.
    pub amount_minor: i64,
    /// `None`: the currency of the price before, or that of what is sold.
    pub currency: Option<Currency>,
}

impl From<Money> for NewPrice {
    fn from(price: Money) -> Self {
        Self { amount_minor: price.amount_minor, currency: Some(price.currency) }
    }
}

impl NewPrice {
    /// The price that it is where `before` was.
    pub(crate) fn in_place_of(self, before: Money) -> Money {
        Money { amount_minor: self.amount_minor, currency: self.currency.unwrap_or(before.currency) }
    }
}

/// A title, or else the options; `None` without both.
pub(crate) fn shown_title(title: Option<String>, options: &[String]) -> Option<String> {
    title.or_else(|| (!options.is_empty()).then(|| options.join(" / ")))
}
