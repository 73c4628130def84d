//! Notes, written.

use kassa_db::{Db, Error, Tx};
use kassa_model::Timestamp;
use serde_json::{Value, json};

use super::note::{Note, NoteKind};
use super::store;

/// A product has sold out or is back; `id` is that of its public event.
pub(crate) fn stock(
    tx: &mut Tx<'_>,
    (kind, id): (NoteKind, &str),
    sku: &str,
    at: Timestamp,
) -> Result<(), Error> {
    let (id, sku) = (id.to_owned(), Some(sku.to_owned()));
    store::insert(tx, &Note { id, at, kind, sku, name: None, detail: json!({}) })
}

/// The version `version` of a product is in the catalogue, or is no longer.
pub(crate) fn product(
    tx: &mut Tx<'_>,
    kind: NoteKind,
    (sku, version): (&str, i64),
    at: Timestamp,
) -> Result<(), Error> {
    let id = format!("{}:{version}:{sku}", kind.name());
    store::insert(tx, &Note { id, at, kind, sku: Some(sku.to_owned()), name: None, detail: json!({}) })
}

/// This version of kassa runs on the database. Not noted where it was the last that did.
///
/// # Errors
/// The database's.
pub async fn version_started(db: &Db, version: &'static str, at: Timestamp) -> Result<(), Error> {
    let kind = NoteKind::VersionStarted;
    db.write(move |tx| {
        if store::last(tx, kind)?.is_some_and(|last| last["version"] == version) {
            return Ok(());
        }
        store::insert(tx, &of_program(kind, at, json!({ "version": version })))
    })
    .await
}

/// Faults on purpose begin, until then, or have been ended.
///
/// # Errors
/// The database's.
pub async fn chaos_switched(db: &Db, until: Option<Timestamp>, at: Timestamp) -> Result<(), Error> {
    let note = match until {
        Some(until) => of_program(NoteKind::ChaosOn, at, json!({ "until": until.to_string() })),
        None => of_program(NoteKind::ChaosOff, at, json!({})),
    };
    db.write(move |tx| store::insert(tx, &note)).await
}

fn of_program(kind: NoteKind, at: Timestamp, detail: Value) -> Note {
    Note { id: format!("{}:{}", kind.name(), at.micros()), at, kind, sku: None, name: None, detail }
}
