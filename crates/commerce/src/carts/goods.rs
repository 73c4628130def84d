//! What the lines of a cart name: products from the catalogue, and what is there of them from wherever stock is.

use std::collections::{BTreeSet, HashMap};

use kassa_db::{Error, Tx};
use kassa_service::Problem;

use super::ask::CartLine;
use crate::catalog::{self, Picture, Product, image};
use crate::refuse::{here, read};
use crate::shop::Shop;
use crate::transport::levels;

/// What can be bought under a SKU.
#[derive(Debug)]
pub(super) struct Good {
    /// The product as this variant sells it.
    pub(super) product: Product,
    /// How many are there; `None` where there is no stock of it, or nobody can say.
    pub(super) available: Option<i64>,
    /// Of the variant, or else of the product.
    pub(super) picture: Option<Picture>,
}

/// What buyers know of these lines, by SKU: one snapshot where products and stock are in one database.
pub(super) async fn goods_of(shop: &Shop, lines: &[CartLine]) -> Result<HashMap<String, Good>, Problem> {
    let skus: BTreeSet<String> = lines.iter().map(|line| line.sku.clone()).collect();
    let together = shop.stock_is_with_catalog();
    let (products, mut pictures, here) = read(here(&shop.catalog, "catalogue")?, move |tx| {
        let skus: Vec<&str> = skus.iter().map(String::as_str).collect();
        let mut products = catalog::store::by_skus(tx, &skus)?;
        products.retain(Product::is_sold);
        let pictures = pictures(tx, &products)?;
        let stock = if together { Some(levels::of(tx, &tracked(&products))?) } else { None };
        Ok((products, pictures, stock))
    })
    .await?;
    let stock = match here {
        Some(stock) => Some(stock),
        // Where it cannot be had, a cart is priced without.
        None => shop.stock.levels(tracked(&products)).await,
    };
    let good = |product: Product| {
        let known = stock.as_ref().filter(|_| product.track_stock);
        let available = known.map(|stock| stock.get(&product.sku).copied().unwrap_or(0));
        (product.sku.clone(), Good { picture: pictures.remove(&product.sku), product, available })
    };
    Ok(products.into_iter().map(good).collect())
}

fn tracked(products: &[Product]) -> Vec<String> {
    products.iter().filter(|product| product.track_stock).map(|product| product.sku.clone()).collect()
}

/// The pictures of these products, as their variants sell them, by SKU.
fn pictures(tx: &mut Tx<'_>, products: &[Product]) -> Result<HashMap<String, Picture>, Error> {
    let pictured = products.iter().filter(|product| product.picture.is_some());
    let skus: Vec<&str> = pictured.map(|product| product.sku.as_str()).collect();
    Ok(image::store::of_skus(tx, &skus)?.into_iter().collect())
}
