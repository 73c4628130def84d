//! How a store of an older version becomes one of this version: in place, when it is opened, step by step.
//!
//! A step is one transaction that ends by raising the version in the file, so a kill at any moment leaves a whole store of
//! the version before or of the version after, and the next open goes on from there. The rules for whoever adds one:
//!
//! - Append it to [`STEPS`]; never change one that was released. `TABLES` shows the tables after the last step.
//! - What touches every row fills a new table and renames it (`INSERT INTO … SELECT … FROM events`): DuckDB streams that
//!   within the memory limit, while an `UPDATE` of all rows keeps their old values in memory.
//! - It must not look at the clock or at anything outside the file.
//!
//! ```text
//! kassa_store.version   1: the tables of 0.1.0   2: positions.state, owner
//! ```

use duckdb::Connection;
use kassa_model::failpoint;

use super::failure::first_line;
use super::{Options, Purpose};
use crate::Error;

/// What makes the next version of the one before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step(&'static str);

/// The version that tables are made in: the last step's.
pub(super) const VERSION: i64 = 1 + STEPS.len() as i64;

/// The first leads from version 1 to version 2.
pub(super) const STEPS: &[Step] = &[Step(
    "ALTER TABLE positions ADD COLUMN state VARCHAR;
     CREATE TABLE owner (shop_id VARCHAR NOT NULL);",
)];

/// Takes the steps that the store of `options` has not taken yet.
///
/// # Errors
/// [`Error::Open`] when it is no event store, when it is newer than `steps`, or when a step fails, which then has not been
/// taken.
pub(super) fn bring_up(connection: &Connection, options: &Options, steps: &[Step]) -> Result<(), Error> {
    let path = options.path.display();
    let newest = 1 + steps.len() as i64;
    let version =
        connection.query_row("SELECT max(version) FROM kassa_store", [], |row| row.get::<_, i64>(0));
    let none = |_| Error::Open(format!("{path} is a DuckDB database, but no event store of kassa"));
    let found = version.map_err(none)?;
    if found > newest {
        return Err(Error::Open(format!(
            "{path} has version {found} and this kassa knows up to {newest}: a newer kassa wrote it; start that one, or \
             restore the backup from before its upgrade"
        )));
    }
    let missing = usize::try_from(found - 1).ok().and_then(|taken| steps.get(taken..)).unwrap_or(steps);
    if missing.is_empty() {
        return Ok(());
    }
    if options.purpose == Purpose::Reading {
        return Err(Error::Open(format!(
            "{path} has version {found} and this kassa reads {newest}: start it, and it brings the store up to date"
        )));
    }
    let tell =
        |done: usize| options.progress.tell("upgrading the event store", done as u64, missing.len() as u64);
    tell(0);
    for (done, (version, step)) in (found + 1..).zip(missing).enumerate() {
        take(connection, version, *step).map_err(|error| {
            let why = first_line(&error);
            Error::Open(format!("cannot upgrade {path} from version {} to {version}: {why}", version - 1))
        })?;
        tell(done + 1);
    }
    Ok(())
}

/// One step: all of it, or nothing.
fn take(connection: &Connection, version: i64, step: Step) -> duckdb::Result<()> {
    connection.execute_batch(&format!("BEGIN; {} UPDATE kassa_store SET version = {version};", step.0))?;
    failpoint::hit("upgrade.store_before_commit");
    connection.execute_batch("COMMIT")?;
    failpoint::hit("upgrade.store_after_commit");
    // Into the tables at once: the write-ahead log of a large step would be read again at each start.
    connection.execute_batch("CHECKPOINT")
}

#[cfg(test)]
mod tests;
