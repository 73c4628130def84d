//! How an order must not be written: what `submit` does when a guard is taken away, as a negative control (see
//! `crate::sabotage`). No part of a release build.

use kassa_db::Db;
use kassa_model::Timestamp;

use super::answer::Shape;
use super::link::Links;
use super::place::{PlaceError, PlaceOrder, Placed, place};
use crate::idempotency::{self, Outcome, Request};
use crate::sabotage::{self, Sabotage};

/// Whether what makes a repeat harmless is written late.
pub(super) fn is_late() -> bool {
    sabotage::is(Sabotage::LateRecord)
}

/// Nothing makes a repeat harmless until after the order's commit.
pub(super) async fn write_late(
    db: &Db,
    (order, key): (PlaceOrder, Option<String>),
    (shape, links): (Shape, Links),
    now: Timestamp,
) -> Result<(Outcome, Option<Placed>), PlaceError> {
    let (scope, fingerprint) = (order.scope.clone(), order.fingerprint.clone());
    let (id, reference) = (order.id.clone(), order.client_reference.clone());
    let (record, of) = (key.clone(), (scope.clone(), fingerprint.clone()));
    let found = db.write(move |tx| {
        let request = Request { scope: &of.0, key: record.as_deref(), fingerprint: &of.1 };
        match idempotency::answered(tx, &request, now)? {
            Some(outcome) => Ok(Err(outcome)),
            None => place(tx, &order, now).map(Ok),
        }
    });
    let placed = match found.await? {
        Ok(placed) => placed,
        Err(outcome) => return Ok((outcome, None)),
    };
    let answer = shape(&placed, &links);
    let kept = db.write(move |tx| {
        let request = Request { scope: &scope, key: key.as_deref(), fingerprint: &fingerprint };
        idempotency::run(tx, &request, now, |tx| {
            if let Some(reference) = &reference {
                idempotency::claim_reference(tx, &request, reference, (&id, now))?;
            }
            Ok::<_, PlaceError>(answer.clone())
        })
    });
    Ok((kept.await?, Some(placed)))
}
