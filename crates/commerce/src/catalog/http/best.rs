//! What is bought most of late, and behind it the newest products where that is less than is asked for.

use std::sync::Arc;

use kassa_db::{Error, Tx};
use kassa_service::Problem;

use super::super::cache::{CacheKey, CachedAnswer};
use super::super::listing::store::{Listing, Sort, list};
use super::super::product::{Product, Status};
use super::super::store::by_ids;
use super::super::view::Sight;
use super::read::{answer_rows, elsewhere, tracked};
use super::shown::read_with;
use crate::page::Page;
use crate::shop::Shop;

/// What stands behind what was bought, where that is less than is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behind {
    Newest,
    Nothing,
}

/// At most `limit` products.
pub(super) async fn best(shop: &Shop, limit: i64, behind: Behind) -> Result<Arc<CachedAnswer>, Problem> {
    let asked = match behind {
        Behind::Newest => CacheKey::Best(limit),
        Behind::Nothing => CacheKey::Bought(limit),
    };
    if let Some(answer) = shop.products.get(&asked) {
        return Ok(answer);
    }
    let ticket = shop.products.ticket();
    let ids = match &shop.orders {
        Some(orders) => shop.best.ids(orders, shop.now()).await,
        None => Arc::default(),
    };
    let find = move |tx: &mut Tx<'_>| chosen(tx, &ids, limit, behind);
    let (products, stock) = read_with(shop, find, |products| tracked(products)).await?;
    let answer = answer_rows((&products, &stock, elsewhere(shop, Sight::Public)), Page::whole)?;
    shop.products.keep(asked, Arc::clone(&answer), ticket, &[]);
    Ok(answer)
}

fn chosen(tx: &mut Tx<'_>, ids: &[i64], limit: i64, behind: Behind) -> Result<Vec<Product>, Error> {
    let wanted = usize::try_from(limit).unwrap_or(0);
    let mut found = by_ids(tx, ids)?;
    found.retain(|product| product.status == Status::Active);
    found.sort_by_key(|product| ids.iter().position(|id| *id == product.id));
    found.truncate(wanted);
    if found.len() < wanted && behind == Behind::Newest {
        let newest = list(tx, &Listing::all(Sort::Newest, limit))?;
        for product in newest {
            if found.len() < wanted && found.iter().all(|known| known.id != product.id) {
                found.push(product);
            }
        }
    }
    Ok(found)
}
