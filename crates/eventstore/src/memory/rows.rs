//! What a row has of what is asked.

use std::collections::BTreeSet;

use kassa_model::{Event, PATH_SENT};

use super::visit::session_of;
use crate::batch::Row;
use crate::properties;
use crate::query::{Cell, Field};

/// The visitors of events with a visit.
pub(super) fn visitors(events: &[&Row]) -> BTreeSet<i64> {
    events.iter().filter(|row| session_of(row) != 0).map(|row| visitor_of(row)).collect()
}

pub(super) fn visitor_of(row: &Row) -> i64 {
    row.event.visitor.unwrap_or_default()
}

/// A field of the event alone.
pub(super) fn own_field(field: &Field, event: &Event) -> Option<String> {
    match field {
        Field::Name => Some(event.name.clone()),
        Field::NameSent => Some(event.name_sent.clone()),
        Field::Page => event.path.clone(),
        Field::PageSent => path_sent(event),
        Field::Hostname => event.host.clone(),
        Field::Prop(key) => properties::text(&event.props, key),
        _ => None,
    }
}

/// The path of an event as it was sent.
pub(super) fn path_sent(event: &Event) -> Option<String> {
    properties::text(&event.props, PATH_SENT).or_else(|| event.path.clone())
}

/// A bucket's index, or a count.
pub(super) fn index(bucket: usize) -> Cell {
    Cell::Int(bucket as i64)
}

pub(super) fn ratio(numerator: usize, denominator: usize) -> Cell {
    Cell::Ratio(numerator as i64, denominator as i64)
}
