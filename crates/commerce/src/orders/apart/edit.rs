//! Edits of orders whose stock is apart: begun in one transaction, decided by a command, answered when that is known.

use std::sync::Arc;
use std::time::Instant;

use axum::response::{IntoResponse, Response};
use kassa_db::{Error, Tx};
use kassa_model::{Timestamp, failpoint};
use kassa_service::Problem;

use super::super::answer::{changed, edited, failed, looks, repeated};
use super::super::change;
use super::super::edited::EditAsk;
use super::super::error::EdgeError;
use super::super::sources::{orders, products};
use super::super::target::Target;
use super::accepted::{self, EditBegun, EditSettled};
use super::flow;
use crate::act::{Failed, Keyed};
use crate::catalog::Offer;
use crate::idempotency::{self, Begun, Outcome};
use crate::shop::Shop;
use crate::transport::commands::Command;

/// The first step of an edit, to be taken in a transaction.
pub(in crate::orders) struct FirstStep {
    ask: EditAsk,
    /// `None`: the products are in the same database.
    offers: Option<Vec<Offer>>,
    now: Timestamp,
}

impl FirstStep {
    /// Begins the edit of this order.
    pub(in crate::orders) fn take(&self, tx: &mut Tx<'_>, target: &Target) -> Result<EditBegun, EdgeError> {
        let offers = change::offers(tx, &self.ask.items, self.offers.as_deref())?;
        accepted::begin_edit(tx, target, &self.ask, &offers, self.now)
    }
}

/// Both steps of an edit that arrived at `begun`: `begin` is the first transaction, and gives the order with the command that
/// decides the edit, or what it has come to already.
pub(in crate::orders) async fn two_steps<T, E>(
    shop: &Arc<Shop>,
    ask: EditAsk,
    begun: Instant,
    mut begin: impl FnMut(&mut Tx<'_>, &FirstStep) -> Result<Begun<(String, Command), T>, E> + Send + 'static,
) -> Result<Begun<EditSettled, T>, E>
where
    T: Send + 'static,
    E: From<Problem> + From<Error> + Send + 'static,
{
    flow::reachable(shop)?;
    let offers = products(shop, &ask.items).await?;
    let first = FirstStep { ask, offers, now: shop.now() };
    match orders(shop)?.write(move |tx| begin(tx, &first)).await? {
        Begun::Answered(answer) => Ok(Begun::Answered(answer)),
        Begun::Open(command) => {
            failpoint::hit("orders.after_commit");
            Ok(Begun::Open(flow::settle_edit(shop, command, begun).await?))
        }
    }
}

/// Edits the order, with a record of its key that opens in the first transaction. A repeat with the key of an edit gets that
/// edit's answer, or 409 `request-in-flight` while it has none.
pub(in crate::orders) async fn edit(
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
    let looked_at = target.id.clone();
    let key = keyed.clone().looking(move |tx| looks(tx, &looked_at));
    let (of, now) = (target.clone(), shop.now());
    let begin = move |tx: &mut Tx<'_>, first: &FirstStep| {
        idempotency::begin(tx, &key.request(), now, |tx| {
            if let Some(answer) = repeated(tx, &of)? {
                return Ok(Begun::Answered(answer));
            }
            // A refusal that is kept must leave nothing else behind.
            let before = looks(tx, &of.id)?;
            let begun = match tx.savepoint(|tx| first.take(tx, &of)) {
                Ok(EditBegun::Pending(command)) => Begun::Open((of.id.clone(), command)),
                Ok(EditBegun::Done(change)) => Begun::Answered(changed(&change)),
                Err(error) => return Ok::<_, Failed>(Begun::Answered(failed(error)?)),
            };
            key.write_down(tx, &before, now)?;
            Ok(begun)
        })
    };
    match two_steps(shop, ask, begun, begin).await? {
        Begun::Answered(outcome) => Ok(outcome.into_response()),
        Begun::Open(EditSettled::NotNow) => Err(flow::unreachable_now()),
        Begun::Open(EditSettled::Unknown) => match known(shop, &keyed, &target).await? {
            // The drain was faster.
            Some(Outcome::Replayed(answer)) => Ok(answer.into_response()),
            _ => Err(Problem::unavailable(
                "the edit waits for stock: send it again with the same key, or read the order",
                1,
            )),
        },
        Begun::Open(settled) => {
            edited(&id, &settled).map(IntoResponse::into_response).ok_or_else(Problem::internal)
        }
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
