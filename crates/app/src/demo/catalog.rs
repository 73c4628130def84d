//! The demo's catalogue: categories and products, made once, with stock.

use std::sync::Arc;

use anyhow::Context;
use kassa_commerce::Shop;
use kassa_commerce::catalog::listing::store::is_empty;
use kassa_commerce::catalog::store::{by_ids, by_skus};
use kassa_commerce::catalog::{self, NewCategory};
use kassa_commerce::inventory::{self, LedgerKind, Movement};
use kassa_db::Tx;
use kassa_model::{Currency, Timestamp};

use super::goods::{GOODS, Good};

/// Fills an empty catalogue, and its stock; a catalogue of other products is left as it is. Doing it again changes
/// nothing, so that what a crash cut short is finished by the next start.
///
/// # Errors
/// The databases'.
pub(super) async fn fill(shop: &Arc<Shop>, now: Timestamp) -> anyhow::Result<()> {
    let catalog = shop.catalog.clone().context("the catalogue is in another process")?;
    let inventory = shop.inventory.clone().context("stock is in another process")?;
    let currency = shop.options.currency;
    let sold =
        catalog.write(move |tx| make(tx, currency, now)).await.context("cannot fill the demo's catalogue")?;
    let low_stock_at = shop.options.low_stock_at;
    let deliver = move |tx: &mut Tx<'_>| deliver(tx, &sold, (low_stock_at, now));
    inventory.write(deliver).await.context("cannot fill the demo's stock")
}

/// A delivery of each product of the demo that has run low, at most one a day: its reference says which day's.
///
/// # Errors
/// The database's.
pub(super) async fn restock(shop: &Arc<Shop>, now: Timestamp) -> anyhow::Result<()> {
    let inventory = shop.inventory.clone().context("stock is in another process")?;
    inventory.write(move |tx| restock_in(tx, now)).await.context("cannot fill the demo's stock up")
}

fn restock_in(tx: &mut Tx<'_>, now: Timestamp) -> anyhow::Result<()> {
    let goods: Vec<(&str, i64)> = GOODS.products.iter().flat_map(Good::delivery).collect();
    let skus: Vec<&str> = goods.iter().map(|(sku, _)| *sku).collect();
    let stocks = inventory::store::by_skus(tx, &skus)?;
    for stock in stocks.iter().filter(|stock| stock.is_low()) {
        let quantity = goods.iter().find(|(sku, _)| *sku == stock.sku).map_or(1, |(_, quantity)| *quantity);
        let reference = format!("demo/{}/{}", stock.sku, now.day());
        receive(tx, (&stock.sku, quantity), (reference, "the demo's next delivery"), now)?;
    }
    Ok(())
}

fn receive(
    tx: &mut Tx<'_>,
    (sku, quantity): (&str, i64),
    (reference, reason): (String, &str),
    now: Timestamp,
) -> anyhow::Result<()> {
    let (kind, reason) = (LedgerKind::Receive, Some(reason.to_owned()));
    let movement = Movement { reference, sku: sku.to_owned(), kind, quantity, reason };
    inventory::move_by_hand(tx, &movement, now)?;
    Ok(())
}

/// Whose products there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// The demo's, and what was added to them.
    Demo,
    /// Somebody's own.
    Owner,
    /// There are none.
    Nobody,
}

/// Tells by its first product, archived or not, whose the catalogue is.
///
/// # Errors
/// The database's.
pub(super) async fn whose(shop: &Arc<Shop>) -> anyhow::Result<Whose> {
    let catalog = shop.catalog.clone().context("the catalogue is in another process")?;
    catalog.read(whose_in).await.context("cannot read the catalogue")
}

fn whose_in(tx: &mut Tx<'_>) -> anyhow::Result<Whose> {
    let first = GOODS.products.first().map_or("", |good| good.sku.as_str());
    if !by_skus(tx, &[first])?.is_empty() {
        return Ok(Whose::Demo);
    }
    // Whoever has archived all products still has the first.
    let some = !is_empty(tx)? || !by_ids(tx, &[1])?.is_empty();
    Ok(if some { Whose::Owner } else { Whose::Nobody })
}

/// Makes the products of an empty catalogue; the SKUs of the demo that are sold, none where it is somebody's own.
fn make(tx: &mut Tx<'_>, currency: Currency, now: Timestamp) -> anyhow::Result<Vec<String>> {
    match whose_in(tx)? {
        Whose::Owner => return Ok(Vec::new()),
        Whose::Demo => {}
        Whose::Nobody => {
            make_shelves(tx, now)?;
            for good in &GOODS.products {
                catalog::create(tx, &good.product(currency), now)?;
            }
        }
    }
    let all: Vec<&str> = GOODS.products.iter().flat_map(Good::skus).collect();
    // A demo that an older version has made has fewer variants.
    Ok(by_skus(tx, &all)?.into_iter().map(|product| product.sku).collect())
}

fn make_shelves(tx: &mut Tx<'_>, now: Timestamp) -> anyhow::Result<()> {
    for (position, shelf) in (1_i64..).zip(&GOODS.categories) {
        let new = NewCategory { name: shelf.name.clone(), slug: None, parent_id: None, position };
        let parent_id = Some(catalog::create_category(tx, &new, now)?.id);
        for (position, name) in (1_i64..).zip(&shelf.children) {
            let new = NewCategory { name: name.clone(), slug: None, parent_id, position };
            catalog::create_category(tx, &new, now)?;
        }
    }
    Ok(())
}

/// The first delivery, once: its references say so.
fn deliver(tx: &mut Tx<'_>, sold: &[String], (low_stock_at, now): (i64, Timestamp)) -> anyhow::Result<()> {
    let goods = GOODS.products.iter().flat_map(Good::delivery);
    for (sku, quantity) in goods.filter(|(sku, _)| sold.iter().any(|known| known == sku)) {
        inventory::open(tx, sku, low_stock_at, now)?;
        receive(tx, (sku, quantity), (format!("demo/{sku}"), "the demo's first delivery"), now)?;
    }
    Ok(())
}
