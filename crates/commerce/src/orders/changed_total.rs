//! An order that costs something else than its buyer was shown: nothing is ordered, and they are told what it costs.

use axum::http::StatusCode;
use kassa_model::Money;
use kassa_service::Problem;
use serde::Serialize;
use serde_json::Value;

use super::lines::Basket;
use super::order::Line;

/// What it would cost.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the total is {total}, not {expected}: nothing was ordered")]
pub struct TotalChanged {
    expected: Money,
    total: Money,
    lines: Vec<Line>,
}

/// A line of the answer, in the shape in which a cart is priced.
#[derive(Debug, Serialize)]
struct PricedLine<'a> {
    sku: &'a str,
    product_id: Option<i64>,
    slug: Option<&'a str>,
    name: &'a str,
    variant_title: Option<&'a str>,
    image: Option<Value>,
    quantity: i64,
    price: Money,
    total: Money,
    available: Option<i64>,
    state: &'static str,
}

impl TotalChanged {
    /// Refuses a basket whose total is not the one that the buyer was shown.
    pub(super) fn check(basket: &Basket, expected: Option<Money>) -> Result<(), Box<Self>> {
        let total = Money { amount_minor: basket.total_minor(), currency: basket.currency() };
        match expected {
            Some(expected) if expected != total => {
                Err(Box::new(Self { expected, total, lines: basket.lines().to_vec() }))
            }
            _ => Ok(()),
        }
    }

    /// 409 with the total and the lines as they are now.
    pub(super) fn problem(&self) -> Problem {
        let lines: Vec<PricedLine<'_>> = self.lines.iter().map(|line| self.priced(line)).collect();
        // Structs with named fields: serde_json always writes them.
        let (total, lines) = (serde_json::to_value(self.total), serde_json::to_value(lines));
        Problem::new(StatusCode::CONFLICT, "total-changed", "The total has changed")
            .detail(self.to_string())
            .extra("total", total.unwrap_or_default())
            .extra("lines", lines.unwrap_or_default())
    }

    fn priced<'a>(&self, line: &'a Line) -> PricedLine<'a> {
        let money = |amount_minor| Money { amount_minor, currency: self.total.currency };
        PricedLine {
            sku: &line.sku,
            product_id: line.product_id,
            slug: None,
            name: &line.name,
            variant_title: line.variant_title.as_deref(),
            image: None,
            quantity: line.quantity,
            price: money(line.unit_price_minor),
            total: money(line.total_minor()),
            available: None,
            state: "ok",
        }
    }
}
