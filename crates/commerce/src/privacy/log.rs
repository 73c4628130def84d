//! What was erased, for whoever has to show it.
//!
//! ```json
//! {"id":"0190…","kind":"email","subject":"9f86d0…","asked_by":"admin","asked_at":"2026-11-21T05:00:00Z",
//!  "done_at":"2026-11-21T05:00:01Z","counts":{"orders":2,"addresses":2,…}}
//! ```

use kassa_db::{Db, Error};
use serde::Serialize;

use super::counts::Counts;
use super::job::{Job, store};

/// Behind every id.
const BEHIND_ALL: &str = "~";
/// Erasures that are read in a transaction.
const SOME: i64 = 1_000;

/// An erasure as JSON.
#[derive(Debug, Serialize)]
pub struct Erased {
    id: String,
    kind: String,
    /// SHA-256 of the kind, a NUL and who was asked for.
    subject: String,
    asked_by: String,
    asked_at: String,
    /// Null: it was stopped, and goes on when the same is asked for again.
    done_at: Option<String>,
    counts: Counts,
}

impl From<Job> for Erased {
    fn from(job: Job) -> Self {
        Self {
            id: job.id,
            kind: job.kind,
            subject: job.subject,
            asked_by: job.asked_by,
            asked_at: job.asked_at.to_string(),
            done_at: job.done_at.map(|at| at.to_string()),
            counts: job.counts,
        }
    }
}

/// All erasures, the newest first.
///
/// # Errors
/// The database's.
pub async fn erasures(db: &Db) -> Result<Vec<Erased>, Error> {
    let mut before = BEHIND_ALL.to_owned();
    let mut all = Vec::new();
    loop {
        let from = before.clone();
        let jobs = db.read(move |tx| store::newest(tx, &from, SOME)).await?;
        let Some(last) = jobs.last() else { return Ok(all) };
        before = last.id.clone();
        all.extend(jobs.into_iter().map(Erased::from));
    }
}
