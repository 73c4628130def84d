//! An erasure in the shop's databases: what was found is written down first, then swept away, then the row is closed.

use kassa_access::changes::{Asked, OF_SHOP};
use kassa_db::{Db, Error};
use kassa_model::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::counts::Counts;
use super::found::Found;
use super::job::{Job, store};
use super::subject::Subject;
use super::sweep::{sweep_lists, sweep_orders, sweep_texts};
use crate::shop::Shop;

/// Writes down who is to be erased: a row of their own, or that of an erasure of the same person that was not finished, with what
/// has been found since; and that somebody has asked for it.
///
/// # Errors
/// The database's.
pub async fn begin(
    db: &Db,
    subject: &Subject,
    (found, asked_by, asked): (Found, &str, Option<Asked>),
    now: Timestamp,
) -> Result<Job, Error> {
    let new = Job {
        id: Uuid::now_v7().to_string(),
        subject: subject.hash(),
        kind: subject.kind().to_owned(),
        asked_by: asked_by.to_owned(),
        asked_at: now,
        found,
        counts: Counts::default(),
        done_at: None,
    };
    db.write(move |tx| {
        let job = store::begin(tx, &new)?;
        store::set_marks(tx, &job.id, &job.erasure())?;
        OF_SHOP.write_down(
            tx,
            asked.as_ref(),
            (&Value::Null, &json!({ "id": job.id, "kind": job.kind })),
            now,
        )?;
        Ok(job)
    })
    .await
}

/// Erasures that were begun and not finished.
///
/// # Errors
/// The database's.
pub async fn open_jobs(db: &Db) -> Result<Vec<Job>, Error> {
    db.read(store::open).await
}

/// Takes the person of `job` out of every database of the shop; in how many rows there was something.
///
/// # Errors
/// The database's; what was done stays done.
pub async fn sweep(shop: &Shop, job: &Job) -> Result<Counts, Error> {
    let (found, by) = (&job.found, shop.options.partition_by);
    let mut counts = Counts::default();
    if let Some(db) = &shop.orders {
        counts += sweep_orders(db, found, by).await?;
    }
    let mut known: Vec<&Db> = Vec::new();
    for db in [&shop.orders, &shop.catalog, &shop.inventory].into_iter().flatten() {
        if !known.iter().any(|other| other.is_same(db)) {
            counts += sweep_lists(db, found).await?;
            counts += sweep_texts(db, found, by).await?;
            known.push(db);
        }
    }
    Ok(counts)
}

/// Adds to what was counted.
///
/// # Errors
/// The database's.
pub async fn note(db: &Db, job: &mut Job, counts: Counts) -> Result<(), Error> {
    job.counts += counts;
    let (id, counts) = (job.id.clone(), job.counts);
    db.write(move |tx| store::set_counts(tx, &id, counts)).await
}

/// Closes the row: what was found is forgotten.
///
/// # Errors
/// The database's.
pub async fn end(db: &Db, job: &mut Job, now: Timestamp) -> Result<(), Error> {
    job.done_at = Some(now);
    let id = job.id.clone();
    db.write(move |tx| store::end(tx, &id, now)).await
}
