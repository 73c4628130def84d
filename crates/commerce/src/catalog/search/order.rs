//! Products that were found, one after another in the order that is asked for, from where the page begins.

use kassa_db::{Error, Tx};

use super::store::{self, Key, Way};
use crate::catalog::listing::store::{After, Listing, Sort};
use crate::text;

/// Up to so many are sorted; more are met by going through the catalogue in its order, of which they are then a good part.
const SORTED_MAX: usize = if cfg!(test) { 8 } else { 1_000 };
/// Ids that are held while others are left out.
const SKIPPED_AT_ONCE: usize = if cfg!(test) { 8 } else { 1_000 };

/// The ids that are left.
pub(super) enum Ordered<'a> {
    /// All of them.
    Sorted(Box<dyn Iterator<Item = i64> + 'a>),
    /// Those that are met on the way through the catalogue.
    Met(Walk<'a>),
}

/// A way through the catalogue in one of its orders.
pub(super) struct Walk<'a> {
    wanted: &'a [i64],
    way: Way,
    /// Where it goes on.
    place: Key,
    /// What was met and is not taken yet, the last first.
    met: Vec<i64>,
    is_over: bool,
}

impl<'a> Ordered<'a> {
    /// `ids` are sorted.
    pub(super) fn new(tx: &mut Tx<'_>, ids: &'a [i64], listing: &Listing) -> Result<Self, Error> {
        let way = match listing.sort {
            Sort::Newest | Sort::Oldest => return Ok(by_age(ids, listing)),
            Sort::Name => Way::Name,
            Sort::NameDown => Way::NameDown,
            Sort::Price => Way::Price,
            Sort::PriceDown => Way::PriceDown,
        };
        let start = if way.goes_down() { After::last() } else { After::first() };
        let place = key_of(listing.after.as_ref().unwrap_or(&start));
        if ids.len() > SORTED_MAX {
            return Ok(Self::Met(Walk { wanted: ids, way, place, met: Vec::new(), is_over: false }));
        }
        let mut keys = store::keys(tx, ids)?;
        keys.retain(|key| way.is_after(key, &place));
        keys.sort_by(|one, other| way.compare(one, other));
        Ok(Self::Sorted(Box::new(keys.into_iter().map(|key| key.id))))
    }

    /// At most `count` of them; none when it is over.
    pub(super) fn next(&mut self, tx: &mut Tx<'_>, count: usize) -> Result<Vec<i64>, Error> {
        match self {
            Self::Sorted(ids) => Ok(ids.by_ref().take(count).collect()),
            Self::Met(walk) => walk.next(tx, count),
        }
    }

    /// Leaves `count` of them out.
    pub(super) fn skip(&mut self, tx: &mut Tx<'_>, count: usize) -> Result<(), Error> {
        let mut left = count;
        while left > 0 {
            match self.next(tx, left.min(SKIPPED_AT_ONCE))?.len() {
                0 => break,
                skipped => left -= skipped,
            }
        }
        Ok(())
    }
}

fn by_age<'a>(ids: &'a [i64], listing: &Listing) -> Ordered<'a> {
    let after = listing.after.as_ref().map(|after| after.id);
    Ordered::Sorted(match listing.sort {
        Sort::Oldest => {
            let start = after.map_or(0, |after| ids.partition_point(|id| *id <= after));
            Box::new(ids[start..].iter().copied())
        }
        _ => {
            let end = after.map_or(ids.len(), |after| ids.partition_point(|id| *id < after));
            Box::new(ids[..end].iter().rev().copied())
        }
    })
}

fn key_of(after: &After) -> Key {
    Key { id: after.id, price_minor: after.price_minor, name: text::fold(&after.name) }
}

impl Walk<'_> {
    fn next(&mut self, tx: &mut Tx<'_>, count: usize) -> Result<Vec<i64>, Error> {
        while self.met.len() < count && !self.is_over {
            let keys = store::walk(tx, self.way, &self.place)?;
            match keys.last() {
                Some(last) => self.place = last.clone(),
                None => self.is_over = true,
            }
            let ids = keys.iter().map(|key| key.id);
            let met: Vec<i64> = ids.filter(|id| self.wanted.binary_search(id).is_ok()).collect();
            self.met.splice(0..0, met.into_iter().rev());
        }
        let left = self.met.len().saturating_sub(count);
        Ok(self.met.split_off(left).into_iter().rev().collect())
    }
}
