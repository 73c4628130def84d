//! A product as it is shown: with its variants and what is there of them.

use axum::http::StatusCode;
use axum::http::header::ETAG;
use kassa_db::{Error, Tx};
use kassa_service::Problem;

use super::super::image::{self, Picture};
use super::super::image_url::Elsewhere;
use super::super::product::Product;
use super::super::variant::{self, Variant};
use super::super::view::{self, ProductView, Sight, StockBySku};
use super::named::catalog;
use crate::idempotency::Answer;
use crate::inventory::{self, Stock};
use crate::refuse;
use crate::shop::Shop;

/// A product, its pictures, the variants that are sold, and their stock as far as it is known.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) product: Product,
    pub(super) variants: Vec<Variant>,
    pub(super) images: Vec<Picture>,
    pub(super) stock: StockBySku,
}

impl Shown {
    /// In the transaction that has read or changed the product; without stock where that is elsewhere.
    pub(super) fn read(tx: &mut Tx<'_>, product: Product, stock_is_here: bool) -> Result<Self, Error> {
        let mut variants = variant::store::of_product(tx, product.id)?;
        variants.retain(Variant::is_sold);
        let stock = if stock_is_here { stock_of(tx, &tracked(&variants))? } else { Vec::new() };
        let images = image::store::of(tx, &product)?;
        Ok(Self { product, variants, images, stock: view::by_sku(stock) })
    }

    pub(super) fn view(&self, sees: (Sight, Elsewhere<'_>)) -> ProductView<'_> {
        ProductView::whole(&self.product, (&self.variants, &self.images), &self.stock, sees)
    }

    pub(super) fn etag(&self) -> String {
        view::etag(&self.product, &self.variants, &self.stock)
    }

    /// The answer to who has changed it.
    pub(super) fn answer(&self, status: StatusCode) -> Answer {
        Answer::json(status, &self.view((Sight::Full, Elsewhere::All))).header(ETAG.as_str(), &self.etag())
    }

    /// The SKUs of all variants that are sold.
    pub(super) fn skus(&self) -> Vec<&str> {
        self.variants.iter().map(|variant| variant.sku.as_str()).collect()
    }

    /// Those that have a stock.
    pub(super) fn tracked(&self) -> Vec<String> {
        tracked(&self.variants)
    }
}

fn tracked(variants: &[Variant]) -> Vec<String> {
    variants.iter().filter(|variant| variant.track_stock).map(|variant| variant.sku.clone()).collect()
}

fn stock_of(tx: &mut Tx<'_>, skus: &[String]) -> Result<Vec<Stock>, Error> {
    match skus {
        [sku] => Ok(inventory::store::by_sku(tx, sku)?.into_iter().collect()),
        _ => inventory::store::by_skus(tx, &skus.iter().map(String::as_str).collect::<Vec<_>>()),
    }
}

/// What is found, with the stock of the SKUs that `skus` names in it: one snapshot where both are in one database. Where stock is
/// elsewhere and cannot be had, there is none.
pub(super) async fn read_with<T: Send + 'static>(
    shop: &Shop,
    mut find: impl FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    skus: fn(&T) -> Vec<String>,
) -> Result<(T, StockBySku), Problem> {
    let together = shop.stock_is_with_catalog();
    let (found, mut stock) = refuse::read(catalog(shop)?, move |tx| {
        let found = find(tx)?;
        let stock = if together { stock_of(tx, &skus(&found))? } else { Vec::new() };
        Ok((found, stock))
    })
    .await?;
    if let Some(inventory) = shop.inventory.as_ref().filter(|_| !together) {
        let skus = skus(&found);
        stock = inventory.read(move |tx| stock_of(tx, &skus)).await.unwrap_or_default();
    }
    Ok((found, view::by_sku(stock)))
}
