//! An order with its lines and its refunds, and which orders a list shows.

use std::fmt;
use std::str::FromStr;

use kassa_model::{Currency, Timestamp};
use serde::{Deserialize, Serialize};

use super::details::Source;
use super::fulfilments::status::FulfilmentStatus;
use super::payments::status::PaymentStatus;
use crate::customers::CustomerType;
use crate::visit::Context;

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Durable; its stock is not decided yet.
    Accepted,
    /// Its stock is deducted.
    Confirmed,
    /// Refused: no stock, or no such product.
    Failed,
    /// Given up; its stock is back, unless it was kept.
    Cancelled,
    /// Handed over, all of it.
    Fulfilled,
    /// The whole total is back.
    Refunded,
}

/// Who ordered, as far as they said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// A name.
    pub name: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// A telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// A line: a product as it was when it was ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The product; `None` when the SKU was unknown (such an order has failed).
    pub product_id: Option<i64>,
    /// Its SKU; an order has one line per SKU.
    pub sku: String,
    /// Its name.
    pub name: String,
    /// What the variant is called beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_title: Option<String>,
    /// Its category.
    pub category: Option<String>,
    /// What one cost, minor units.
    pub unit_price_minor: i64,
    /// How many, at least 1.
    pub quantity: i64,
    /// Whether stock was taken for it.
    pub tracked: bool,
    /// How many of them are refunded.
    pub refunded_quantity: i64,
    /// Its part of the refunds, those by amount included: these add up to the order's.
    pub refunded_minor: i64,
    /// How many are back in stock.
    pub restocked_quantity: i64,
    /// How many were handed over.
    #[serde(default)]
    pub fulfilled_quantity: i64,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// A number for people; there may be gaps.
    pub number: i64,
    /// UUIDv7.
    pub id: String,
    /// Where it stands.
    pub status: Status,
    /// Counts its edits, from 1. Stock was taken under the reference `<id>/<revision>`.
    pub revision: i64,
    /// The number of its last event.
    pub last_seq: i64,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// Σ of its lines.
    pub total_minor: i64,
    /// What is back, at most the total.
    pub refunded_minor: i64,
    /// What is owed for it; `None` where nobody says, or nothing is any more.
    pub payment_status: Option<PaymentStatus>,
    /// Who ordered.
    pub customer: Customer,
    /// The customer of this address, from the order's confirmation on.
    pub customer_id: Option<String>,
    /// Whether they agreed to be sent news.
    pub marketing_consent: bool,
    /// To whoever packs it.
    pub note: Option<String>,
    /// By which way it came; not known of orders from before.
    pub source: Option<Source>,
    /// Whose idempotency keys and client references it belongs to.
    pub scope: String,
    /// The client's own name for it, unique in the scope for ever.
    pub client_reference: Option<String>,
    /// The visit that it belongs to.
    pub context: Context,
    /// Why it failed: `insufficient-stock` or `unknown-sku`.
    pub fail_reason: Option<String>,
    /// The reference of an edit that stock elsewhere has not decided; no other edge until then.
    pub pending_edit: Option<String>,
    /// Whether it was cancelled and its stock did not return.
    pub stock_kept: bool,
    /// When the request arrived.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// In the order in which they were asked for.
    pub lines: Vec<Line>,
}

/// Where stock is kept, which decides how an order gets it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StockPlace {
    /// In the orders' own database: taken in the order's transaction.
    #[default]
    SameDatabase,
    /// Behind another process or database: accepted first, then a command that a work row holds.
    Apart,
}

/// A name that is no [`Status`]'s.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no order has the status {0}")]
pub struct UnknownStatus(String);

impl Status {
    /// Every status.
    pub const ALL: [Self; 6] =
        [Self::Accepted, Self::Confirmed, Self::Failed, Self::Cancelled, Self::Fulfilled, Self::Refunded];

    /// Its stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Confirmed => "confirmed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Fulfilled => "fulfilled",
            Self::Refunded => "refunded",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|status| status.name() == name);
        known.ok_or_else(|| UnknownStatus(name.chars().take(64).collect()))
    }
}

impl Line {
    /// Unit price times quantity.
    pub fn total_minor(&self) -> i64 {
        // A basket is made only of lines whose totals fit.
        self.unit_price_minor.saturating_mul(self.quantity)
    }

    /// What of its total is not back.
    pub fn kept_minor(&self) -> i64 {
        self.total_minor() - self.refunded_minor
    }

    /// How many are not refunded.
    pub fn kept_quantity(&self) -> i64 {
        self.quantity - self.refunded_quantity
    }
}

impl Order {
    /// What of the total is not back.
    pub fn kept_minor(&self) -> i64 {
        self.total_minor - self.refunded_minor
    }

    /// Whether its customer had ordered before; `None` where it has none.
    pub fn customer_type(&self) -> Option<CustomerType> {
        let customer = self.customer_id.as_deref()?;
        Some(if customer == self.id { CustomerType::New } else { CustomerType::Returning })
    }

    /// The reference under which its stock is taken.
    pub fn stock_reference(&self) -> String {
        format!("{}/{}", self.id, self.revision)
    }
}

/// A refund as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// `<order>/r<seq>`; the reference of the stock that it returns.
    pub id: String,
    /// What went back, minor units.
    pub amount_minor: i64,
    /// Units that went back, with their part of the amount; none for a refund by amount.
    pub lines: Vec<RefundedLine>,
}

/// A part of a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundedLine {
    /// The line's SKU.
    pub sku: String,
    /// How many.
    pub quantity: i64,
    /// What went back for them, minor units.
    pub amount_minor: i64,
    /// Whether they went back into stock.
    pub restocked: bool,
}

/// Which orders to list; `None` is any.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// With this status.
    pub status: Option<Status>,
    /// With this payment status.
    pub payment: Option<PaymentStatus>,
    /// Of which so much has left; the first two have something to be packed.
    pub fulfilment: Option<FulfilmentStatus>,
    /// Made at this time or later.
    pub from: Option<Timestamp>,
    /// Made before this time.
    pub to: Option<Timestamp>,
    /// Of a customer with exactly this name, or this e-mail address in any case.
    pub customer: Option<String>,
    /// With a line of this SKU.
    pub sku: Option<String>,
    /// Of a customer whose name or address is like this pattern; with a SKU as well, one of the two is enough.
    pub person: Option<String>,
    /// With a larger number; 0 is any.
    pub floor: i64,
    /// With a smaller number: where the page before ended.
    pub before: Option<i64>,
}

/// By which index a list goes: most orders are neither unpaid nor to be packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Index {
    /// All orders.
    Numbers,
    /// Those of some people.
    Persons,
    /// Those that are confirmed.
    Confirmed,
    /// Those that are not paid.
    Unpaid,
}

impl Filter {
    /// The index that has the fewest of no interest.
    pub(super) fn index(&self) -> Index {
        let to_pack = self.fulfilment.is_some_and(|status| status != FulfilmentStatus::Fulfilled);
        match self.payment {
            _ if self.person.is_some() => Index::Persons,
            Some(PaymentStatus::Unpaid) => Index::Unpaid,
            _ if to_pack || self.status == Some(Status::Confirmed) => Index::Confirmed,
            _ => Index::Numbers,
        }
    }

    /// The customer as their address is compared. Only ASCII letters have a case there, as both engines have it.
    pub(super) fn email(&self) -> String {
        self.customer.as_deref().unwrap_or_default().to_ascii_lowercase()
    }
}
