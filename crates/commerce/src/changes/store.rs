//! The table `admin_event`.

use kassa_db::{Error, Row, Tx, params};
use kassa_model::Timestamp;
use uuid::Uuid;

use super::{Actor, Asked};

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, at, actor, name, method, path, asked FROM admin_event ", $rest)
    };
}

const INSERT: &str =
    "INSERT INTO admin_event (id, at, actor, name, method, path, asked) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const LIST: &str = select!("WHERE id < $1 ORDER BY id DESC LIMIT $2");
const LIST_OF: &str =
    select!("WHERE (path = $3 OR path > $4 AND path < $5) AND id < $1 ORDER BY id DESC LIMIT $2");
const EMPTY: &str =
    "UPDATE admin_event SET asked = '{}' WHERE (path = $1 OR path > $2 AND path < $3) AND asked <> '{}'";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[INSERT, LIST, LIST_OF, EMPTY];

/// A change as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    pub(crate) asked: Asked,
}

/// Writes that somebody has changed something.
pub(crate) fn insert(tx: &mut Tx<'_>, asked: &Asked, at: Timestamp) -> Result<(), Error> {
    let (id, actor) = (Uuid::now_v7().to_string(), &asked.actor);
    let values = params![&id, at.micros(), &actor.id, &actor.name, &asked.method, &asked.path, &asked.body];
    tx.execute(INSERT, values).map(drop)
}

/// At most `limit` changes before the one of this id, the newest first; of what lies at `path` or under it, if it is given.
pub(crate) fn list(
    tx: &mut Tx<'_>,
    (before, path): (&str, Option<&str>),
    limit: i64,
) -> Result<Vec<Changed>, Error> {
    match path {
        None => tx.all(LIST, params![before, limit], changed),
        Some(path) => {
            let (from, to) = under(path);
            tx.all(LIST_OF, params![before, limit, path, &from, &to], changed)
        }
    }
}

/// Empties what was asked about an order; how many were.
pub(crate) fn empty_order(tx: &mut Tx<'_>, order_id: &str) -> Result<u64, Error> {
    let path = format!("/v1/orders/{order_id}");
    let (from, to) = under(&path);
    tx.execute(EMPTY, params![&path, &from, &to])
}

/// Between these lies what begins with the path and a slash: '0' is the byte behind it.
fn under(path: &str) -> (String, String) {
    (format!("{path}/"), format!("{path}0"))
}

fn changed(row: &Row<'_>) -> Result<Changed, Error> {
    Ok(Changed {
        id: row.text(0)?,
        at: Timestamp::from_micros(row.int(1)?),
        asked: Asked {
            actor: Actor { id: row.text(2)?, name: row.text(3)? },
            method: row.text(4)?,
            path: row.text(5)?,
            body: row.text(6)?,
        },
    })
}
