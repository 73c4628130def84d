//! The table `webhook_endpoints`.

use kassa_db::{Error, Row, Tx, params};
use kassa_model::{MICROS_PER_SECOND, Timestamp};

use super::endpoint::{Endpoint, Health, Reason};
use super::secret::Secret;
use crate::stored::{from_json, to_json};

/// A success is noted again after so long: each is no more news than the one before.
const DELIVERED_EVERY_MICROS: i64 = 60 * MICROS_PER_SECOND;
/// The same of a failure.
const FAILED_EVERY_MICROS: i64 = 10 * MICROS_PER_SECOND;

/// The columns of an [`Endpoint`], in the order in which [`read`] reads them.
macro_rules! select_endpoints {
    ($rest:literal) => {
        concat!(
            "SELECT id, url, description, event_types, secret, secret_before, secret_before_until, disabled_reason, \
             disabled_at, delivered_at, failing_since, failed_at, failure, created_at, updated_at, version \
             FROM webhook_endpoints ",
            $rest
        )
    };
}

const INSERT: &str = "INSERT INTO webhook_endpoints (id, url, description, event_types, secret, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $6)";
const UPDATE: &str = "UPDATE webhook_endpoints SET url = $2, description = $3, event_types = $4, disabled_reason = $5, \
     disabled_at = $6, failing_since = $7, updated_at = $8, version = $9 WHERE id = $1";
const ROTATE: &str = "UPDATE webhook_endpoints SET secret_before = secret, secret_before_until = $3, secret = $2, \
     updated_at = $4, version = version + 1 WHERE id = $1";
const LOCK: &str = "UPDATE webhook_endpoints SET version = version WHERE id = $1";
const DELETE: &str = "DELETE FROM webhook_endpoints WHERE id = $1";
const COUNT: &str = "SELECT COUNT(*) FROM webhook_endpoints";
const BY_ID: &str = select_endpoints!("WHERE id = $1");
const LIST: &str = select_endpoints!("ORDER BY id");
const WANTED: &str = "SELECT id, event_types FROM webhook_endpoints WHERE disabled_at IS NULL ORDER BY id";
const DELIVERED: &str = "UPDATE webhook_endpoints SET delivered_at = $2, failing_since = NULL WHERE id = $1 \
     AND (failing_since IS NOT NULL OR delivered_at IS NULL OR delivered_at < $3)";
const FAILED: &str = "UPDATE webhook_endpoints SET failing_since = COALESCE(failing_since, $2), failed_at = $2, \
     failure = $3 WHERE id = $1 AND (failing_since IS NULL OR failed_at IS NULL OR failed_at < $4)";
const DISABLE: &str = "UPDATE webhook_endpoints SET disabled_reason = $2, disabled_at = $3, updated_at = $3, \
     version = version + 1 WHERE id = $1 \
     AND disabled_at IS NULL";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(super) const ALL: &[&str] =
    &[INSERT, UPDATE, ROTATE, LOCK, DELETE, COUNT, BY_ID, LIST, WANTED, DELIVERED, FAILED, DISABLE];

/// Adds an endpoint.
pub(super) fn insert(tx: &mut Tx<'_>, new: &Endpoint) -> Result<(), Error> {
    let (types, secret) = (types_text(new)?, new.secret.text());
    let values = params![
        &new.id,
        &new.url,
        new.description.as_deref(),
        types.as_deref(),
        &secret,
        new.created_at.micros()
    ];
    tx.execute(INSERT, values).map(drop)
}

/// Writes what its owner has changed.
pub(super) fn update(tx: &mut Tx<'_>, endpoint: &Endpoint) -> Result<(), Error> {
    let types = types_text(endpoint)?;
    let values = params![
        &endpoint.id,
        &endpoint.url,
        endpoint.description.as_deref(),
        types.as_deref(),
        endpoint.disabled.map(|(reason, _)| reason.name()),
        endpoint.disabled.map(|(_, at)| at.micros()),
        endpoint.health.failing_since.map(Timestamp::micros),
        endpoint.updated_at.micros(),
        endpoint.version,
    ];
    tx.execute(UPDATE, values).map(drop)
}

/// Gives it another secret; the one before signs as well until then.
pub(super) fn rotate(
    tx: &mut Tx<'_>,
    (id, fresh): (&str, &Secret),
    until: Timestamp,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(ROTATE, params![id, &fresh.text(), until.micros(), now.micros()]).map(drop)
}

/// Removes it; whether it was there.
pub(super) fn delete(tx: &mut Tx<'_>, id: &str) -> Result<bool, Error> {
    Ok(tx.execute(DELETE, params![id])? == 1)
}

/// How many there are.
pub(super) fn count(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(tx.first(COUNT, params![], |row| row.int(0))?.unwrap_or(0))
}

/// The endpoint with this id.
pub(super) fn by_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<Endpoint>, Error> {
    tx.first(BY_ID, params![id], read)
}

/// The same, which nobody else changes until the transaction ends.
pub(super) fn locked(tx: &mut Tx<'_>, id: &str) -> Result<Option<Endpoint>, Error> {
    tx.execute(LOCK, params![id])?;
    by_id(tx, id)
}

/// All, in the order in which they came.
pub(super) fn list(tx: &mut Tx<'_>) -> Result<Vec<Endpoint>, Error> {
    tx.all(LIST, params![], read)
}

/// An endpoint's id, and the types that it wants; `None`: all.
type Wish = (String, Option<Vec<String>>);

/// Of each that is not disabled what it wants.
pub(super) fn wanted(tx: &mut Tx<'_>) -> Result<Vec<Wish>, Error> {
    tx.all(WANTED, params![], |row| Ok((row.text(0)?, types(row, 1)?)))
}

/// Something has arrived there.
pub(super) fn delivered(tx: &mut Tx<'_>, id: &str, now: Timestamp) -> Result<(), Error> {
    let before = now.plus_micros(-DELIVERED_EVERY_MICROS);
    tx.execute(DELIVERED, params![id, now.micros(), before.micros()]).map(drop)
}

/// Something has not.
pub(super) fn failed(tx: &mut Tx<'_>, id: &str, why: &str, now: Timestamp) -> Result<(), Error> {
    let before = now.plus_micros(-FAILED_EVERY_MICROS);
    tx.execute(FAILED, params![id, now.micros(), why, before.micros()]).map(drop)
}

/// Disables it, unless it is; whether that was news.
pub(super) fn disable(tx: &mut Tx<'_>, id: &str, reason: Reason, now: Timestamp) -> Result<bool, Error> {
    Ok(tx.execute(DISABLE, params![id, reason.name(), now.micros()])? == 1)
}

fn types_text(endpoint: &Endpoint) -> Result<Option<String>, Error> {
    endpoint.event_types.as_ref().map(to_json).transpose()
}

fn types(row: &Row<'_>, column: usize) -> Result<Option<Vec<String>>, Error> {
    row.text_or_null(column)?.map(|text| from_json(&text)).transpose()
}

fn read(row: &Row<'_>) -> Result<Endpoint, Error> {
    let time = |column: usize| Ok::<_, Error>(row.int_or_null(column)?.map(Timestamp::from_micros));
    let reason = row.text_or_null(7)?.and_then(|name| Reason::parse(&name));
    let before = row.text_or_null(5)?.map(|text| secret(&text)).transpose()?;
    Ok(Endpoint {
        id: row.text(0)?,
        url: row.text(1)?,
        description: row.text_or_null(2)?,
        event_types: types(row, 3)?,
        secret: secret(&row.text(4)?)?,
        before: before.zip(time(6)?),
        disabled: time(8)?.map(|at| (reason.unwrap_or(Reason::Asked), at)),
        health: Health {
            delivered_at: time(9)?,
            failing_since: time(10)?,
            failed: time(11)?.zip(row.text_or_null(12)?),
        },
        created_at: Timestamp::from_micros(row.int(13)?),
        updated_at: Timestamp::from_micros(row.int(14)?),
        version: row.int(15)?,
    })
}

fn secret(text: &str) -> Result<Secret, Error> {
    Secret::parse(text).ok_or_else(|| Error::Invalid("webhook_endpoints: no secret".to_owned()))
}
