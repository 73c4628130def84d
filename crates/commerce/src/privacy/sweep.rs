//! Takes a person out of the tables of a database, in transactions of a few rows. Done again it finds nothing more to do.

mod deliveries;
mod orders;
mod references;
mod texts;

use std::collections::BTreeSet;

use kassa_access::changes::OF_SHOP;
use kassa_db::{Db, Error};
use kassa_model::PartitionBy;

use super::counts::Counts;
use super::found::Found;
use crate::orders::views;

/// Orders of a transaction.
const SOME: usize = 50;

/// Takes them out of orders and all that hangs on these. `by` is how records of money are routed.
pub(super) async fn sweep_orders(db: &Db, found: &Found, by: PartitionBy) -> Result<Counts, Error> {
    let mut counts = Counts::default();
    let ids: Vec<String> = found.orders.iter().cloned().collect();
    for some in ids.chunks(SOME) {
        let (some, found) = (some.to_vec(), found.clone());
        let done = db.write(move |tx| {
            let mut counts = Counts::default();
            for id in &some {
                counts += orders::store::empty(tx, id, &found, by)?;
                counts.deliveries += deliveries::store::empty(tx, id, &found)?;
                counts.texts += OF_SHOP.empty(tx, &format!("/v1/orders/{id}"))?;
            }
            Ok::<_, Error>(counts)
        });
        counts += done.await?;
    }
    let (customers, emails) = (found.customers.clone(), found.emails.clone());
    counts.customers += db.write(move |tx| orders::store::leave(tx, &customers, &emails)).await?;
    let emails = found.emails.clone();
    counts.deliveries += db.write(move |tx| deliveries::store::leave(tx, &emails)).await?;
    counts.texts += references::store::rename(db, found).await?;
    let who = found.clone();
    counts.texts += db.write(move |tx| views::forget(tx, &who)).await?;
    Ok(counts)
}

/// Takes them out of waiting lists.
pub(super) async fn sweep_lists(db: &Db, found: &Found) -> Result<Counts, Error> {
    let emails = found.emails.clone();
    let waiting = db.write(move |tx| orders::store::stop_waiting(tx, &emails)).await?;
    Ok(Counts { waiting, ..Counts::default() })
}

/// Takes them out of what was written for others: outbox rows and stored answers.
pub(super) async fn sweep_texts(db: &Db, found: &Found, by: PartitionBy) -> Result<Counts, Error> {
    let outbox = texts::store::outbox(db, found, by).await?;
    let answers = texts::store::answers(db, found).await?;
    Ok(Counts { outbox, answers, ..Counts::default() })
}

/// Ids of the deliveries that tell of them.
///
/// # Errors
/// The database's.
pub async fn deliveries_of(db: &Db, found: &Found) -> Result<Vec<String>, Error> {
    let found = found.clone();
    db.read(move |tx| deliveries::store::ids(tx, &found)).await
}

/// Those of these ids that no delivery has.
///
/// # Errors
/// The database's.
pub async fn gone(db: &Db, ids: BTreeSet<String>) -> Result<BTreeSet<String>, Error> {
    db.read(move |tx| deliveries::store::gone(tx, &ids)).await
}

#[cfg(test)]
pub(super) fn statements() -> Vec<&'static str> {
    [deliveries::store::ALL, orders::store::ALL, references::store::ALL, texts::store::ALL].concat()
}
