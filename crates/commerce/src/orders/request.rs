//! The JSON bodies of the native API, and what they must hold. Unknown fields are refused.
//!
//! ```json
//! {"items":[{"sku":"ps5","quantity":2}],"customer":{"name":"Alice","email":"alice@shop.test","phone":"+44 20 7946 0000"},
//!  "shipping_address":{"name":"Alice","line1":"High Street 1","city":"Leeds","country":"GB"},"note":"Ring twice",
//!  "expected_total":{"amount_minor":99800,"currency":"USD"},
//!  "client_reference":"cart-77","context":{"anonymous_id":"a1","user_id":"u1","session_id":"s1","page":"/checkout","language":"en"}}
//! ```

use axum::http::StatusCode;
use kassa_service::Problem;
use serde::{Deserialize, Serialize};

use super::details::Details;
use super::details_body::{AddressBody, MoneyBody};
use super::edges::CancelledStock;
use super::edited::{EditAsk, Prices};
use super::fulfil::FulfilAsk;
use super::lines::{ITEMS_MAX, Item, Items, ItemsError};
use super::order::Customer;
use super::refund::{RefundAsk, RefundLine};
use super::said::{lines, short, trimmed};
use crate::idempotency::KEY_BYTES_MAX;
use crate::language;
use crate::number::integer_or_none;
use crate::object::{object_or_default, object_or_none, objects, objects_or_none};
use crate::text;
use crate::visit::ContextBody;

/// Characters of a customer's name.
const NAME_CHARS_MAX: usize = 255;
/// Bytes of an e-mail address (RFC 5321).
const EMAIL_BYTES_MAX: usize = 254;
/// Characters of a telephone number.
const PHONE_CHARS_MAX: usize = 64;
/// Characters of a note.
const NOTE_CHARS_MAX: usize = 2_000;
/// Bytes of an id in the context, as for events.
const ID_BYTES_MAX: usize = 200;
/// Bytes of a page's address.
const PAGE_BYTES_MAX: usize = 4_096;

/// The body of `POST /v1/orders`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderBody {
    #[serde(deserialize_with = "objects")]
    items: Vec<Item>,
    #[serde(default, deserialize_with = "object_or_default")]
    customer: Customer,
    client_reference: Option<String>,
    #[serde(default, deserialize_with = "object_or_default")]
    context: ContextBody,
    #[serde(default, deserialize_with = "object_or_none")]
    shipping_address: Option<AddressBody>,
    #[serde(default, deserialize_with = "object_or_none")]
    billing_address: Option<AddressBody>,
    note: Option<String>,
    marketing_consent: Option<bool>,
    #[serde(default, deserialize_with = "object_or_none")]
    expected_total: Option<MoneyBody>,
}

/// The body of `PUT /v1/orders/{uuid}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EditBody {
    #[serde(deserialize_with = "objects")]
    items: Vec<Item>,
    #[serde(default)]
    reprice: bool,
}

/// The body of `POST /v1/orders/{uuid}/refunds`: one of the two.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RefundBody {
    #[serde(default, deserialize_with = "objects_or_none")]
    lines: Option<Vec<RefundLine>>,
    #[serde(default, deserialize_with = "integer_or_none")]
    amount_minor: Option<i64>,
}

/// The body of `POST /v1/orders/{uuid}/cancel`, which may be left out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CancelBody {
    #[serde(default = "yes")]
    restock: bool,
}

/// The body of `POST /v1/orders/{uuid}/fulfil`, which may be left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FulfilBody {
    /// `null` is no list: it could be meant either way.
    #[serde(default, deserialize_with = "some_objects")]
    lines: Option<Vec<Item>>,
}

fn yes() -> bool {
    true
}

impl Default for CancelBody {
    fn default() -> Self {
        Self { restock: true }
    }
}

pub(super) fn some_objects<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Vec<Item>>, D::Error> {
    objects(from).map(Some)
}

/// What `POST /v1/orders` asks for, checked. Its JSON is what is fingerprinted.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OrderAsk {
    /// What.
    pub(crate) items: Items,
    /// For whom.
    pub(crate) customer: Customer,
    /// The client's own name for it.
    pub(crate) client_reference: Option<String>,
    /// The visit.
    pub(crate) context: ContextBody,
    /// Where it goes, and what else is said of it.
    #[serde(skip_serializing_if = "Details::is_none")]
    pub(crate) details: Details,
}

impl OrderBody {
    pub(super) fn check(self) -> Result<OrderAsk, Problem> {
        let customer = check_customer(self.customer)?;
        let context = ContextBody {
            anonymous_id: trimmed("context.anonymous_id", self.context.anonymous_id, ID_BYTES_MAX)?,
            user_id: trimmed("context.user_id", self.context.user_id, ID_BYTES_MAX)?,
            session_id: trimmed("context.session_id", self.context.session_id, ID_BYTES_MAX)?,
            page: trimmed("context.page", self.context.page, PAGE_BYTES_MAX)?,
            language: language::tag("context.language", self.context.language)?,
        };
        let address = |field: &str, body: Option<AddressBody>| body.map(|body| body.check(field)).transpose();
        let details = Details {
            shipping_address: address("shipping_address", self.shipping_address)?,
            billing_address: address("billing_address", self.billing_address)?,
            note: lines("note", self.note, NOTE_CHARS_MAX)?,
            marketing_consent: self.marketing_consent.unwrap_or_default(),
            expected_total: self.expected_total.map(MoneyBody::money),
        };
        Ok(OrderAsk {
            items: Items::new(self.items)?,
            customer,
            client_reference: trimmed("client_reference", self.client_reference, KEY_BYTES_MAX)?,
            context,
            details,
        })
    }
}

impl EditBody {
    pub(super) fn check(self) -> Result<EditAsk, Problem> {
        let prices = if self.reprice { Prices::Today } else { Prices::Agreed };
        Ok(EditAsk { items: Items::new(self.items)?, prices, customer_name: None })
    }
}

impl CancelBody {
    pub(super) fn check(self) -> CancelledStock {
        if self.restock { CancelledStock::Returned } else { CancelledStock::Kept }
    }
}

impl FulfilBody {
    pub(super) fn check(self) -> Result<FulfilAsk, Problem> {
        let Some(lines) = self.lines else { return Ok(FulfilAsk::Rest) };
        check_lines("fulfilment", lines.iter().map(|line| (line.sku.as_str(), line.quantity)))?;
        Ok(FulfilAsk::Lines(lines))
    }
}

impl RefundBody {
    pub(super) fn check(self) -> Result<RefundAsk, Problem> {
        match (self.lines, self.amount_minor) {
            (Some(lines), None) => {
                check_lines("refund", lines.iter().map(|line| (line.sku.as_str(), line.quantity)))?;
                Ok(RefundAsk::Lines(lines))
            }
            (None, Some(amount)) if amount >= 1 => Ok(RefundAsk::Amount(amount)),
            (None, Some(_)) => Err(Problem::bad_request("amount_minor must be at least 1")),
            _ => Err(Problem::bad_request("a refund has either lines or amount_minor")),
        }
    }
}

/// Checks lines of an order that something is to be done with: a SKU and how many of it.
pub(super) fn check_lines<'a>(
    what: &str,
    lines: impl ExactSizeIterator<Item = (&'a str, i64)>,
) -> Result<(), Problem> {
    if lines.len() == 0 || lines.len() > ITEMS_MAX {
        return Err(Problem::bad_request(format!("a {what} has 1 to {ITEMS_MAX} lines")));
    }
    for (sku, quantity) in lines {
        if quantity < 1 {
            return Err(Problem::bad_request(format!(
                "the quantity of a line of a {what} must be at least 1"
            )));
        }
        // A SKU that the order does not have is refused by name; this keeps its name printable.
        if sku.len() > KEY_BYTES_MAX || sku.chars().any(char::is_control) {
            return Err(ItemsError::Sku.into());
        }
    }
    Ok(())
}

/// Who ordered, as they are kept.
pub(crate) fn check_customer(said: Customer) -> Result<Customer, Problem> {
    let customer = Customer {
        name: short("customer.name", said.name, NAME_CHARS_MAX)?,
        email: trimmed("customer.email", said.email, EMAIL_BYTES_MAX)?,
        phone: short("customer.phone", said.phone, PHONE_CHARS_MAX)?,
    };
    check_email(customer.email.as_deref())?;
    Ok(customer)
}

/// Whether an address can be right only its server knows; one without an `@` between two parts never is.
fn check_email(email: Option<&str>) -> Result<(), Problem> {
    let Some(email) = email else { return Ok(()) };
    let parts =
        email.rsplit_once('@').filter(|(name, host)| text::is_visible(name) && text::is_visible(host));
    match parts.is_some() && !email.contains(char::is_whitespace) {
        true => Ok(()),
        false => Err(Problem::bad_request("customer.email must be an address such as alice@shop.example")),
    }
}

impl From<ItemsError> for Problem {
    fn from(error: ItemsError) -> Self {
        let detail = error.to_string();
        match error {
            ItemsError::MixedCurrencies(..) => {
                Self::new(StatusCode::BAD_REQUEST, "mixed_currencies", "Several currencies").detail(detail)
            }
            ItemsError::TotalOutOfRange(_) => {
                Self::new(StatusCode::BAD_REQUEST, "total-out-of-range", "The total is too large")
                    .detail(detail)
            }
            _ => Self::bad_request(detail),
        }
    }
}
