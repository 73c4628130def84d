//! The parts of a report: what is aggregated from events, from visits, from records of money, zeros for empty buckets.
//!
//! A query that no part of a visit can escape (grouped and filtered by fields of the visit alone) takes what it can
//! from the visits: they are fewer than events, and no join is needed.

use super::field::{of_event, of_money, of_visit};
use super::filter::{condition, is_of_visits};
use super::measure::{Measure, measures};
use super::money::Money;
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
    /// Those that are taken from events.
    of_events: Vec<Measure>,
    /// The records of money, if any measure is taken from them.
    money: Option<Money<'a>>,
    /// The condition on `e` for the events in scope.
    scope: String,
    /// The condition on `e` (and `v`) of the filter.
    filter: Option<String>,
}

impl<'a> Parts<'a> {
    /// Settles which measure is taken from where.
    pub(super) fn new(query: &'a Query) -> Result<Self, Error> {
        let mut binder = Binder::default();
        let measures = measures(&query.metrics);
        let (of_money, others): (Vec<Measure>, Vec<Measure>) =
            measures.iter().partition(|measure| measure.is_of_money());
        let scope = scope(query, &mut binder);
        let filter = match &query.filter {
            Some(filter) if !others.is_empty() => Some(condition(filter, of_event, &mut binder)?),
            _ => None,
        };
        let joined = filters_by_visit(query) || groups_by_visit(query);
        let needed = joined || measures.iter().any(|measure| measure.is_of_visits());
        let whole = needed && takes_whole_visits(query);
        // Without a join the visitors are quicker counted among the events.
        let from_visits = |measure: &Measure| {
            let told = measure.over_visits().is_some() && (joined || *measure != Measure::Visitors);
            measure.is_of_visits() || (whole && told)
        };
        let (of_visits, of_events) = others.into_iter().partition(from_visits);
        let money = if of_money.is_empty() { None } else { Some(Money::new(query, &mut binder)?) };
        Ok(Self { query, measures, binder, of_visits, of_events, money, scope, filter })
    }

    /// The tables that parts are made of: visits and money, as far as they are needed.
    pub(super) fn tables(&mut self) -> Vec<String> {
        let mut tables = Vec::new();
        let joined = filters_by_visit(self.query) || groups_by_visit(self.query);
        if !self.of_visits.is_empty() || (joined && !self.of_events.is_empty()) {
            let visits = VisitColumns::of(self.query, &self.of_visits).select(&self.scope);
            tables.push(format!("visits AS ({visits})"));
        }
        if let Some(money) = self.money.take() {
            let mut conditions = Vec::new();
            let dimensions = self.dimension_columns("e.occurred_at", &mut conditions, of_money);
            tables.extend(money.tables(&dimensions, conditions, &self.measures, &mut self.binder));
            self.money = Some(money);
        }
        tables
    }

    /// Whether there is a table `money`.
    pub(super) fn has_money(&self) -> bool {
        self.money.is_some()
    }

    /// Every part has all dimensions and all measures, zeros for those that it does not count.
    pub(super) fn all(&mut self) -> Vec<String> {
        let mut parts = Vec::new();
        if !self.of_events.is_empty() {
            parts.push(self.events_part());
        }
        if !self.of_visits.is_empty() {
            parts.push(self.visits_part());
        }
        if self.has_money() {
            parts.push(self.money_part());
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
        let of_events = &self.of_events;
        let measures =
            self.measure_columns(|measure| of_events.contains(&measure).then(|| measure.over_events()));
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

    fn money_part(&self) -> String {
        let dimensions: String =
            (0..self.query.dimensions.len()).map(|index| format!("m.d{index}, ")).collect();
        let measures = self.measure_columns(Measure::over_money);
        self.select(&dimensions, &measures, "money m", &[])
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
