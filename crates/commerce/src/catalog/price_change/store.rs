//! The SQL of prices that variants have had.

use kassa_db::{Error, Row, Tx, params};
use kassa_model::{Currency, Money, Timestamp};

use crate::catalog::variant::Variant;

const INSERT: &str = "INSERT INTO price_change (variant_id, before_minor, before_currency, price_minor, currency, changed_at) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const OF_VARIANT: &str = "SELECT id, before_minor, before_currency, price_minor, currency, changed_at FROM price_change \
     WHERE variant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
/// Of what was charged from then until the row with this number: of the rows since, and of the last one before.
const LOWEST: &str = "SELECT MIN(price_minor) FROM price_change WHERE variant_id = $1 AND id < $2 AND currency = $3 \
     AND id >= COALESCE((SELECT MAX(id) FROM price_change WHERE variant_id = $1 AND id < $2 AND changed_at <= $4), 0)";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[INSERT, OF_VARIANT, LOWEST];

/// A price, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PriceChange {
    /// Its place in the history.
    pub(crate) id: i64,
    /// What the variant cost before; `None` where the history begins.
    pub(crate) before: Option<Money>,
    pub(crate) price: Money,
    pub(crate) since: Timestamp,
}

/// Writes down what a variant costs from `now` on.
pub(crate) fn record(
    tx: &mut Tx<'_>,
    variant: &Variant,
    before: Option<Money>,
    now: Timestamp,
) -> Result<(), Error> {
    let Money { amount_minor, currency } = variant.price;
    let (before_minor, before_currency) = before.map(|price| (price.amount_minor, price.currency)).unzip();
    let values = params![
        variant.id,
        before_minor,
        before_currency.as_ref().map(Currency::code),
        amount_minor,
        currency.code(),
        now.micros()
    ];
    tx.execute(INSERT, values).map(drop)
}

/// The prices of a variant, newest first: at most `limit` before the one with this number.
pub(crate) fn of_variant(
    tx: &mut Tx<'_>,
    variant_id: i64,
    before: i64,
    limit: i64,
) -> Result<Vec<PriceChange>, Error> {
    tx.all(OF_VARIANT, params![variant_id, before, limit], |row| {
        let before = match row.int_or_null(1)? {
            Some(minor) => Some(money(minor, &row.text(2)?)?),
            None => None,
        };
        Ok(PriceChange {
            id: row.int(0)?,
            before,
            price: money(row.int(3)?, &row.text(4)?)?,
            since: Timestamp::from_micros(row.int(5)?),
        })
    })
}

/// The lowest amount in this currency that a variant cost from `since` on until the price with this number.
pub(super) fn lowest(
    tx: &mut Tx<'_>,
    (variant_id, before): (i64, i64),
    currency: Currency,
    since: Timestamp,
) -> Result<Option<i64>, Error> {
    let values = params![variant_id, before, currency.code(), since.micros()];
    Ok(tx.first(LOWEST, values, |row: &Row<'_>| row.int_or_null(0))?.flatten())
}

fn money(amount_minor: i64, code: &str) -> Result<Money, Error> {
    let currency = code.parse().map_err(|_| Error::Invalid(format!("price_change: no currency {code}")))?;
    Ok(Money { amount_minor, currency })
}
