//! The pictures of the demo's goods, uploaded while the shop runs already: making four widths of each takes a while.

use std::sync::Arc;

use anyhow::Context;
use kassa_commerce::Shop;
use kassa_commerce::catalog::store::by_skus;
use kassa_commerce::catalog::{self, Change, NewImage};
use kassa_db::Tx;
use kassa_model::Timestamp;
use kassa_service::Shutdown;

use super::goods::{GOODS, Good};
use super::traffic;

/// The files, drawn by web/pictures.
#[derive(rust_embed::RustEmbed)]
#[folder = "demo/pictures"]
pub(super) struct Drawn;

/// Gives each product of the demo that has no picture its pictures, one product after another, until all have them or the
/// shutdown comes; what it cut short is done at the next start. What fails is logged: a demo goes on without a picture.
pub(crate) async fn hang(shop: Arc<Shop>, shutdown: Shutdown) {
    for good in in_order() {
        let hung = tokio::select! {
            biased;
            () = shutdown.wait() => return,
            hung = hang_of(&shop, good) => hung,
        };
        if let Err(error) = hung {
            tracing::warn!(sku = good.sku, error = format!("{error:#}"), "the demo's pictures were refused");
        }
    }
    tracing::info!("the demo's products have their pictures");
}

/// What the first page shows comes first: what is bought most, then the newest.
fn in_order() -> impl Iterator<Item = &'static Good> {
    let is_bought = |good: &&Good| traffic::products().any(|(sku, _)| sku == good.sku);
    let newest = GOODS.products.iter().rev();
    newest.clone().filter(is_bought).chain(newest.filter(move |good| !is_bought(good)))
}

async fn hang_of(shop: &Shop, good: &'static Good) -> anyhow::Result<()> {
    let catalog = shop.catalog.as_ref().context("the catalogue is in another process")?;
    let assets = shop.options.assets.as_ref().context("there is no place for pictures")?;
    if !catalog.read(move |tx| lacks_pictures(tx, good)).await? {
        return Ok(());
    }
    let now = shop.now();
    let mut images = Vec::new();
    for picture in &good.pictures {
        let file = Drawn::get(&format!("{}.png", picture.file)).context("the picture is not there")?;
        let asset = assets.take(catalog, file.data.into_owned().into(), now).await?.asset();
        let variant_sku = picture.variant.clone();
        images.push(NewImage { id: asset.id, alt: picture.alt.clone(), variant_sku });
    }
    catalog.write(move |tx| give(tx, good, (&images, now))).await?;
    shop.products_changed(good.skus());
    Ok(())
}

fn lacks_pictures(tx: &mut Tx<'_>, good: &Good) -> Result<bool, kassa_db::Error> {
    Ok(by_skus(tx, &[&good.sku])?.iter().any(|product| product.picture.is_none()))
}

/// Pictures of variants that an older demo does not have are left out.
fn give(tx: &mut Tx<'_>, good: &Good, (images, now): (&[NewImage], Timestamp)) -> Result<(), catalog::Error> {
    let known = by_skus(tx, &good.skus())?;
    let Some(product) = known.iter().find(|product| product.sku == good.sku) else { return Ok(()) };
    let is_sold = |sku: &String| known.iter().any(|product| product.sku == *sku);
    let images = images.iter().filter(|image| image.variant_sku.as_ref().is_none_or(is_sold));
    let change = Change { images: Some(images.cloned().collect()), ..Change::default() };
    catalog::update(tx, product.id, None, &change, now).map(drop)
}
