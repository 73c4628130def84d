//! What was not counted: refused events, duplicates and those of excluded addresses, by site and UTC day of receipt; bots and what
//! rules exclude, which are stored, by UTC day and country. Whoever opted out of being recognised is counted, as a visitor of one
//! day, and not told of here.

use std::collections::BTreeMap;

use kassa_eventstore::query::{
    Cell, Dimension, Direction, Field, Metric, OrderBy, OrderKey, Query, Table, TimeRange,
};
use kassa_eventstore::{Error, EventStore};
use kassa_model::{MICROS_PER_DAY, Outcome, Reason, Timestamp};
use serde_json::{Value, json};

use super::kept::seen::Seen;

/// The most days of a question.
pub(crate) const DAYS_MAX: i64 = 1_000;
/// The most pairs of a day and a country that are told apart.
const BOTS_MAX: u32 = 100_000;
/// By what events are excluded.
const ADDRESS: &str = "address";
const RULE: &str = "rule";

/// Some events that are counted nowhere, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Why {
    /// UTC days since 1970.
    pub(crate) day: i64,
    /// `bot`, `duplicate`, `excluded` or `rejected`.
    pub(crate) outcome: &'static str,
    /// Why they were rejected; by what they were excluded: `address` or `rule`.
    pub(crate) reason: Option<&'static str>,
    /// Of what is stored: where they were, as far as that is known.
    pub(crate) country: Option<String>,
}

/// What came of the events of some days.
#[derive(Debug, Default)]
pub(crate) struct Ends {
    /// Not counted, and how many.
    pub(crate) dropped: BTreeMap<Why, u64>,
    /// Stored, bots among them.
    pub(crate) stored: u64,
}

/// The UTC days that `range` touches.
pub(crate) fn days_of(range: TimeRange) -> std::ops::Range<i64> {
    range.from.day()..range.to.plus_micros(-1).day() + 1
}

/// What came of the events of `sites` on the UTC days that `range` touches.
///
/// # Errors
/// The store's; [`Error::Invalid`] for more than [`DAYS_MAX`] days.
pub(crate) async fn ends(store: &Seen, sites: &[String], range: TimeRange) -> Result<Ends, Error> {
    let std::ops::Range { start: first, end } = days_of(range);
    if end - first > DAYS_MAX {
        return Err(Error::Invalid(format!(
            "what was not counted is told of {DAYS_MAX} days at most: name fewer"
        )));
    }
    let mut ends = Ends::default();
    for (key, count) in store.counts().await? {
        if !sites.contains(&key.site) || !(first..end).contains(&key.day) {
            continue;
        }
        let (outcome, reason) = match key.outcome {
            Outcome::Stored => {
                ends.stored += count;
                continue;
            }
            Outcome::Duplicate => ("duplicate", None),
            Outcome::Rejected(Reason::ExcludedAddress) => ("excluded", Some(ADDRESS)),
            Outcome::Rejected(reason) => ("rejected", Some(reason.name())),
        };
        *ends.dropped.entry(Why { day: key.day, outcome, reason, country: None }).or_default() += count;
    }
    add_stored(store, sites, first..end, &mut ends).await?;
    Ok(ends)
}

/// Bots are what there is more when they are counted, and what rules exclude is what there is more without rules.
async fn add_stored(
    store: &Seen,
    sites: &[String],
    days: std::ops::Range<i64>,
    ends: &mut Ends,
) -> Result<(), Error> {
    let boundaries: Vec<Timestamp> =
        (days.start..=days.end).map(|day| Timestamp::from_micros(day * MICROS_PER_DAY)).collect();
    let [from, .., to] = boundaries.as_slice() else { return Ok(()) };
    let all = Query {
        sites: sites.to_vec(),
        range: TimeRange { from: *from, to: *to },
        metrics: vec![Metric::Events],
        dimensions: vec![
            Dimension::Time { boundaries: boundaries.clone() },
            Dimension::Field(Field::Country),
        ],
        filter: None,
        include_bots: true,
        include_dialect_bots: true,
        rules: Vec::new(),
        order_by: vec![OrderBy { key: OrderKey::Dimension(0), direction: Direction::Descending }],
        limit: BOTS_MAX,
        offset: 0,
    };
    let people = Query { include_bots: false, include_dialect_bots: false, ..all.clone() };
    let tables = match store.excludes(sites) {
        true => store.with_and_without_rules(&[all.clone(), people], &all).await?,
        false => store.queries(&[all, people]).await?.tables.into_iter().collect::<Result<_, _>>()?,
    };
    let counts: Vec<_> = tables.iter().map(counts).collect();
    for (more, less, outcome, reason) in [(0, 1, "bot", None), (2, 0, "excluded", Some(RULE))] {
        let (Some(more), Some(less)) = (counts.get(more), counts.get(less)) else { continue };
        for ((bucket, country), events) in more {
            let dropped = events - less.get(&(*bucket, country.clone())).copied().unwrap_or_default();
            if dropped > 0 {
                let why = Why { day: days.start + bucket, outcome, reason, country: country.clone() };
                ends.dropped.insert(why, dropped.unsigned_abs());
            }
        }
    }
    Ok(())
}

fn counts(table: &Table) -> BTreeMap<(i64, Option<String>), i64> {
    let count = |row: &Vec<Cell>| match row.as_slice() {
        [Cell::Int(bucket), Cell::Text(country), Cell::Int(events)] => {
            Some(((*bucket, Some(country.clone())), *events))
        }
        [Cell::Int(bucket), Cell::Null, Cell::Int(events)] => Some(((*bucket, None), *events)),
        _ => None,
    };
    table.rows.iter().filter_map(count).collect()
}

impl Why {
    /// `{"outcome","reason"?,"country"?,"events"}`, without the day; `country` of bots and of what rules exclude.
    pub(crate) fn show(&self, events: u64) -> Value {
        let mut shown = json!({"outcome": self.outcome, "events": events});
        if let Some(reason) = self.reason {
            shown["reason"] = json!(reason);
        }
        if self.outcome == "bot" || self.reason == Some(RULE) {
            shown["country"] = json!(self.country);
        }
        shown
    }
}
