//! What an edit asks for, and the lines that it gives an order: a line that stays keeps the price that was agreed on, at any
//! quantity; only new lines have today's.

use super::error::EdgeError;
use super::lines::{Basket, Items, ItemsError, line};
use super::order::{Line, Order};
use crate::catalog::Offer;

/// Which prices the lines of an edited order have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Prices {
    /// Lines that stay keep theirs; new ones have today's.
    #[default]
    Agreed,
    /// Today's, all of them.
    Today,
}

/// An edit as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EditAsk {
    /// What the order is to hold.
    pub(crate) items: Items,
    /// At which prices.
    pub(crate) prices: Prices,
    /// A new name of the customer; `None` leaves it.
    pub(crate) customer_name: Option<String>,
}

impl EditAsk {
    /// The lines that it gives `order`; `products` are those of its items.
    pub(super) fn lines_for(&self, order: &Order, products: &[Offer]) -> Result<Basket, EdgeError> {
        order.require(super::edges::Edge::Edit)?;
        match self.prices {
            Prices::Agreed => self.agreed(order, products),
            Prices::Today => self.today(order, products),
        }
    }

    fn agreed(&self, order: &Order, products: &[Offer]) -> Result<Basket, EdgeError> {
        let mut lines = Vec::new();
        for item in self.items.iter() {
            let product = products.iter().find(|product| product.sku == item.sku && !product.archived);
            let known = order.lines.iter().find(|line| line.sku == item.sku);
            lines.push(match (known, product) {
                (Some(line), product) => stays(line, item.quantity, product)?,
                (None, None) => return Err(EdgeError::UnknownSku(item.sku.clone())),
                (None, Some(product)) => {
                    require_currency(order, product.price.currency)?;
                    line(item, Some(product))
                }
            });
        }
        Ok(Basket::new(lines, order.currency)?)
    }

    fn today(&self, order: &Order, products: &[Offer]) -> Result<Basket, EdgeError> {
        let (basket, unknown) = self.items.price(products, order.currency)?;
        if let Some(sku) = unknown {
            return Err(EdgeError::UnknownSku(sku));
        }
        require_currency(order, basket.currency())?;
        Ok(basket)
    }
}

/// A line that stays, so many of it. One whose product has gone out of the catalogue does not grow.
fn stays(line: &Line, quantity: i64, product: Option<&Offer>) -> Result<Line, EdgeError> {
    if product.is_none() && quantity > line.quantity {
        return Err(EdgeError::Archived(line.sku.clone()));
    }
    let tracked = product.map_or(line.tracked, |product| product.track_stock);
    Ok(Line { quantity, tracked, ..line.clone() })
}

fn require_currency(order: &Order, currency: kassa_model::Currency) -> Result<(), ItemsError> {
    match currency == order.currency {
        true => Ok(()),
        false => Err(ItemsError::MixedCurrencies(order.currency, currency)),
    }
}
