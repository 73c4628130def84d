//! Invariant 4: a client reference names an order that knows it, and a key that came to a failed order names that; a
//! stored answer names its order.

use kassa_db::{Error, Tx, params};
use serde_json::Value;

use super::report::Invariant;
use super::sorted::Sorted;
use super::store::PAGE;
use super::terms::{Step, Terms};

/// A client reference and the order that it stands for.
#[derive(Clone)]
struct Reference {
    scope: String,
    reference: String,
    order_id: String,
    of_order: Option<(String, Option<String>)>,
}

/// A stored answer and the order that it is about.
#[derive(Clone)]
struct Stored {
    scope: String,
    key: String,
    state: String,
    status: i64,
    body: String,
    order_id: Option<String>,
    order: Option<(i64, String)>,
    created_at: i64,
}

/// Judges client references.
pub(super) fn judge_references(tx: &mut Tx<'_>, terms: &Terms, four: &mut Invariant) -> Result<(), Error> {
    let (mut rows, mut done) = (Sorted::new(references), 0_u64);
    while let Some(Reference { scope, reference, order_id, of_order }) = rows.next(tx)? {
        let name = || format!("{scope} {reference}");
        match of_order {
            None => four.violated(name(), format!("it stands for order {order_id}, which is not there")),
            Some((of, Some(said))) if of == scope && said == reference => {}
            Some(_) => four.violated(name(), format!("it stands for order {order_id}, which has another")),
        }
        done += 1;
        if done.is_multiple_of(1_000) {
            terms.tell(Step::Keys, done, None);
        }
    }
    terms.tell(Step::Keys, done, None);
    Ok(())
}

/// Judges keys whose references have gone from failed orders to later ones.
pub(super) fn judge_failed(tx: &mut Tx<'_>, four: &mut Invariant) -> Result<(), Error> {
    let mut rows = Sorted::new(failed_references);
    while let Some(([scope, key, reference], order_id, order)) = rows.next(tx)? {
        four.checked += 1;
        let expected = [Some("failed"), Some(scope.as_str()), Some(reference.as_str())];
        if order.each_ref().map(Option::as_deref) != expected {
            let what = format!("it came to order {order_id}, which has not failed under {reference}");
            four.violated(format!("{scope} {key}"), what);
        }
    }
    Ok(())
}

/// Scope, key and reference, the order that they came to, and what that is: status, scope and reference.
type FailedReference = ([String; 3], String, [Option<String>; 3]);

fn failed_references(
    tx: &mut Tx<'_>,
    after: Option<&FailedReference>,
) -> Result<Vec<FailedReference>, Error> {
    let sql = "SELECT f.scope, f.key, f.reference, f.order_id, o.status, o.scope, o.client_reference \
               FROM failed_references f LEFT JOIN orders o ON o.id = f.order_id \
               WHERE (f.scope, f.key, f.reference) > ($1, $2, $3) \
               ORDER BY f.scope, f.key, f.reference LIMIT $4";
    let [scope, key, reference] = after.map_or([""; 3], |(name, ..)| name.each_ref().map(String::as_str));
    tx.all(sql, params![scope, key, reference, PAGE], |row| {
        let order = [row.text_or_null(4)?, row.text_or_null(5)?, row.text_or_null(6)?];
        Ok(([row.text(0)?, row.text(1)?, row.text(2)?], row.text(3)?, order))
    })
}

fn references(tx: &mut Tx<'_>, after: Option<&Reference>) -> Result<Vec<Reference>, Error> {
    let sql = "SELECT r.scope, r.reference, r.order_id, o.scope, o.client_reference FROM client_references r \
               LEFT JOIN orders o ON o.id = r.order_id WHERE (r.scope, r.reference) > ($1, $2) \
               ORDER BY r.scope, r.reference LIMIT $3";
    let (scope, reference) = after.map_or(("", ""), |row| (row.scope.as_str(), row.reference.as_str()));
    tx.all(sql, params![scope, reference, PAGE], |row| {
        let reference = row.text_or_null(4)?;
        Ok(Reference {
            scope: row.text(0)?,
            reference: row.text(1)?,
            order_id: row.text(2)?,
            of_order: row.text_or_null(3)?.map(|scope| (scope, reference)),
        })
    })
}

/// Judges stored answers, and (invariant 7) those that are still missing.
pub(super) fn judge_answers(
    tx: &mut Tx<'_>,
    terms: &Terms,
    (four, seven): (&mut Invariant, &mut Invariant),
) -> Result<(), Error> {
    let mut rows = Sorted::new(answers);
    while let Some(stored) = rows.next(tx)? {
        let about = || format!("{} {}", stored.scope, stored.key);
        four.checked += 1;
        if let Some(flaw) = flaw(&stored) {
            four.violated(about(), flaw);
        }
        if stored.state == "running" {
            let what = |seconds| format!("the request with this key has run for {seconds} s");
            seven.waits(terms.age(stored.created_at), about(), what);
        }
        if four.checked.is_multiple_of(1_000) {
            terms.tell(Step::Keys, four.checked, None);
        }
    }
    terms.tell(Step::Keys, four.checked, None);
    Ok(())
}

fn answers(tx: &mut Tx<'_>, after: Option<&Stored>) -> Result<Vec<Stored>, Error> {
    let sql = "SELECT i.scope, i.key, i.state, i.status, i.body, i.order_id, o.number, o.status, i.created_at \
               FROM idempotency i LEFT JOIN orders o ON o.id = i.order_id WHERE (i.scope, i.key) > ($1, $2) \
               ORDER BY i.scope, i.key LIMIT $3";
    let (scope, key) = after.map_or(("", ""), |row| (row.scope.as_str(), row.key.as_str()));
    tx.all(sql, params![scope, key, PAGE], |row| {
        let status = row.text_or_null(7)?;
        Ok(Stored {
            scope: row.text(0)?,
            key: row.text(1)?,
            state: row.text(2)?,
            status: row.int(3)?,
            body: row.text(4)?,
            order_id: row.text_or_null(5)?,
            order: row.int_or_null(6)?.zip(status),
            created_at: row.int(8)?,
        })
    })
}

fn flaw(stored: &Stored) -> Option<String> {
    let status = stored.status;
    if stored.state == "done" && !crate::idempotency::is_kept(u16::try_from(status).unwrap_or(0)) {
        return Some(format!("an answer of status {status} is kept"));
    }
    let id = stored.order_id.as_ref()?;
    let Some((number, order)) = &stored.order else {
        return Some(format!("its answer is about order {id}, which is not there"));
    };
    let named = names(&stored.body, id, *number);
    match (status, order.as_str()) {
        // The refusals of edits and of the old dialects name no order: they say nothing about it.
        (404 | 422, _) if !named => None,
        (404 | 422, other) if other != "failed" => {
            Some(format!("it is answered as refused, and order {id} is {other}"))
        }
        (200..=299, _) if !named => Some(format!("its answer does not name order {id}")),
        (201, "failed") => Some(format!("it is answered as placed, and order {id} has failed")),
        _ => None,
    }
}

/// Whether a body speaks of the order: its UUID, or, as the old dialects do, its number.
fn names(body: &str, id: &str, number: i64) -> bool {
    body.contains(id) || serde_json::from_str(body).is_ok_and(|body: Value| has_number(&body, number))
}

/// Members that name an order. Any other number is none: of 422 orders, one has the number of every refusal's status.
const NAMING: [&str; 4] = ["id", "number", "orderId", "order_id"];

fn has_number(value: &Value, number: i64) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| has_number(item, number)),
        Value::Object(fields) => fields.iter().any(|(name, field)| match field {
            Value::Number(found) => NAMING.contains(&name.as_str()) && found.as_i64() == Some(number),
            Value::String(text) => NAMING.contains(&name.as_str()) && *text == number.to_string(),
            field => has_number(field, number),
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_or_an_amount_is_no_orders_number() {
        let stored = |number: i64, status: i64, body: &str| Stored {
            scope: "open".to_owned(),
            key: "k-1".to_owned(),
            state: "done".to_owned(),
            status,
            body: body.to_owned(),
            order_id: Some("0190-1".to_owned()),
            order: Some((number, "confirmed".to_owned())),
            created_at: 0,
        };
        let refusal =
            r#"{"type":"/errors/insufficient-stock","status":422,"items":[{"available":3,"requested":7}]}"#;
        for number in [422, 3, 7] {
            assert_eq!(flaw(&stored(number, 422, refusal)), None, "order {number}");
        }
        assert!(flaw(&stored(5, 422, r#"{"message":"out of stock","orderId":5}"#)).is_some());
        assert!(flaw(&stored(5, 422, r#"{"order":{"order_id":"5"}}"#)).is_some());
        assert!(flaw(&stored(5, 422, r#"{"order_id":"0190-1","status":422}"#)).is_some());
        assert_eq!(flaw(&stored(5, 201, r#"{"message":"ok","orderId":5,"total":1}"#)), None);
        assert!(flaw(&stored(5, 201, r#"{"message":"ok","total":5}"#)).is_some());
    }
}
