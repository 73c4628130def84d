//! What is bought most of late: the products that are in the most of the newest orders.

pub(crate) mod store;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use kassa_db::Db;
use kassa_model::{MICROS_PER_DAY, Timestamp};

/// How far back is looked.
const DAYS: i64 = 28;
/// The newest orders that are looked at.
const ORDERS_MAX: i64 = 5_000;
/// How many products are known.
const KNOWN_MAX: i64 = 48;
/// For how long what was found is taken.
const KEPT: Duration = Duration::from_secs(60);

/// What was found last.
#[derive(Debug, Default)]
pub(crate) struct Best(Mutex<Option<(Instant, Arc<[i64]>)>>);

impl Best {
    /// The products' ids by the database of orders, the best first; none where nothing was bought.
    pub(crate) async fn ids(&self, orders: &Db, now: Timestamp) -> Arc<[i64]> {
        if let Some(known) = self.known() {
            return known;
        }
        let since = now.micros() - DAYS * MICROS_PER_DAY;
        match orders.read(move |tx| store::bought(tx, (since, ORDERS_MAX), KNOWN_MAX)).await {
            Ok::<_, kassa_db::Error>(ids) => self.keep(ids.into()),
            Err(error) => {
                tracing::warn!(%error, "cannot look at what is bought: the newest products stand for the best");
                Arc::default()
            }
        }
    }

    /// What is known and not old. Whoever finds it old looks anew, and the others take it until then.
    fn known(&self) -> Option<Arc<[i64]>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (found_at, ids) = known.as_mut()?;
        if found_at.elapsed() < KEPT {
            return Some(Arc::clone(ids));
        }
        *found_at = Instant::now();
        None
    }

    fn keep(&self, ids: Arc<[i64]>) -> Arc<[i64]> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((Instant::now(), Arc::clone(&ids)));
        ids
    }

    /// Nothing is known.
    #[cfg(test)]
    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
