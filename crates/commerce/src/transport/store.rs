//! The table `stock_commands`, in the database of stock; and the ledger by command.

use kassa_db::{Error, Row, Tx, params};
use kassa_model::{MICROS_PER_DAY, Timestamp};
use serde::{Deserialize, Serialize};

use super::commands::Reply;
use crate::inventory::StockLine;
use crate::stored::{from_json, to_json};

/// How long a command is remembered, µs: 30 days. After that the ledger alone knows that it moved stock, and does not let it
/// do so again; but a copy of a command that was refused or void would be a new one.
const KEPT_MICROS: i64 = 30 * MICROS_PER_DAY;

/// A command that is about to be carried out.
#[derive(Debug)]
pub(super) struct Claim<'a> {
    pub(super) reference: &'a str,
    pub(super) kind: &'static str,
    pub(super) attempt: i64,
    pub(super) fingerprint: &'a str,
    pub(super) lines: &'a [StockLine],
}

/// A command that was carried out.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) fingerprint: String,
    pub(super) tombstone: bool,
    pub(super) replaced: bool,
    pub(super) reply: Reply,
    attempt: i64,
}

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The command.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The SKU.
    pub sku: String,
    /// What it was: `deduct`, `release`, `return`.
    pub kind: String,
    /// How much was moved; negative for a deduct.
    pub quantity: i64,
}

impl Recorded {
    /// Whether a deduct of this attempt may run although its `ref` is known: the earlier one was refused.
    pub(super) fn may_be_tried_anew(&self, attempt: i64) -> bool {
        let moved = matches!(self.reply, Reply::Moved { .. });
        !moved && !self.tombstone && attempt > self.attempt
    }
}

/// Takes the `ref`; false when it is taken. On PostgreSQL this waits for another transaction that takes it.
pub(super) fn claim(tx: &mut Tx<'_>, claim: &Claim<'_>, now: Timestamp) -> Result<bool, Error> {
    let sql = "INSERT INTO stock_commands \
               (ref, kind, attempt, fingerprint, lines, outcome, answer, released, created_at) \
               VALUES ($1, $2, $3, $4, $5, 'running', '', 0, $6) ON CONFLICT (ref) DO NOTHING";
    let lines = to_json(&claim.lines)?;
    let values = params![claim.reference, claim.kind, claim.attempt, claim.fingerprint, &lines, now.micros()];
    Ok(tx.execute(sql, values)? == 1)
}

/// Puts a later attempt in the place of a refused one.
pub(super) fn claim_anew(tx: &mut Tx<'_>, claim: &Claim<'_>) -> Result<(), Error> {
    let sql = "UPDATE stock_commands SET attempt = $2, fingerprint = $3, lines = $4, outcome = 'running' \
               WHERE ref = $1 AND attempt < $2 AND kind = 'deduct' AND outcome IN ('refused', 'void')";
    let lines = to_json(&claim.lines)?;
    let values = params![claim.reference, claim.attempt, claim.fingerprint, &lines];
    match tx.execute(sql, values)? {
        1 => Ok(()),
        _ => Err(Error::Busy(format!("{} is being tried by another", claim.reference))),
    }
}

/// Records the reply of the command that this transaction claimed.
pub(super) fn record(tx: &mut Tx<'_>, reference: &str, reply: &Reply) -> Result<(), Error> {
    let sql = "UPDATE stock_commands SET outcome = $2, answer = $3 WHERE ref = $1";
    let outcome = match reply {
        Reply::Moved { .. } => "moved",
        Reply::Insufficient { .. } | Reply::UnknownSku { .. } => "refused",
        Reply::Void { .. } => "void",
    };
    tx.execute(sql, params![reference, outcome, &to_json(reply)?])?;
    Ok(())
}

/// The command under `reference`.
pub(super) fn find(tx: &mut Tx<'_>, reference: &str) -> Result<Option<Recorded>, Error> {
    let sql = "SELECT fingerprint, kind, replaced_by, answer, attempt FROM stock_commands WHERE ref = $1";
    tx.first(sql, params![reference], |row| {
        Ok(Recorded {
            fingerprint: row.text(0)?,
            tombstone: row.text(1)? == "tombstone",
            replaced: row.text_or_null(2)?.is_some(),
            reply: from_json(&row.text(3)?)?,
            attempt: row.int(4)?,
        })
    })
}

/// Notes that `old` took stock that now goes back for `new`; false when it holds none.
pub(super) fn mark_replaced(tx: &mut Tx<'_>, old: &str, new: &str) -> Result<bool, Error> {
    let sql = "UPDATE stock_commands SET replaced_by = $2 WHERE ref = $1 AND kind = 'deduct' \
               AND outcome = 'moved' AND replaced_by IS NULL AND released = 0";
    Ok(tx.execute(sql, params![old, new])? == 1)
}

/// Notes that some of what `of` took goes back; false when it holds nothing.
pub(super) fn mark_released(tx: &mut Tx<'_>, of: &str) -> Result<bool, Error> {
    let sql = "UPDATE stock_commands SET released = 1 WHERE ref = $1 AND kind = 'deduct' \
               AND outcome = 'moved' AND replaced_by IS NULL";
    Ok(tx.execute(sql, params![of])? == 1)
}

/// Makes a tombstone of this transaction, or a command that was refused, the record of a deduct that took `lines` without a
/// command. A copy of the refused one is void from now on.
pub(super) fn adopt(tx: &mut Tx<'_>, reference: &str, lines: &[StockLine]) -> Result<(), Error> {
    let sql = "UPDATE stock_commands SET kind = 'deduct', fingerprint = '', lines = $2 WHERE ref = $1";
    tx.execute(sql, params![reference, &to_json(&lines)?])?;
    Ok(())
}

/// Whether a command has moved stock, by the ledger, which forgets nothing.
pub(super) fn has_moved(tx: &mut Tx<'_>, reference: &str) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM ledger WHERE ref = $1 LIMIT 1";
    Ok(tx.first(sql, params![reference], |row| row.int(0))?.is_some())
}

/// What the order of a deduct `<order>/<revision>` holds by the ledger.
pub(super) fn held(tx: &mut Tx<'_>, reference: &str) -> Result<Vec<StockLine>, Error> {
    let Some((order, _)) = reference.rsplit_once('/') else { return Ok(Vec::new()) };
    // `0` comes right after the slash, and the column is ordered by bytes.
    let (begin, end) = (format!("{order}/"), format!("{order}0"));
    let sql = "SELECT sku, CAST(SUM(-quantity) AS BIGINT) FROM ledger WHERE ref >= $1 AND ref < $2 \
               GROUP BY sku HAVING SUM(quantity) < 0 ORDER BY sku";
    tx.all(sql, params![&begin, &end], |row| Ok(StockLine { sku: row.text(0)?, quantity: row.int(1)? }))
}

/// Removes at most `most` commands that came longer than 30 days ago.
pub(crate) fn clean(tx: &mut Tx<'_>, now: Timestamp, most: i64) -> Result<u64, Error> {
    let sql = "DELETE FROM stock_commands WHERE ref IN \
               (SELECT ref FROM stock_commands WHERE created_at <= $1 ORDER BY created_at LIMIT $2)";
    tx.execute(sql, params![now.plus_micros(-KEPT_MICROS).micros(), most])
}

/// What a deduct took.
pub(super) fn lines(tx: &mut Tx<'_>, reference: &str) -> Result<Vec<StockLine>, Error> {
    let sql = "SELECT lines FROM stock_commands WHERE ref = $1";
    let lines = tx.first(sql, params![reference], |row| row.text(0))?;
    lines.map_or_else(|| Ok(Vec::new()), |lines| from_json(&lines))
}

/// The columns of an [`Entry`].
macro_rules! entry_columns {
    () => {
        "ref, sku, kind, quantity"
    };
}

/// The ledger's entries of one command, or, when `reference` ends with a slash, of all whose `ref` begins with it.
///
/// # Errors
/// The database's.
pub fn ledger(tx: &mut Tx<'_>, reference: &str) -> Result<Vec<Entry>, Error> {
    let Some(prefix) = reference.strip_suffix('/') else {
        let sql = concat!("SELECT ", entry_columns!(), " FROM ledger WHERE ref = $1 ORDER BY id");
        return tx.all(sql, params![reference], entry);
    };
    let end = format!("{prefix}0");
    let sql = concat!("SELECT ", entry_columns!(), " FROM ledger WHERE ref >= $1 AND ref < $2 ORDER BY id");
    tx.all(sql, params![reference, &end], entry)
}

/// As [`ledger`], of all these.
pub(super) fn ledger_of_all(tx: &mut Tx<'_>, references: &[String]) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    for reference in references {
        entries.extend(ledger(tx, reference)?);
    }
    Ok(entries)
}

/// The entries of the ledger that come after the one with the number `after`, at most `most`, and the number of the last.
pub(super) fn ledger_after(
    tx: &mut Tx<'_>,
    after: i64,
    most: i64,
) -> Result<(Vec<Entry>, Option<i64>), Error> {
    let sql = concat!("SELECT ", entry_columns!(), ", id FROM ledger WHERE id > $1 ORDER BY id LIMIT $2");
    let rows = tx.all(sql, params![after, most], |row| Ok((entry(row)?, row.int(4)?)))?;
    let last = rows.last().map(|(_, id)| *id);
    Ok((rows.into_iter().map(|(entry, _)| entry).collect(), last))
}

fn entry(row: &Row<'_>) -> Result<Entry, Error> {
    Ok(Entry { reference: row.text(0)?, sku: row.text(1)?, kind: row.text(2)?, quantity: row.int(3)? })
}
