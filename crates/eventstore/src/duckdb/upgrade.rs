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
//! kassa_store.version   1: the tables of 0.1.0   2: positions.state, owner   3: the facts of its visit on each event
//!                       4: events.non_interactive, anonymous_visitor   5: counts.log_partition
//!                       6: events.props_read   7: log_offset, log_position   8: events.item_skus
//! ```

use duckdb::Connection;
use kassa_model::failpoint;

use super::failure::first_line;
use super::options::{Options, Purpose};
use crate::Error;
use visits::Told;

/// What makes the next version of the one before.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// Statements that take no time worth telling.
    Statements(&'static str),
    /// Work that tells how far it has come.
    Work(fn(&Connection, Told<'_>) -> duckdb::Result<()>),
}

/// Parts of a step, as progress is told.
const PARTS: u64 = 100;

/// The version that tables are made in: the last step's.
pub(super) const VERSION: i64 = 1 + STEPS.len() as i64;

/// The first leads from version 1 to version 2.
pub(super) const STEPS: &[Step] = &[
    Step::Statements(
        "ALTER TABLE positions ADD COLUMN state VARCHAR;
         CREATE TABLE owner (shop_id VARCHAR NOT NULL);",
    ),
    Step::Work(visits::write_visits),
    // Of older rows nothing was marked, and nobody was told apart from their browser.
    Step::Statements(
        "ALTER TABLE events ADD COLUMN non_interactive BOOLEAN;
         ALTER TABLE events ADD COLUMN anonymous_visitor BIGINT;",
    ),
    // Nobody knows any more of which partition older counts are; what is asked for are sums over all.
    Step::Statements(
        "CREATE TABLE counts_of_partitions (log_partition UINTEGER NOT NULL, site VARCHAR NOT NULL, day BIGINT NOT NULL,
             outcome VARCHAR NOT NULL, reason VARCHAR NOT NULL, events UBIGINT NOT NULL);
         INSERT INTO counts_of_partitions SELECT 0, site, day, outcome, reason, sum(events) FROM counts GROUP BY ALL;
         DROP TABLE counts; ALTER TABLE counts_of_partitions RENAME TO counts;",
    ),
    // Older rows keep the engine's own reading.
    Step::Statements("ALTER TABLE events ADD COLUMN props_read VARCHAR;"),
    // Positions of the log were of 128 bits, of which no version ever used more than 64.
    Step::Statements(
        "SELECT error('it has positions beyond 64 bits, which no version of kassa has written') FROM (
             SELECT offset_high AS high FROM events UNION ALL SELECT offset_high FROM dead_letters
             UNION ALL SELECT position_high FROM positions) WHERE high > 0;
         ALTER TABLE events DROP COLUMN offset_high; ALTER TABLE events RENAME offset_low TO log_offset;
         ALTER TABLE dead_letters DROP COLUMN offset_high; ALTER TABLE dead_letters RENAME offset_low TO log_offset;
         ALTER TABLE positions DROP COLUMN position_high; ALTER TABLE positions RENAME position_low TO log_position;",
    ),
    Step::Work(items::write_items),
];

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
    let all = missing.len() as u64 * PARTS;
    let tell = |done: u64| options.progress.tell("upgrading the event store", done, all);
    tell(0);
    for ((version, step), done) in (found + 1..).zip(missing).zip((0..).step_by(PARTS as usize)) {
        let told = |part: u64, of: u64| tell(done + part * PARTS / of.max(1));
        take(connection, (version, *step), &told).map_err(|error| {
            let why = first_line(&error);
            Error::Open(format!("cannot upgrade {path} from version {} to {version}: {why}", version - 1))
        })?;
        tell(done + PARTS);
    }
    Ok(())
}

/// One step: all of it, or nothing.
fn take(connection: &Connection, (version, step): (i64, Step), told: Told<'_>) -> duckdb::Result<()> {
    connection.execute_batch("BEGIN")?;
    match step {
        Step::Statements(statements) => connection.execute_batch(statements)?,
        Step::Work(work) => work(connection, told)?,
    }
    connection.execute_batch(&format!("UPDATE kassa_store SET version = {version}"))?;
    failpoint::hit("upgrade.store_before_commit");
    connection.execute_batch("COMMIT")?;
    failpoint::hit("upgrade.store_after_commit");
    // Into the tables at once: the write-ahead log of a large step would be read again at each start.
    connection.execute_batch("CHECKPOINT")
}

mod items;
mod visits;

#[cfg(test)]
mod tests;
