//! Edges of orders that are named by their number: the same as the native API's, for dialects whose clients know neither
//! UUIDs nor keys.

use std::sync::Arc;
use std::time::Instant;

use kassa_db::Tx;
use kassa_model::failpoint;
use kassa_service::Problem;

use super::apart::accepted::{EditBegun, EditSettled};
use super::apart::edit::{FirstStep, two_steps};
use super::apart::flow;
use super::edges::{CancelledStock, Change};
use super::edited::{EditAsk, Prices};
use super::error::EdgeError;
use super::lines::Items;
use super::order::{Order, StockPlace};
use super::sources::{orders, products, stock_place, tell_changed};
use super::target::Target;
use super::{change, store};
use crate::idempotency::Begun;
use crate::shop::Shop;

/// Why an order stays as it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotChanged {
    /// The rules of orders, or the database.
    #[error(transparent)]
    Edge(#[from] EdgeError),
    /// Prices or stock are out of reach.
    #[error("{}", .0.detail_text())]
    Unavailable(Box<Problem>),
}

impl From<Problem> for NotChanged {
    fn from(problem: Problem) -> Self {
        Self::Unavailable(Box::new(problem))
    }
}

impl From<kassa_db::Error> for NotChanged {
    fn from(error: kassa_db::Error) -> Self {
        Self::Edge(error.into())
    }
}

/// Gives the order of this number up.
pub(crate) async fn cancel(shop: &Arc<Shop>, number: i64) -> Result<Order, NotChanged> {
    let (place, now) = (stock_place(shop), shop.now());
    carry_out(shop, number, place, move |tx, id| {
        change::cancel(tx, &Target::any(id), CancelledStock::Returned, place, now)
    })
    .await
}

/// Gives the order of this number other lines, all at today's prices: such clients reckon the total anew. Its customer gets another
/// name if there is one.
pub(crate) async fn edit(
    shop: &Arc<Shop>,
    number: i64,
    (items, customer_name): (Items, Option<String>),
) -> Result<Order, NotChanged> {
    let (place, now) = (stock_place(shop), shop.now());
    let ask = EditAsk { items, prices: Prices::Today, customer_name };
    match place {
        StockPlace::SameDatabase => {
            let offers = products(shop, &ask.items).await?;
            carry_out(shop, number, place, move |tx, id| {
                change::edit(tx, &Target::any(id), &ask, offers.as_deref(), now)
            })
            .await
        }
        StockPlace::Apart => edit_apart(shop, number, ask).await,
    }
}

fn id_of(tx: &mut Tx<'_>, number: i64) -> Result<String, EdgeError> {
    let order = store::by_number(tx, number)?;
    order.map(|order| order.id).ok_or_else(|| EdgeError::Unknown(number.to_string()))
}

/// Carries an edge out, and tells the shop what stock it moved.
async fn carry_out(
    shop: &Shop,
    number: i64,
    place: StockPlace,
    mut edge: impl FnMut(&mut Tx<'_>, &str) -> Result<Change, EdgeError> + Send + 'static,
) -> Result<Order, NotChanged> {
    failpoint::hit("orders.before_write");
    let change = orders(shop)?
        .write(move |tx| {
            let id = id_of(tx, number)?;
            edge(tx, &id)
        })
        .await?;
    failpoint::hit("orders.after_commit");
    tell_changed(shop, &change, place);
    Ok(change.after)
}

/// Edits an order whose stock is apart.
async fn edit_apart(shop: &Arc<Shop>, number: i64, ask: EditAsk) -> Result<Order, NotChanged> {
    let begin = move |tx: &mut Tx<'_>, first: &FirstStep| {
        let id = id_of(tx, number)?;
        Ok::<_, NotChanged>(match first.take(tx, &Target::any(&id))? {
            EditBegun::Done(change) => Begun::Answered(change.after),
            EditBegun::Pending(command) => Begun::Open((id, command)),
        })
    };
    match two_steps(shop, ask, Instant::now(), begin).await? {
        Begun::Answered(order) => Ok(order),
        Begun::Open(EditSettled::Done(order)) => Ok(*order),
        Begun::Open(EditSettled::Refused(refusal)) => Err(EdgeError::Stock(refusal).into()),
        Begun::Open(EditSettled::NotNow) => Err(flow::unreachable_now().into()),
        Begun::Open(EditSettled::Unknown) => {
            Err(Problem::unavailable("the edit waits for stock; read the order again", 1).into())
        }
    }
}
