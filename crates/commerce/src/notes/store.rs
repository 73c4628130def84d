//! The SQL of notes.

use kassa_db::{Error, Row, Tx, params};
use kassa_model::{MICROS_PER_DAY, Timestamp};
use serde_json::{Value, json};

use super::note::{Note, NoteKind};

/// How long notes stay: as long as a year is compared with the one before, and a month.
const KEPT_MICROS: i64 = 760 * MICROS_PER_DAY;

const INSERT: &str = "INSERT INTO note (id, noted_at, kind, sku, detail) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (id) DO NOTHING";
const LIST: &str = "SELECT note.id, noted_at, kind, note.sku, products.name, detail \
     FROM note LEFT JOIN variants ON variants.sku = note.sku LEFT JOIN products ON products.id = variants.product_id \
     WHERE noted_at >= $1 AND noted_at < $2 ORDER BY noted_at DESC, note.id DESC LIMIT $3";
const PRICES: &str = "SELECT price_change.id, changed_at, sku, name, before_minor, before_currency, \
     price_change.price_minor, price_change.currency \
     FROM price_change JOIN variants ON variants.id = price_change.variant_id JOIN products ON products.id = variants.product_id \
     WHERE before_minor IS NOT NULL AND changed_at >= $1 AND changed_at < $2 \
     ORDER BY changed_at DESC, price_change.id DESC LIMIT $3";
const LAST_OF_KIND: &str = "SELECT detail FROM note WHERE kind = $1 ORDER BY noted_at DESC, id DESC LIMIT 1";
const CLEAN: &str =
    "DELETE FROM note WHERE id IN (SELECT id FROM note WHERE noted_at < $1 ORDER BY noted_at LIMIT $2)";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[INSERT, LIST, PRICES, LAST_OF_KIND, CLEAN];

/// Writes a note, unless one with its id is there; its name is not kept.
pub(crate) fn insert(tx: &mut Tx<'_>, note: &Note) -> Result<(), Error> {
    let Note { id, at, kind, sku, detail, .. } = note;
    let detail = detail.to_string();
    tx.execute(INSERT, params![id, at.micros(), kind.name(), sku.as_deref(), &detail]).map(drop)
}

/// The newest notes of a stretch of time, changes of prices among them.
pub(crate) fn between(
    tx: &mut Tx<'_>,
    (from, to): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<Note>, Error> {
    let (from, to) = (from.micros(), to.micros());
    let mut notes: Vec<Note> = tx.all(LIST, params![from, to, limit], note)?.into_iter().flatten().collect();
    notes.extend(tx.all(PRICES, params![from, to, limit], price)?);
    Ok(notes)
}

/// The detail of the last note of a kind.
pub(crate) fn last(tx: &mut Tx<'_>, kind: NoteKind) -> Result<Option<Value>, Error> {
    let text = tx.first(LAST_OF_KIND, params![kind.name()], |row| row.text(0))?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Removes at most `most` notes that have outlived their time; how many.
pub(crate) fn clean(tx: &mut Tx<'_>, now: Timestamp, most: i64) -> Result<u64, Error> {
    tx.execute(CLEAN, params![now.plus_micros(-KEPT_MICROS).micros(), most])
}

/// Nothing for a kind that only a newer version knows.
fn note(row: &Row<'_>) -> Result<Option<Note>, Error> {
    let kind = row.text(2)?;
    let Some(kind) = NoteKind::ALL.into_iter().find(|known| known.name() == kind) else { return Ok(None) };
    let detail = row.text(5)?;
    Ok(Some(Note {
        id: row.text(0)?,
        at: Timestamp::from_micros(row.int(1)?),
        kind,
        sku: row.text_or_null(3)?,
        name: row.text_or_null(4)?,
        detail: serde_json::from_str(&detail).unwrap_or_default(),
    }))
}

fn price(row: &Row<'_>) -> Result<Note, Error> {
    let money = |minor: i64, currency: String| json!({ "amount_minor": minor, "currency": currency });
    let detail = json!({
        "before": money(row.int(4)?, row.text(5)?),
        "after": money(row.int(6)?, row.text(7)?),
    });
    Ok(Note {
        id: format!("price:{}", row.int(0)?),
        at: Timestamp::from_micros(row.int(1)?),
        kind: NoteKind::PriceChanged,
        sku: Some(row.text(2)?),
        name: Some(row.text(3)?),
        detail,
    })
}
