//! The SQL of what is kept for reports. Times are µs.

use std::sync::Arc;

use kassa_db::{Error, Row, Tx, params};
use kassa_model::Timestamp;
use serde_json::{Map, Value};

use super::thing::{Kept, KeptKind, KeptVersion, Secret, VERSIONS_MAX};
use crate::secret::Hash;

/// Columns of `kept`, as [`read`] reads them.
macro_rules! columns {
    () => {
        "id, site, kind, owner, name, version, body, secret, created_at, created_by, changed_at, changed_by, last_used_at"
    };
}

/// Everything, oldest first.
pub(crate) fn load(tx: &mut Tx<'_>) -> Result<Vec<Kept>, Error> {
    tx.all(concat!("SELECT ", columns!(), " FROM kept ORDER BY created_at, id"), &[], read)
}

/// The one of that id.
pub(super) fn find(tx: &mut Tx<'_>, id: &str) -> Result<Option<Kept>, Error> {
    tx.first(concat!("SELECT ", columns!(), " FROM kept WHERE id = $1"), params![id], read)
}

fn read(row: &Row<'_>) -> Result<Kept, Error> {
    let (kind, secret) = (row.text(2)?, row.text_or_null(7)?);
    Ok(Kept {
        id: row.text(0)?,
        site: row.text(1)?,
        kind: KeptKind::named(&kind).ok_or_else(|| Error::Invalid(format!("no kind {kind} is known")))?,
        owner: row.text_or_null(3)?,
        name: row.text(4)?,
        version: row.int(5)?,
        body: members(&row.text(6)?)?,
        secret: secret.map(|text| read_secret(&text)).transpose()?,
        created_at: Timestamp::from_micros(row.int(8)?),
        created_by: row.text(9)?,
        changed_at: Timestamp::from_micros(row.int(10)?),
        changed_by: row.text(11)?,
        last_used_at: row.int_or_null(12)?.map(Timestamp::from_micros),
        used: Arc::default(),
    })
}

fn members(text: &str) -> Result<Map<String, Value>, Error> {
    serde_json::from_str(text).map_err(|error| Error::Invalid(format!("what is kept is no object: {error}")))
}

/// The token's hash, and after a space the password.
fn read_secret(text: &str) -> Result<Secret, Error> {
    let (token, password) = text.split_once(' ').map_or((text, None), |(token, rest)| (token, Some(rest)));
    let token = Hash::parse(token).ok_or_else(|| Error::Invalid("a stored hash is no SHA-256".to_owned()))?;
    Ok(Secret { token, password: password.map(str::to_owned) })
}

fn write_secret(secret: &Secret) -> String {
    let password = secret.password.as_ref().map(|password| format!(" {password}"));
    format!("{}{}", secret.token.hex(), password.unwrap_or_default())
}

/// How many `site` has of `kind`.
pub(super) fn count(tx: &mut Tx<'_>, site: &str, kind: KeptKind) -> Result<i64, Error> {
    let sql = "SELECT COUNT(*) FROM kept WHERE site = $1 AND kind = $2";
    let counted = tx.first(sql, params![site, kind.name()], |row| row.int(0))?;
    Ok(counted.unwrap_or(0))
}

/// How many there are in all.
pub(super) fn count_all(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(tx.first("SELECT COUNT(*) FROM kept", &[], |row| row.int(0))?.unwrap_or(0))
}

/// Whether another one of its kind and site has the name.
pub(super) fn is_name_taken(tx: &mut Tx<'_>, kept: &Kept) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM kept WHERE site = $1 AND kind = $2 AND name = $3 AND id <> $4";
    let values = params![&kept.site, kept.kind.name(), &kept.name, &kept.id];
    Ok(tx.first(sql, values, |row| row.int(0))?.is_some())
}

/// Writes it down in this version, in place of an older one.
pub(super) fn put(tx: &mut Tx<'_>, kept: &Kept) -> Result<(), Error> {
    let sql = "INSERT INTO kept (id, site, kind, owner, name, version, body, secret, created_at, created_by, changed_at, changed_by) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO UPDATE SET \
               owner = $4, name = $5, version = $6, body = $7, secret = $8, changed_at = $11, changed_by = $12";
    let (body, secret) =
        (Value::Object(kept.body.clone()).to_string(), kept.secret.as_ref().map(write_secret));
    let (created_at, changed_at) = (kept.created_at.micros(), kept.changed_at.micros());
    let values = params![
        &kept.id,
        &kept.site,
        kept.kind.name(),
        kept.owner.as_deref(),
        &kept.name,
        kept.version,
        &body,
        secret.as_deref(),
        created_at,
        &kept.created_by,
        changed_at,
        &kept.changed_by
    ];
    tx.execute(sql, values)?;
    put_version(tx, kept, Some(&body))
}

/// Adds a version to its history, which keeps the newest `VERSIONS_MAX`.
pub(super) fn put_version(tx: &mut Tx<'_>, kept: &Kept, body: Option<&str>) -> Result<(), Error> {
    let sql = "INSERT INTO kept_versions (id, version, site, kind, owner, body, changed_at, changed_by) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let (kind, owner, changed_at) = (kept.kind.name(), kept.owner.as_deref(), kept.changed_at.micros());
    let values = params![&kept.id, kept.version, &kept.site, kind, owner, body, changed_at, &kept.changed_by];
    tx.execute(sql, values)?;
    let oldest = kept.version - VERSIONS_MAX;
    let sql = "DELETE FROM kept_versions WHERE id = $1 AND version <= $2";
    tx.execute(sql, params![&kept.id, oldest]).map(drop)
}

/// Removes it; its history stays.
pub(super) fn delete(tx: &mut Tx<'_>, id: &str) -> Result<(), Error> {
    tx.execute("DELETE FROM alert_states WHERE id = $1", params![id])?;
    tx.execute("DELETE FROM kept WHERE id = $1", params![id]).map(drop)
}

/// The versions of the thing of that id and kind, newest first.
pub(super) fn versions(tx: &mut Tx<'_>, kind: KeptKind, id: &str) -> Result<Vec<KeptVersion>, Error> {
    let sql = "SELECT version, body, changed_at, changed_by, site, owner FROM kept_versions \
               WHERE id = $1 AND kind = $2 ORDER BY version DESC";
    tx.all(sql, params![id, kind.name()], |row| {
        Ok(KeptVersion {
            version: row.int(0)?,
            body: row.text_or_null(1)?.map(|text| members(&text)).transpose()?,
            changed_at: Timestamp::from_micros(row.int(2)?),
            changed_by: row.text(3)?,
            site: row.text(4)?,
            owner: row.text_or_null(5)?,
        })
    })
}

/// Writes down that a share link was used, if that is news.
pub(crate) fn touch(tx: &mut Tx<'_>, id: &str, used_at: i64) -> Result<(), Error> {
    let sql =
        "UPDATE kept SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";
    tx.execute(sql, params![id, used_at]).map(drop)
}

/// How every alert stands, by its id.
pub(super) fn alert_states(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>, Error> {
    tx.all("SELECT id, state FROM alert_states ORDER BY id", &[], |row| Ok((row.text(0)?, row.text(1)?)))
}

/// Writes down how an alert stands; nothing of one that is gone.
pub(super) fn put_alert_state(tx: &mut Tx<'_>, id: &str, state: &str, now: i64) -> Result<(), Error> {
    let sql = "INSERT INTO alert_states (id, state, changed_at) SELECT id, $2, $3 FROM kept WHERE id = $1 \
               ON CONFLICT (id) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at";
    tx.execute(sql, params![id, state, now]).map(drop)
}
