//! A customer, and whoever is to become one.

use kassa_model::{Currency, Timestamp};

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Customer {
    /// That of their first order.
    pub(super) id: String,
    /// As they wrote it first.
    pub(super) email: String,
    /// The first name that they gave.
    pub(super) name: Option<String>,
    /// The first telephone number that they gave.
    pub(super) phone: Option<String>,
    /// When they first agreed to be sent news.
    pub(super) marketing_consent_at: Option<Timestamp>,
    /// When their first order arrived.
    pub(super) created_at: Timestamp,
}

/// Who an order says that has placed it.
#[derive(Debug, Clone, Copy)]
pub struct Buyer<'a> {
    /// The order.
    pub order_id: &'a str,
    /// Without one they are nobody's customer.
    pub email: Option<&'a str>,
    /// Their name.
    pub name: Option<&'a str>,
    /// Their telephone number.
    pub phone: Option<&'a str>,
    /// Whether they agree to be sent news.
    pub marketing_consent: bool,
    /// When the order arrived.
    pub ordered_at: Timestamp,
}

/// Whether a customer had ordered before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerType {
    /// It is their first order.
    New,
    /// They had.
    Returning,
}

impl CustomerType {
    /// Its stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Returning => "returning",
        }
    }
}

/// What a customer's orders of one currency came to, those that were cancelled left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bought {
    pub(super) customer_id: String,
    pub(super) currency: Currency,
    /// How many.
    pub(super) orders: i64,
    /// What was paid less what went back, minor units.
    pub(super) revenue_minor: i64,
    pub(super) first_at: Timestamp,
    pub(super) last_at: Timestamp,
}

/// An order of a customer, as their page lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ordered {
    pub(super) id: String,
    pub(super) number: i64,
    pub(super) status: String,
    pub(super) currency: Currency,
    pub(super) total_minor: i64,
    pub(super) created_at: Timestamp,
}

/// By what an address is found: only ASCII letters have a case there, as both engines have it.
pub(super) fn email_key(email: &str) -> String {
    email.trim().to_ascii_lowercase()
}
