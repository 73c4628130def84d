//! A customer as JSON.
//!
//! ```json
//! {"id":"0190…","email":"alice@shop.test","name":"Alice","phone":null,"marketing_consent_at":null,"orders":2,
//!  "revenue":[{"amount_minor":99800,"currency":"USD"}],"first_order_at":"2026-11-21T05:00:00Z",
//!  "last_order_at":"2026-11-22T05:00:00Z","created_at":"2026-11-21T05:00:00Z"}
//! ```

use kassa_model::{Money, Timestamp};
use serde::Serialize;

use super::customer::{Bought, Customer, Ordered};
use super::list::Whole;
use crate::orders::Address;

/// A row of a list.
#[derive(Debug, Serialize)]
pub(super) struct CustomerView {
    id: String,
    email: String,
    name: Option<String>,
    phone: Option<String>,
    marketing_consent_at: Option<String>,
    orders: i64,
    revenue: Vec<Money>,
    first_order_at: Option<String>,
    last_order_at: Option<String>,
    created_at: String,
}

/// All of a customer.
#[derive(Debug, Serialize)]
pub(super) struct WholeView {
    #[serde(flatten)]
    customer: CustomerView,
    first_source: Option<String>,
    shipping_address: Option<Address>,
    billing_address: Option<Address>,
    recent_orders: Vec<OrderedView>,
}

#[derive(Debug, Serialize)]
struct OrderedView {
    id: String,
    number: i64,
    status: String,
    total: Money,
    created_at: String,
}

impl CustomerView {
    pub(super) fn new(customer: Customer, bought: &[Bought]) -> Self {
        let money = |bought: &Bought| Money { amount_minor: bought.revenue_minor, currency: bought.currency };
        let shown = |at: Option<Timestamp>| at.map(|at| at.to_string());
        Self {
            id: customer.id,
            email: customer.email,
            name: customer.name,
            phone: customer.phone,
            marketing_consent_at: shown(customer.marketing_consent_at),
            orders: bought.iter().map(|bought| bought.orders).sum(),
            revenue: bought.iter().map(money).collect(),
            first_order_at: shown(bought.iter().map(|bought| bought.first_at).min()),
            last_order_at: shown(bought.iter().map(|bought| bought.last_at).max()),
            created_at: customer.created_at.to_string(),
        }
    }
}

impl WholeView {
    pub(super) fn new(whole: Whole, first_source: Option<String>) -> Self {
        let Whole { customer, bought, orders, shipping_address, billing_address } = whole;
        Self {
            customer: CustomerView::new(customer, &bought),
            first_source,
            shipping_address,
            billing_address,
            recent_orders: orders.into_iter().map(OrderedView::new).collect(),
        }
    }
}

impl OrderedView {
    fn new(order: Ordered) -> Self {
        Self {
            id: order.id,
            number: order.number,
            status: order.status,
            total: Money { amount_minor: order.total_minor, currency: order.currency },
            created_at: order.created_at.to_string(),
        }
    }
}
