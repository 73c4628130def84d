//! What the shop writes into the events beside money: that a product has sold out or is back, and that an order was refused.
//! Like money they come from the outbox and from nobody else: an event of a client with such a name is an event of that name.
//!
//! ```text
//! Stock Out, Stock Back   {"sku":"mug","on_hand":0}              of no visitor; they count in no metric
//! Checkout Failed         {"reason":"sold_out","sku":"mug"}      of the visit in which the order was asked for
//! ```

use crate::{Dialect, Event};

/// Nothing of a product is left to be sold.
pub const STOCK_OUT: &str = "Stock Out";

/// Something of it can be sold again.
pub const STOCK_BACK: &str = "Stock Back";

/// An order was refused.
pub const CHECKOUT_FAILED: &str = "Checkout Failed";

impl Event {
    /// Whether the shop says by it what became of stock.
    pub fn is_of_stock(&self) -> bool {
        self.dialect == Dialect::SHOP
            && self.order.is_none()
            && (self.name == STOCK_OUT || self.name == STOCK_BACK)
    }

    /// Whether it is of a visitor: neither money nor stock.
    pub fn is_of_visitors(&self) -> bool {
        self.order.is_none() && !self.is_of_stock()
    }
}
