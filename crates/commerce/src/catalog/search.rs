//! Searches: products that have, for each word that is looked for, a word that begins so, in any of the catalogue's orders.
//!
//! The lists of products that have a word are intersected; then what is in all of them is brought into the order that was asked
//! for: sorted if it is little, else found by going through the whole catalogue in that order. Products that buyers do not know
//! are in no list; they are found by looking at each.

pub(crate) mod lists;
mod order;
pub(crate) mod store;
pub(crate) mod suggest;

use std::sync::Arc;

use kassa_db::{Error, Tx};

use self::lists::{ListKey, Reading};
use self::order::Ordered;
use super::listing::store as rows;
use super::listing::store::Listing;
use super::product::{Product, Status};
use super::store::by_ids;
use super::words;
use crate::page::{CountAsked, Total};

/// Products that are read at once.
const READ_AT_ONCE: usize = 64;

/// A page of products, and how many there are of which it shows a page, if that is asked.
pub(crate) fn page(
    tx: &mut Tx<'_>,
    reading: &Reading,
    (listing, counting): (&Listing, CountAsked),
) -> Result<(Vec<Product>, Total), Error> {
    if listing.words.is_empty() || listing.status != Status::Active {
        let total = match counting {
            CountAsked::Yes => Total::counted(rows::count(tx, listing)?),
            CountAsked::No => Total::default(),
        };
        return Ok((rows::list(tx, listing)?, total));
    }
    let ids = matching(tx, reading, listing)?;
    let total = match counting {
        CountAsked::Yes => Total::counted(i64::try_from(ids.len()).unwrap_or(i64::MAX)),
        CountAsked::No => Total::default(),
    };
    let behind = usize::try_from(listing.skipped).is_ok_and(|skipped| skipped >= ids.len());
    Ok((if behind { Vec::new() } else { in_order(tx, &ids, listing)? }, total))
}

/// The ids of all products that are looked for, sorted.
fn matching(tx: &mut Tx<'_>, reading: &Reading, listing: &Listing) -> Result<Arc<[i64]>, Error> {
    let of_words = listing.words.iter().take(rows::WORDS_MAX).map(|word| ListKey::of_word(word));
    let of_category = listing.category.iter().map(|category| ListKey::Category(category.clone()));
    let mut lists = Vec::new();
    for key in of_words.chain(of_category) {
        let list = reading.list(tx, key)?;
        if list.is_empty() {
            return Ok(list);
        }
        lists.push(list);
    }
    lists.sort_by_key(|list| list.len());
    let both = |one: Arc<[i64]>, other: Arc<[i64]>| intersection(&one, &other).into();
    Ok(lists.into_iter().reduce(both).unwrap_or_default())
}

/// What is in both, which are sorted: each of the shorter is looked for in what is left of the longer.
fn intersection(one: &[i64], other: &[i64]) -> Vec<i64> {
    let (short, mut long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let mut both = Vec::new();
    for id in short {
        let mut step = 1;
        while step < long.len() && long[step] < *id {
            step *= 2;
        }
        let near = &long[..long.len().min(step + 1)];
        long = &long[near.partition_point(|other| other < id)..];
        if long.first() == Some(id) {
            both.push(*id);
        }
    }
    both
}

/// A page of these products in the order that is asked for.
fn in_order(tx: &mut Tx<'_>, ids: &[i64], listing: &Listing) -> Result<Vec<Product>, Error> {
    let wanted = usize::try_from(listing.limit).unwrap_or(0);
    let mut ordered = Ordered::new(tx, ids, listing)?;
    ordered.skip(tx, usize::try_from(listing.skipped).unwrap_or(0))?;
    let mut products: Vec<Product> = Vec::new();
    while products.len() < wanted {
        let next = ordered.next(tx, READ_AT_ONCE.min(wanted - products.len()))?;
        if next.is_empty() {
            break;
        }
        products.extend(read(tx, &next)?);
    }
    Ok(products)
}

/// The products of these ids in their order; one that has gone meanwhile is left out.
fn read(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<Product>, Error> {
    let mut found = by_ids(tx, ids)?;
    found.retain(|product| product.status == Status::Active);
    found.sort_by_key(|product| ids.iter().position(|id| *id == product.id));
    Ok(found)
}

impl ListKey {
    /// The list of what has a word that begins with `word`.
    fn of_word(word: &str) -> Self {
        let word = crate::text::fold(word);
        Self::Word(words::cut(&word).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::intersection;

    #[test]
    fn finds_what_is_in_both() {
        let check = |one: &[i64], other: &[i64], expected: &[i64]| {
            assert_eq!(intersection(one, other), expected, "{one:?} {other:?}");
            assert_eq!(intersection(other, one), expected, "{other:?} {one:?}");
        };
        let all: Vec<i64> = (1..=1_000).collect();
        check(&[], &all, &[]);
        check(&all, &all, &all);
        check(&[0, 1, 17, 18, 999, 1_000, 1_001], &all, &[1, 17, 18, 999, 1_000]);
        check(&[2, 4, 6, 8], &[1, 2, 3, 5, 6, 9], &[2, 6]);
        check(&[5], &[5], &[5]);
        check(&[1, 9], &[2, 3, 4], &[]);
    }
}
