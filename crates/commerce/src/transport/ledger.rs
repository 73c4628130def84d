//! The ledger, wherever it is, for the audit: what the commands of an order have moved.

use kassa_service::client::Call;
use serde::Deserialize;

use super::client::{Backend, StockClient};
use super::commands;
use super::store::{self, Entry};
use crate::peer::Peer;

#[derive(Deserialize)]
struct Entries {
    entries: Vec<Entry>,
    last: Option<i64>,
}

impl StockClient {
    /// Whether it is out of this process's reach but over HTTP.
    pub(crate) fn is_away(&self) -> bool {
        matches!(self.backend, Backend::Away(_))
    }

    /// The entries of these references, at most 100; one that ends with a slash stands for all that begin with it.
    ///
    /// # Errors
    /// Why it cannot be asked, in a sentence.
    pub(crate) async fn ledger(&self, references: &[String]) -> Result<Vec<Entry>, String> {
        match &self.backend {
            Backend::Here(db) => {
                let asked = references.to_vec();
                let read = db.read(move |tx| store::ledger_of_all(tx, &asked)).await;
                read.map_err(|error: kassa_db::Error| error.to_string())
            }
            Backend::Away(peer) => Ok(ask(peer, path(references)).await?.entries),
            Backend::Unconfigured => Err("no inventory is configured".to_owned()),
        }
    }

    /// A page of all entries: those after the one with the number `after`, and the number of the last of them; none at the
    /// end.
    pub(crate) async fn ledger_after(&self, after: i64) -> Result<(Vec<Entry>, Option<i64>), String> {
        match &self.backend {
            Backend::Here(db) => {
                let read = db.read(move |tx| store::ledger_after(tx, after, commands::LEDGER_PAGE)).await;
                read.map_err(|error: kassa_db::Error| error.to_string())
            }
            Backend::Away(peer) => {
                let page = ask(peer, format!("{}?after={after}", commands::LEDGER)).await?;
                Ok((page.entries, page.last))
            }
            Backend::Unconfigured => Err("no inventory is configured".to_owned()),
        }
    }
}

async fn ask(peer: &Peer, path: String) -> Result<Entries, String> {
    let answer = peer.fetch(Call::get(path)).await?;
    answer.json().map_err(|error| format!("cannot read the ledger: {error}"))
}

/// References of orders are UUIDs and numbers: nothing in them is to be escaped.
fn path(references: &[String]) -> String {
    let query: Vec<String> = references.iter().map(|reference| format!("ref={reference}")).collect();
    format!("{}?{}", commands::LEDGER, query.join("&"))
}
