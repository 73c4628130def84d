//! What the questions that follow visitors have in common.

use std::collections::BTreeMap;

use kassa_model::Timestamp;

use super::rows::{own_field, visitor_of};
use super::visit::{session_of, written};
use crate::journey::Scope;
use crate::query::{Filter, holds};
use crate::{Error, Row};

/// Where an event stands among all: by time, those of one instant in the order of the log.
pub(super) type Place = (Timestamp, u32, u64, u32);

pub(super) fn place_of(row: &Row) -> Place {
    (row.event.occurred_at, row.partition, row.offset, row.index)
}

/// Whether a row is there for a question at all, whenever it was.
pub(super) fn is_counted(row: &Row, scope: &Scope) -> Result<bool, Error> {
    let event = &row.event;
    if !scope.sites.contains(&event.site) || session_of(row) == 0 {
        return Ok(false);
    }
    Ok(event.order.is_some() || scope.bots().count(event) && fits(row, scope.only.as_ref())?)
}

/// Whether a row fits a filter, by what stands on it.
pub(super) fn fits(row: &Row, filter: Option<&Filter>) -> Result<bool, Error> {
    holds(filter, &|field| match field {
        field if field.is_of_visits() => written(field, row),
        own => own_field(own, &row.event),
    })
}

/// The rows of each visitor that are there, in their order.
pub(super) fn by_visitor<'a>(rows: &'a [Row], scope: &Scope) -> Result<BTreeMap<i64, Vec<&'a Row>>, Error> {
    let mut visitors: BTreeMap<i64, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        if is_counted(row, scope)? {
            visitors.entry(visitor_of(row)).or_default().push(row);
        }
    }
    visitors.values_mut().for_each(|rows| rows.sort_by_key(|row| place_of(row)));
    Ok(visitors)
}
