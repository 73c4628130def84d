//! An order as JSON: in answers, and whole inside of its public events.
//!
//! ```json
//! {"id":"0190…","number":7,"status":"confirmed","revision":1,"total":{"amount_minor":99800,"currency":"USD"},
//!  "payment_status":"unpaid","fulfilment_status":"unfulfilled",
//!  "refunded":{"amount_minor":0,"currency":"USD"},"items":[{"sku":"ps5","name":"PlayStation 5","category":"consoles",
//!  "quantity":2,"unit_price":{"amount_minor":49900,"currency":"USD"},"total":{"amount_minor":99800,"currency":"USD"},
//!  "refunded_quantity":0,"refunded":{"amount_minor":0,"currency":"USD"},"restocked_quantity":0,
//!  "fulfilled_quantity":0}],
//!  "created_at":"2026-11-21T05:00:00Z","updated_at":"2026-11-21T05:00:00Z"}
//! ```

use kassa_model::Money;
use serde::Serialize;

use super::details::Source;
use super::fulfilments::status::FulfilmentStatus;
use super::order::{self, Line, Order};
use super::payments::status::PaymentStatus;
use crate::customers::CustomerType;

/// Whom an order is shown to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Whoever knows its UUID: no customer.
    Anyone,
    /// The shop.
    Shop,
}

/// An order as JSON.
#[derive(Debug, Serialize)]
pub struct OrderView<'a> {
    id: &'a str,
    number: i64,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_reason: Option<&'a str>,
    revision: i64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    edit_pending: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stock_kept: bool,
    payment_status: Option<PaymentStatus>,
    fulfilment_status: FulfilmentStatus,
    total: Money,
    refunded: Money,
    items: Vec<LineView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<&'a order::Customer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_type: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    marketing_consent: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    created_at: String,
    updated_at: String,
}

#[derive(Debug, Serialize)]
struct LineView<'a> {
    sku: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    variant_title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a str>,
    quantity: i64,
    unit_price: Money,
    total: Money,
    refunded_quantity: i64,
    refunded: Money,
    restocked_quantity: i64,
    fulfilled_quantity: i64,
}

impl Order {
    /// The order as JSON for `audience`.
    pub fn view(&self, audience: Audience) -> OrderView<'_> {
        let for_shop = audience == Audience::Shop;
        OrderView {
            id: &self.id,
            number: self.number,
            status: self.status.name(),
            fail_reason: self.fail_reason.as_deref(),
            revision: self.revision,
            edit_pending: self.pending_edit.is_some(),
            stock_kept: self.stock_kept,
            payment_status: self.payment_status,
            fulfilment_status: self.fulfilment_status(),
            total: self.money(self.total_minor),
            refunded: self.money(self.refunded_minor),
            items: self.lines.iter().map(|line| self.line_view(line)).collect(),
            customer: for_shop.then_some(&self.customer),
            customer_id: self.customer_id.as_deref().filter(|_| for_shop),
            customer_type: self.customer_type().map(CustomerType::name).filter(|_| for_shop),
            marketing_consent: self.marketing_consent && for_shop,
            note: self.note.as_deref().filter(|_| for_shop),
            source: self.source.map(Source::name).filter(|_| for_shop),
            client_reference: self.client_reference.as_deref().filter(|_| for_shop),
            language: self.context.language.as_deref().filter(|_| for_shop),
            created_at: self.created_at.to_string(),
            updated_at: self.updated_at.to_string(),
        }
    }

    fn line_view<'a>(&self, line: &'a Line) -> LineView<'a> {
        LineView {
            sku: &line.sku,
            name: &line.name,
            variant_title: line.variant_title.as_deref(),
            category: line.category.as_deref(),
            quantity: line.quantity,
            unit_price: self.money(line.unit_price_minor),
            total: self.money(line.total_minor()),
            refunded_quantity: line.refunded_quantity,
            refunded: self.money(line.refunded_minor),
            restocked_quantity: line.restocked_quantity,
            fulfilled_quantity: line.fulfilled_quantity,
        }
    }

    /// An amount in the order's currency.
    pub fn money(&self, amount_minor: i64) -> Money {
        Money { amount_minor, currency: self.currency }
    }
}
