//! Who asked to be told when a product is back: a mail each, once.
//!
//! Where products are in the database of deliveries, the mails and that they are told are written in one transaction. Where they
//! are in another, the mails come first: killed in between, somebody may be told again when it is back the next time, and nobody
//! is forgotten.

use kassa_db::{Db, Error, Tx};
use kassa_model::Timestamp;
use serde_json::{Value, json};

use super::delivery::{Channel, NewDelivery};
use super::plan::Read;
use super::store;
use crate::catalog::notify::store::{Waiting, told, waiting};
use crate::catalog::store::{offers, slugs};
use crate::inventory::crossings;

/// How many are told of one event; the others are told when it is back the next time.
const TOLD_MAX: i64 = 50_000;

/// What is back, and who waits for it.
#[derive(Debug, Clone)]
pub(super) struct Back {
    sku: String,
    payload: Value,
    waiting: Vec<Waiting>,
}

/// The SKU that is back, if the event says that one is.
pub(super) fn sku_back(read: &Read) -> Option<&str> {
    let stock = read.event.stock.as_ref()?;
    (read.event.kind == crossings::BACK).then_some(stock.sku.as_str())
}

/// What is back and who waits for it; nothing where nobody does, or buyers do not know it.
pub(super) fn find(tx: &mut Tx<'_>, read: &Read, sku: &str) -> Result<Option<Back>, Error> {
    let waiting = waiting(tx, sku, TOLD_MAX)?;
    let offer = offers(tx, &[sku])?.into_iter().find(|offer| !offer.archived);
    let Some(offer) = offer.filter(|_| !waiting.is_empty()) else { return Ok(None) };
    let slug = slugs(tx, &[sku])?.into_iter().next().map(|(_, slug)| slug);
    let name = match offer.title {
        Some(title) => format!("{}, {title}", offer.name),
        None => offer.name,
    };
    let mut payload: Value = serde_json::from_str(&read.text)
        .map_err(|error| Error::Invalid(format!("an event that was read cannot be read: {error}")))?;
    payload["product"] = json!({"sku": sku, "name": name, "slug": slug});
    Ok(Some(Back { sku: sku.to_owned(), payload, waiting }))
}

/// Writes the mails, each in the language in which it was asked for.
pub(super) fn write(tx: &mut Tx<'_>, read: &Read, back: &Back, now: Timestamp) -> Result<usize, Error> {
    let mut made = 0;
    for waiting in &back.waiting {
        let mut payload = back.payload.clone();
        payload["language"] = json!(waiting.language);
        let new = NewDelivery {
            event_id: read.event.id.clone(),
            event_type: read.event.kind.clone(),
            channel: Channel::Email,
            target: waiting.email.text.clone(),
            template: "back-in-stock",
            payload: payload.to_string(),
            order_id: None,
        };
        made += usize::from(store::insert(tx, &new, now)?.is_some());
    }
    Ok(made)
}

/// Notes that they are told.
pub(super) fn note(tx: &mut Tx<'_>, back: &Back, now: Timestamp) -> Result<(), Error> {
    told(tx, &back.sku, &back.waiting, now)
}

/// The same where products are in a database of their own.
pub(super) async fn find_apart(catalog: &Db, read: &Read) -> Result<Option<Back>, Error> {
    let Some(sku) = sku_back(read).map(str::to_owned) else { return Ok(None) };
    let read = read.clone();
    catalog.read(move |tx| find(tx, &read, &sku)).await
}

/// The same where products are in a database of their own.
pub(super) async fn note_apart(catalog: &Db, back: Vec<Back>, now: Timestamp) -> Result<(), Error> {
    if back.is_empty() {
        return Ok(());
    }
    catalog.write(move |tx| back.iter().try_for_each(|back| note(tx, back, now))).await
}
