//! Stock and its movements: the types, and what holds of them without a look at the database.

use std::collections::BTreeMap;

use kassa_db::Error;
use kassa_model::Timestamp;
use serde::{Deserialize, Serialize};

/// From how many on a SKU's stock is low, unless it says otherwise.
pub const LOW_STOCK_AT: i64 = 5;

/// The most that one line or movement takes or brings.
pub const QUANTITY_MAX: i64 = 1_000_000_000;

/// The most that can be on hand of a SKU: 2^53−1, the largest integer that JSON readers keep exact.
pub const ON_HAND_MAX: i64 = (1 << 53) - 1;

/// What moves stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LedgerKind {
    /// Goods came in.
    Receive,
    /// Somebody counted, or something broke.
    Adjust,
    /// An order took it.
    Deduct,
    /// A cancelled or edited order gave it back.
    Release,
    /// A refund put it back.
    Return,
}

impl LedgerKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Receive, Self::Adjust, Self::Deduct, Self::Release, Self::Return];

    /// The name in the database and in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Adjust => "adjust",
            Self::Deduct => "deduct",
            Self::Release => "release",
            Self::Return => "return",
        }
    }
}

/// So many of a SKU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockLine {
    /// The SKU.
    pub sku: String,
    /// How many; positive.
    pub quantity: i64,
}

/// What is there of a SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stock {
    /// The SKU.
    pub sku: String,
    /// How many are there.
    pub on_hand: i64,
    /// How many of them are held for somebody; always 0 so far.
    pub reserved: i64,
    /// From how many on it is low.
    pub low_stock_at: i64,
    /// When the SKU got a stock.
    pub created_at: Timestamp,
    /// When it last moved.
    pub updated_at: Timestamp,
}

impl Stock {
    /// How many can be sold.
    pub fn available(&self) -> i64 {
        self.on_hand - self.reserved
    }

    /// Whether it is time to order more.
    pub fn is_low(&self) -> bool {
        self.on_hand <= self.low_stock_at
    }
}

/// A line that lets no line be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no stock of that SKU.
    #[error("there is no stock of {0}")]
    UnknownSku(String),
    /// There is too little.
    #[error("cannot take {requested} of {sku}: {available} left")]
    Insufficient {
        /// The SKU.
        sku: String,
        /// How many can be sold.
        available: i64,
        /// How many were asked for.
        requested: i64,
    },
}

impl Refusal {
    /// Its stable name, which is also that of its problem.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::UnknownSku(_) => "unknown-sku",
            Self::Insufficient { .. } => "insufficient-stock",
        }
    }
}

/// A SKU whose stock has become low: it was above its threshold and no longer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crossing {
    /// The SKU.
    pub sku: String,
    /// How many are left.
    pub on_hand: i64,
    /// The threshold.
    pub low_stock_at: i64,
}

/// Equal SKUs together, by name.
///
/// # Errors
/// [`Error::Invalid`] for a quantity below 1.
pub fn merged(lines: &[StockLine]) -> Result<Vec<StockLine>, Error> {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for line in lines {
        if line.quantity < 1 {
            return Err(Error::Invalid(format!("cannot move {} of {}", line.quantity, line.sku)));
        }
        let sum = sums.entry(&line.sku).or_default();
        *sum = sum.saturating_add(line.quantity);
    }
    Ok(sums.into_iter().map(|(sku, quantity)| StockLine { sku: sku.to_owned(), quantity }).collect())
}

/// What ends a savepoint early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// There is too little, or none.
    Refused(Refusal),
    /// The database.
    Db(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Db(error)
    }
}

impl Stop {
    /// What a command says that was stopped: a refusal is an answer of it.
    pub(crate) fn into_answer<T>(stopped: Result<T, Self>) -> Result<Result<T, Refusal>, Error> {
        match stopped {
            Ok(done) => Ok(Ok(done)),
            Err(Self::Refused(refusal)) => Ok(Err(refusal)),
            Err(Self::Db(error)) => Err(error),
        }
    }
}
