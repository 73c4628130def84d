//! Edges of orders that are named by their number: the same as the native API's, for dialects whose clients know neither
//! UUIDs nor keys.

use std::sync::Arc;
use std::time::Instant;

use kassa_db::Tx;
use kassa_model::failpoint;
use kassa_service::Problem;

use super::accepted::{EditBegun, begin_edit};
use super::submit::{orders, products};
use super::{
    CancelledStock, Change, EdgeError, EditAsk, Items, Order, Prices, StockPlace, Target, change, store,
};
use crate::Shop;
use crate::inventory::LedgerKind;
use crate::transport::flow::{self, EditSettled};

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
///
/// # Errors
/// [`NotChanged`].
pub(crate) async fn cancel(shop: &Arc<Shop>, number: i64) -> Result<Order, NotChanged> {
    let (place, now) = (place(shop), shop.now());
    carry_out(shop, number, place, move |tx, id| {
        super::cancel(tx, &Target::any(id), CancelledStock::Returned, place, now)
    })
    .await
}

/// Gives the order of this number other lines, all at today's prices: such clients reckon the total anew. Its customer gets another
/// name if there is one.
///
/// # Errors
/// [`NotChanged`].
pub(crate) async fn edit(
    shop: &Arc<Shop>,
    number: i64,
    (items, customer_name): (Items, Option<String>),
) -> Result<Order, NotChanged> {
    let (place, now) = (place(shop), shop.now());
    let ask = EditAsk { items, prices: Prices::Today, customer_name };
    match place {
        StockPlace::SameDatabase => {
            let offers = products(shop, &ask.items).await?;
            carry_out(shop, number, place, move |tx, id| {
                super::edit(tx, &Target::any(id), &ask, offers.as_deref(), now)
            })
            .await
        }
        StockPlace::Apart => edit_apart(shop, number, ask).await,
    }
}

fn place(shop: &Shop) -> StockPlace {
    if shop.stock.in_one_transaction() { StockPlace::SameDatabase } else { StockPlace::Apart }
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
    shop.wake.wake();
    match place {
        StockPlace::SameDatabase => {
            shop.stock_moved(LedgerKind::Release, change.give_back.iter().map(|line| line.sku.as_str()));
            shop.stock_moved(LedgerKind::Deduct, change.deduct.iter().map(|line| line.sku.as_str()));
        }
        StockPlace::Apart if !change.give_back.is_empty() => flow::released(shop),
        StockPlace::Apart => {}
    }
    Ok(change.after)
}

/// Edits an order whose stock is apart: begun in one transaction, decided by a command.
async fn edit_apart(shop: &Arc<Shop>, number: i64, ask: EditAsk) -> Result<Order, NotChanged> {
    let begun = Instant::now();
    flow::reachable(shop)?;
    let (offers, now) = (products(shop, &ask.items).await?, shop.now());
    let (id, edit) = orders(shop)?
        .write(move |tx| {
            let id = id_of(tx, number)?;
            let offers = match &offers {
                Some(offers) => offers.clone(),
                None => change::offers(tx, &ask.items)?,
            };
            let edit = begin_edit(tx, &Target::any(&id), &ask, &offers, now)?;
            Ok::<_, EdgeError>((id, edit))
        })
        .await?;
    let command = match edit {
        EditBegun::Done(change) => return Ok(change.after),
        EditBegun::Pending(command) => command,
    };
    match flow::settle_edit(shop, (id, command), begun).await? {
        EditSettled::Done(order) => Ok(*order),
        EditSettled::Refused(refusal) => Err(EdgeError::Stock(refusal).into()),
        EditSettled::NotNow => Err(flow::unreachable_now().into()),
        EditSettled::Unknown => {
            Err(Problem::unavailable("the edit waits for stock; read the order again", 1).into())
        }
    }
}
