//! What a client was answered, against the orders: nothing that was acknowledged is lost or doubled.
//!
//! A test client writes a line of JSON per key, with the last answer that it got:
//! ```json
//! {"key":"c1-17","status":201,"order_id":"0190…"}
//! {"key":"c1-18","status":202,"body":{"id":"0190…","number":7}}
//! {"key":"c1-19","status":422,"body":{"type":"/errors/insufficient-stock","order_id":"0190…"}}
//! {"key":"c1-20","status":0}
//! ```
//! `status` 0 stands for no answer at all: then nothing is promised. Without `order_id` the order is that of the body
//! (`order_id`, `orderId`, `id` or `order.id`), else that of the key as client reference.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use kassa_db::{Error, Tx, params};
use kassa_model::{MICROS_PER_SECOND, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::report::Invariant;

/// Scopes in which a key is looked for.
const SCOPES_MAX: usize = 100;

/// An answer as a client noted it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The idempotency key.
    pub key: String,
    /// The status; 0 for no answer.
    pub status: u16,
    /// The order's UUID or number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// The body, as JSON or as its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

/// Which order each key was answered with, in 16 bytes a key.
#[derive(Debug, Default)]
pub struct KeysSeen {
    hasher: RandomState,
    orders: HashMap<u64, u64>,
}

struct Found {
    id: String,
    status: String,
}

impl Answered {
    /// The order that the answer names.
    pub fn order(&self) -> Option<String> {
        if self.order_id.is_some() {
            return self.order_id.clone();
        }
        let parsed;
        let body = match self.body.as_ref()? {
            Value::String(text) => {
                parsed = serde_json::from_str::<Value>(text).ok()?;
                &parsed
            }
            body => body,
        };
        let places = [&body["order_id"], &body["orderId"], &body["id"], &body["order"]["id"]];
        places.into_iter().find_map(|place| match place {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    /// The answer without what is not needed to judge it.
    #[must_use]
    pub fn short(self) -> Self {
        Self { order_id: self.order(), body: None, ..self }
    }

    fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl KeysSeen {
    /// Notes the order of an answer; whether it is the only one of its key so far.
    pub fn agrees(&mut self, answered: &Answered) -> bool {
        let Some(order) = answered.order().filter(|_| answered.is_success()) else { return true };
        let (key, order) = (self.hasher.hash_one(&answered.key), self.hasher.hash_one(order));
        *self.orders.entry(key).or_insert(order) == order
    }
}

/// Judges answers: a part of invariant 5.
/// Orders that failed and were made at `left` or earlier may be gone.
pub(super) fn judge(tx: &mut Tx<'_>, answers: &[Answered], left: Timestamp) -> Result<Invariant, Error> {
    let mut five = Invariant::new(5);
    let mut gone = 0;
    let scopes = scopes(tx)?;
    for answered in answers {
        let refused = answered.status == 422;
        if !answered.is_success() && !refused {
            continue;
        }
        let named = answered.order();
        if refused && named.is_none() {
            continue;
        }
        five.checked += 1;
        let of_key = by_key(tx, &scopes, &answered.key)?;
        let found = match &named {
            Some(id) => by_name(tx, id)?,
            None => of_key.first().map(|id| by_name(tx, id)).transpose()?.flatten(),
        };
        let may_be_gone = (refused || answered.status == 202) && made_before(named.as_deref(), left);
        if found.is_none() && may_be_gone {
            five.checked -= 1;
            gone += 1;
            continue;
        }
        if let Some(flaw) = flaw(answered, found.as_ref(), &of_key) {
            five.violated(format!("key {}", answered.key), flaw);
        }
    }
    if gone > 0 {
        five.unchecked(format!(
            "{gone} answers are about orders so old that, if they failed, they have been removed"
        ));
    }
    Ok(five)
}

/// Whether the order of this name was made at `time` or earlier, as its UUID says.
fn made_before(name: Option<&str>, time: Timestamp) -> bool {
    let made = name.and_then(|name| uuid::Uuid::try_parse(name).ok()?.get_timestamp());
    made.is_some_and(|made| {
        let (seconds, nanos) = made.to_unix();
        let micros = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(MICROS_PER_SECOND);
        micros.saturating_add(i64::from(nanos / 1_000)) <= time.micros()
    })
}

fn flaw(answered: &Answered, found: Option<&Found>, of_key: &[String]) -> Option<String> {
    let status = answered.status;
    let Some(found) = found else {
        let named = answered.order().unwrap_or_else(|| "no order".to_owned());
        return Some(format!("it was answered {status} with {named}, and there is no such order"));
    };
    let Found { id, status: order } = found;
    if !of_key.is_empty() && !of_key.contains(id) {
        return Some(format!("it was answered with order {id} and stands for order {}", of_key[0]));
    }
    match (status, order.as_str()) {
        (200 | 201, "failed") => Some(format!("it was answered {status}, and order {id} has failed")),
        (422, other) if other != "failed" => Some(format!("it was refused, and order {id} is {other}")),
        _ => None,
    }
}

/// The order of a UUID, or of a number.
fn by_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<Found>, Error> {
    let read = |row: &kassa_db::Row<'_>| Ok(Found { id: row.text(0)?, status: row.text(1)? });
    match name.parse::<i64>() {
        Ok(number) => tx.first("SELECT id, status FROM orders WHERE number = $1", params![number], read),
        Err(_) => tx.first("SELECT id, status FROM orders WHERE id = $1", params![name], read),
    }
}

/// Every scope that has client references.
fn scopes(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let mut scopes: Vec<String> = Vec::new();
    while scopes.len() < SCOPES_MAX {
        let after = scopes.last().map_or("", String::as_str);
        let sql = "SELECT scope FROM client_references WHERE scope > $1 ORDER BY scope LIMIT 1";
        match tx.first(sql, params![after], |row| row.text(0))? {
            Some(scope) => scopes.push(scope),
            None => break,
        }
    }
    Ok(scopes)
}

/// The orders that a key stands for, one per scope that knows it.
fn by_key(tx: &mut Tx<'_>, scopes: &[String], key: &str) -> Result<Vec<String>, Error> {
    let sql = "SELECT order_id FROM client_references WHERE scope = $1 AND reference = $2";
    let mut found = Vec::new();
    for scope in scopes {
        found.extend(tx.first(sql, params![scope, key], |row| row.text(0))?);
    }
    Ok(found)
}
