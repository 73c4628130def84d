//! What is ordered: items as asked for, then a basket priced by the catalogue. A [`Basket`] cannot be wrong: it has a
//! line, one currency, and a total that every JSON reader keeps exact.

use kassa_model::{Currency, Money};
use serde::{Deserialize, Serialize};

use super::order::Line;
use crate::catalog::{Offer, SKU_BYTES_MAX};
use crate::inventory::StockLine;
use crate::number::integer;

/// Different SKUs of an order.
pub(super) const ITEMS_MAX: usize = 200;
/// Units of one SKU.
pub(super) const QUANTITY_MAX: i64 = 1_000_000_000;

/// One thing that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The product's SKU.
    pub sku: String,
    /// How many.
    #[serde(deserialize_with = "integer")]
    pub quantity: i64,
}

/// What is asked for: at least one, equal SKUs merged, in the order in which they were first named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Items(Vec<Item>);

/// Why items are no order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ItemsError {
    /// None.
    #[error("an order needs at least one item")]
    Empty,
    /// More than [`ITEMS_MAX`].
    #[error("an order has at most {ITEMS_MAX} different items")]
    TooMany,
    /// Not 1 to [`QUANTITY_MAX`].
    #[error("the quantity of {0} must be 1 to {QUANTITY_MAX}")]
    Quantity(String),
    /// Nothing that a SKU can be.
    #[error("a sku is 1 to {SKU_BYTES_MAX} characters without control characters")]
    Sku,
    /// Products of several currencies.
    #[error("one order has one currency, and these products have {0} and {1}")]
    MixedCurrencies(Currency, Currency),
    /// Beyond 2^53−1 minor units of this currency.
    #[error("the total is beyond {}", most(.0))]
    TotalOutOfRange(Currency),
}

fn most(currency: &Currency) -> Money {
    Money { amount_minor: Money::AMOUNT_MINOR_MAX, currency: *currency }
}

/// What an order without a key may ask for, in closed mode: who orders more is known to the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithoutKey {
    /// `orders.quantity_max`: of one SKU.
    pub quantity_max: i64,
    /// `orders.order_quantity_max`: of all together.
    pub order_quantity_max: i64,
}

impl Default for WithoutKey {
    fn default() -> Self {
        Self { quantity_max: 1_000, order_quantity_max: 10_000 }
    }
}

/// More than an order without a key may ask for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{asked} of {what} are asked for: an order without a key has at most {most}")]
pub struct TooLarge {
    /// A SKU, or all of them.
    pub what: String,
    /// How many are asked for.
    pub asked: i64,
    /// How many may be.
    pub most: i64,
}

impl WithoutKey {
    /// Refuses what is beyond.
    ///
    /// # Errors
    /// [`TooLarge`].
    pub fn allow(&self, items: &Items) -> Result<(), TooLarge> {
        let (each, most) = (self.quantity_max, self.order_quantity_max);
        if let Some(over) = items.iter().find(|item| item.quantity > each) {
            return Err(TooLarge { what: over.sku.clone(), asked: over.quantity, most: each });
        }
        // 200 lines of a billion fit.
        let asked: i64 = items.iter().map(|item| item.quantity).sum();
        match asked > most {
            true => Err(TooLarge { what: "all items together".to_owned(), asked, most }),
            false => Ok(()),
        }
    }
}

/// Priced lines of one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basket {
    lines: Vec<Line>,
    currency: Currency,
    total_minor: i64,
}

impl Items {
    /// Checks and merges what was asked for.
    ///
    /// # Errors
    /// [`ItemsError`] but for what only prices tell.
    pub fn new(asked: impl IntoIterator<Item = Item>) -> Result<Self, ItemsError> {
        let mut items: Vec<Item> = Vec::new();
        for item in asked {
            let plain = !item.sku.is_empty() && item.sku.len() <= SKU_BYTES_MAX;
            if !plain || item.sku.chars().any(char::is_control) {
                return Err(ItemsError::Sku);
            }
            if !(1..=QUANTITY_MAX).contains(&item.quantity) {
                return Err(ItemsError::Quantity(item.sku));
            }
            match items.iter_mut().find(|known| known.sku == item.sku) {
                Some(known) => known.quantity += item.quantity,
                None => items.push(item),
            }
            if items.len() > ITEMS_MAX {
                return Err(ItemsError::TooMany);
            }
        }
        match items.iter().find(|item| item.quantity > QUANTITY_MAX) {
            Some(over) => Err(ItemsError::Quantity(over.sku.clone())),
            None if items.is_empty() => Err(ItemsError::Empty),
            None => Ok(Self(items)),
        }
    }

    /// What is asked for, each SKU once.
    pub fn iter(&self) -> impl Iterator<Item = &Item> {
        self.0.iter()
    }

    /// The SKUs.
    pub fn skus(&self) -> Vec<&str> {
        self.0.iter().map(|item| item.sku.as_str()).collect()
    }

    /// Prices every item by its product, archived ones unknown. A SKU without a product gets a line without one, price 0,
    /// and is returned beside the basket; `fallback` is the currency when none is known.
    ///
    /// # Errors
    /// [`ItemsError::MixedCurrencies`], [`ItemsError::TotalOutOfRange`].
    pub fn price(
        &self,
        products: &[Offer],
        fallback: Currency,
    ) -> Result<(Basket, Option<String>), ItemsError> {
        let mut unknown = None;
        let mut currency: Option<Currency> = None;
        let mut lines = Vec::with_capacity(self.0.len());
        for item in &self.0 {
            let known = products.iter().find(|product| product.sku == item.sku && !product.archived);
            match (known, currency) {
                (None, _) => {
                    unknown.get_or_insert_with(|| item.sku.clone());
                }
                (Some(product), Some(other)) if other != product.price.currency => {
                    return Err(ItemsError::MixedCurrencies(other, product.price.currency));
                }
                (Some(product), _) => currency = Some(product.price.currency),
            }
            lines.push(line(item, known));
        }
        Ok((Basket::new(lines, currency.unwrap_or(fallback))?, unknown))
    }
}

/// The line of an item at its product's price of today.
pub(super) fn line(item: &Item, product: Option<&Offer>) -> Line {
    Line {
        product_id: product.map(|product| product.id),
        sku: item.sku.clone(),
        name: product.map_or_else(|| item.sku.clone(), |product| product.name.clone()),
        variant_title: product.and_then(|product| product.title.clone()),
        category: product.and_then(|product| product.category.clone()),
        unit_price_minor: product.map_or(0, |product| product.price.amount_minor),
        quantity: item.quantity,
        tracked: product.is_some_and(|product| product.track_stock),
        refunded_quantity: 0,
        refunded_minor: 0,
        restocked_quantity: 0,
        fulfilled_quantity: 0,
    }
}

impl Basket {
    /// Adds the lines up.
    ///
    /// # Errors
    /// [`ItemsError::TotalOutOfRange`], [`ItemsError::Empty`].
    pub fn new(lines: Vec<Line>, currency: Currency) -> Result<Self, ItemsError> {
        if lines.is_empty() {
            return Err(ItemsError::Empty);
        }
        let mut total_minor: i64 = 0;
        for line in &lines {
            total_minor = line
                .unit_price_minor
                .checked_mul(line.quantity)
                .and_then(|line_total| total_minor.checked_add(line_total))
                .filter(|total| *total <= Money::AMOUNT_MINOR_MAX)
                .ok_or(ItemsError::TotalOutOfRange(currency))?;
        }
        Ok(Self { lines, currency, total_minor })
    }

    /// The lines.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Their currency.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Σ of the lines.
    pub fn total_minor(&self) -> i64 {
        self.total_minor
    }
}

/// The stock that lines take: those that are tracked.
pub(super) fn tracked(lines: &[Line]) -> Vec<StockLine> {
    let stock = |line: &Line| StockLine { sku: line.sku.clone(), quantity: line.quantity };
    lines.iter().filter(|line| line.tracked).map(stock).collect()
}
