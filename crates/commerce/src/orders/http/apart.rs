//! Edits of orders whose stock is apart: begun in one transaction, which also opens the record of their key; decided by a
//! command; answered when that is known.

use std::sync::Arc;
use std::time::Instant;

use axum::response::{IntoResponse, Response};
use kassa_db::Tx;
use kassa_model::failpoint;
use kassa_service::Problem;

use super::super::accepted::{EditBegun, begin_edit};
use super::super::submit::{orders, products};
use super::super::{EditAsk, Target, change};
use super::answer::{changed, edited, failed, repeated};
use crate::act::{Failed, Keyed};
use crate::idempotency::{self, Begun, Outcome};
use crate::transport::commands::Command;
use crate::transport::flow::{self, EditSettled};
use crate::transport::prices::Offer;
use crate::{Shop, problem_of};

/// Edits the order. A repeat with the key of an edit gets that edit's answer, or 409 `request-in-flight` while it has none.
pub(super) async fn edit(
    shop: &Arc<Shop>,
    keyed: Keyed,
    target: Target,
    ask: EditAsk,
) -> Result<Response, Problem> {
    let begun = Instant::now();
    let (id, target) = (target.id.clone(), Target { by: keyed.remembered(), ..target });
    // Before anything that may be out of reach just now.
    if let Some(outcome) = known(shop, &keyed, &target).await? {
        return Ok(outcome.into_response());
    }
    flow::reachable(shop)?;
    let offers = products(shop, &ask.items).await?;
    let command = match begin(shop, keyed.clone(), (target.clone(), ask), offers).await? {
        Begun::Open(command) => command,
        Begun::Answered(outcome) => return Ok(outcome.into_response()),
    };
    failpoint::hit("orders.after_commit");
    let settled = flow::settle_edit(shop, (id.clone(), command), begun).await;
    match settled.map_err(|error| problem_of(&error))? {
        EditSettled::NotNow => Err(flow::unreachable_now()),
        EditSettled::Unknown => match known(shop, &keyed, &target).await? {
            // The drain was faster.
            Some(Outcome::Replayed(answer)) => Ok(answer.into_response()),
            _ => Err(Problem::unavailable(
                "the edit waits for stock: send it again with the same key, or read the order",
                1,
            )),
        },
        settled => edited(&id, &settled).map(IntoResponse::into_response).ok_or_else(Problem::internal),
    }
}

/// What stands under the key, or what its request did to the order long ago.
async fn known(shop: &Shop, keyed: &Keyed, target: &Target) -> Result<Option<Outcome>, Problem> {
    if keyed.record().is_none() {
        return Ok(None);
    }
    let (keyed, target, now) = (keyed.clone(), target.clone(), shop.now());
    let found = orders(shop)?.read(move |tx| match idempotency::answered(tx, &keyed.request(), now)? {
        Some(outcome) => Ok(Some(outcome)),
        None => Ok::<_, Failed>(repeated(tx, &target)?.map(Outcome::Fresh)),
    });
    found.await.map_err(Problem::from)
}

/// Begins it; its command, or its answer.
async fn begin(
    shop: &Shop,
    keyed: Keyed,
    (target, ask): (Target, EditAsk),
    offers: Option<Vec<Offer>>,
) -> Result<Begun<Command>, Problem> {
    let now = shop.now();
    let op = move |tx: &mut Tx<'_>| {
        idempotency::begin(tx, &keyed.request(), now, |tx| {
            if let Some(answer) = repeated(tx, &target)? {
                return Ok(Begun::Answered(answer));
            }
            let offers = match &offers {
                Some(offers) => offers.clone(),
                None => change::offers(tx, &ask.items)?,
            };
            // A refusal that is kept must leave nothing else behind.
            match tx.savepoint(|tx| begin_edit(tx, &target, &ask, &offers, now)) {
                Ok(EditBegun::Pending(command)) => Ok(Begun::Open(command)),
                Ok(EditBegun::Done(change)) => Ok(Begun::Answered(changed(&change))),
                Err(error) => Ok::<_, Failed>(Begun::Answered(failed(error)?)),
            }
        })
    };
    orders(shop)?.write(op).await.map_err(Problem::from)
}
