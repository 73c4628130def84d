//! Erasures of a list, on data that is older than they are: what was restored from a backup.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use kassa_commerce::privacy::{self, Hashes, Listed};
use kassa_service::Problem;
use serde::Deserialize;

use super::{Person, of_db, of_store, write_anew};
use crate::config::Config;
use crate::open::{Parts, Wanted};
use crate::roles::Roles;

/// What `kassa privacy list --json` writes.
#[derive(Debug, Deserialize)]
struct List {
    results: Vec<Listed>,
}

/// The erasures of a file that `kassa privacy list --json` has written.
///
/// # Errors
/// It cannot be read, or is no such list.
pub(crate) fn read_list(path: &Path) -> anyhow::Result<Vec<Listed>> {
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let list: List = serde_json::from_slice(&text).with_context(|| {
        format!("{} is no list that `kassa privacy list --json` has written", path.display())
    })?;
    Ok(list.results)
}

/// Erases whoever is on `list` and not in the list of the shop, whose files nobody else has open; how many erasures that were.
///
/// # Errors
/// What cannot be opened, found or written.
pub(crate) async fn erase_again(config: &Config, list: Vec<Listed>) -> anyhow::Result<usize> {
    let roles = Roles::all();
    let parts = Parts::open(config, Wanted { log: true, store: true, databases: Some(&roles) })?;
    let done = match Person::of(&parts) {
        Some(person) => person.erase_again(list).await,
        None => Err(Problem::internal()),
    };
    parts.close();
    write_anew(config).await?;
    done.map_err(|problem| anyhow!("cannot erase again: {}", problem.detail_text()))
}

impl Person {
    /// Erases whoever is on `list` and not in the list of the shop; how many erasures that were.
    ///
    /// # Errors
    /// The problem of what could not be read or written.
    async fn erase_again(&self, list: Vec<Listed>) -> Result<usize, Problem> {
        self.go_on().await?;
        let _turn = self.turn.lock().await;
        let unknown = privacy::unknown(&self.db, list).await.map_err(of_db)?;
        let hashes = Hashes::of(&unknown);
        let mut meant = privacy::meant(&self.shop, &hashes).await.map_err(of_db)?;
        if let Some(store) = &self.store {
            for site in self.sites() {
                let hashes = hashes.clone();
                let names = store.names(&site, Arc::new(move |name: &str| hashes.mean(name))).await;
                let names = names.map_err(of_store)?;
                meant.extend(privacy::subjects(names.users.into_iter().chain(names.emails)));
            }
        }
        let count = unknown.len();
        for listed in unknown {
            match meant.get(&listed.subject) {
                Some(subject) => {
                    let found = self.find(subject).await?;
                    let job = privacy::take(&self.db, listed, found).await.map_err(of_db)?;
                    self.finish(job).await?;
                }
                // Nobody here. The list of the shop has it all the same, for whoever restores with that one.
                None => {
                    let taken = privacy::take(&self.db, listed, privacy::Found::default()).await;
                    let mut job = taken.map_err(of_db)?;
                    privacy::end(&self.db, &mut job, self.shop.now()).await.map_err(of_db)?;
                }
            }
        }
        Ok(count)
    }
}
