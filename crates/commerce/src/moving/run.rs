//! A file that is brought in: begun, and its lines, some at a time, each once however often they are sent.

use kassa_access::changes::{Asked, OF_SHOP};
use kassa_db::Tx;
use kassa_model::Timestamp;
use kassa_service::Problem;
use serde::Serialize;
use serde_json::Value;

use super::at::{At, StockIs};
use super::batch::{Batch, Brought, Counts, Kind, Refused, Stop, WHY_CHARS_MAX};
use super::body::{Begin, Line, Lines};
use super::{items, store};
use crate::act::Failed;
use crate::shop::ShopOptions;

/// What lines are brought into.
#[derive(Debug, Clone)]
pub(super) struct Into {
    pub(super) shop: ShopOptions,
    pub(super) stock: StockIs,
    /// Whether products are in the same database as orders.
    pub(super) knows_products: bool,
    pub(super) now: Timestamp,
}

impl Into {
    /// A line of a batch.
    pub(super) fn at<'a>(&self, batch: &'a str, line: i64) -> At<'a> {
        At { batch, line, now: self.now, stock: self.stock, knows_products: self.knows_products }
    }
}

/// What became of some lines.
#[derive(Debug, Serialize)]
pub(super) struct Taken {
    /// Up to which line the file is taken now; behind the last of these lines where they came before.
    done_to: i64,
    #[serde(flatten)]
    counts: Counts,
    refused_lines: Vec<Refused>,
}

impl Taken {
    pub(super) fn new(done_to: i64, counts: Counts, refused_lines: Vec<Refused>) -> Self {
        Self { done_to, counts, refused_lines }
    }

    pub(super) fn counts(&self) -> Counts {
        self.counts
    }
}

/// Why lines that are only looked at end their transaction.
pub(super) enum Looked {
    /// All were looked at.
    Seen(Taken),
    Db(kassa_db::Error),
}

impl From<kassa_db::Error> for Looked {
    fn from(error: kassa_db::Error) -> Self {
        Self::Db(error)
    }
}

/// The batch of a file: begun, or as far as it has come. One that was undone begins anew, and so does one whose lines are wanted
/// again.
pub(super) fn begin(tx: &mut Tx<'_>, ask: &Begin, now: Timestamp) -> Result<Batch, Failed> {
    let new = Batch::new(ask.kind, ask.file.clone(), ask.name.clone(), now);
    store::insert(tx, &new)?;
    let known = store::by_id(tx, &new.id)?.unwrap_or(new);
    if known.file != ask.file {
        let why = format!("another file has the id {} already", known.id);
        return Err(Problem::conflict(why).into());
    }
    if known.undone_at.is_some() || ask.again {
        store::begin_anew(tx, &known.id, now)?;
        return Ok(store::by_id(tx, &known.id)?.unwrap_or(known));
    }
    Ok(known)
}

/// Brings lines in, unless they were before; with the last ones the file is written down as a change.
pub(super) fn take(
    tx: &mut Tx<'_>,
    id: &str,
    (ask, asked): (&Lines, Option<&Asked>),
    into: &Into,
) -> Result<Taken, Failed> {
    let batch = known(tx, id)?;
    if batch.undone_at.is_some() {
        return Err(Problem::conflict(format!("{id} was undone: begin it anew")).into());
    }
    if !store::advance(tx, id, (ask.from, ask.to))? {
        let done_to = known(tx, id)?.done_to;
        return Ok(Taken { done_to, counts: Counts::default(), refused_lines: Vec::new() });
    }
    let (counts, refused_lines) = bring_all(tx, (&batch, &ask.lines), into)?;
    for line in &refused_lines {
        store::refuse(tx, &batch, line)?;
    }
    store::count(tx, id, counts)?;
    if ask.finished {
        finish(tx, id, asked, into.now)?;
    }
    Ok(Taken { done_to: ask.to, counts, refused_lines })
}

/// All lines of the file are taken: somebody has brought it in.
pub(super) fn finish(tx: &mut Tx<'_>, id: &str, asked: Option<&Asked>, now: Timestamp) -> Result<(), Failed> {
    store::finish(tx, id, now)?;
    let batch = known(tx, id)?;
    Ok(OF_SHOP.write_down(tx, asked, (&Value::Null, &batch.told()), now)?)
}

/// All that the file has made is gone: somebody has taken it back.
pub(super) fn end(
    tx: &mut Tx<'_>,
    batch: &Batch,
    asked: Option<&Asked>,
    now: Timestamp,
) -> Result<(), kassa_db::Error> {
    store::undone(tx, &batch.id, now)?;
    OF_SHOP.write_down(tx, asked, (&batch.told(), &Value::Null), now)
}

/// What would become of lines; nothing is written.
pub(super) fn look(tx: &mut Tx<'_>, (kind, lines): (Kind, &[Line]), into: &Into) -> Result<(), Looked> {
    let batch = Batch::new(kind, "0".repeat(64), String::new(), into.now);
    let (counts, refused_lines) = bring_all(tx, (&batch, lines), into)?;
    let done_to = lines.last().map_or(0, |line| line.line);
    // The error undoes what was written.
    Err(Looked::Seen(Taken { done_to, counts, refused_lines }))
}

/// The batch of this id.
pub(super) fn known(tx: &mut Tx<'_>, id: &str) -> Result<Batch, Failed> {
    store::by_id(tx, id)?.ok_or_else(|| unknown(id).into())
}

/// There is no such batch.
pub(super) fn unknown(id: &str) -> Problem {
    let shown: String = id.chars().take(64).collect();
    Problem::not_found(format!("no import {shown}"))
}

fn bring_all(
    tx: &mut Tx<'_>,
    (batch, lines): (&Batch, &[Line]),
    into: &Into,
) -> Result<(Counts, Vec<Refused>), kassa_db::Error> {
    let (mut counts, mut refused) = (Counts::default(), Vec::new());
    for line in lines {
        let brought = bring(tx, (batch, line), into)?;
        counts.count(&brought);
        match brought {
            Ok(Brought::Made(thing)) => store::made(tx, &batch.id, line.line, &thing)?,
            Ok(_) => {}
            Err(why) => refused.push(Refused { line: line.line, why }),
        }
    }
    Ok((counts, refused))
}

/// What a line comes to, or why to nothing.
fn bring(
    tx: &mut Tx<'_>,
    (batch, line): (&Batch, &Line),
    into: &Into,
) -> Result<Result<Brought, String>, kassa_db::Error> {
    let raw = match &line.item {
        Ok(raw) => raw,
        Err(why) => return Ok(Err(why.clone())),
    };
    let at = into.at(&batch.id, line.line);
    match tx.savepoint(|tx| items::bring(tx, (batch.kind, raw), &into.shop, at)) {
        Ok(brought) => Ok(Ok(brought)),
        Err(Stop::Refused(why)) => Ok(Err(why.chars().take(WHY_CHARS_MAX).collect())),
        Err(Stop::Db(kassa_db::Error::Nul)) => Ok(Err("it contains U+0000".to_owned())),
        Err(Stop::Db(error)) => Err(error),
    }
}
