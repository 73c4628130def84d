//! What an audit asks, in the most obvious code.

use std::collections::BTreeMap;

use kassa_model::{Event, Timestamp};

use crate::Row;
use crate::audit::{MoneyRecord, MoneySpan, RepeatedIds, rows_allowed};

/// Records of money of `span`, by order and id.
pub(super) fn money(rows: &[Row], span: &MoneySpan) -> Vec<MoneyRecord> {
    let mut found: Vec<MoneyRecord> = rows.iter().filter_map(|row| record(&row.event)).collect();
    found.retain(|record| {
        record.order_id > span.after && span.until.as_ref().is_none_or(|until| record.order_id <= *until)
    });
    found.sort();
    found
}

fn record(event: &Event) -> Option<MoneyRecord> {
    let order = event.order.as_ref()?;
    Some(MoneyRecord {
        order_id: order.order_id.clone(),
        id: event.id.clone(),
        currency: order.currency.clone(),
        revenue_minor: order.revenue_minor,
        occurred_at: event.occurred_at,
    })
}

/// Ids that are stored too often among what was received at `since` or later, at most `most` of them by name.
pub(super) fn repeated(rows: &[Row], window: i64, since: Option<Timestamp>, most: usize) -> RepeatedIds {
    let is_within = |event: &Event| since.is_none_or(|since| event.received_at >= since);
    let events: Vec<&Event> = rows.iter().map(|row| &row.event).filter(|event| is_within(event)).collect();
    let mut by_id: BTreeMap<(&str, &str), Vec<&Event>> = BTreeMap::new();
    for event in &events {
        by_id.entry((&event.site, &event.id)).or_default().push(event);
    }
    let mut found = RepeatedIds { rows: events.len() as u64, ..RepeatedIds::default() };
    for ((_, id), events) in by_id {
        let received = events.iter().map(|event| event.received_at);
        let (Some(first), Some(last)) = (received.clone().min(), received.max()) else { continue };
        let of_shop = events.iter().any(|event| !event.is_of_visitors());
        let allowed = if of_shop { 1 } else { rows_allowed(first, last, window) };
        if events.len() as u64 > allowed {
            found.total += 1;
            if found.ids.len() < most {
                found.ids.push(id.to_owned());
            }
        }
    }
    found
}
