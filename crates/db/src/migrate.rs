//! Bringing a schema up to date: forward only, each step in a transaction of its own, the same steps on both engines.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::options::Engine;
use crate::queues::Queues;
use crate::{Error, Tx, params};

/// One step of a schema: the same in both dialects of DDL.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Which set it belongs to (`commerce`, `access`) and its number there, from 1 without gaps.
    pub set: &'static str,
    /// Number in the set.
    pub number: i64,
    /// Statements for SQLite.
    pub sqlite: &'static str,
    /// Statements for PostgreSQL.
    pub postgres: &'static str,
    /// What the statements cannot fill of rows that were there before.
    pub fill: Option<Fill>,
}

/// Columns of rows that only the program can fill, such as texts that are folded by Unicode. It is done after all steps, in
/// transactions of some rows each, at every start until none is left; so a kill loses at most one of them. Its statements must
/// work with the schema of the newest step.
#[derive(Debug, Clone, Copy)]
pub struct Fill {
    /// How many rows are still to be filled; cheap when there are none.
    pub left: fn(&mut Tx<'_>) -> Result<i64, Error>,
    /// Fills some of them; how many it looked at. 0: none was left.
    pub some: fn(&mut Tx<'_>) -> Result<i64, Error>,
}

/// How often a long fill says how far it is.
const TELL_EVERY: Duration = Duration::from_secs(2);

const TABLE_SQLITE: &str = "CREATE TABLE IF NOT EXISTS migrations (set_name TEXT NOT NULL, number INTEGER NOT NULL, \
     checksum TEXT NOT NULL, applied_at INTEGER NOT NULL, PRIMARY KEY (set_name, number)) STRICT";
// The lock ends with the transaction. Two that start at once take turns, and the second finds the first's work done.
const TABLE_POSTGRES: &str = "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; \
     SELECT pg_advisory_xact_lock(5282174360); \
     CREATE TABLE IF NOT EXISTS migrations (set_name TEXT NOT NULL, number BIGINT NOT NULL, \
     checksum TEXT NOT NULL, applied_at BIGINT NOT NULL, PRIMARY KEY (set_name, number))";

/// Applies what is missing of `migrations`.
pub(crate) fn migrate(queues: &Queues, engine: Engine, migrations: &[Migration]) -> Result<(), Error> {
    let mut migrations = migrations.to_vec();
    migrations.sort_by_key(|migration| (migration.set, migration.number));
    for set in migrations.chunk_by(|one, other| one.set == other.set) {
        for (position, migration) in set.iter().enumerate() {
            if migration.number != position as i64 + 1 {
                let Migration { set, number, .. } = migration;
                return Err(Error::Invalid(format!("migration {number} of {set} is out of order")));
            }
        }
        let newest = *set.last().expect("chunks are not empty");
        queues.write_blocking(move |tx| refuse_newer(tx, engine, newest))?;
        for migration in set {
            let migration = *migration;
            queues.write_blocking(move |tx| apply(tx, engine, migration))?;
        }
        for migration in set {
            fill(queues, migration)?;
        }
    }
    Ok(())
}

/// Fills what is left of a step.
fn fill(queues: &Queues, migration: &Migration) -> Result<(), Error> {
    let Migration { set, number, fill: Some(Fill { left, some }), .. } = *migration else { return Ok(()) };
    let of = queues.read_blocking(left)?;
    if of == 0 {
        return Ok(());
    }
    let (mut filled, mut told) = (0, Instant::now());
    loop {
        let now = queues.write_blocking(some)?;
        if now == 0 {
            tracing::info!(set, number, filled, "rows of a migration filled");
            return Ok(());
        }
        filled += now;
        if told.elapsed() >= TELL_EVERY {
            tracing::info!(set, number, filled, of, "filling rows of a migration");
            told = Instant::now();
        }
    }
}

/// Refuses a schema that is not that of `migrations`, and leaves it as it is.
pub(crate) fn check(queues: &Queues, migrations: &[Migration]) -> Result<(), Error> {
    for set in migrations.chunk_by(|one, other| one.set == other.set) {
        let Some(newest) = set.last().copied() else { continue };
        let Migration { set, number, .. } = newest;
        let read = queues.read_blocking(move |tx| {
            let sql = "SELECT MAX(number) FROM migrations WHERE set_name = $1";
            tx.first(sql, params![set], |row| row.int_or_null(0))
        });
        let applied = match read {
            Ok(applied) => applied.flatten().unwrap_or(0),
            // There is no such table.
            Err(Error::Statement(_)) => 0,
            Err(error) => return Err(error),
        };
        if applied != number {
            let which = if applied > number { "newer" } else { "older" };
            return Err(Error::Invalid(format!(
                "the database is {which} than this program ({set} is at {applied}, not at {number}): \
                 start the program that fits, and the newer one brings the database up to date"
            )));
        }
    }
    Ok(())
}

/// Writes and commits the row of a migration again, as it is.
pub(crate) fn touch(tx: &mut Tx<'_>) -> Result<(), Error> {
    let sql = "UPDATE migrations SET applied_at = applied_at WHERE number = 1";
    tx.execute(sql, &[]).map(|_| ())
}

fn table(tx: &mut Tx<'_>, engine: Engine) -> Result<(), Error> {
    tx.batch(match engine {
        Engine::Sqlite => TABLE_SQLITE,
        Engine::Postgres => TABLE_POSTGRES,
    })
}

fn refuse_newer(tx: &mut Tx<'_>, engine: Engine, newest: Migration) -> Result<(), Error> {
    table(tx, engine)?;
    let Migration { set, number, .. } = newest;
    let sql = "SELECT MAX(number) FROM migrations WHERE set_name = $1";
    let applied = tx.first(sql, params![set], |row| row.int_or_null(0))?.flatten().unwrap_or(0);
    if applied > number {
        return Err(Error::Invalid(format!(
            "cannot use the database: a newer kassa wrote it, and this one knows {set} up to {number} and not {applied}; \
             start that one, or restore the backup from before its upgrade"
        )));
    }
    Ok(())
}

fn apply(tx: &mut Tx<'_>, engine: Engine, migration: Migration) -> Result<(), Error> {
    table(tx, engine)?;
    let Migration { set, number, .. } = migration;
    let text = match engine {
        Engine::Sqlite => migration.sqlite,
        Engine::Postgres => migration.postgres,
    };
    let ours = checksum(text);
    let sql = "SELECT checksum FROM migrations WHERE set_name = $1 AND number = $2";
    match tx.first(sql, params![set, number], |row| row.text(0))? {
        Some(theirs) if theirs == ours => return Ok(()),
        Some(_) => {
            return Err(Error::Invalid(format!(
                "cannot use the database: migration {number} of {set} was applied with another text than this program's"
            )));
        }
        None => {}
    }
    tracing::info!(set, number, "applying a migration");
    tx.batch(text)
        .map_err(|error| Error::Invalid(format!("cannot apply migration {number} of {set}: {error}")))?;
    let sql = "INSERT INTO migrations (set_name, number, checksum, applied_at) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, params![set, number, &ours, now()])?;
    tracing::info!(set, number, "migration applied");
    Ok(())
}

/// FNV-1a, 64 bits: it is to notice an edit, not an enemy.
fn checksum(text: &str) -> String {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", text.bytes().fold(0xcbf2_9ce4_8422_2325, mix))
}

/// Microseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
