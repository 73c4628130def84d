//! How an order gets its customer, and customers from before what searches see of them.

use kassa_db::{Error, Tx};

use super::customer::{Buyer, Customer, email_key};
use super::store;

/// Customers of whom it is written in one transaction what searches see.
const FOLDED_AT_ONCE: i64 = 400;

/// Finds or makes the customer of an order that is confirmed; their id, or `None` without an address. Again for the same order it
/// changes nothing.
pub(crate) fn of_order(tx: &mut Tx<'_>, buyer: &Buyer<'_>) -> Result<Option<String>, Error> {
    let Some(email) = buyer.email.map(str::trim).filter(|email| !email.is_empty()) else { return Ok(None) };
    let new = Customer {
        id: buyer.order_id.to_owned(),
        email: email.to_owned(),
        name: buyer.name.map(str::to_owned),
        phone: buyer.phone.map(str::to_owned),
        marketing_consent_at: buyer.marketing_consent.then_some(buyer.ordered_at),
        created_at: buyer.ordered_at,
    };
    let key = email_key(email);
    let missing = || Error::Busy("a customer who was there is gone".to_owned());
    let known = match store::by_key(tx, &key)? {
        Some(known) => known,
        None if store::insert(tx, &new, &key)? => return Ok(Some(new.id)),
        // Somebody else made them meanwhile.
        None => store::by_key(tx, &key)?.ok_or_else(missing)?,
    };
    if says_more(&new, &known) {
        store::complete(tx, &known.id, &new)?;
    }
    Ok(Some(known.id))
}

/// A customer of one order alone gets the address to which that was put right, unless somebody has it.
pub(crate) fn follow(tx: &mut Tx<'_>, id: &str, buyer: &Buyer<'_>) -> Result<(), Error> {
    let Some(email) = buyer.email.map(str::trim).filter(|email| !email.is_empty()) else { return Ok(()) };
    let key = email_key(email);
    let is_known = store::by_key(tx, &key)?.is_some();
    if is_known || store::orders(tx, id, 2)?.len() != 1 {
        return Ok(());
    }
    store::readdress(tx, id, email, &key)
}

/// Writes of some of the customers from before what searches see of them, which SQL cannot fold; how many.
pub(crate) fn fold_some(tx: &mut Tx<'_>) -> Result<i64, Error> {
    store::fold_some(tx, FOLDED_AT_ONCE)
}

/// Whether an order says something of its customer that is not known yet.
pub(super) fn says_more(new: &Customer, known: &Customer) -> bool {
    (known.name.is_none() && new.name.is_some())
        || (known.phone.is_none() && new.phone.is_some())
        || (known.marketing_consent_at.is_none() && new.marketing_consent_at.is_some())
}
