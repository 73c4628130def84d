//! The SQL of sites, keys, sessions and attempts to log in. Times are µs.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use jiff::civil::Date;
use kassa_db::{Error, Row, Tx, params};
use kassa_model::Timestamp;
use serde::Serialize;

use crate::kept::store as kept;
use crate::kept::thing::Kept;
use crate::secret::Hash;
use crate::totals::store as totals;
use crate::{RuleOptions, Scopes};

/// Everything that a role keeps in memory.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    pub(crate) sites: Vec<StoredSite>,
    pub(crate) site_keys: Vec<StoredSiteKey>,
    pub(crate) api_keys: Vec<ApiKey>,
    /// Sessions that have not ended, by their hashes.
    pub(crate) sessions: Vec<(Hash, StoredSession)>,
    /// What is kept for reports, oldest first.
    pub(crate) kept: Vec<Kept>,
    /// From which day to which sites have totals of days.
    pub(crate) totals: Vec<(String, (Date, Date))>,
}

/// A session as stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StoredSession {
    /// When it ends, µs.
    pub(crate) ends: i64,
    /// Of the secret key that it was opened with; `None`: with the admin token.
    pub(crate) key: Option<Hash>,
}

/// A site as stored.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct StoredSite {
    pub(crate) id: String,
    pub(crate) timezone: String,
    pub(crate) allow_keyless: bool,
    pub(crate) origins: Vec<String>,
    pub(crate) keep_days: u32,
    #[serde(flatten)]
    pub(crate) rules: RuleOptions,
    /// How often it was written down, from 1.
    #[serde(skip)]
    pub(crate) version: i64,
}

/// What [`read_site`] reads.
macro_rules! select_sites {
    ($rest:literal) => {
        concat!("SELECT id, timezone, allow_keyless, origins, keep_days, rules, version FROM sites ", $rest)
    };
}

/// A site is written; what becomes of one of its id follows.
macro_rules! insert_site {
    () => {
        "INSERT INTO sites (id, timezone, allow_keyless, origins, created_at, keep_days, rules, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO "
    };
}

/// A public key as stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredSiteKey {
    pub(crate) key: String,
    pub(crate) site: String,
    pub(crate) created_at: Timestamp,
}

/// A secret key as stored; never the key itself.
#[derive(Debug, Clone)]
pub(crate) struct ApiKey {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) hash: Hash,
    /// The key's first characters, by which its owner knows it again.
    pub(crate) prefix: String,
    pub(crate) scopes: Scopes,
    pub(crate) site: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
    /// When this process last saw it, µs; 0: not yet.
    pub(crate) used: Arc<AtomicI64>,
}

/// Everything, as of one moment.
pub(crate) fn load(tx: &mut Tx<'_>, now: Timestamp) -> Result<Stored, Error> {
    let sites = select_sites!("ORDER BY created_at, id");
    let site_keys = "SELECT key, site, created_at FROM site_keys ORDER BY created_at, key";
    let api_keys = "SELECT id, name, hash, prefix, scopes, site, created_at, last_used_at \
                    FROM api_keys WHERE revoked_at IS NULL ORDER BY created_at, id";
    let sessions = "SELECT hash, expires_at, key_hash FROM sessions WHERE expires_at > $1";
    Ok(Stored {
        sites: tx.all(sites, &[], read_site)?,
        site_keys: tx.all(site_keys, &[], read_site_key)?,
        api_keys: tx.all(api_keys, &[], read_api_key)?,
        sessions: tx.all(sessions, params![now.micros()], read_session)?,
        kept: kept::load(tx)?,
        totals: totals::spans(tx)?,
    })
}

fn read_site(row: &Row<'_>) -> Result<StoredSite, Error> {
    let (origins, rules) = (row.text(3)?, row.text(5)?);
    Ok(StoredSite {
        id: row.text(0)?,
        timezone: row.text(1)?,
        allow_keyless: row.flag(2)?,
        origins: serde_json::from_str(&origins)
            .map_err(|error| Error::Invalid(format!("a site's origins are no list: {error}")))?,
        keep_days: u32::try_from(row.int(4)?).unwrap_or(0),
        rules: serde_json::from_str(&rules)
            .map_err(|error| Error::Invalid(format!("a site's rules are none: {error}")))?,
        version: row.int(6)?,
    })
}

fn read_site_key(row: &Row<'_>) -> Result<StoredSiteKey, Error> {
    let created_at = Timestamp::from_micros(row.int(2)?);
    Ok(StoredSiteKey { key: row.text(0)?, site: row.text(1)?, created_at })
}

fn read_api_key(row: &Row<'_>) -> Result<ApiKey, Error> {
    let scopes = row.text(4)?;
    Ok(ApiKey {
        id: row.text(0)?,
        name: row.text(1)?,
        hash: read_hash(row, 2)?,
        prefix: row.text(3)?,
        scopes: Scopes::parse(scopes.split_whitespace())
            .map_err(|error| Error::Invalid(format!("a key's scopes: {error}")))?,
        site: row.text_or_null(5)?,
        created_at: Timestamp::from_micros(row.int(6)?),
        last_used_at: row.int_or_null(7)?.map(Timestamp::from_micros),
        used: Arc::default(),
    })
}

fn read_session(row: &Row<'_>) -> Result<(Hash, StoredSession), Error> {
    let key = row.text_or_null(2)?.map(|hex| parse_hash(&hex)).transpose()?;
    Ok((read_hash(row, 0)?, StoredSession { ends: row.int(1)?, key }))
}

fn read_hash(row: &Row<'_>, column: usize) -> Result<Hash, Error> {
    parse_hash(&row.text(column)?)
}

fn parse_hash(hex: &str) -> Result<Hash, Error> {
    Hash::parse(hex).ok_or_else(|| Error::Invalid("a stored hash is no SHA-256".to_owned()))
}

/// A site, if it is stored.
pub(crate) fn find_site(tx: &mut Tx<'_>, id: &str) -> Result<Option<StoredSite>, Error> {
    tx.first(select_sites!("WHERE id = $1"), params![id], read_site)
}

/// Adds a site; false if there is one of that id.
pub(crate) fn insert_site(tx: &mut Tx<'_>, site: &StoredSite, now: Timestamp) -> Result<bool, Error> {
    write_site(tx, concat!(insert_site!(), "NOTHING"), site, now)
}

/// Adds a site or changes the version before it into this one; false if another is stored by now.
pub(crate) fn put_site(tx: &mut Tx<'_>, site: &StoredSite, now: Timestamp) -> Result<bool, Error> {
    let sql = concat!(
        insert_site!(),
        "UPDATE SET timezone = excluded.timezone, allow_keyless = excluded.allow_keyless, ",
        "origins = excluded.origins, keep_days = excluded.keep_days, rules = excluded.rules, ",
        "version = excluded.version WHERE sites.version = excluded.version - 1"
    );
    write_site(tx, sql, site, now)
}

fn write_site(tx: &mut Tx<'_>, sql: &'static str, site: &StoredSite, now: Timestamp) -> Result<bool, Error> {
    let origins = serde_json::Value::from(site.origins.clone()).to_string();
    let keep_days = i64::from(site.keep_days);
    let rules = serde_json::to_string(&site.rules)
        .map_err(|error| Error::Invalid(format!("cannot write a site's rules: {error}")))?;
    let values = params![
        &site.id,
        &site.timezone,
        site.allow_keyless,
        &origins,
        now.micros(),
        keep_days,
        &rules,
        site.version
    ];
    Ok(tx.execute(sql, values)? > 0)
}

/// Adds a public key of `site`.
pub(crate) fn insert_site_key(tx: &mut Tx<'_>, key: &str, site: &str, now: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO site_keys (key, site, created_at) VALUES ($1, $2, $3)";
    tx.execute(sql, params![key, site, now.micros()]).map(drop)
}

/// Removes a public key of `site`; false if there is none.
pub(crate) fn delete_site_key(tx: &mut Tx<'_>, key: &str, site: &str) -> Result<bool, Error> {
    Ok(tx.execute("DELETE FROM site_keys WHERE key = $1 AND site = $2", params![key, site])? > 0)
}

/// How many public keys `site` has.
pub(crate) fn count_site_keys(tx: &mut Tx<'_>, site: &str) -> Result<i64, Error> {
    count(tx, "SELECT COUNT(*) FROM site_keys WHERE site = $1", params![site])
}

/// Adds a secret key.
pub(crate) fn insert_api_key(tx: &mut Tx<'_>, key: &ApiKey) -> Result<(), Error> {
    let sql = "INSERT INTO api_keys (id, name, hash, prefix, scopes, site, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let (hash, scopes) = (key.hash.hex(), key.scopes.names().join(" "));
    let (site, created_at) = (key.site.as_deref(), key.created_at.micros());
    tx.execute(sql, params![&key.id, &key.name, &hash, &key.prefix, &scopes, site, created_at]).map(drop)
}

/// Revokes a secret key and ends its sessions; false if there is none.
pub(crate) fn revoke_api_key(tx: &mut Tx<'_>, id: &str, now: Timestamp) -> Result<bool, Error> {
    let sessions = "DELETE FROM sessions WHERE key_hash IN (SELECT hash FROM api_keys WHERE id = $1)";
    tx.execute(sessions, params![id])?;
    let revoke = "UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    Ok(tx.execute(revoke, params![id, now.micros()])? > 0)
}

/// The secret keys that were revoked last, the last first, each with when.
pub(crate) fn revoked_api_keys(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<(ApiKey, Timestamp)>, Error> {
    let sql = "SELECT id, name, hash, prefix, scopes, site, created_at, last_used_at, revoked_at \
               FROM api_keys WHERE revoked_at IS NOT NULL ORDER BY revoked_at DESC, id DESC LIMIT $1";
    tx.all(sql, params![limit], |row| Ok((read_api_key(row)?, Timestamp::from_micros(row.int(8)?))))
}

/// How many secret keys there are.
pub(crate) fn count_api_keys(tx: &mut Tx<'_>) -> Result<i64, Error> {
    count(tx, "SELECT COUNT(*) FROM api_keys WHERE revoked_at IS NULL", &[])
}

/// Writes down that a secret key was used, if that is news.
pub(crate) fn touch_api_key(tx: &mut Tx<'_>, id: &str, used_at: i64) -> Result<(), Error> {
    let sql = "UPDATE api_keys SET last_used_at = $2 \
               WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";
    tx.execute(sql, params![id, used_at]).map(drop)
}

/// Adds a session.
pub(crate) fn insert_session(
    tx: &mut Tx<'_>,
    hash: &Hash,
    now: i64,
    session: StoredSession,
) -> Result<(), Error> {
    let sql = "INSERT INTO sessions (hash, created_at, expires_at, key_hash) VALUES ($1, $2, $3, $4)";
    let key = session.key.as_ref().map(Hash::hex);
    tx.execute(sql, params![&hash.hex(), now, session.ends, key.as_deref()]).map(drop)
}

/// Keeps the newest `count` sessions.
pub(crate) fn trim_sessions(tx: &mut Tx<'_>, count: i64) -> Result<(), Error> {
    let sql = "DELETE FROM sessions WHERE hash NOT IN \
               (SELECT hash FROM sessions ORDER BY created_at DESC, hash LIMIT $1)";
    tx.execute(sql, params![count]).map(drop)
}

/// Ends a session; false if there is none.
pub(crate) fn delete_session(tx: &mut Tx<'_>, hash: &Hash) -> Result<bool, Error> {
    Ok(tx.execute("DELETE FROM sessions WHERE hash = $1", params![&hash.hex()])? > 0)
}

/// Ends every session.
pub(crate) fn delete_sessions(tx: &mut Tx<'_>) -> Result<u64, Error> {
    tx.execute("DELETE FROM sessions", &[])
}

/// Forgets sessions that have ended and attempts that no longer matter.
pub(crate) fn purge(tx: &mut Tx<'_>, now: i64, since_least: i64) -> Result<(), Error> {
    tx.execute("DELETE FROM sessions WHERE expires_at <= $1", params![now])?;
    let sql = "DELETE FROM login_attempts WHERE since <= $1 AND locked_until <= $2";
    tx.execute(sql, params![since_least, now]).map(drop)
}

/// Until when an address, or all of them, may not try again, µs; 0: it may.
pub(crate) fn locked_until(tx: &mut Tx<'_>, address: &str, all: &str) -> Result<i64, Error> {
    let sql = "SELECT locked_until FROM login_attempts WHERE address = $1 OR address = $2";
    let found = tx.all(sql, params![address, all], |row| row.int(0))?;
    Ok(found.into_iter().max().unwrap_or(0))
}

/// Counts an attempt, from 1 again when the count began at `since_least` or before, or in a time to come; returns the count.
pub(crate) fn count_attempt(
    tx: &mut Tx<'_>,
    address: &str,
    now: i64,
    since_least: i64,
) -> Result<i64, Error> {
    let sql = "INSERT INTO login_attempts (address, failures, since, locked_until) VALUES ($1, 1, $2, 0) \
               ON CONFLICT (address) DO UPDATE SET \
               failures = CASE WHEN login_attempts.since <= $3 OR login_attempts.since > $2 THEN 1 ELSE login_attempts.failures + 1 END, \
               since = CASE WHEN login_attempts.since <= $3 OR login_attempts.since > $2 THEN $2 ELSE login_attempts.since END \
               RETURNING failures";
    let counted = tx.first(sql, params![address, now, since_least], |row| row.int(0))?;
    counted.ok_or_else(|| Error::Invalid("an attempt to log in was not counted".to_owned()))
}

/// Takes back one that was counted: it was none.
pub(crate) fn uncount_attempt(tx: &mut Tx<'_>, address: &str) -> Result<(), Error> {
    let sql = "UPDATE login_attempts SET failures = failures - 1 WHERE address = $1 AND failures > 0";
    tx.execute(sql, params![address]).map(drop)
}

/// Refuses an address until then.
pub(crate) fn lock(tx: &mut Tx<'_>, address: &str, until: i64) -> Result<(), Error> {
    let sql = "UPDATE login_attempts SET locked_until = $2 WHERE address = $1";
    tx.execute(sql, params![address, until]).map(drop)
}

/// Refuses an address until then that has made no attempt to log in.
pub(crate) fn lock_out(tx: &mut Tx<'_>, address: &str, now: i64, until: i64) -> Result<(), Error> {
    let sql = "INSERT INTO login_attempts (address, failures, since, locked_until) VALUES ($1, 0, $2, $3) \
               ON CONFLICT (address) DO UPDATE SET locked_until = $3";
    tx.execute(sql, params![address, now, until]).map(drop)
}

/// Forgets an address's attempts.
pub(crate) fn forget_attempts(tx: &mut Tx<'_>, address: &str) -> Result<(), Error> {
    tx.execute("DELETE FROM login_attempts WHERE address = $1", params![address]).map(drop)
}

/// The salts of a kind (`day`, `week`), by number.
pub(crate) fn salts(tx: &mut Tx<'_>, kind: &str) -> Result<Vec<(i64, String)>, Error> {
    let sql = "SELECT number, salt FROM salts WHERE kind = $1 ORDER BY number";
    tx.all(sql, params![kind], |row| Ok((row.int(0)?, row.text(1)?)))
}

/// Adds a salt; the first insert wins.
pub(crate) fn insert_salt(tx: &mut Tx<'_>, kind: &str, number: i64, salt: &str) -> Result<(), Error> {
    let sql =
        "INSERT INTO salts (kind, number, salt) VALUES ($1, $2, $3) ON CONFLICT (kind, number) DO NOTHING";
    tx.execute(sql, params![kind, number, salt]).map(drop)
}

/// Destroys a salt.
pub(crate) fn delete_salt(tx: &mut Tx<'_>, kind: &str, number: i64) -> Result<(), Error> {
    tx.execute("DELETE FROM salts WHERE kind = $1 AND number = $2", params![kind, number]).map(drop)
}

fn count(tx: &mut Tx<'_>, sql: &'static str, values: &[kassa_db::Param<'_>]) -> Result<i64, Error> {
    Ok(tx.first(sql, values, |row| row.int(0))?.unwrap_or(0))
}
