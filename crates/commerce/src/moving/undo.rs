//! A batch taken back, some of what it has made at a time, the last first.

use kassa_access::changes::Asked;
use kassa_db::Tx;
use kassa_service::Problem;
use serde::Serialize;

use super::at::At;
use super::batch::{Kind, Stop};
use super::run::{self, Into};
use super::{customers, orders, products, store};
use crate::act::Failed;

/// Things that are taken back in one transaction.
const AT_ONCE: i64 = 200;

/// How far it has come.
#[derive(Debug, Serialize)]
pub(super) struct Undone {
    pub(super) undone: usize,
    /// Nothing is left.
    pub(super) finished: bool,
}

/// Takes back what a batch has made last; with the last of it that is written down as a change.
pub(super) fn undo(tx: &mut Tx<'_>, id: &str, asked: Option<&Asked>, into: &Into) -> Result<Undone, Failed> {
    let batch = run::known(tx, id)?;
    if batch.undone_at.is_some() {
        return Ok(Undone { undone: 0, finished: true });
    }
    let things = store::things(tx, id, AT_ONCE)?;
    for (line, thing) in &things {
        match tx.savepoint(|tx| undo_thing(tx, (batch.kind, thing), into.at(id, *line))) {
            Ok(()) => {}
            Err(Stop::Refused(why)) => {
                return Err(Problem::conflict(format!("line {line}: {why}")).into());
            }
            Err(Stop::Db(error)) => return Err(error.into()),
        }
        store::forget(tx, id, *line)?;
    }
    let finished = things.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
    if finished {
        run::end(tx, &batch, asked, into.now)?;
    }
    Ok(Undone { undone: things.len(), finished })
}

fn undo_thing(tx: &mut Tx<'_>, (kind, thing): (Kind, &str), at: At<'_>) -> Result<(), Stop> {
    match kind {
        Kind::Products => products::undo(tx, thing, at.now),
        Kind::Customers => customers::undo(tx, thing, at.now),
        Kind::Orders => orders::undo(tx, thing, at),
        Kind::Events => Ok(()),
    }
}
