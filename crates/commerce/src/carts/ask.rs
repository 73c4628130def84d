//! What `POST /v1/carts/price` asks for.
//!
//! ```json
//! {"lines":[{"sku":"ps5","quantity":2,"seen_price_minor":49900}]}
//! ```

use kassa_service::Problem;
use serde::Deserialize;

use crate::catalog::SKU_BYTES_MAX;
use crate::inventory::QUANTITY_MAX;
use crate::number::{integer, integer_or_none};
use crate::object::objects;
use crate::orders::ItemsError;

/// The most lines of a cart.
const LINES_MAX: usize = 100;

/// The body.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CartBody {
    #[serde(deserialize_with = "objects")]
    lines: Vec<CartLine>,
}

/// A line of a cart.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CartLine {
    pub(super) sku: String,
    #[serde(deserialize_with = "integer")]
    pub(super) quantity: i64,
    /// What one cost when the buyer last looked.
    #[serde(default, deserialize_with = "integer_or_none")]
    pub(super) seen_price_minor: Option<i64>,
}

impl CartBody {
    /// The lines, if there are not too many and each could be one of an order.
    pub(super) fn check(self) -> Result<Vec<CartLine>, Problem> {
        if self.lines.len() > LINES_MAX {
            return Err(Problem::bad_request(format!("a cart has at most {LINES_MAX} lines")));
        }
        for line in &self.lines {
            let fits = !line.sku.is_empty() && line.sku.len() <= SKU_BYTES_MAX;
            if !fits || line.sku.chars().any(char::is_control) {
                return Err(ItemsError::Sku.into());
            }
            if !(1..=QUANTITY_MAX).contains(&line.quantity) {
                return Err(ItemsError::Quantity(line.sku.clone()).into());
            }
            if line.seen_price_minor.is_some_and(|seen| seen < 0) {
                return Err(Problem::bad_request("seen_price_minor is at least 0"));
            }
        }
        Ok(self.lines)
    }
}
