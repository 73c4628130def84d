//! Lists of customers, and one with all that is known of them.

use kassa_db::{Error, Tx};

use super::customer::{Bought, Customer, Ordered};
use super::store;
use crate::orders::details::{self, Address};
use crate::orders::order::Status;
use crate::orders::persons;
use crate::page::cut_by_id;

/// Orders of a customer that are shown with them.
const ORDERS_MAX: i64 = 50;
/// Behind every id.
const BEHIND_ALL: &str = "~";

/// A page of customers with what they bought, and the id before which the next one begins.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) customers: Vec<(Customer, Vec<Bought>)>,
    pub(super) next: Option<String>,
}

/// A customer with all that is known of them.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) customer: Customer,
    pub(super) bought: Vec<Bought>,
    pub(super) orders: Vec<Ordered>,
    /// Of their newest order that is not cancelled.
    pub(super) shipping_address: Option<Address>,
    /// Of their newest order that is not cancelled.
    pub(super) billing_address: Option<Address>,
}

/// The newest customers before the id `before` of whom name or address hold `q`, without case and accents; all without `q`.
pub(super) fn find(
    tx: &mut Tx<'_>,
    q: Option<&str>,
    before: Option<&str>,
    limit: i64,
) -> Result<Found, Error> {
    let pattern = match q {
        None => Some(String::new()),
        Some(q) => persons::pattern(q),
    };
    // Where nothing of it counts, it is nobody's.
    let Some(pattern) = pattern else { return Ok(Found { customers: Vec::new(), next: None }) };
    let mut found = store::list(tx, &pattern, before.unwrap_or(BEHIND_ALL), limit + 1)?;
    let next = cut_by_id(&mut found, limit, |customer| &customer.id);
    let ids: Vec<&str> = found.iter().map(|customer| customer.id.as_str()).collect();
    let mut bought = store::bought(tx, &ids)?;
    let customers = found.into_iter().map(|customer| {
        let theirs = bought.extract_if(.., |bought| bought.customer_id == customer.id).collect();
        (customer, theirs)
    });
    Ok(Found { customers: customers.collect(), next })
}

/// The customer with this id.
pub(super) fn whole(tx: &mut Tx<'_>, id: &str) -> Result<Option<Whole>, Error> {
    let Some(customer) = store::by_id(tx, id)? else { return Ok(None) };
    let (bought, newest) = (store::bought(tx, &[id])?, store::orders(tx, id, ORDERS_MAX)?);
    let (shipping_address, billing_address) =
        match newest.iter().find(|order| order.status != Status::Cancelled.name()) {
            Some(order) => details::store::of_order(tx, &order.id)?,
            None => (None, None),
        };
    Ok(Some(Whole { customer, bought, orders: newest, shipping_address, billing_address }))
}
