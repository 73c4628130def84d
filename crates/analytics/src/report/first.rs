//! When a site's first event or order happened: where the range `all` begins.
//!
//! Found by counting over months, then over the days of the first month that has events, its hours, its minutes. What was
//! found is only a guess the next time, for older events may have been imported and old ones removed: one question, over no
//! more than that minute and what lies before it, proves it or starts the search anew.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::tz::TimeZone;
use kassa_eventstore::query::{Cell, Dimension, Direction, Metric, OrderBy, OrderKey, Query, TimeRange};
use kassa_eventstore::{Error, EventStore};
use kassa_model::{MICROS_PER_DAY, Timestamp};

use super::ask::Unit;
use super::buckets::{BUCKETS_MAX, Buckets, buckets};
use super::calendar::Calendar;

/// The most lists of sites that are remembered.
const SITES_MAX: usize = 1_000;

/// The minutes of the first events of the sites asked for lately, by the list of them.
#[derive(Debug)]
pub(crate) struct FirstEvents {
    /// What is looked for: a minute in which one of them is not 0.
    metrics: Vec<Metric>,
    known: Mutex<HashMap<Vec<String>, TimeRange>>,
}

impl FirstEvents {
    /// Of events, and of orders: a till's have no events beside them.
    pub(crate) fn of_all() -> Self {
        Self { metrics: vec![Metric::Events, Metric::Orders], known: Mutex::default() }
    }

    /// Of events alone.
    pub(crate) fn of_visitors() -> Self {
        Self { metrics: vec![Metric::Events], known: Mutex::default() }
    }

    /// The minute of the first event that `sites` have now; `None` if they have none.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn find(
        &self,
        store: &dyn EventStore,
        sites: &[String],
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        if let Some(guess) = self.guess(sites)
            && self.is_first(store, sites, guess).await?
        {
            return Ok(Some(guess.from));
        }
        let found = self.look_up(store, sites, now).await?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= SITES_MAX {
            known.clear();
        }
        match found {
            Some(minute) => known.insert(sites.to_vec(), minute),
            None => known.remove(sites),
        };
        Ok(found.map(|minute| minute.from))
    }

    fn guess(&self, sites: &[String]) -> Option<TimeRange> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(sites).copied()
    }

    /// Whether one of `sites` has an event in `minute` and none before it.
    async fn is_first(
        &self,
        store: &dyn EventStore,
        sites: &[String],
        minute: TimeRange,
    ) -> Result<bool, Error> {
        let from = Timestamp::EARLIEST.min(minute.from);
        let mut boundaries = vec![from, minute.from, minute.to];
        boundaries.dedup();
        let range = TimeRange { from, to: minute.to };
        Ok(self.first_of(store, sites, range, &boundaries).await? == Some(minute))
    }

    async fn look_up(
        &self,
        store: &dyn EventStore,
        sites: &[String],
        now: Timestamp,
    ) -> Result<Option<TimeRange>, Error> {
        let end = now.plus_micros(2 * MICROS_PER_DAY);
        let mut range = TimeRange { from: Timestamp::EARLIEST.min(now), to: end };
        for unit in [Unit::Month, Unit::Day, Unit::Hour, Unit::Minute] {
            let utc = Calendar { zone: TimeZone::UTC, now: range.to, first: None };
            let cut: Buckets =
                buckets(range, unit, &utc).map_err(|error| Error::Invalid(error.to_string()))?;
            match self.first_of(store, sites, range, &cut.boundaries).await? {
                Some(bucket) => range = bucket,
                None => return Ok(None),
            }
        }
        Ok(Some(range))
    }

    /// The first of the buckets between `boundaries` in which one of `sites` has what is looked for.
    async fn first_of(
        &self,
        store: &dyn EventStore,
        sites: &[String],
        range: TimeRange,
        boundaries: &[Timestamp],
    ) -> Result<Option<TimeRange>, Error> {
        let query = Query {
            sites: sites.to_vec(),
            range,
            metrics: self.metrics.clone(),
            dimensions: vec![Dimension::Time { boundaries: boundaries.to_vec() }],
            filter: None,
            include_bots: true,
            include_dialect_bots: true,
            order_by: vec![OrderBy { key: OrderKey::Dimension(0), direction: Direction::Ascending }],
            limit: u32::try_from(BUCKETS_MAX).unwrap_or(u32::MAX),
            offset: 0,
            rules: Vec::new(),
        };
        let table = store.query(&query).await?;
        let filled = table.rows.iter().find_map(|row| match row.as_slice() {
            [Cell::Int(bucket), counts @ ..]
                if counts.iter().any(|count| matches!(count, Cell::Int(1..))) =>
            {
                usize::try_from(*bucket).ok()
            }
            _ => None,
        });
        let ends = filled.and_then(|bucket| boundaries.get(bucket).zip(boundaries.get(bucket + 1)));
        Ok(ends.map(|(from, to)| TimeRange { from: *from, to: *to }))
    }
}
