//! Customers as lines of files that come in and go out.

use kassa_db::{Error, Tx};
use kassa_model::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use super::customer::{Customer, email_key};
use super::{rules, store};
use crate::orders::{self, check_customer};

/// Customers of a page.
const PAGE: i64 = 500;

/// A customer as a line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomerBody {
    id: Option<String>,
    email: String,
    name: Option<String>,
    phone: Option<String>,
    marketing_consent_at: Option<String>,
    created_at: Option<String>,
}

/// A customer, checked.
#[derive(Debug)]
pub(crate) struct NewCustomer {
    pub(crate) id: String,
    customer: Customer,
}

/// What became of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Brought {
    Made,
    Changed,
    Same,
}

impl CustomerBody {
    /// What it says, or why it cannot be. Without an id it gets one of the line of its file.
    pub(crate) fn check(self, (batch, line): (&str, i64), now: Timestamp) -> Result<NewCustomer, String> {
        let said = orders::Customer { name: self.name, email: Some(self.email), phone: self.phone };
        let said = check_customer(said).map_err(|problem| problem.detail_text().to_owned())?;
        let email = said.email.ok_or("email is missing")?;
        let created_at = time("created_at", self.created_at)?.unwrap_or(now);
        let id = match &self.id {
            Some(id) => Uuid::try_parse(id).map_err(|_| format!("id {id:?} is no UUID"))?,
            None => id_of(created_at, &format!("{batch}/{line}")),
        };
        let id = id.as_hyphenated().to_string();
        let customer = Customer {
            id: id.clone(),
            email,
            name: said.name,
            phone: said.phone,
            marketing_consent_at: time("marketing_consent_at", self.marketing_consent_at)?,
            created_at,
        };
        Ok(NewCustomer { id, customer })
    }
}

fn time(name: &str, text: Option<String>) -> Result<Option<Timestamp>, String> {
    let Some(text) = text else { return Ok(None) };
    let shown: String = text.chars().take(64).collect();
    text.parse().map(Some).map_err(|_| format!("{name} {shown:?} is no RFC 3339 time"))
}

fn id_of(at: Timestamp, name: &str) -> Uuid {
    let mut random = [0; 10];
    random.copy_from_slice(&Sha256::digest(name.as_bytes())[..10]);
    Builder::from_unix_timestamp_millis(u64::try_from(at.micros() / 1_000).unwrap_or(0), &random).into_uuid()
}

/// Makes the customer, or adds what is not known of the one who has the address.
pub(crate) fn bring(tx: &mut Tx<'_>, new: &NewCustomer) -> Result<Brought, Error> {
    let customer = &new.customer;
    let key = email_key(&customer.email);
    if store::by_id(tx, &new.id)?.is_none() && store::insert(tx, customer, &key)? {
        return Ok(Brought::Made);
    }
    match store::by_key(tx, &key)? {
        Some(known) if rules::says_more(customer, &known) => {
            store::complete(tx, &known.id, customer)?;
            Ok(Brought::Changed)
        }
        _ => Ok(Brought::Same),
    }
}

/// Removes a customer who has ordered nothing.
pub(crate) fn forget(tx: &mut Tx<'_>, id: &str) -> Result<(), Error> {
    store::remove_without_orders(tx, id)
}

/// The customers behind the id `after`, and the id of the last.
pub(crate) fn page(tx: &mut Tx<'_>, after: &str) -> Result<(Vec<CustomerBody>, Option<String>), Error> {
    let found = store::after(tx, after, PAGE)?;
    let last = found.last().map(|customer| customer.id.clone());
    let body = |customer: Customer| CustomerBody {
        id: Some(customer.id),
        email: customer.email,
        name: customer.name,
        phone: customer.phone,
        marketing_consent_at: customer.marketing_consent_at.map(|at| at.to_string()),
        created_at: Some(customer.created_at.to_string()),
    };
    Ok((found.into_iter().map(body).collect(), last))
}
