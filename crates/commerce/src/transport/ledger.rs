//! The ledger, wherever it is, for the audit: what the commands of an order have moved.

use kassa_service::client::{Call, Sent};
use serde::Deserialize;

use super::store::{self, Entry};
use super::{Stock, Way, http};

#[derive(Deserialize)]
struct Entries {
    entries: Vec<Entry>,
}

impl Stock {
    /// Whether it is out of this process's reach but over HTTP.
    pub(crate) fn is_away(&self) -> bool {
        matches!(self.way, Way::Away(_))
    }

    /// The entries of these references, at most 100; one that ends with a slash stands for all that begin with it.
    ///
    /// # Errors
    /// Why it cannot be asked, in a sentence.
    pub(crate) async fn ledger(&self, references: &[String]) -> Result<Vec<Entry>, String> {
        match &self.way {
            Way::Here(db) => {
                let asked = references.to_vec();
                let read = db.read(move |tx| {
                    let mut entries = Vec::new();
                    for reference in &asked {
                        entries.extend(store::ledger(tx, reference)?);
                    }
                    Ok::<_, kassa_db::Error>(entries)
                });
                read.await.map_err(|error| error.to_string())
            }
            Way::Away(peer) => match peer.send(Call::get(path(references))).await {
                Sent::Answer(answer) if answer.status.is_success() => {
                    let read =
                        answer.json::<Entries>().map_err(|error| format!("cannot read the ledger: {error}"));
                    Ok(read?.entries)
                }
                Sent::Answer(answer) => Err(format!("inventory answered {}", answer.status)),
                Sent::NotSent(why) | Sent::Unknown(why) => Err(why),
            },
            Way::Nowhere => Err("no inventory is configured".to_owned()),
        }
    }
}

/// References of orders are UUIDs and numbers: nothing in them is to be escaped.
fn path(references: &[String]) -> String {
    let query: Vec<String> = references.iter().map(|reference| format!("ref={reference}")).collect();
    format!("{}?{}", http::LEDGER, query.join("&"))
}
