//! The prices that a variant has had. A row is written in the transaction that makes the variant or changes its price, and is
//! never changed.

pub(crate) mod store;

use kassa_db::{Error, Tx};
use kassa_model::{MICROS_PER_DAY, Money};

pub(crate) use store::{PriceChange, of_variant, record};

/// For how long before a reduction its lowest price is told (Directive (EU) 2019/2161, article 2): 30 days.
const LOWEST_OF_MICROS: i64 = 30 * MICROS_PER_DAY;

/// The lowest price of the 30 days before `last`, the newest price of a variant, if that is a reduction.
pub(crate) fn lowest_before(
    tx: &mut Tx<'_>,
    variant_id: i64,
    last: &PriceChange,
) -> Result<Option<Money>, Error> {
    let (Some(before), Money { amount_minor, currency }) = (last.before, last.price) else { return Ok(None) };
    if before.currency != currency || before.amount_minor <= amount_minor {
        return Ok(None);
    }
    let since = last.since.plus_micros(-LOWEST_OF_MICROS);
    let lowest = store::lowest(tx, (variant_id, last.id), currency, since)?;
    Ok(lowest.map(|amount_minor| Money { amount_minor, currency }))
}
