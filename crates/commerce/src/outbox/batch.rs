//! What one append carries: the next rows of the outbox as records, as many as fit.

use kassa_eventlog::Record;

use super::record::{Records, RowError};
use super::store::Waiting;

/// Bytes of payload that one append carries, unless a single row has more.
const BATCH_BYTES_MAX: usize = 4 << 20;

/// The next rows as records, and what kept it from taking more.
pub(super) struct Batch {
    pub(super) ids: Vec<i64>,
    pub(super) orders: Vec<Record>,
    pub(super) events: Vec<Record>,
    /// The row that is no record, and what is wrong with it.
    pub(super) stopped: Option<(i64, RowError)>,
}

impl Batch {
    pub(super) fn of(rows: Vec<Waiting>, site: &str) -> Self {
        let mut batch = Self { ids: Vec::new(), orders: Vec::new(), events: Vec::new(), stopped: None };
        let mut bytes = 0;
        for row in rows {
            let id = row.id;
            let records = match Records::of(row, site) {
                Ok(records) => records,
                Err(why) => {
                    batch.stopped = Some((id, why));
                    break;
                }
            };
            bytes += records.bytes();
            if bytes > BATCH_BYTES_MAX && !batch.ids.is_empty() {
                break;
            }
            batch.ids.push(id);
            batch.orders.push(records.order);
            batch.events.extend(records.event);
        }
        batch
    }
}
