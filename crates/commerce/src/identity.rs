//! Which shop a database belongs to, and what the logs that it was published to must hold at least. Read at the start, to
//! notice parts of a data folder that do not belong together; judged by `app`, which knows the other parts.

mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use kassa_db::{Db, Error, Tx};
use kassa_eventlog::{Offset, Partition, Position, Stream};
use uuid::Uuid;

pub use store::{Identity, Published};

/// What `db` says of itself.
///
/// # Errors
/// The database's; [`Error::Invalid`] when its tables hold what this build does not write.
pub async fn read(db: &Db) -> Result<Identity, Error> {
    db.read(store::read).await
}

/// Gives the shop this id, unless it has one; the one that it then has: another process may have been first.
///
/// # Errors
/// The database's.
pub async fn set_id(db: &Db, id: Uuid) -> Result<Uuid, Error> {
    db.write(move |tx| store::set_id(tx, id)).await
}

/// Says that these logs end where they do now: for a log that is taken as it is.
///
/// # Errors
/// The database's.
pub async fn set_published(db: &Db, published: Vec<Published>) -> Result<(), Error> {
    db.write(move |tx| published.iter().try_for_each(|place| store::set_published(tx, place))).await
}

/// The first of these public events (`<order>:<seq>`) that is of an order, or of a change of one, that the database has not.
///
/// # Errors
/// The database's.
pub async fn first_unknown(db: &Db, ids: Vec<String>) -> Result<Option<String>, Error> {
    db.read(move |tx| {
        for id in &ids {
            let Some((order, seq)) = id.rsplit_once(':') else { continue };
            let Ok(seq) = seq.parse::<i64>() else { continue };
            if Uuid::parse_str(order).is_ok() && store::last_seq(tx, order)?.is_none_or(|last| last < seq) {
                return Ok(Some(id.clone()));
            }
        }
        Ok(None)
    })
    .await
}

/// Where the records of one append came to lie, as the relay notes it beside the rows that it marks.
#[derive(Debug, Clone)]
pub(crate) struct Reached(Vec<Published>);

impl Reached {
    /// Of the log `log_id`.
    pub(crate) fn of(log_id: Uuid, appended: &[(Stream, Vec<Position>)]) -> Self {
        let mut reached: BTreeMap<(Stream, Partition), Offset> = BTreeMap::new();
        for (stream, positions) in appended {
            for position in positions {
                let next = reached.entry((*stream, position.partition)).or_default();
                *next = (*next).max(position.offset.after());
            }
        }
        let places = reached.into_iter();
        Self(
            places.map(|((stream, partition), next)| Published { log_id, stream, partition, next }).collect(),
        )
    }

    /// Notes it; never back to an earlier place.
    pub(crate) fn note(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        self.0.iter().try_for_each(|place| store::note_published(tx, place))
    }
}
