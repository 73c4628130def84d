//! That an order is paid, as it is said.
//!
//! ```json
//! {"reference":"bank 2026-11-21 4711","amount":{"amount_minor":99800,"currency":"USD"}}
//! ```

use kassa_model::Money;
use kassa_service::Problem;
use serde::{Deserialize, Serialize};

use super::super::details_body::MoneyBody;
use super::super::said::trimmed;
use crate::object::object_or_none;

/// Bytes of a reference.
const REFERENCE_BYTES_MAX: usize = 255;

/// The body of `POST /v1/orders/{uuid}/payments`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::orders) struct PaymentBody {
    reference: String,
    #[serde(default, deserialize_with = "object_or_none")]
    amount: Option<MoneyBody>,
}

/// Money that came. Its JSON is what is fingerprinted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PayAsk {
    /// By what it is known.
    pub(crate) reference: String,
    /// How much; `None`: all that is owed.
    pub(crate) amount: Option<Money>,
}

impl PaymentBody {
    pub(in crate::orders) fn check(self) -> Result<PayAsk, Problem> {
        let reference = trimmed("reference", Some(self.reference), REFERENCE_BYTES_MAX)?;
        let reference = reference.ok_or_else(|| Problem::bad_request("reference must not be empty"))?;
        Ok(PayAsk { reference, amount: self.amount.map(MoneyBody::money) })
    }
}
