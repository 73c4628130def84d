//! Orders of before that come in, and orders that go out.

use kassa_db::Tx;
use uuid::Uuid;

use super::at::At;
use super::batch::{Brought, Stop};
use crate::catalog;
use crate::idempotency::{self, Reference, Request};
use crate::orders::edges::Import;
use crate::orders::history::{self, HistoryError};
use crate::orders::history_body::Place;
use crate::orders::{Order, store};

pub(super) use crate::orders::history_body::HistoryBody;
pub(super) use crate::orders::history_told::page;

/// Brings an order in, unless there is one of its id or reference.
///
/// # Errors
/// [`Stop::Refused`] with what cannot be; nothing is written then once the savepoint ends.
pub(super) fn bring(tx: &mut Tx<'_>, body: HistoryBody, site: &str, at: At<'_>) -> Result<Brought, Stop> {
    let place = Place { site, batch: at.batch, line: at.line };
    let mut told = body.check(place).map_err(Stop::Refused)?;
    let order = &told.order;
    if store::by_id(tx, &order.id)?.is_some() || !claim(tx, order, at)? {
        return Ok(Brought::Same);
    }
    if at.knows_products {
        name_products(tx, &mut told.order)?;
    }
    let import = Import { batch: at.batch.to_owned(), at: at.now };
    let order = history::write(tx, (told.order, &told.details), &told.steps, &import)?;
    Ok(Brought::Made(order.id))
}

/// Takes back an order that a batch has made.
pub(super) fn undo(tx: &mut Tx<'_>, thing: &str, at: At<'_>) -> Result<(), Stop> {
    if Uuid::try_parse(thing).is_err() {
        return Ok(());
    }
    let import = Import { batch: at.batch.to_owned(), at: at.now };
    Ok(history::take_back(tx, thing, &import)?)
}

/// Claims the order's reference for ever; false where another order has it.
fn claim(tx: &mut Tx<'_>, order: &Order, at: At<'_>) -> Result<bool, kassa_db::Error> {
    let Some(reference) = &order.client_reference else { return Ok(true) };
    let request = Request { scope: &order.scope, key: None, fingerprint: at.batch };
    let claimed = idempotency::claim_reference(tx, &request, reference, (&order.id, at.now))?;
    Ok(matches!(claimed, Reference::Claimed))
}

/// Lines of what is in the catalogue say which product it is.
fn name_products(tx: &mut Tx<'_>, order: &mut Order) -> Result<(), kassa_db::Error> {
    let skus: Vec<&str> = order.lines.iter().map(|line| line.sku.as_str()).collect();
    let known = catalog::store::offers(tx, &skus)?;
    for line in &mut order.lines {
        line.product_id = known.iter().find(|offer| offer.sku == line.sku).map(|offer| offer.id);
    }
    Ok(())
}

impl From<HistoryError> for Stop {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Db(error) => Self::Db(error),
            refused => Self::Refused(refused.to_string()),
        }
    }
}
