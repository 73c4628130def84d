//! What is there of SKUs, asked of stock's own database or the inventory role.

use std::collections::HashMap;
use std::time::Duration;

use kassa_db::{Error, Tx};
use kassa_service::client::{Call, Sent};

use super::client::{Backend, StockClient};
use super::commands::LEVELS;
use crate::inventory::{self, Stock};
use crate::peer::{Peer, is_failure};

/// How long the inventory role has to answer.
const DEADLINE: Duration = Duration::from_millis(800);

/// What can be sold of each of these SKUs that has a stock.
pub(crate) fn of(tx: &mut Tx<'_>, skus: &[String]) -> Result<HashMap<String, i64>, Error> {
    let skus: Vec<&str> = skus.iter().map(String::as_str).collect();
    let available = |stock: Stock| (stock.sku.clone(), stock.available());
    Ok(inventory::store::by_skus(tx, &skus)?.into_iter().map(available).collect())
}

impl StockClient {
    /// The same from wherever stock is; `None` where it cannot be had.
    pub(crate) async fn levels(&self, skus: Vec<String>) -> Option<HashMap<String, i64>> {
        match &self.backend {
            _ if skus.is_empty() => Some(HashMap::new()),
            Backend::Here(db) => db.read(move |tx| of(tx, &skus)).await.ok(),
            Backend::Away(peer) => self.ask(peer, &skus).await,
            Backend::Unconfigured => None,
        }
    }

    async fn ask(&self, peer: &Peer, skus: &[String]) -> Option<HashMap<String, i64>> {
        let call = Call::post(LEVELS, &skus).ok()?;
        let permit = self.breaker.permit().ok()?;
        let sent = peer.send(call.within(DEADLINE)).await;
        if is_failure(&sent) {
            permit.failed()
        } else {
            permit.succeeded()
        }
        match sent {
            Sent::Answer(answer) if answer.status.is_success() => answer.json().ok(),
            Sent::Answer(_) | Sent::NotSent(_) | Sent::Unknown(_) => None,
        }
    }
}
