//! The SQL of the shop's id and of how far it was published.

use kassa_db::{Error, Row, Tx, params};
use kassa_eventlog::{Offset, Partition, Stream};
use uuid::Uuid;

/// What a database says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// The shop's id; none in a new database and in one that an older build filled.
    pub id: Option<Uuid>,
    /// Whether nothing was ever sold or offered here.
    pub is_new: bool,
    /// Up to where its outbox was published, in every log that it was published to.
    pub published: Vec<Published>,
}

/// What a log must hold: everything of this partition before `next`, unless it was removed for its age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The log.
    pub log_id: Uuid,
    /// Of this stream.
    pub stream: Stream,
    /// This partition.
    pub partition: Partition,
    /// After the last record that is marked as published.
    pub next: Offset,
}

/// What the database says of itself.
pub(super) fn read(tx: &mut Tx<'_>) -> Result<Identity, Error> {
    let id = tx.first("SELECT id FROM shop", params![], |row| row.text(0))?;
    let id = id.map(|text| parsed(&text, "id of the shop")).transpose()?;
    let sql = "SELECT CASE WHEN EXISTS (SELECT 1 FROM products) OR EXISTS (SELECT 1 FROM orders) \
               OR EXISTS (SELECT 1 FROM stock) THEN 1 ELSE 0 END";
    let used = tx.first(sql, params![], |row| row.int(0))?.unwrap_or(0);
    let sql =
        "SELECT log_id, stream, log_partition, next FROM published ORDER BY log_id, stream, log_partition";
    let published = tx.all(sql, params![], place)?;
    let published = published.into_iter().collect::<Result<_, _>>()?;
    Ok(Identity { id, is_new: used == 0, published })
}

fn parsed(text: &str, what: &str) -> Result<Uuid, Error> {
    Uuid::parse_str(text).map_err(|_| Error::Invalid(format!("the database holds {text} as the {what}")))
}

/// A row of `published`; the inner error is of what stands in it.
fn place(row: &Row<'_>) -> Result<Result<Published, Error>, Error> {
    let (log_id, stream, partition, next) = (row.text(0)?, row.text(1)?, row.int(2)?, row.int(3)?);
    let read = || {
        let named = Stream::ALL.into_iter().find(|known| known.name() == stream);
        let bad =
            || Error::Invalid(format!("the database has published to {stream} {partition} up to {next}"));
        Ok(Published {
            log_id: parsed(&log_id, "id of a log")?,
            stream: named.ok_or_else(bad)?,
            partition: u32::try_from(partition).map_err(|_| bad())?,
            next: Offset(u64::try_from(next).map_err(|_| bad())?),
        })
    };
    Ok(read())
}

/// Gives the shop its id, if it has none; the one that it then has.
pub(super) fn set_id(tx: &mut Tx<'_>, id: Uuid) -> Result<Uuid, Error> {
    let sql = "INSERT INTO shop (number, id) VALUES (1, $1) ON CONFLICT (number) DO NOTHING";
    tx.execute(sql, params![&id.to_string()])?;
    let found = tx.first("SELECT id FROM shop", params![], |row| row.text(0))?;
    parsed(&found.unwrap_or_default(), "id of the shop")
}

/// Moves a place forward.
pub(super) fn note_published(tx: &mut Tx<'_>, place: &Published) -> Result<(), Error> {
    let sql = "INSERT INTO published (log_id, stream, log_partition, next) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (log_id, stream, log_partition) DO UPDATE SET next = $4 WHERE published.next < $4";
    write(tx, sql, place)
}

/// Sets a place, be it back.
pub(super) fn set_published(tx: &mut Tx<'_>, place: &Published) -> Result<(), Error> {
    let sql = "INSERT INTO published (log_id, stream, log_partition, next) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (log_id, stream, log_partition) DO UPDATE SET next = $4";
    write(tx, sql, place)
}

fn write(tx: &mut Tx<'_>, sql: &'static str, place: &Published) -> Result<(), Error> {
    let next = i64::try_from(place.next.0).unwrap_or(i64::MAX);
    let partition = i64::from(place.partition);
    tx.execute(sql, params![&place.log_id.to_string(), place.stream.name(), partition, next]).map(drop)
}

/// The number of the last change of an order.
pub(super) fn last_seq(tx: &mut Tx<'_>, order: &str) -> Result<Option<i64>, Error> {
    tx.first("SELECT last_seq FROM orders WHERE id = $1", params![order], |row| row.int(0))
}
