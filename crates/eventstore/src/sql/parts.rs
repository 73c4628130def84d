//! The parts of a report: what is aggregated from events that happened in the range, from those of visits that began in
//! it, from these visits as a whole, from records of money, zeros for empty buckets.

use super::channel::events_with_kinds;
use super::dialect::Value;
use super::digest::{self, Digest};
use super::field::{events_by_item, of_event, of_money, of_visit};
use super::filter::{condition, rows_of_fitting_visits};
use super::measure::{Measure, VISITORS, measures};
use super::money::{Money, converts};
use super::shared::Tables;
use super::statement::Binder;
use super::time;
use super::visits::{Rows, Scope, VisitColumns, asks_for, exits};
use crate::Error;
use crate::query::{Dimension, Field, Query};

/// The time of an event, and of the beginning of its visit.
const HAPPENED: &str = "e.occurred_at";
const BEGAN: &str = "e.visit_started_at";
/// The bucket of what happened in a digest.
const DIGESTED: &str = "e.bucket";

/// Makes the parts of a query.
pub(super) struct Parts<'a> {
    query: &'a Query,
    /// What is asked instead of events, if anything.
    digest: Option<&'a Digest>,
    pub(super) measures: Vec<Measure>,
    pub(super) binder: Binder,
    /// Those of `measures` that are taken from events where they happened.
    happened: Vec<Measure>,
    /// Those that are taken from events of visits that began in the range.
    begun: Vec<Measure>,
    /// Those that are taken from these visits as a whole.
    of_visits: Vec<Measure>,
    /// The records of money, if any measure is taken from them.
    money: Option<Money<'a>>,
    scope: Scope,
    /// The condition on `e` (and `x`) of the filter.
    filter: Option<String>,
    /// The condition on `v` of a filter that asks for fields of the visit alone.
    visit_filter: Option<String>,
}

impl<'a> Parts<'a> {
    /// Settles which measure is taken from where.
    pub(super) fn new(mut binder: Binder, query: &'a Query, tables: Tables<'a>) -> Result<Self, Error> {
        let digest = tables.digest;
        let measures = measures(&query.metrics);
        let (of_money, others): (Vec<Measure>, Vec<Measure>) =
            measures.iter().partition(|measure| measure.is_of_money());
        let scope = if digest.is_some() { digest::scope() } else { Scope::of(query, &mut binder) };
        let whole = query.takes_whole_visits();
        let from_visits = |measure: &Measure| measure.is_of_visits() || (whole && measure.is_of_begun());
        let events_count = !others.is_empty() || of_money.contains(&Measure::Converters);
        let (of_visits, of_events): (Vec<Measure>, Vec<Measure>) = others.into_iter().partition(from_visits);
        let (begun, happened) = of_events.into_iter().partition(|measure| measure.is_of_begun());
        // A digest has what fits. No value is bound that is not used.
        let asked = query.filter.as_ref().filter(|_| events_count && digest.is_none());
        let filter = asked.map(|filter| condition(filter, of_event, &mut binder)).transpose()?;
        let of_visit = |field: &Field, _: &mut Binder| of_visit(field);
        let visit_filter = query
            .filter
            .as_ref()
            .filter(|filter| !of_visits.is_empty() && filter.is_of_visits())
            .map(|filter| condition(filter, of_visit, &mut binder))
            .transpose()?;
        let money = if of_money.is_empty() {
            None
        } else {
            Some(Money::new(query, tables.order_visits, &mut binder)?)
        };
        Ok(Self {
            query,
            digest,
            measures,
            binder,
            happened,
            begun,
            of_visits,
            money,
            scope,
            filter,
            visit_filter,
        })
    }

    /// The tables that parts are made of: exit pages, visits, money and converters, as far as they are needed.
    pub(super) fn tables(&mut self) -> Vec<String> {
        let (dialect, mut tables) = (self.binder.dialect, Vec::new());
        if asks_for(self.query, &Field::ExitPage) {
            tables.push(exits(dialect, &self.scope));
        }
        if !self.of_visits.is_empty() {
            let visits = VisitColumns::of(self.query, &self.of_visits, self.rows(), dialect);
            let visits = visits.select(dialect, &self.rows_of_visits());
            tables.push(format!("visits AS ({visits})"));
        }
        if let Some(money) = self.money.take() {
            let mut conditions = Vec::new();
            let dimensions = self.dimension_columns(HAPPENED, &mut conditions, of_money);
            tables.extend(money.tables(&dimensions, conditions, &self.measures, &mut self.binder));
            self.money = Some(money);
        }
        if self.counts_converters() {
            tables.push(self.buyers());
        }
        tables
    }

    /// The sequences of what counts: of records of money, if it is measured on them alone, else of events that happened.
    pub(super) fn sequences(&mut self) -> String {
        if let Some(money) = &self.money {
            return money.sequences(&mut self.binder);
        }
        let looked_up = match asks_for(self.query, &Field::ExitPage) {
            true => format!("WITH {} ", exits(self.binder.dialect, &self.scope)),
            false => String::new(),
        };
        format!(
            "{looked_up}SELECT e.sequence FROM {} WHERE {}",
            self.events(),
            self.matching(&self.scope.happened)
        )
    }

    /// Whether there is a table `money`.
    pub(super) fn has_money(&self) -> bool {
        self.money.is_some()
    }

    /// Every part has all dimensions and all measures, zeros for those that it does not count.
    pub(super) fn all(&mut self) -> Vec<String> {
        let mut parts = Vec::new();
        if !self.happened.is_empty() {
            parts.push(self.events_part(HAPPENED));
        }
        if !self.begun.is_empty() {
            parts.push(self.events_part(BEGAN));
        }
        if !self.of_visits.is_empty() {
            parts.push(self.visits_part());
        }
        if self.has_money() {
            parts.push(self.money_part());
        }
        if self.counts_converters() {
            parts.push(self.converters_part());
        }
        if let [Dimension::Time { boundaries }] = self.query.dimensions.as_slice() {
            let buckets = self.binder.bind(Value::Int(boundaries.len() as i64 - 1));
            let zeros = self.measure_columns(|_| None);
            let (number, numbers) = self.binder.dialect.numbers(&buckets);
            parts.push(format!("SELECT {number} AS d0{zeros} FROM {numbers}"));
        }
        parts
    }

    /// The visitors that fit the filter, without dimensions.
    pub(super) fn all_visitors(&self) -> String {
        format!("SELECT {VISITORS} FROM {} WHERE {}", self.events(), self.matching(&self.scope.happened))
    }

    /// What is counted event by event, by its own time or by that of its visit's beginning.
    fn events_part(&mut self, time: &str) -> String {
        let (scope, counted) = match time {
            BEGAN => (&self.scope.begun, self.begun.clone()),
            _ => (&self.scope.happened, self.happened.clone()),
        };
        let mut conditions = vec![self.matching(scope)];
        if (self.digest.is_some(), time) == (true, BEGAN) {
            conditions.push("e.fitting > 0".to_owned());
        }
        let time = if time == HAPPENED { self.happened_at() } else { time };
        let dimensions = self.dimension_columns(time, &mut conditions, of_event);
        let (dialect, digested) = (self.binder.dialect, self.digest.is_some());
        let over = |measure: Measure| match digested {
            true => measure.over_digest(dialect),
            false => measure.over_events(dialect),
        };
        let measures = self.measure_columns(|measure| counted.contains(&measure).then(|| over(measure)));
        self.select(&dimensions, &measures, &self.events(), &conditions)
    }

    fn visits_part(&mut self) -> String {
        let mut conditions = Vec::new();
        if let Some(condition) = &self.visit_filter {
            conditions.push(condition.clone());
        } else if let (Some(_), Some(fits)) =
            (self.digest, digest::fits_by_events(self.query.filter.as_ref()))
        {
            conditions.push(fits);
        } else if self.filter.is_some() {
            let (from, fitting) = (self.events(), self.matching(&self.scope.begun));
            let visit = self.binder.dialect.visit();
            conditions.push(format!("v.visit IN (SELECT {visit} FROM {from} WHERE {fitting})"));
        }
        let dimensions = self.dimension_columns("v.began", &mut conditions, |field, _| of_visit(field));
        let (of_visits, dialect) = (&self.of_visits, self.binder.dialect);
        let measures = self.measure_columns(|measure| {
            of_visits.contains(&measure).then(|| measure.over_visits(dialect)).flatten()
        });
        self.select(&dimensions, &measures, "visits v", &conditions)
    }

    fn money_part(&self) -> String {
        let dimensions = self.dimensions_of("m");
        let measures = self.measure_columns(Measure::over_money);
        self.select(&dimensions, &measures, "money m", &[])
    }

    fn counts_converters(&self) -> bool {
        self.measures.contains(&Measure::Converters)
    }

    /// The visitors of each row that have a record which may make them converters. Such visitors are few: they are looked
    /// up while the events are read.
    fn buyers(&mut self) -> String {
        let mut conditions = vec![
            self.matching(&self.scope.happened),
            "e.session <> 0".to_owned(),
            format!("e.visitor IN (SELECT m.visitor FROM money m WHERE {})", converts()),
        ];
        let dimensions = self.dimension_columns(self.happened_at(), &mut conditions, of_event);
        let (from, conditions) = (self.events(), conditions.join(" AND "));
        format!("buyers AS (SELECT DISTINCT {dimensions}e.visitor FROM {from} WHERE {conditions})")
    }

    fn converters_part(&self) -> String {
        let same = |index: usize| format!(" AND b.d{index} IS NOT DISTINCT FROM m.d{index}");
        let same: String = (0..self.query.dimensions.len()).map(same).collect();
        let from = format!("money m JOIN buyers b ON b.visitor = m.visitor{same}");
        let counted = "100 * count(DISTINCT m.visitor)";
        let measures =
            self.measure_columns(|measure| (measure == Measure::Converters).then(|| counted.to_owned()));
        self.select(&self.dimensions_of("m"), &measures, &from, &[converts()])
    }

    /// When an event happened: in a digest, in which bucket.
    fn happened_at(&self) -> &'static str {
        if self.digest.is_some() { DIGESTED } else { HAPPENED }
    }

    fn dimensions_of(&self, table: &str) -> String {
        (0..self.query.dimensions.len()).map(|index| format!("{table}.d{index}, ")).collect()
    }

    /// The events of `scope` that count: those that fit the filter.
    fn matching(&self, scope: &str) -> String {
        match &self.filter {
            None => scope.to_owned(),
            Some(filter) => format!("{scope} AND {filter}"),
        }
    }

    /// The rows that visits are made of; in a digest are no others.
    fn rows_of_visits(&self) -> String {
        let fits = self.query.filter.as_ref().zip(self.filter.as_ref());
        match fits.and_then(|(filter, fits)| rows_of_fitting_visits(filter, fits)) {
            Some(fitting) => format!("{} AND {fitting}", self.scope.begun),
            None => self.scope.begun.clone(),
        }
    }

    fn rows(&self) -> Rows<'a> {
        self.digest.map_or(Rows::Events, |digest| Rows::Digest(digest.name()))
    }

    /// The events, and beside each what is looked up for it.
    fn events(&self) -> String {
        let (dialect, by_item) = (self.binder.dialect, asks_for(self.query, &Field::ItemSku));
        let table = if by_item { events_by_item(dialect) } else { self.rows().table().to_owned() };
        let by_channel = asks_for(self.query, &Field::Channel);
        let mut events = if by_channel { events_with_kinds(dialect, &table) } else { format!("{table} e") };
        if asks_for(self.query, &Field::ExitPage) {
            events.push_str(" LEFT JOIN exits x ON x.session = e.session AND x.began = e.visit_started_at");
        }
        events
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
                Dimension::Time { .. } if time == DIGESTED => {
                    conditions.push(format!("{DIGESTED} IS NOT NULL"));
                    DIGESTED.to_owned()
                }
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
