//! The tables of changes, `admin_event` of the shop's databases and `access_event` of this one, which are alike.

use kassa_db::{Error, Row, Tx, params};
use kassa_model::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{Actor, Asked, Difference};

/// A table of changes, as the statements that it is used by.
#[derive(Debug)]
pub struct Table {
    insert: &'static str,
    list: &'static str,
    list_of: &'static str,
    empty: &'static str,
}

macro_rules! table {
    ($name:literal) => {
        Table {
            insert: concat!(
                "INSERT INTO ",
                $name,
                " (id, at, actor, name, method, path, asked, was, became) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
            ),
            list: concat!(
                "SELECT id, at, actor, name, method, path, asked, was, became FROM ",
                $name,
                " WHERE id < $1 ORDER BY id DESC LIMIT $2"
            ),
            list_of: concat!(
                "SELECT id, at, actor, name, method, path, asked, was, became FROM ",
                $name,
                " WHERE (path = $3 OR path > $4 AND path < $5) AND id < $1 ORDER BY id DESC LIMIT $2"
            ),
            empty: concat!(
                "UPDATE ",
                $name,
                " SET asked = '{}', was = NULL, became = NULL ",
                "WHERE (path = $1 OR path > $2 AND path < $3) AND (asked <> '{}' OR was IS NOT NULL OR became IS NOT NULL)"
            ),
        }
    };
}

/// What is changed of the shop.
pub const OF_SHOP: Table = table!("admin_event");

/// What is changed of sites, keys and what is kept for reports.
pub(crate) const OF_ACCESS: Table = table!("access_event");

/// A change as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// A UUID, in the order of time.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who asked for what.
    pub asked: Asked,
    /// What it changed.
    pub difference: Difference,
}

impl Table {
    /// Every statement, for the test that prepares each on both engines.
    pub fn statements(&self) -> [&'static str; 4] {
        [self.insert, self.list, self.list_of, self.empty]
    }

    /// Writes down that somebody has changed what was so and is so now; nothing where nobody is known who asked.
    ///
    /// # Errors
    /// What the database says, as of all of these.
    pub fn write_down(
        &self,
        tx: &mut Tx<'_>,
        asked: Option<&Asked>,
        (was, is): (&Value, &Value),
        at: Timestamp,
    ) -> Result<(), Error> {
        match asked {
            Some(asked) => self.insert(tx, (asked, &Difference::of(was, is)), at),
            None => Ok(()),
        }
    }

    fn insert(
        &self,
        tx: &mut Tx<'_>,
        (asked, difference): (&Asked, &Difference),
        at: Timestamp,
    ) -> Result<(), Error> {
        let (id, actor) = (Uuid::now_v7().to_string(), &asked.actor);
        let Difference { before, after } = difference;
        let values = params![
            &id,
            at.micros(),
            &actor.id,
            &actor.name,
            &asked.method,
            &asked.path,
            &asked.body,
            before.as_deref(),
            after.as_deref()
        ];
        tx.execute(self.insert, values).map(drop)
    }

    /// At most `limit` changes before the one of this id, the newest first; of what lies at `path` or under it, if it is given.
    ///
    /// # Errors
    /// As above.
    pub fn list(
        &self,
        tx: &mut Tx<'_>,
        (before, path): (&str, Option<&str>),
        limit: i64,
    ) -> Result<Vec<Changed>, Error> {
        match path {
            None => tx.all(self.list, params![before, limit], changed),
            Some(path) => {
                let (from, to) = under(path);
                tx.all(self.list_of, params![before, limit, path, &from, &to], changed)
            }
        }
    }

    /// Empties what was asked about whatever lies at `path` or under it; of how many changes.
    ///
    /// # Errors
    /// As above.
    pub fn empty(&self, tx: &mut Tx<'_>, path: &str) -> Result<u64, Error> {
        let (from, to) = under(path);
        tx.execute(self.empty, params![path, &from, &to])
    }
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
        difference: Difference { before: row.text_or_null(7)?, after: row.text_or_null(8)? },
    })
}
