//! The parts of a report: what is aggregated from events, what is aggregated from visits, zeros for empty buckets.
//!
//! A query that no part of a visit can escape (grouped and filtered by fields of the visit alone) takes what it can
//! from the visits: they are fewer than events, and no join is needed.

use super::field::{of_event, of_visit};
use super::filter::{condition, is_of_visits};
use super::measure::{Measure, measures};
use super::visits::{VisitColumns, filters_by_visit, groups_by_visit, scope, takes_whole_visits};
use super::{Binder, Value, time};
use crate::Error;
use crate::query::{Dimension, Field, Query};

/// Makes the parts of a query.
pub(super) struct Parts<'a> {
    query: &'a Query,
    pub(super) measures: Vec<Measure>,
    pub(super) binder: Binder,
    /// Those of `measures` that are taken from visits.
    of_visits: Vec<Measure>,
    /// The condition on `e` for the events in scope.
    scope: String,
    /// The condition on `e` (and `v`) of the filter.
    filter: Option<String>,
}

impl<'a> Parts<'a> {
    /// Settles which measure is taken from where.
    pub(super) fn new(query: &'a Query) -> Result<Self, Error> {
        let mut binder = Binder::default();
        let scope = scope(query, &mut binder);
        let filter = query.filter.as_ref().map(|filter| condition(filter, &mut binder)).transpose()?;
        let measures = measures(&query.metrics);
        let joined = filters_by_visit(query) || groups_by_visit(query);
        let needed = joined || measures.iter().any(|measure| measure.is_of_visits());
        let whole = needed && takes_whole_visits(query);
        // Without a join the visitors are quicker counted among the events.
        let from_visits = |measure: &Measure| {
            let told = measure.over_visits().is_some() && (joined || *measure != Measure::Visitors);
            measure.is_of_visits() || (whole && told)
        };
        let of_visits = measures.iter().copied().filter(from_visits).collect();
        Ok(Self { query, measures, binder, of_visits, scope, filter })
    }

    /// The statement that makes the visits, if any part needs them.
    pub(super) fn visits(&self) -> Option<String> {
        let needed =
            !self.of_visits.is_empty() || filters_by_visit(self.query) || groups_by_visit(self.query);
        needed.then(|| VisitColumns::of(self.query, &self.of_visits).select(&self.scope))
    }

    /// Every part has all dimensions and all measures, zeros for those that it does not count.
    pub(super) fn all(&mut self) -> Vec<String> {
        let mut parts = Vec::new();
        if self.measures.len() > self.of_visits.len() {
            parts.push(self.events_part());
        }
        if !self.of_visits.is_empty() {
            parts.push(self.visits_part());
        }
        if let [Dimension::Time { boundaries }] = self.query.dimensions.as_slice() {
            let buckets = self.binder.bind(Value::Int(boundaries.len() as i64 - 1));
            let zeros = self.measure_columns(|_| None);
            parts.push(format!("SELECT range AS d0{zeros} FROM range({buckets})"));
        }
        parts
    }

    /// The visitors that fit the filter, without dimensions.
    pub(super) fn all_visitors(&self) -> String {
        let from = self.events(filters_by_visit(self.query));
        format!("SELECT count(DISTINCT e.visitor) FROM {from} WHERE {}", self.matching())
    }

    fn events_part(&mut self) -> String {
        let from = self.events(filters_by_visit(self.query) || groups_by_visit(self.query));
        let mut conditions = vec![self.matching()];
        let dimensions = self.dimension_columns("e.occurred_at", &mut conditions, of_event);
        let of_visits = &self.of_visits;
        let measures =
            self.measure_columns(|measure| (!of_visits.contains(&measure)).then(|| measure.over_events()));
        self.select(&dimensions, &measures, &from, &conditions)
    }

    fn visits_part(&mut self) -> String {
        let mut conditions = Vec::new();
        match (&self.query.filter, &self.filter) {
            (Some(filter), Some(condition)) if is_of_visits(filter) => conditions.push(condition.clone()),
            (Some(_), Some(_)) => {
                let from = self.events(filters_by_visit(self.query));
                conditions
                    .push(format!("v.session IN (SELECT e.session FROM {from} WHERE {})", self.matching()));
            }
            _ => {}
        }
        let dimensions = self.dimension_columns("v.first_time", &mut conditions, |field, _| of_visit(field));
        let of_visits = &self.of_visits;
        let over_visits = |measure: Measure| measure.over_visits().map(str::to_owned);
        let measures = self
            .measure_columns(|measure| of_visits.contains(&measure).then(|| over_visits(measure)).flatten());
        let mut from = "visits v".to_owned();
        if of_visits.contains(&Measure::Visitors) {
            from = VisitColumns::of(self.query, of_visits).with_all_visitors(&self.scope);
        }
        self.select(&dimensions, &measures, &from, &conditions)
    }

    /// The events that count: in scope, and fitting the filter.
    fn matching(&self) -> String {
        match &self.filter {
            None => self.scope.clone(),
            Some(filter) => format!("{} AND {filter}", self.scope),
        }
    }

    fn events(&self, joined: bool) -> String {
        let join = if joined { " JOIN visits v ON v.session = e.session" } else { "" };
        format!("events e{join}")
    }

    /// `expression AS d0, …`; buckets add the condition that `time` lies within the boundaries.
    fn dimension_columns(
        &mut self,
        time: &str,
        conditions: &mut Vec<String>,
        field: impl Fn(&Field, &mut Binder) -> String,
    ) -> String {
        let mut columns = String::new();
        for (index, dimension) in self.query.dimensions.iter().enumerate() {
            let expression = match dimension {
                Dimension::Field(asked) => field(asked, &mut self.binder),
                Dimension::Time { boundaries } => {
                    if let [first, .., last] = boundaries.as_slice() {
                        let (first, last) = (self.binder.time(*first), self.binder.time(*last));
                        conditions.push(format!("{time} >= {first} AND {time} < {last}"));
                    }
                    time::bucket(time, boundaries, &mut self.binder)
                }
            };
            columns.push_str(&format!("{expression} AS d{index}, "));
        }
        columns
    }

    /// `, expression AS column` for every measure; 0 where `expression` has none.
    fn measure_columns(&self, expression: impl Fn(Measure) -> Option<String>) -> String {
        let mut columns = String::new();
        for measure in &self.measures {
            let value = expression(*measure).unwrap_or_else(|| "0".to_owned());
            columns.push_str(&format!(", {value} AS {}", measure.column()));
        }
        columns
    }

    fn select(&self, dimensions: &str, measures: &str, from: &str, conditions: &[String]) -> String {
        let columns = format!("{dimensions}{}", measures.trim_start_matches(", "));
        let mut text = format!("SELECT {columns} FROM {from}");
        if !conditions.is_empty() {
            text.push_str(&format!(" WHERE {}", conditions.join(" AND ")));
        }
        if !self.query.dimensions.is_empty() {
            let places: Vec<String> =
                (1..=self.query.dimensions.len()).map(|place| place.to_string()).collect();
            text.push_str(&format!(" GROUP BY {}", places.join(", ")));
        }
        text
    }
}
