//! When a site's first event happened: where the range `all` begins.
//!
//! Found by counting over months, then over the days of the first month that has events, its hours, its minutes; kept for
//! a minute, because late events can still move it back.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::tz::TimeZone;
use kassa_eventstore::query::{Cell, Dimension, Direction, Metric, OrderBy, OrderKey, Query, TimeRange};
use kassa_eventstore::{Error, EventStore};
use kassa_model::{MICROS_PER_DAY, MICROS_PER_SECOND, Timestamp};

use super::ask::Unit;
use super::buckets::{BUCKETS_MAX, buckets};
use super::calendar::Place;

/// How long an answer holds.
const KEPT_MICROS: i64 = 60 * MICROS_PER_SECOND;
/// The most sites that are remembered.
const SITES_MAX: usize = 1_000;

/// The first events of the sites asked for lately.
#[derive(Debug, Default)]
pub(crate) struct FirstEvents(Mutex<HashMap<String, Known>>);

#[derive(Debug, Clone, Copy)]
struct Known {
    asked_at: Timestamp,
    first: Option<Timestamp>,
}

impl FirstEvents {
    /// The minute of the first event of `site`; `None` if it has none.
    pub(crate) async fn find(
        &self,
        store: &dyn EventStore,
        site: &str,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        if let Some(first) = self.remembered(site, now) {
            return Ok(first);
        }
        let first = look_up(store, site, now).await?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= SITES_MAX {
            known.clear();
        }
        known.insert(site.to_owned(), Known { asked_at: now, first });
        Ok(first)
    }

    fn remembered(&self, site: &str, now: Timestamp) -> Option<Option<Timestamp>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.get(site)?;
        let age = now.micros().saturating_sub(found.asked_at.micros());
        // Without an event yet, the first may come any moment.
        (found.first.is_some() && (0..KEPT_MICROS).contains(&age)).then_some(found.first)
    }
}

async fn look_up(store: &dyn EventStore, site: &str, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let end = now.plus_micros(2 * MICROS_PER_DAY);
    let mut range = TimeRange { from: Timestamp::EARLIEST.min(now), to: end };
    for unit in [Unit::Month, Unit::Day, Unit::Hour, Unit::Minute] {
        match first_bucket(store, site, range, unit).await? {
            Some(bucket) => range = bucket,
            None => return Ok(None),
        }
    }
    Ok(Some(range.from))
}

async fn first_bucket(
    store: &dyn EventStore,
    site: &str,
    range: TimeRange,
    unit: Unit,
) -> Result<Option<TimeRange>, Error> {
    let utc = Place { zone: TimeZone::UTC, now: range.to, first: None };
    let cut = buckets(range, unit, &utc).map_err(|error| Error::Invalid(error.to_string()))?;
    let query = Query {
        sites: vec![site.to_owned()],
        range,
        metrics: vec![Metric::Events],
        dimensions: vec![Dimension::Time { boundaries: cut.boundaries.clone() }],
        filter: None,
        include_bots: true,
        order_by: vec![OrderBy { key: OrderKey::Dimension(0), direction: Direction::Ascending }],
        limit: u32::try_from(BUCKETS_MAX).unwrap_or(u32::MAX),
        offset: 0,
    };
    let table = store.query(&query).await?;
    let filled = table.rows.iter().find_map(|row| match row.as_slice() {
        [Cell::Int(bucket), Cell::Int(1..)] => usize::try_from(*bucket).ok(),
        _ => None,
    });
    let ends = filled.and_then(|bucket| cut.boundaries.get(bucket).zip(cut.boundaries.get(bucket + 1)));
    Ok(ends.map(|(from, to)| TimeRange { from: *from, to: *to }))
}
