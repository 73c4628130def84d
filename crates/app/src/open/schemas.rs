//! The shop's schema in each of its databases: brought up to date at the start, or later where a server does not answer
//! yet. Until then the process serves and is not ready.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::bail;
use kassa_commerce::MIGRATIONS;
use kassa_db::{Db, Error};
use kassa_service::{Shutdown, Status};
use tokio::task::JoinHandle;

/// How often a database is tried that did not answer.
const EVERY: Duration = Duration::from_millis(500);
/// How long a command waits for one.
const PATIENCE: Duration = Duration::from_secs(30);

/// A database without its schema.
#[derive(Debug, Clone)]
struct Waiting {
    name: String,
    db: Db,
    why: String,
}

/// Which databases have no schema yet. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schemas(Arc<Mutex<Vec<Waiting>>>);

impl Schemas {
    /// Brings these up to date as far as they answer. Blocks.
    ///
    /// # Errors
    /// A schema of another program, or whatever its statements fail with.
    pub(super) fn bring_up(databases: &[(String, Db)]) -> anyhow::Result<Self> {
        let mut waiting = Vec::new();
        for (name, db) in databases {
            match db.migrate(MIGRATIONS) {
                Ok(()) => {}
                Err(Error::Unavailable(why) | Error::Unknown(why)) => {
                    tracing::warn!(
                        database = name,
                        why,
                        "the database does not answer yet; not ready until then"
                    );
                    waiting.push(Waiting { name: name.clone(), db: db.clone(), why });
                }
                Err(error) => bail!("cannot use the shop's database ({name}): {error}"),
            }
        }
        Ok(Self(Arc::new(Mutex::new(waiting))))
    }

    /// Takes these as they are, and refuses what does not fit.
    ///
    /// # Errors
    /// A schema that is older or newer than this program's; whatever the database fails with.
    pub(super) fn as_they_are(databases: &[(String, Db)]) -> anyhow::Result<Self> {
        for (name, db) in databases {
            if let Err(error) = db.check_schema(MIGRATIONS) {
                bail!("cannot look at the shop's database ({name}): {error}");
            }
        }
        Ok(Self::default())
    }

    /// Goes on with those that did not answer, until all have.
    pub(crate) fn go_on(&self, shutdown: &Shutdown) -> JoinHandle<()> {
        let (schemas, shutdown) = (self.clone(), shutdown.clone());
        tokio::spawn(async move {
            while !schemas.waiting().is_empty() {
                tokio::select! {
                    () = shutdown.wait() => return,
                    () = tokio::time::sleep(EVERY) => {}
                }
                let tried = schemas.clone();
                if let Err(error) = tokio::task::spawn_blocking(move || tried.try_again()).await {
                    tracing::error!(%error, "bringing a schema up to date panicked");
                }
            }
        })
    }

    /// For a command, which needs them all: waits a while for those that did not answer. Blocks.
    ///
    /// # Errors
    /// One that does not answer all the while.
    pub(super) fn wait(&self) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            match self.status() {
                Status::Down(why) if begun.elapsed() > PATIENCE => bail!("{why}"),
                Status::Down(_) => std::thread::sleep(EVERY),
                Status::Up | Status::Degraded(_) => return Ok(()),
            }
            self.try_again();
        }
    }

    fn try_again(&self) {
        for Waiting { name, db, why } in self.waiting() {
            let outcome = db.migrate(MIGRATIONS);
            let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let Err(error) = outcome else {
                tracing::info!(database = name, "the database answers");
                waiting.retain(|one| one.name != name);
                continue;
            };
            let now = error.to_string();
            if now != why {
                tracing::warn!(database = name, why = now, "the database cannot be used yet");
            }
            waiting.iter_mut().filter(|one| one.name == name).for_each(|one| one.why.clone_from(&now));
        }
    }

    fn waiting(&self) -> Vec<Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether all have theirs.
    pub(crate) fn are_up(&self) -> bool {
        self.waiting().is_empty()
    }

    /// For `/readyz`.
    pub(crate) fn status(&self) -> Status {
        match self.waiting().first() {
            None => Status::Up,
            Some(Waiting { name, why, .. }) => {
                Status::Down(format!("cannot use the database ({name}): {why}"))
            }
        }
    }
}
