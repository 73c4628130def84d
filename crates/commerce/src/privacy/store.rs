//! The SQL by which a person is found.

use kassa_db::{Error, Row, Tx, params};
use kassa_model::Timestamp;
use serde_json::{Value, json};

use crate::stored::from_json;
use crate::visit::Context;

/// An order, as far as it says who placed it.
pub(super) struct Placed {
    pub(super) id: String,
    pub(super) customer_id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) context: Context,
}

/// A customer.
pub(super) struct Known {
    pub(super) id: String,
    pub(super) name: Option<String>,
}

/// The columns of a [`Placed`].
macro_rules! select_placed {
    ($rest:literal) => {
        concat!("SELECT id, customer_id, customer_name, context FROM orders ", $rest)
    };
}

const OF_EMAIL: &str = select_placed!("WHERE LOWER(TRIM(customer_email)) = $1 ORDER BY number");
const OF_CONTEXT: &str = select_placed!("WHERE context LIKE $1 ESCAPE '!' ORDER BY number");
const OF_CUSTOMER: &str = "SELECT id FROM orders WHERE customer_id = $1 ORDER BY number";
const CUSTOMERS: &str = "SELECT id, name FROM customers WHERE email_key = $1";
const EMAIL: &str = "SELECT email_key FROM customers WHERE id = $1";
const NAMES: &str = "SELECT name FROM order_addresses WHERE order_id = $1 ORDER BY kind";
const WAITING: &str = "SELECT sku, created_at, language FROM back_in_stock WHERE email_key = $1 ORDER BY sku";

const CUSTOMER: &str =
    "SELECT id, email, name, phone, marketing_consent_at, created_at FROM customers WHERE id = $1";

const ADDRESSES: &str = "SELECT email_key FROM customers UNION SELECT email_key FROM back_in_stock \
     UNION SELECT LOWER(target) FROM deliveries WHERE channel = 'email'";
const PLACED: &str =
    "SELECT number, customer_email, context FROM orders WHERE number > $1 ORDER BY number LIMIT $2";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(super) const ALL: &[&str] =
    &[OF_EMAIL, OF_CONTEXT, OF_CUSTOMER, CUSTOMERS, EMAIL, NAMES, WAITING, CUSTOMER, ADDRESSES, PLACED];

/// Orders with this address, which is in lower case.
pub(super) fn orders_of_email(tx: &mut Tx<'_>, email: &str) -> Result<Vec<Placed>, Error> {
    tx.all(OF_EMAIL, params![email], placed)
}

/// Orders in whose visit the user had this id.
pub(super) fn orders_of_user(tx: &mut Tx<'_>, user: &str) -> Result<Vec<Placed>, Error> {
    let text = serde_json::to_string(user).unwrap_or_default();
    let found = tx.all(OF_CONTEXT, params![&format!("%\"user\":{}%", escaped(&text))], placed)?;
    // One engine looks at the case of letters, the other does not.
    Ok(found.into_iter().filter(|order| order.context.user.as_deref() == Some(user)).collect())
}

/// Ids of the orders of a customer.
pub(super) fn orders_of_customer(tx: &mut Tx<'_>, customer: &str) -> Result<Vec<String>, Error> {
    tx.all(OF_CUSTOMER, params![customer], |row| row.text(0))
}

/// The customer of this address: one, or none.
pub(super) fn customers_of(tx: &mut Tx<'_>, email: &str) -> Result<Vec<Known>, Error> {
    tx.all(CUSTOMERS, params![email], |row| Ok(Known { id: row.text(0)?, name: row.text_or_null(1)? }))
}

/// Addresses of customers, of waiting lists and of mails, in lower case.
pub(super) fn addresses(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    tx.all(ADDRESSES, params![], |row| row.text(0))
}

/// Some orders behind the number `after`: their numbers, and by what address and as what user they were placed.
pub(super) fn placed_after(tx: &mut Tx<'_>, after: i64, some: i64) -> Result<Vec<(i64, Vec<String>)>, Error> {
    tx.all(PLACED, params![after, some], |row| {
        let email = row.text_or_null(1)?.map(|email| email.trim().to_lowercase());
        let context: Context = from_json(&row.text(2)?)?;
        Ok((row.int(0)?, email.into_iter().chain(context.user).collect()))
    })
}

/// The address of a customer, in lower case.
pub(super) fn email_of(tx: &mut Tx<'_>, customer: &str) -> Result<Option<String>, Error> {
    tx.first(EMAIL, params![customer], |row| row.text(0))
}

/// Who receives an order and its invoice.
pub(super) fn names_of_addresses(tx: &mut Tx<'_>, order: &str) -> Result<Vec<String>, Error> {
    tx.all(NAMES, params![order], |row| row.text(0))
}

/// What this address waits for, as JSON.
pub(super) fn waiting(tx: &mut Tx<'_>, email: &str) -> Result<Vec<Value>, Error> {
    tx.all(WAITING, params![email], |row| {
        let since = Timestamp::from_micros(row.int(1)?).to_string();
        let (sku, language) = (row.text(0)?, row.text_or_null(2)?);
        Ok(json!({"sku": sku, "email": email, "since": since, "language": language}))
    })
}

/// A customer as JSON.
pub(super) fn customer(tx: &mut Tx<'_>, id: &str) -> Result<Option<Value>, Error> {
    let time = |micros: i64| Timestamp::from_micros(micros).to_string();
    tx.first(CUSTOMER, params![id], |row| {
        Ok(json!({
            "id": row.text(0)?,
            "email": row.text(1)?,
            "name": row.text_or_null(2)?,
            "phone": row.text_or_null(3)?,
            "marketing_consent_at": row.int_or_null(4)?.map(time),
            "created_at": time(row.int(5)?),
        }))
    })
}

/// A text as a part of a pattern of LIKE.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            escaped.push('!');
        }
        escaped.push(c);
    }
    escaped
}

fn placed(row: &Row<'_>) -> Result<Placed, Error> {
    Ok(Placed {
        id: row.text(0)?,
        customer_id: row.text_or_null(1)?,
        name: row.text_or_null(2)?,
        context: from_json(&row.text(3)?)?,
    })
}
