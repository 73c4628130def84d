//! What is put right of an order without moving money or stock: who it is of, where it goes, and what whoever runs the shop notes of
//! it. An order stays its customer's whatever address is on it; a customer of this order alone gets the new one as well.
//!
//! ```json
//! {"customer":{"email":"alice@shop.test"},"billing_address":null,"staff_note":"Rings at noon"}
//! ```

use kassa_db::Tx;
use kassa_model::Timestamp;
use kassa_service::Problem;
use serde::{Deserialize, Serialize};

use super::amended::Amended;
use super::details::{self, Address, Addresses};
use super::details_body::AddressBody;
use super::edges::{Change, Edge};
use super::error::EdgeError;
use super::kind::ChangeKind;
use super::order::{Customer, Order};
use super::request::check_customer;
use super::said::lines;
use super::target::Target;
use super::{change, persons, store};
use crate::customers;
use crate::object::{given, given_object_or_none, object_or_none};

/// Characters of a note.
const NOTE_CHARS_MAX: usize = 2_000;

/// The body of `PATCH /v1/orders/{uuid}`: what is absent stays, null empties.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AmendBody {
    #[serde(default, deserialize_with = "object_or_none", skip_serializing_if = "Option::is_none")]
    customer: Option<CustomerBody>,
    #[serde(default, deserialize_with = "given_object_or_none", skip_serializing_if = "Option::is_none")]
    shipping_address: Option<Option<AddressBody>>,
    #[serde(default, deserialize_with = "given_object_or_none", skip_serializing_if = "Option::is_none")]
    billing_address: Option<Option<AddressBody>>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    staff_note: Option<Option<String>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomerBody {
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    phone: Option<Option<String>>,
}

/// What is to be other, each only if it is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct AmendAsk {
    name: Option<Option<String>>,
    email: Option<Option<String>>,
    phone: Option<Option<String>>,
    ship: Option<Option<Address>>,
    bill: Option<Option<Address>>,
    note: Option<Option<String>>,
}

/// An order with all that can be put right of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Amendable {
    pub(super) order: Order,
    pub(super) addresses: Addresses,
    pub(super) note: Option<String>,
}

impl AmendBody {
    pub(super) fn check(self) -> Result<AmendAsk, Problem> {
        let CustomerBody { name, email, phone } =
            self.customer.unwrap_or(CustomerBody { name: None, email: None, phone: None });
        let (has_name, has_email, has_phone) = (name.is_some(), email.is_some(), phone.is_some());
        let said = Customer { name: name.flatten(), email: email.flatten(), phone: phone.flatten() };
        let said = check_customer(said)?;
        let address = |field: &str, body: Option<Option<AddressBody>>| {
            body.map(|body| body.map(|body| body.check(field)).transpose()).transpose()
        };
        Ok(AmendAsk {
            name: has_name.then_some(said.name),
            email: has_email.then_some(said.email),
            phone: has_phone.then_some(said.phone),
            ship: address("shipping_address", self.shipping_address)?,
            bill: address("billing_address", self.billing_address)?,
            note: self.staff_note.map(|note| lines("staff_note", note, NOTE_CHARS_MAX)).transpose()?,
        })
    }
}

impl Amendable {
    /// The order of this UUID.
    pub(super) fn read(tx: &mut Tx<'_>, order: Order) -> Result<Self, kassa_db::Error> {
        let addresses = details::store::of_order(tx, &order.id)?;
        let note = store::staff_note(tx, &order.id)?;
        Ok(Self { order, addresses, note })
    }

    /// What it becomes, and what of it is other then.
    fn with(&self, ask: &AmendAsk) -> (Self, Vec<&'static str>) {
        let mut after = self.clone();
        let mut changed = Vec::new();
        let Amendable { order: Order { customer, .. }, addresses: (ship, bill), note } = &mut after;
        put(&mut customer.name, &ask.name, "customer.name", &mut changed);
        put(&mut customer.email, &ask.email, "customer.email", &mut changed);
        put(&mut customer.phone, &ask.phone, "customer.phone", &mut changed);
        put(ship, &ask.ship, "shipping_address", &mut changed);
        put(bill, &ask.bill, "billing_address", &mut changed);
        put(note, &ask.note, NOTE, &mut changed);
        (after, changed)
    }
}

/// What a note is called among what has changed.
const NOTE: &str = "staff_note";

fn put<T: Clone + PartialEq>(
    of: &mut Option<T>,
    given: &Option<Option<T>>,
    name: &'static str,
    changed: &mut Vec<&'static str>,
) {
    if let Some(given) = given
        && given != of
    {
        of.clone_from(given);
        changed.push(name);
    }
}

/// Puts an order right; with it what that changed, `None` where it is as it was.
pub(super) fn amend(
    tx: &mut Tx<'_>,
    target: &Target,
    ask: &AmendAsk,
    now: Timestamp,
) -> Result<(Amendable, Option<Change>), EdgeError> {
    let order = store::by_id(tx, &target.id)?.ok_or_else(|| EdgeError::Unknown(target.id.clone()))?;
    target.require(&order)?;
    let known = Amendable::read(tx, order)?;
    let (_, changed) = known.with(ask);
    if changed.is_empty() {
        return Ok((known, None));
    }
    // As it is when it is changed: somebody may be faster.
    let change = change::step_with(tx, target, |tx, order| {
        let (after, changed) = Amendable::read(tx, order.clone())?.with(ask);
        Ok(order.amend(&after, &changed, now)?)
    })?;
    let mut after = Amendable::read(tx, change.after.clone())?.with(ask).0;
    persons::set(tx, &target.id, &after.order.customer)?;
    details::store::replace(tx, &target.id, &after.addresses)?;
    store::set_staff_note(tx, &target.id, after.note.as_deref())?;
    if let Some(id) = after.order.customer_id.as_deref().filter(|_| known.order.customer.email.is_some()) {
        customers::follow(tx, id, &after.order.buyer())?;
    }
    after.order = change.after.clone();
    Ok((after, Some(change)))
}

impl Order {
    fn amend(
        &self,
        after: &Amendable,
        changed: &[&'static str],
        now: Timestamp,
    ) -> Result<Change, super::edges::IllegalTransition> {
        let (edge, kind) = match changed.iter().all(|name| *name == NOTE) {
            true => (Edge::Note, ChangeKind::Noted),
            false => (Edge::Amend, ChangeKind::Amended),
        };
        self.require(edge)?;
        let noted = changed.contains(&NOTE);
        let amended = Amended {
            changed: changed.iter().map(|name| (*name).to_owned()).collect(),
            note: after.note.clone().filter(|_| noted),
        };
        let next = Self { customer: after.order.customer.clone(), ..self.next(self.status, now) };
        Ok(Change { amended: Some(amended), ..Change::plain(kind, next) })
    }
}
