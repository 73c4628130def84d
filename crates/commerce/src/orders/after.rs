//! What a process is told after the commit of an edge.

use super::edges::Change;
use super::order::StockPlace;
use crate::inventory::LedgerKind;
use crate::shop::Shop;

/// Tells the relay of the row, and whoever waits for it of the stock that was moved or is to be.
pub(super) fn tell(shop: &Shop, change: &Change, place: StockPlace) {
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
