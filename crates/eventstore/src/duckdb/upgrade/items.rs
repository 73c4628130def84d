//! Version 8: the products that an event names stand in a column, [`crate::items`]. Piece by piece, so that what lies in memory
//! are the products of one.

use duckdb::{Connection, params};

use super::visits::{PIECE_ROWS, Told, pieces};
use crate::items;

/// Writes the column, and tells how many pieces are done.
pub(super) fn write_items(connection: &Connection, told: Told<'_>) -> duckdb::Result<()> {
    connection.execute_batch(
        "ALTER TABLE events ADD COLUMN item_skus VARCHAR;
         CREATE TEMP TABLE named (sequence UBIGINT NOT NULL, item_skus VARCHAR NOT NULL);",
    )?;
    let pieces = pieces(PIECE_ROWS, connection)?;
    for (done, (from, to)) in pieces.iter().enumerate() {
        told(done as u64, pieces.len() as u64);
        write_piece(connection, (*from, *to))?;
    }
    connection.execute_batch(
        "UPDATE events SET item_skus = named.item_skus FROM named WHERE named.sequence = events.sequence;
         DROP TABLE named;",
    )
}

fn write_piece(connection: &Connection, (from, to): (u64, u64)) -> duckdb::Result<()> {
    let mut statement = connection.prepare(
        "SELECT sequence, props FROM events \
         WHERE sequence >= $1 AND sequence < $2 AND order_id IS NULL AND contains(props, $3)",
    )?;
    let mut rows = statement.query(params![from, to, items::WORD])?;
    let mut named = Vec::new();
    while let Some(row) = rows.next()? {
        let (sequence, props): (u64, String) = (row.get(0)?, row.get(1)?);
        named.extend(items::joined_in(&props).map(|skus| (sequence, skus)));
    }
    let mut appender = connection.appender("named")?;
    named.iter().try_for_each(|(sequence, skus)| appender.append_row(params![sequence, skus]))?;
    appender.flush()
}
