//! A copy of the store as it is at one moment, for backups, while the writer goes on.

use std::collections::BTreeMap;
use std::path::Path;

use duckdb::Connection;
use kassa_model::Progress;

use super::failure::Failure;
use super::writer::read_marks;
use crate::{Error, Mark};

/// Copies everything to the new file `to`, which must lie in the options' `exports_dir`.
pub(super) fn copy(
    connection: &Connection,
    to: &Path,
    progress: &dyn Progress,
) -> Result<BTreeMap<u32, Mark>, Failure> {
    let path = to.display().to_string().replace('\'', "''");
    connection.execute_batch(&format!("ATTACH '{path}' AS backup"))?;
    let copied = fill(connection, progress);
    // Closes the file, with its write-ahead log worked in.
    let closed = connection.execute_batch("DETACH backup");
    let marks = copied?;
    closed?;
    Ok(marks)
}

/// All tables, as of one transaction.
fn fill(connection: &Connection, progress: &dyn Progress) -> Result<BTreeMap<u32, Mark>, Failure> {
    connection.execute_batch("BEGIN TRANSACTION")?;
    let filled = fill_tables(connection, progress);
    let ended = connection.execute_batch(if filled.is_ok() { "COMMIT" } else { "ROLLBACK" });
    let marks = filled?;
    ended?;
    connection.execute_batch("CHECKPOINT backup")?;
    Ok(marks)
}

/// `COPY FROM DATABASE` would do the same, but it changes a setting, and settings are locked.
fn fill_tables(connection: &Connection, progress: &dyn Progress) -> Result<BTreeMap<u32, Mark>, Failure> {
    let marks = read_marks(connection)?;
    let tables = tables(connection)?;
    let of = tables.len() as u64;
    for (done, (name, made_by)) in (0..).zip(&tables) {
        progress.tell("copying the event store", done, of);
        // A name that is a keyword, too, stands in quotes.
        let begins = [format!("CREATE TABLE {name}("), format!("CREATE TABLE \"{name}\"(")];
        let columns = begins.iter().find_map(|begins| made_by.strip_prefix(begins.as_str()));
        let columns =
            columns.ok_or_else(|| Error::Failed(format!("its table {name} is described as {made_by}")))?;
        connection.execute_batch(&format!("CREATE TABLE backup.\"{name}\"({columns}"))?;
        connection.execute_batch(&format!("INSERT INTO backup.\"{name}\" SELECT * FROM \"{name}\""))?;
    }
    progress.tell("copying the event store", of, of);
    Ok(marks)
}

/// Every table of the store, by name, and the statement that makes it.
fn tables(connection: &Connection) -> Result<Vec<(String, String)>, Failure> {
    let sql = "SELECT table_name, sql FROM duckdb_tables()
               WHERE database_name = current_database() AND NOT temporary ORDER BY table_name";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<duckdb::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kassa_model::Silent;

    use crate::EventStore;
    use crate::duckdb::tests::{check_story, folder, numbered};
    use crate::duckdb::{DuckStore, Options};

    #[tokio::test]
    async fn a_copy_is_the_store_as_it_was_while_the_writer_goes_on() {
        let (folder, path) = folder();
        let exports = folder.path().join("exports");
        std::fs::create_dir(&exports).unwrap();
        let options =
            |path: &std::path::Path| Options { exports_dir: Some(exports.clone()), ..Options::new(path) };
        let store = Arc::new(DuckStore::open(options(&path)).unwrap());
        store.set_shop_id(uuid::Uuid::from_u128(5)).await.unwrap();
        for number in 0..20 {
            store.insert(numbered(number)).await.unwrap();
        }
        let writing = Arc::clone(&store);
        let writer = tokio::spawn(async move {
            for number in 20..60 {
                writing.insert(numbered(number)).await.unwrap();
            }
        });
        let to = exports.join("it's a copy.duckdb");
        let marks = store.copy_to(&to, Arc::new(Silent)).await.unwrap();
        writer.await.unwrap();
        assert_eq!(check_story(&store).await, 60);
        let copy = DuckStore::open(options(&to)).unwrap();
        let batches = check_story(&copy).await;
        assert!((20..=60).contains(&batches), "{batches}");
        assert_eq!(copy.marks().await.unwrap(), marks);
        assert_eq!(copy.owned().await.unwrap().shop_id, Some(uuid::Uuid::from_u128(5)));
        copy.insert(numbered(batches)).await.unwrap();
        assert_eq!(check_story(&copy).await, batches + 1);
        // Nothing is written anywhere else, and a failed copy leaves the store as it was.
        let elsewhere = folder.path().join("elsewhere.duckdb");
        assert!(store.copy_to(&elsewhere, Arc::new(Silent)).await.is_err());
        assert!(!elsewhere.exists());
        store.insert(numbered(60)).await.unwrap();
        assert_eq!(check_story(&store).await, 61);
    }
}
