//! Where a process has orders, their stock and the products that they ask for, who makes their links, and who there is told of a change.

use kassa_db::{Db, Error};
use kassa_service::Problem;

use super::edges::Change;
use super::lines::Items;
use super::link::Links;
use super::order::StockPlace;
use crate::catalog::{Offer, prices};
use crate::inventory::LedgerKind;
use crate::refuse::{here, problem_of};
use crate::shop::Shop;

/// The products of `items`, where the transaction cannot read them itself: from the catalogue's own database, or from the
/// catalog role.
pub(super) async fn products(shop: &Shop, items: &Items) -> Result<Option<Vec<Offer>>, Problem> {
    if shop.catalog_is_with_orders() {
        return Ok(None);
    }
    match (&shop.catalog, &shop.remote_catalog) {
        (Some(db), _) => {
            let skus = items.skus().into_iter().map(str::to_owned).collect();
            prices::read(db, skus).await.map(Some).map_err(|error| problem_of(&error))
        }
        (None, Some(remote)) => {
            let offers = remote.by_skus(&items.skus()).await;
            offers.map(Some).map_err(|error| Problem::unavailable(error.to_string(), 2))
        }
        (None, None) => Err(Problem::unavailable("no catalogue is configured", 5)),
    }
}

/// Where orders take their stock just now.
pub(super) fn stock_place(shop: &Shop) -> StockPlace {
    if shop.stock.in_one_transaction() { StockPlace::SameDatabase } else { StockPlace::Apart }
}

/// The orders' database; the routes are there only where it is.
pub(super) fn orders(shop: &Shop) -> Result<&Db, Problem> {
    here(&shop.orders, "orders")
}

/// Makes the links of orders; the database is asked once.
pub(crate) async fn links(shop: &Shop) -> Result<&Links, Error> {
    let none = || Error::Invalid("this process has no orders".to_owned());
    let db = shop.orders.as_ref().ok_or_else(none)?;
    shop.order_links.get_or_try_init(async || Links::read(db, shop.now()).await).await
}

/// To be called after the commit of an edge: tells the relay of the row, and whoever waits for it of the stock that was moved or is to be.
pub(super) fn tell_changed(shop: &Shop, change: &Change, place: StockPlace) {
    shop.wake.wake();
    let back = if change.refund.is_some() { LedgerKind::Return } else { LedgerKind::Release };
    match place {
        StockPlace::SameDatabase => {
            shop.stock_moved(back, change.give_back.iter().map(|line| line.sku.as_str()));
            shop.stock_moved(LedgerKind::Deduct, change.deduct.iter().map(|line| line.sku.as_str()));
        }
        StockPlace::Apart if change.give_back.is_empty() && change.keep.is_empty() => {}
        StockPlace::Apart => shop.stock.backlog.wake(),
    }
}
