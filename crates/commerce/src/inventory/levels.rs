//! Reads how much is there into the metrics, again and again.

use std::sync::Arc;
use std::time::Duration;

use kassa_service::Shutdown;

use super::metrics::LEVELS_MAX;
use super::store;
use crate::shop::Shop;

/// How often they are read.
const EVERY: Duration = Duration::from_secs(5);

/// Reads what is on hand into `inventory_stock_level` until `shutdown`; a task of the process.
pub async fn watch_levels(shop: Arc<Shop>, shutdown: Shutdown) {
    loop {
        read_levels(&shop).await;
        tokio::select! {
            () = tokio::time::sleep(EVERY) => (),
            () = shutdown.wait() => return,
        }
    }
}

/// One reading. What fails is left as it was: the next one is near.
pub(crate) async fn read_levels(shop: &Shop) {
    let Some(db) = &shop.inventory else { return };
    let found = db.read(|tx| store::list(tx, "", store::Only::All, LEVELS_MAX)).await;
    if let Ok::<_, kassa_db::Error>(stock) = found {
        shop.stock_metrics.show(stock);
    }
}
