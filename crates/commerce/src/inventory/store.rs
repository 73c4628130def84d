//! The SQL of stock and ledger.

use std::collections::BTreeSet;

use kassa_db::{Error, Param, Row, Tx, params};
use kassa_model::Timestamp;

use super::stock::{LedgerKind, ON_HAND_MAX, Stock};
use crate::page::COUNTED_MAX;

macro_rules! columns {
    () => {
        "sku, on_hand, reserved, low_stock_at, created_at, updated_at"
    };
}

/// When a change at $3 is made: later than the one before it, for requests wait for each other, and who follows the stock
/// by its times must not take the change before for the last. One far ahead was made by a clock that was wrong.
macro_rules! changed_at {
    () => {
        "updated_at = CASE WHEN updated_at >= $3 AND updated_at <= $3 + 60000000 THEN updated_at + 1 ELSE $3 END"
    };
}

/// Which stock is listed: all or the low ones, and of variants that are archived, or whose product is, that are not, or whatever they
/// are (NULL).
macro_rules! wanted {
    () => {
        "(CAST($2 AS BIGINT) = 0 OR on_hand <= low_stock_at) \
         AND (CAST($3 AS BIGINT) IS NULL OR CAST($3 AS BIGINT) = CASE WHEN EXISTS (SELECT 1 FROM variants v \
         JOIN products p ON p.id = v.product_id \
         WHERE v.sku = stock.sku AND (v.archived_at IS NOT NULL OR p.archived_at IS NOT NULL)) THEN 1 ELSE 0 END)"
    };
}

const BY_SKU: &str = concat!("SELECT ", columns!(), " FROM stock WHERE sku = $1");
const BY_SKUS: &str =
    concat!("SELECT ", columns!(), " FROM stock WHERE sku IN ($1, $2, $3, $4, $5, $6, $7, $8)");
const LIST: &str =
    concat!("SELECT ", columns!(), " FROM stock WHERE sku > $1 AND ", wanted!(), " ORDER BY sku LIMIT $4");
const BY_BARCODE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM stock WHERE sku IN (SELECT sku FROM variants WHERE barcode = $1 AND archived_at IS NULL) ORDER BY sku LIMIT $2"
);
const COUNT: &str = concat!(
    "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 AS one FROM stock WHERE sku > $1 AND ",
    wanted!(),
    " LIMIT $4) AS found"
);
const OPEN: &str = "INSERT INTO stock (sku, on_hand, reserved, low_stock_at, created_at, updated_at) \
     VALUES ($1, 0, 0, $2, $3, $3) ON CONFLICT (sku) DO NOTHING";
const TAKE_ALONE: &str = concat!(
    "UPDATE stock SET on_hand = on_hand - $2, ",
    changed_at!(),
    " WHERE sku = $1 AND on_hand - reserved >= $2"
);
const TAKE: &str = concat!(
    "UPDATE stock SET on_hand = on_hand - $2, ",
    changed_at!(),
    " WHERE sku = $1 AND on_hand - reserved >= $2 RETURNING ",
    columns!()
);
const ADD: &str = concat!(
    "UPDATE stock SET on_hand = on_hand + $2, ",
    changed_at!(),
    " WHERE sku = $1 AND on_hand + $2 >= reserved AND on_hand + $2 <= $4 RETURNING ",
    columns!()
);
const SET_LOW: &str =
    concat!("UPDATE stock SET low_stock_at = $2, ", changed_at!(), " WHERE sku = $1 RETURNING ", columns!());
const ENTER: &str = "INSERT INTO ledger (ref, sku, kind, quantity, reason, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (ref, sku, kind) DO NOTHING";
const ENTERED: &str = "SELECT quantity FROM ledger WHERE ref = $1 AND sku = $2 AND kind = $3";
const LEDGER: &str = "SELECT id, ref, kind, quantity, reason, created_at FROM ledger \
     WHERE sku = $1 AND id < $2 ORDER BY id DESC LIMIT $3";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] =
    &[BY_SKU, BY_SKUS, BY_BARCODE, LIST, COUNT, OPEN, TAKE, TAKE_ALONE, ADD, SET_LOW, ENTER, ENTERED, LEDGER];

fn stock(row: &Row<'_>) -> Result<Stock, Error> {
    Ok(Stock {
        sku: row.text(0)?,
        on_hand: row.int(1)?,
        reserved: row.int(2)?,
        low_stock_at: row.int(3)?,
        created_at: Timestamp::from_micros(row.int(4)?),
        updated_at: Timestamp::from_micros(row.int(5)?),
    })
}

/// The stock of a SKU.
pub fn by_sku(tx: &mut Tx<'_>, sku: &str) -> Result<Option<Stock>, Error> {
    tx.first(BY_SKU, params![sku], stock)
}

/// The stock of these SKUs, in no order; a SKU without stock is left out.
pub fn by_skus(tx: &mut Tx<'_>, skus: &[&str]) -> Result<Vec<Stock>, Error> {
    let keys: Vec<Param<'_>> = skus.iter().map(|sku| Param::from(*sku)).collect();
    tx.all_of(BY_SKUS, &keys, stock)
}

/// The stock of what bears this barcode, at most `limit`; only of use in the catalogue's database.
pub(crate) fn by_barcode(tx: &mut Tx<'_>, barcode: &str, limit: i64) -> Result<Vec<Stock>, Error> {
    tx.all(BY_BARCODE, params![barcode, limit], stock)
}

/// Which stock is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// Every SKU.
    All,
    /// SKUs whose stock is low.
    Low,
}

/// Stock by SKU: at most `limit` after the SKU `after` (empty: from the first).
pub fn list(tx: &mut Tx<'_>, after: &str, only: Only, limit: i64) -> Result<Vec<Stock>, Error> {
    list_of(tx, after, (only, None), limit)
}

/// The same, of products that are archived or that are not; only of use in the catalogue's database.
pub(crate) fn list_of(
    tx: &mut Tx<'_>,
    after: &str,
    (only, archived): (Only, Option<bool>),
    limit: i64,
) -> Result<Vec<Stock>, Error> {
    tx.all(LIST, params![after, only == Only::Low, archived, limit], stock)
}

/// How many rows [`list_of`] has in all; one more than [`COUNTED_MAX`] where there are more.
pub(crate) fn count(tx: &mut Tx<'_>, only: Only, archived: Option<bool>) -> Result<i64, Error> {
    let values = params!["", only == Only::Low, archived, COUNTED_MAX + 1];
    Ok(tx.first(COUNT, values, |row| row.int(0))?.unwrap_or(0))
}

/// Begins a stock with nothing on hand, unless there is one.
pub fn open(tx: &mut Tx<'_>, sku: &str, low_stock_at: i64, now: Timestamp) -> Result<(), Error> {
    tx.execute(OPEN, params![sku, low_stock_at, now.micros()]).map(drop)
}

/// Takes from the stock what is there to be sold: the stock afterwards, or `None` if it is not enough.
pub(super) fn take(
    tx: &mut Tx<'_>,
    sku: &str,
    quantity: i64,
    now: Timestamp,
) -> Result<Option<Stock>, Error> {
    let values = params![sku, quantity, now.micros()];
    if !tx.is_alone() {
        return tx.first(TAKE, values, stock);
    }
    // RETURNING costs SQLite a table in memory; where nobody else writes, a second look says the same.
    match tx.execute(TAKE_ALONE, values)? {
        0 => Ok(None),
        _ => by_sku(tx, sku),
    }
}

/// Locks the rows of these SKUs in the order of their names, for a transaction that would else touch them in another:
/// on PostgreSQL two such transactions could wait for each other. Where nobody else writes there is nothing to lock.
pub(crate) fn lock(tx: &mut Tx<'_>, skus: &BTreeSet<String>) -> Result<(), Error> {
    if tx.is_alone() {
        return Ok(());
    }
    for sku in skus {
        tx.execute("UPDATE stock SET updated_at = updated_at WHERE sku = $1", params![sku])?;
    }
    Ok(())
}

/// Adds to the stock, or takes off it below 0; `None` without such a SKU, or when it would leave its bounds.
pub(crate) fn add(tx: &mut Tx<'_>, sku: &str, quantity: i64, now: Timestamp) -> Result<Option<Stock>, Error> {
    tx.first(ADD, params![sku, quantity, now.micros(), ON_HAND_MAX], stock)
}

/// Sets from how many on the stock is low; `None` without such a SKU.
pub fn set_low(
    tx: &mut Tx<'_>,
    sku: &str,
    low_stock_at: i64,
    now: Timestamp,
) -> Result<Option<Stock>, Error> {
    tx.first(SET_LOW, params![sku, low_stock_at, now.micros()], stock)
}

/// An entry to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) reference: &'a str,
    pub(crate) sku: &'a str,
    pub(crate) kind: LedgerKind,
    /// Signed.
    pub(crate) quantity: i64,
    pub(crate) reason: Option<&'a str>,
}

/// Writes an entry; `false` when reference, SKU and kind are there already.
pub(crate) fn enter(tx: &mut Tx<'_>, entry: &Entry<'_>, now: Timestamp) -> Result<bool, Error> {
    let Entry { reference, sku, kind, quantity, reason } = *entry;
    let written = tx.execute(ENTER, params![reference, sku, kind.name(), quantity, reason, now.micros()])?;
    Ok(written == 1)
}

/// The signed quantity of the entry with this reference, SKU and kind.
pub fn entered(tx: &mut Tx<'_>, reference: &str, sku: &str, kind: LedgerKind) -> Result<Option<i64>, Error> {
    tx.first(ENTERED, params![reference, sku, kind.name()], |row| row.int(0))
}

/// An entry of the ledger as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// Its place in the ledger.
    pub id: i64,
    /// The command's id.
    pub reference: String,
    /// What kind of movement.
    pub kind: String,
    /// How many came or, below 0, went.
    pub quantity: i64,
    /// Why, if somebody said so.
    pub reason: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// The ledger of a SKU, newest first: at most `limit` entries before the entry `before`.
pub fn ledger(tx: &mut Tx<'_>, sku: &str, before: i64, limit: i64) -> Result<Vec<Entered>, Error> {
    tx.all(LEDGER, params![sku, before, limit], |row| {
        Ok(Entered {
            id: row.int(0)?,
            reference: row.text(1)?,
            kind: row.text(2)?,
            quantity: row.int(3)?,
            reason: row.text_or_null(4)?,
            created_at: Timestamp::from_micros(row.int(5)?),
        })
    })
}
