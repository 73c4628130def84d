//! Products that were written before they had slugs and words get them, when the database is brought up to date.

pub(crate) mod store;

use std::collections::BTreeSet;

use kassa_db::{Error, Tx};

use self::store::Filled;
use super::check::Folded;
use super::product::Product;
use super::{category, slug, whole};

/// Products that are filled in one transaction.
const AT_ONCE: i64 = 200;

/// How many products and categories were written before they had slugs and words.
pub(crate) fn unfilled(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(store::unfilled(tx)? + category::store::unfilled(tx)?)
}

/// Fills what is left of some of them; how many. One that somebody else writes meanwhile is filled by them.
pub(crate) fn fill_some(tx: &mut Tx<'_>) -> Result<i64, Error> {
    let categories = category::store::fill_some(tx, AT_ONCE)?;
    if categories > 0 {
        return Ok(categories);
    }
    let products = store::to_fill(tx, AT_ONCE)?;
    let filled = with_slugs(tx, &products)?;
    let written = store::fill(tx, &filled)?;
    let found = filled.iter().filter(|product| product.is_found && written.contains(&product.id));
    let mut words: Vec<(&str, i64)> =
        found.flat_map(|product| product.folded.words().into_iter().map(|word| (word, product.id))).collect();
    // Neighbours in the index are written together.
    words.sort_unstable();
    store::fill_words(tx, &words)?;
    Ok(i64::try_from(products.len()).unwrap_or(i64::MAX))
}

/// Each product with a slug that nothing else has.
fn with_slugs(tx: &mut Tx<'_>, products: &[Product]) -> Result<Vec<Filled>, Error> {
    let plain = |product: &Product| slug::of(&product.name);
    let likely = |product: &Product| [0, 1].map(|attempt| slug::choice(&plain(product), product.id, attempt));
    let asked: Vec<String> = products.iter().flat_map(likely).collect();
    let mut taken = store::taken(tx, &asked)?;
    let asked: BTreeSet<String> = asked.into_iter().collect();
    let mut filled = Vec::with_capacity(products.len());
    for product in products {
        let (plain, mut attempt) = (plain(product), 0);
        let slug = loop {
            let choice = slug::choice(&plain, product.id, attempt);
            // Few need more than what was asked for all of them at once.
            let is_free = asked.contains(&choice) || !whole::is_taken(tx, &choice)?;
            if is_free && taken.insert(choice.clone()) {
                break choice;
            }
            attempt += 1;
        };
        // A product from before has one variant.
        let folded = Folded::of(product, [product.sku.as_str()]);
        filled.push(Filled { id: product.id, slug, folded, is_found: whole::is_found(product) });
    }
    Ok(filled)
}
