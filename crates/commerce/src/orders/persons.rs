//! Who an order is of as its searches see it: name and address without case and accents. SQL cannot fold, so the program writes it
//! with the order, and for orders that were there before when the database is brought up to date.

mod store;

use kassa_db::{Error, Tx};

use super::order::Customer;
use crate::text::{fold, holding};

#[cfg(test)]
pub(super) use store::ALL;
pub(crate) use store::unfilled;

/// Orders that are filled in one transaction.
const AT_ONCE: i64 = 400;

/// What is kept of a name and an address for searches; empty of nobody.
pub(crate) fn folded(name: Option<&str>, email: Option<&str>) -> String {
    fold(&[name, email].into_iter().flatten().collect::<Vec<_>>().join(" "))
}

fn of(customer: &Customer) -> String {
    folded(customer.name.as_deref(), customer.email.as_deref())
}

/// The pattern that finds customers of whom name or address hold `q`; `None` where nothing of it counts.
pub(crate) fn pattern(q: &str) -> Option<String> {
    let folded = fold(q);
    (!folded.trim().is_empty()).then(|| holding(folded.trim()))
}

/// Makes it the order of this customer, for searches too. Whoever does this writes an event with it, which shows the order as it then
/// is.
pub(super) fn set(tx: &mut Tx<'_>, id: &str, customer: &Customer) -> Result<(), Error> {
    store::set(tx, id, customer, &of(customer))
}

/// Fills some of the orders from before; how many.
pub(crate) fn fill_some(tx: &mut Tx<'_>) -> Result<i64, Error> {
    let orders = store::to_fill(tx, AT_ONCE)?;
    let filled: Vec<(i64, String)> =
        orders.iter().map(|(number, customer)| (*number, of(customer))).collect();
    store::fill(tx, &filled)?;
    Ok(i64::try_from(filled.len()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_found_by_a_part_of_what_they_said() {
        assert_eq!(folded(Some("Zoë Özdemir"), Some("Zoe@Shop.test")), "zoe ozdemir zoe@shop.test");
        assert_eq!(folded(None, None), "");
        let check = |q: &str, expected: Option<&str>| assert_eq!(pattern(q).as_deref(), expected, "{q:?}");
        check("ÖZ", Some("%oz%"));
        check(" 100% _a! ", Some("%100!% !_a!!%"));
        check("\u{301}", None);
        check(" ", None);
    }
}
