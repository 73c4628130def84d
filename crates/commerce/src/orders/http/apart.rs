//! Edits of orders whose stock is apart: begun in one transaction, decided by a command, answered when that is known.

use std::sync::Arc;
use std::time::Instant;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kassa_db::Tx;
use kassa_model::Timestamp;
use kassa_service::Problem;

use super::super::accepted::{EditBegun, begin_edit};
use super::super::submit::{orders, products};
use super::super::view::Audience;
use super::super::{Items, change};
use super::answer::{changed, failed, refused};
use crate::act::{Failed, Keyed};
use crate::idempotency::{self, Answer, Outcome};
use crate::transport::flow::{self, EditSettled};
use crate::transport::prices::Offer;
use crate::{Shop, problem_of};

/// Edits the order. A repeat with the key of an edit that was answered gets that answer.
pub(super) async fn edit(
    shop: &Arc<Shop>,
    keyed: Keyed,
    id: String,
    items: Items,
) -> Result<Response, Problem> {
    let begun = Instant::now();
    flow::reachable(shop)?;
    let offers = products(shop, &items).await?;
    let reference = match begin(shop, keyed.clone(), (id.clone(), items), offers).await? {
        Begun::Pending(reference) => reference,
        Begun::Answered(outcome) => return Ok(outcome.into_response()),
    };
    let settled = flow::settle_edit(shop, (id.clone(), reference), begun).await;
    let answer = match settled.map_err(|error| problem_of(&error))? {
        EditSettled::Done(order) => {
            Answer::json(StatusCode::OK, &order.view(Audience::Shop)).about(&order.id)
        }
        EditSettled::Refused(refusal) => Answer::problem(&refused(&refusal)).about(&id),
        EditSettled::NotNow => return Err(flow::unreachable_now()),
        EditSettled::Unknown => {
            return Err(Problem::unavailable("the edit waits for stock; read the order again", 1));
        }
    };
    let now = shop.now();
    let kept = orders(shop)?.write(move |tx| keep(tx, &keyed, answer.clone(), now)).await;
    Ok(kept.map_err(|failed: Failed| Problem::from(failed))?.into_response())
}

/// How an edit begins.
enum Begun {
    /// Its command is under this reference.
    Pending(String),
    /// With its answer.
    Answered(Outcome),
}

async fn begin(
    shop: &Shop,
    keyed: Keyed,
    (id, items): (String, Items),
    offers: Option<Vec<Offer>>,
) -> Result<Begun, Problem> {
    let now = shop.now();
    let begun = orders(shop)?.write(move |tx| {
        if let Some(outcome) = idempotency::answered(tx, &keyed.request(), now)? {
            return Ok(Begun::Answered(outcome));
        }
        let offers = match &offers {
            Some(offers) => offers.clone(),
            None => change::offers(tx, &items)?,
        };
        let answer = match tx.savepoint(|tx| begin_edit(tx, &id, &items, &offers, now)) {
            Ok(EditBegun::Pending(reference)) => return Ok(Begun::Pending(reference)),
            Ok(EditBegun::Done(change)) => changed(&change),
            Err(error) => failed(error)?,
        };
        keep(tx, &keyed, answer, now).map(Begun::Answered)
    });
    begun.await.map_err(|failed: Failed| failed.into())
}

/// Keeps the answer with its key.
fn keep(tx: &mut Tx<'_>, keyed: &Keyed, answer: Answer, now: Timestamp) -> Result<Outcome, Failed> {
    idempotency::run(tx, &keyed.request(), now, |_| Ok(answer))
}
