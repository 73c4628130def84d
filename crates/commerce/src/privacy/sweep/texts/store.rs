//! What was written for others, as JSON: outbox rows, and answers that a repeated request gets again. All rows are looked at, page
//! by page; a few thousand of some days.

use kassa_db::{Db, Error, Row, Tx, params};
use kassa_model::{Names, PartitionBy, blank};
use serde_json::Value;

use super::super::super::found::Found;
use crate::outbox::MoneyRecord;
use crate::stored::{from_json, to_json};

/// Rows of a page.
const PAGE: i64 = 500;
/// Rows of a transaction.
const SOME: usize = 50;

const OUTBOX: &str = "SELECT id, order_id, body, money FROM outbox WHERE id > $1 ORDER BY id LIMIT $2";
const OUTBOX_ROW: &str = "SELECT id, order_id, body, money FROM outbox WHERE id = $1";
const SET_OUTBOX: &str = "UPDATE outbox SET body = $2, money = $3 WHERE id = $1";
const ANSWERS: &str = "SELECT scope, key, order_id, body, headers FROM idempotency WHERE (scope, key) > ($1, $2) \
     ORDER BY scope, key LIMIT $3";
const ANSWER: &str =
    "SELECT scope, key, order_id, body, headers FROM idempotency WHERE scope = $1 AND key = $2";
const SET_ANSWER: &str = "UPDATE idempotency SET body = $3 WHERE scope = $1 AND key = $2";
const LEAVE_ANSWER: &str = "DELETE FROM idempotency WHERE scope = $1 AND key = $2";

#[cfg(test)]
pub(in crate::privacy) const ALL: &[&str] =
    &[OUTBOX, OUTBOX_ROW, SET_OUTBOX, ANSWERS, ANSWER, SET_ANSWER, LEAVE_ANSWER];

/// A row of the outbox.
struct Told {
    id: i64,
    order_id: Option<String>,
    body: String,
    money: Option<String>,
}

/// Empties outbox rows; how many.
pub(in crate::privacy) async fn outbox(db: &Db, found: &Found, by: PartitionBy) -> Result<u64, Error> {
    let (mut after, mut changed) = (0, 0);
    loop {
        let page = db.read(move |tx| tx.all(OUTBOX, params![after, PAGE], told)).await?;
        let Some(last) = page.last() else { return Ok(changed) };
        after = last.id;
        let theirs: Vec<i64> = page
            .iter()
            .filter(|row| row.order_id.as_ref().is_some_and(|order| found.orders.contains(order)))
            .map(|row| row.id)
            .collect();
        for some in theirs.chunks(SOME) {
            let (some, found) = (some.to_vec(), found.clone());
            changed += db.write(move |tx| empty_outbox(tx, &some, &found, by)).await?;
        }
    }
}

fn empty_outbox(tx: &mut Tx<'_>, ids: &[i64], found: &Found, by: PartitionBy) -> Result<u64, Error> {
    let mut changed = 0;
    for id in ids {
        let Some(row) = tx.first(OUTBOX_ROW, params![*id], told)? else { continue };
        let mut body: Value = from_json(&row.body)?;
        let blanked = blank(&mut body, found);
        let money = row.money.as_deref().map(|money| nobodys(money, by)).transpose()?;
        if blanked || money != row.money {
            let body = if blanked { to_json(&body)? } else { row.body };
            changed += tx.execute(SET_OUTBOX, params![*id, &body, money.as_deref()])?;
        }
    }
    Ok(changed)
}

/// A record of money that belongs to no visit.
fn nobodys(money: &str, by: PartitionBy) -> Result<String, Error> {
    let money: MoneyRecord = from_json(money)?;
    let context = money.context.emptied(by);
    to_json(&MoneyRecord { context, ..money })
}

fn told(row: &Row<'_>) -> Result<Told, Error> {
    Ok(Told {
        id: row.int(0)?,
        order_id: row.text_or_null(1)?,
        body: row.text(2)?,
        money: row.text_or_null(3)?,
    })
}

/// A stored answer.
struct Stored {
    scope: String,
    key: String,
    order_id: Option<String>,
    body: String,
    headers: String,
}

impl Stored {
    /// Whether it may say something of the person.
    fn is_of(&self, found: &Found) -> bool {
        self.order_id.as_ref().is_some_and(|order| found.orders.contains(order))
            || found.has_email_in(&self.key)
            || found.is_addressed_in(&self.body)
            || found.is_addressed_in(&self.headers)
    }
}

/// Empties stored answers, and removes those whose key or headers name the person; how many.
pub(in crate::privacy) async fn answers(db: &Db, found: &Found) -> Result<u64, Error> {
    let (mut after, mut changed) = ((String::new(), String::new()), 0);
    loop {
        let (scope, key) = after;
        let read = move |tx: &mut Tx<'_>| tx.all(ANSWERS, params![&scope, &key, PAGE], stored);
        let page = db.read(read).await?;
        let Some(last) = page.last() else { return Ok(changed) };
        after = (last.scope.clone(), last.key.clone());
        let theirs: Vec<(String, String)> =
            page.into_iter().filter(|row| row.is_of(found)).map(|row| (row.scope, row.key)).collect();
        for some in theirs.chunks(SOME) {
            let (some, found) = (some.to_vec(), found.clone());
            changed += db.write(move |tx| empty_answers(tx, &some, &found)).await?;
        }
    }
}

fn empty_answers(tx: &mut Tx<'_>, keys: &[(String, String)], found: &Found) -> Result<u64, Error> {
    let mut changed = 0;
    for (scope, key) in keys {
        let Some(row) = tx.first(ANSWER, params![scope, key], stored)? else { continue };
        let value = serde_json::from_str::<Value>(&row.body);
        let is_named = found.has_email_in(&row.key) || found.has_email_in(&row.headers);
        changed += match value {
            Ok(mut value) if !is_named => match blank(&mut value, found) {
                true => tx.execute(SET_ANSWER, params![scope, key, &to_json(&value)?])?,
                false => 0,
            },
            Err(_) if !is_named && !found.has_email_in(&row.body) => 0,
            _ => tx.execute(LEAVE_ANSWER, params![scope, key])?,
        };
    }
    Ok(changed)
}

fn stored(row: &Row<'_>) -> Result<Stored, Error> {
    let (scope, key) = (row.text(0)?, row.text(1)?);
    Ok(Stored { scope, key, order_id: row.text_or_null(2)?, body: row.text(3)?, headers: row.text(4)? })
}
