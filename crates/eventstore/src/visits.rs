//! Rows with the facts of their visits, for whoever has events whose visitors and sessions are settled already.

use std::collections::HashMap;

use kassa_model::{Event, Visit};

use crate::Row;

/// Rows of `events` of partition 0, one record each from the offset `from` on, with the visits that the fold would write if
/// it never forgot one: by site, visitor and session.
pub fn with_visits(from: u64, events: impl IntoIterator<Item = Event>) -> Vec<Row> {
    let mut known: HashMap<(String, Option<i64>, i64), Visit> = HashMap::new();
    let row = |(offset, event): (u64, Event)| {
        let session = event.session.filter(|session| *session != 0);
        let key = session.map(|session| (event.site.clone(), event.visitor, session));
        let visit = key.and_then(|key| {
            if event.is_of_visitors() {
                let visit = Visit::with(known.get(&key), &event, event.occurred_at);
                known.insert(key.clone(), visit);
            }
            known.get(&key).cloned()
        });
        Row { partition: 0, offset, index: 0, event, visit }
    };
    (from..).zip(events).map(row).collect()
}
