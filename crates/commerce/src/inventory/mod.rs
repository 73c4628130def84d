//! Stock: what is there of each SKU, and the ledger of everything that moved it. Types and rules; [`store`] has the SQL,
//! [`http`] the routes.
//!
//! Every movement is a ledger entry with the id of the command that caused it (`ref`), unique with SKU and kind: a
//! command that comes again moves nothing. The sum of a SKU's entries is what is on hand. Stock is taken by a conditional
//! update and never read first and written later, so that any number of buyers at once get exactly what is there.
//! Whatever brings a SKU down through its threshold writes `StockLow` into the outbox beside it, in the same transaction.

mod back;
mod by_hand;
pub mod http;
pub mod levels;
pub mod store;
mod view;

use std::collections::BTreeMap;

use kassa_db::{Error, Tx};
use kassa_model::Timestamp;
use serde::{Deserialize, Serialize};

pub use back::{KEPT, give_back, keep};
pub(crate) use by_hand::move_once;
pub use by_hand::{MoveError, Moved, Movement, move_by_hand};

use crate::outbox;

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

/// A SKU whose stock has become low: it was above its threshold and no longer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crossing {
    /// The SKU.
    pub sku: String,
    /// How many are left.
    pub on_hand: i64,
    /// The threshold.
    pub low_stock_at: i64,
}

/// Takes all lines or none. Equal SKUs are merged, and taken in the order of their names, so that two orders never wait
/// for each other. A refusal leaves the transaction as it was. A `reference` that has taken a line already takes it not
/// again.
///
/// # Errors
/// The database's; [`Error::Invalid`] for a quantity below 1, or a reference that took another quantity.
pub fn deduct(
    tx: &mut Tx<'_>,
    reference: &str,
    lines: &[StockLine],
    now: Timestamp,
) -> Result<Result<Vec<Crossing>, Refusal>, Error> {
    match tx.savepoint(|tx| deduct_or_stop(tx, reference, lines, now)) {
        Ok(crossings) => Ok(Ok(crossings)),
        Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
        Err(Stop::Db(error)) => Err(error),
    }
}

/// As [`deduct`], but without a savepoint of its own: for a caller who undoes all that it did when it is stopped.
///
/// # Errors
/// As [`deduct`], and the refusal.
pub(crate) fn deduct_or_stop(
    tx: &mut Tx<'_>,
    reference: &str,
    lines: &[StockLine],
    now: Timestamp,
) -> Result<Vec<Crossing>, Stop> {
    let crossings = take_all(tx, reference, &merged(lines)?, now)?;
    outbox::low_stock(tx, reference, &crossings, now)?;
    Ok(crossings)
}

/// Gives `back` and takes `lines` in place of it, all or none: what a command that changes an order does. A SKU is low by it
/// only if it was not before. A refusal leaves the transaction as it was.
///
/// # Errors
/// As [`deduct`] and [`give_back`].
pub(crate) fn exchange(
    tx: &mut Tx<'_>,
    reference: &str,
    (back, lines): (&[StockLine], &[StockLine]),
    now: Timestamp,
) -> Result<Result<Vec<Crossing>, Refusal>, Error> {
    let (back, lines) = (merged(back)?, merged(lines)?);
    let units =
        |of: &[StockLine], sku: &str| of.iter().find(|line| line.sku == sku).map_or(0, |line| line.quantity);
    let exchanged = tx.savepoint(|tx| {
        if !back.is_empty() {
            store::lock(tx, &back.iter().chain(&lines).map(|line| line.sku.clone()).collect())?;
        }
        give_back(tx, reference, LedgerKind::Release, &back, now)?;
        let mut crossings = take_all(tx, reference, &lines, now)?;
        crossings.retain(|crossing| {
            let more = units(&lines, &crossing.sku) - units(&back, &crossing.sku);
            crossing.on_hand + more > crossing.low_stock_at
        });
        outbox::low_stock(tx, reference, &crossings, now)?;
        Ok::<_, Stop>(crossings)
    });
    match exchanged {
        Ok(crossings) => Ok(Ok(crossings)),
        Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
        Err(Stop::Db(error)) => Err(error),
    }
}

/// Whether all lines could be taken at this moment.
///
/// # Errors
/// The database's; [`Error::Invalid`] for a quantity below 1.
pub(crate) fn is_there(tx: &mut Tx<'_>, lines: &[StockLine]) -> Result<bool, Error> {
    for line in merged(lines)? {
        if store::by_sku(tx, &line.sku)?.is_none_or(|stock| stock.available() < line.quantity) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What became of a line that is taken by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is taken; its SKU may have become low.
    Now(Vec<Crossing>),
    /// The same reference took it before.
    Before,
    /// The same reference took another quantity of it before.
    Otherwise,
    /// It is not taken.
    Refused(Refusal),
}

/// Takes one line, once per reference, and says whether it was this time. A refusal leaves the transaction as it was.
///
/// # Errors
/// The database's; [`Error::Invalid`] for a quantity below 1.
pub fn deduct_once(
    tx: &mut Tx<'_>,
    reference: &str,
    line: &StockLine,
    now: Timestamp,
) -> Result<Taken, Error> {
    merged(std::slice::from_ref(line))?;
    let (kind, quantity) = (LedgerKind::Deduct, -line.quantity);
    if let Some(before) = store::entered(tx, reference, &line.sku, kind)? {
        return Ok(if before == quantity { Taken::Before } else { Taken::Otherwise });
    }
    let entry = store::Entry { reference, sku: &line.sku, kind, quantity, reason: None };
    let taken = tx.savepoint(|tx| {
        // Whoever came first with this reference has the entry; on PostgreSQL this waits for them.
        if !store::enter(tx, &entry, now)? {
            return Ok(None);
        }
        let crossings: Vec<_> = take(tx, line, now)?.into_iter().collect();
        outbox::low_stock(tx, reference, &crossings, now)?;
        Ok(Some(crossings))
    });
    match taken {
        Ok(Some(crossings)) => Ok(Taken::Now(crossings)),
        Ok(None) => match store::entered(tx, reference, &line.sku, kind)? {
            Some(before) if before == quantity => Ok(Taken::Before),
            _ => Ok(Taken::Otherwise),
        },
        Err(Stop::Refused(refusal)) => Ok(Taken::Refused(refusal)),
        Err(Stop::Db(error)) => Err(error),
    }
}

/// Begins to keep a stock of `sku`, with nothing on hand; no change if there is one already.
///
/// # Errors
/// The database's.
pub fn open(tx: &mut Tx<'_>, sku: &str, low_stock_at: i64, now: Timestamp) -> Result<(), Error> {
    store::open(tx, sku, low_stock_at, now)
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

/// The ledger first and the stock last: its rows are what other buyers wait for.
fn take_all(
    tx: &mut Tx<'_>,
    reference: &str,
    lines: &[StockLine],
    now: Timestamp,
) -> Result<Vec<Crossing>, Stop> {
    let mut new = Vec::with_capacity(lines.len());
    for line in lines {
        let kind = LedgerKind::Deduct;
        let entry = store::Entry { reference, sku: &line.sku, kind, quantity: -line.quantity, reason: None };
        if enter(tx, &entry, now)? {
            new.push(line);
        }
    }
    let mut crossings = Vec::new();
    for line in new {
        crossings.extend(take(tx, line, now)?);
    }
    Ok(crossings)
}

/// Takes a line whose entry is written; whether it made its SKU low.
fn take(tx: &mut Tx<'_>, line: &StockLine, now: Timestamp) -> Result<Option<Crossing>, Stop> {
    let Some((on_hand, low_stock_at)) = store::take(tx, &line.sku, line.quantity, now)? else {
        return Err(Stop::Refused(refusal(tx, line)?));
    };
    let is_low = on_hand <= low_stock_at && on_hand + line.quantity > low_stock_at;
    Ok(is_low.then(|| Crossing { sku: line.sku.clone(), on_hand, low_stock_at }))
}

fn refusal(tx: &mut Tx<'_>, line: &StockLine) -> Result<Refusal, Error> {
    let sku = line.sku.clone();
    Ok(match store::by_sku(tx, &line.sku)? {
        None => Refusal::UnknownSku(sku),
        Some(stock) => Refusal::Insufficient { sku, available: stock.available(), requested: line.quantity },
    })
}

/// Writes an entry; whether it is new. One that is there already must say the same.
fn enter(tx: &mut Tx<'_>, entry: &store::Entry<'_>, now: Timestamp) -> Result<bool, Error> {
    if store::enter(tx, entry, now)? {
        return Ok(true);
    }
    match store::entered(tx, entry.reference, entry.sku, entry.kind)? {
        Some(quantity) if quantity == entry.quantity => Ok(false),
        before => Err(Error::Invalid(format!(
            "cannot {} {} of {} for {}: the ledger has {before:?}",
            entry.kind.name(),
            entry.quantity,
            entry.sku,
            entry.reference
        ))),
    }
}

#[cfg(test)]
mod tests;
