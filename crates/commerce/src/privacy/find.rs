//! Finds a person among orders and customers. Looks at every order: nothing is kept to find people by.

use std::collections::BTreeSet;

use kassa_db::{Db, Error, Tx};

use super::found::Found;
use super::store::{self, Placed};
use super::subject::Subject;

/// What is known of `subject` in the database of orders.
///
/// # Errors
/// The database's.
pub async fn find(db: &Db, subject: &Subject) -> Result<Found, Error> {
    let subject = subject.clone();
    db.read(move |tx| match &subject {
        Subject::Email(email) => of_email(tx, email),
        Subject::User(user) => of_user(tx, user),
    })
    .await
}

fn of_email(tx: &mut Tx<'_>, email: &str) -> Result<Found, Error> {
    let mut found = Found { emails: [email.to_owned()].into(), ..Found::default() };
    for customer in store::customers_of(tx, email)? {
        customer.name.iter().for_each(|name| found.hear(name));
        found.customers.insert(customer.id);
    }
    for order in store::orders_of_email(tx, email)? {
        found.take(tx, order)?;
    }
    Ok(found)
}

/// Who else has ordered with the same address is somebody else, and so is then the customer.
fn of_user(tx: &mut Tx<'_>, user: &str) -> Result<Found, Error> {
    let mut found = Found::default();
    for order in store::orders_of_user(tx, user)? {
        found.take(tx, order)?;
    }
    for customer in std::mem::take(&mut found.customers) {
        let orders: BTreeSet<String> = store::orders_of_customer(tx, &customer)?.into_iter().collect();
        if orders.is_subset(&found.orders) {
            found.emails.extend(store::email_of(tx, &customer)?);
            found.customers.insert(customer);
        }
    }
    Ok(found)
}

impl Found {
    fn take(&mut self, tx: &mut Tx<'_>, order: Placed) -> Result<(), Error> {
        self.see(&order.context);
        order.name.iter().for_each(|name| self.hear(name));
        store::names_of_addresses(tx, &order.id)?.iter().for_each(|name| self.hear(name));
        self.customers.extend(order.customer_id);
        self.orders.insert(order.id);
        Ok(())
    }
}
