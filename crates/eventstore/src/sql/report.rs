//! A [`Query`] as one statement.
//!
//! Its parts are united and summed up by dimension: what is aggregated from events, what is aggregated from visits,
//! and a row of zeros for each bucket when time is the only dimension. The result has one column `total`, one
//! `present` (NULL when the page asked for is empty), then the dimensions, then one column for each metric that is an
//! integer and two for each that is a ratio.

use super::field::{of_event, of_visit};
use super::filter::{condition, is_of_visits};
use super::measure::{Measure, Shown, measures, shown};
use super::visits::{VisitColumns, scope};
use super::{Binder, Statement, Value, time};
use crate::Error;
use crate::query::{Dimension, Direction, Metric, OrderKey, Query};

/// Columns before the dimensions.
pub(crate) const LEADING_COLUMNS: usize = 2;

/// Whether a metric takes two columns.
pub(crate) fn is_ratio(metric: Metric) -> bool {
    !matches!(shown(metric), Shown::Int(_))
}

/// The statement that answers `query`.
pub(crate) fn report(query: &Query) -> Result<Statement, Error> {
    let mut compiler = Compiler::new(query)?;
    let mut tables = Vec::new();
    if compiler.joins_visits || compiler.has_visit_measures() {
        let columns = VisitColumns::of(query, &compiler.measures);
        tables.push(format!("visits AS ({})", columns.select(&compiler.scope)));
    }
    let parts = compiler.parts();
    tables.push(format!("answer AS MATERIALIZED ({})", compiler.answer(&parts)));
    let page = compiler.page();
    let text = format!(
        "WITH {} SELECT t.total, p.* FROM (SELECT count(*) AS total FROM answer) t LEFT JOIN ({page}) p ON TRUE \
         ORDER BY {}",
        tables.join(", "),
        compiler.order("p"),
    );
    Ok(compiler.binder.statement(text))
}

struct Compiler<'a> {
    query: &'a Query,
    measures: Vec<Measure>,
    binder: Binder,
    /// The condition on `e` for the events in scope.
    scope: String,
    /// The condition on `e` (and `v`) of the filter.
    filter: Option<String>,
    /// Whether events are joined with their visits.
    joins_visits: bool,
}

impl<'a> Compiler<'a> {
    fn new(query: &'a Query) -> Result<Self, Error> {
        let mut binder = Binder::default();
        let scope = scope(query, &mut binder);
        let filter = query.filter.as_ref().map(|filter| condition(filter, &mut binder)).transpose()?;
        let joins_visits = VisitColumns::of_events(query);
        Ok(Self { query, measures: measures(&query.metrics), binder, scope, filter, joins_visits })
    }

    fn has_visit_measures(&self) -> bool {
        self.measures.iter().any(|measure| measure.is_of_visits())
    }

    /// Every part has all dimensions and all measures, zeros for those that it does not count.
    fn parts(&mut self) -> Vec<String> {
        let mut parts = Vec::new();
        if self.measures.iter().any(|measure| !measure.is_of_visits()) {
            parts.push(self.events_part());
        }
        if self.has_visit_measures() {
            parts.push(self.visits_part());
        }
        if let [Dimension::Time { boundaries }] = self.query.dimensions.as_slice() {
            let buckets = self.binder.bind(Value::Int(boundaries.len() as i64 - 1));
            let zeros = self.measure_columns(|_| None);
            parts.push(format!("SELECT range AS d0{zeros} FROM range({buckets})"));
        }
        parts
    }

    fn events_part(&mut self) -> String {
        let mut conditions = vec![self.matching()];
        let dimensions = self.dimension_columns("e.occurred_at", &mut conditions, of_event);
        let measures = self.measure_columns(|measure| (!measure.is_of_visits()).then(|| measure.aggregate()));
        self.select(&dimensions, &measures, &self.events(), &conditions)
    }

    fn visits_part(&mut self) -> String {
        let mut conditions = Vec::new();
        match (&self.query.filter, &self.filter) {
            (Some(filter), Some(condition)) if is_of_visits(filter) => conditions.push(condition.clone()),
            (Some(_), Some(_)) => conditions.push(format!(
                "v.session IN (SELECT e.session FROM {} WHERE {})",
                self.events(),
                self.matching()
            )),
            _ => {}
        }
        let dimensions = self.dimension_columns("v.first_time", &mut conditions, |field, _| of_visit(field));
        let measures = self.measure_columns(|measure| measure.is_of_visits().then(|| measure.aggregate()));
        self.select(&dimensions, &measures, "visits v", &conditions)
    }

    /// The events that count: in scope, and fitting the filter.
    fn matching(&self) -> String {
        match &self.filter {
            None => self.scope.clone(),
            Some(filter) => format!("{} AND {filter}", self.scope),
        }
    }

    fn events(&self) -> String {
        let join = if self.joins_visits { " JOIN visits v ON v.session = e.session" } else { "" };
        format!("events e{join}")
    }

    /// `expression AS d0, …`; buckets add the condition that `time` lies within the boundaries.
    fn dimension_columns(
        &mut self,
        time: &str,
        conditions: &mut Vec<String>,
        field: impl Fn(&crate::query::Field, &mut Binder) -> String,
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
            let names: Vec<String> =
                (0..self.query.dimensions.len()).map(|index| (index + 1).to_string()).collect();
            text.push_str(&format!(" GROUP BY {}", names.join(", ")));
        }
        text
    }

    /// The parts summed up, as dimensions and metric columns.
    fn answer(&self, parts: &[String]) -> String {
        let dimensions: String =
            (0..self.query.dimensions.len()).map(|index| format!("d{index}, ")).collect();
        let united = match parts {
            [one] => one.clone(),
            many => {
                let sums: Vec<String> = self
                    .measures
                    .iter()
                    .map(|measure| format!("sum({0}) AS {0}", measure.column()))
                    .collect();
                let group = if dimensions.is_empty() { "" } else { " GROUP BY ALL" };
                let all = many.join(" UNION ALL ");
                format!("SELECT {dimensions}{} FROM ({all}){group}", sums.join(", "))
            }
        };
        let mut columns = Vec::new();
        for (index, metric) in self.query.metrics.iter().enumerate() {
            match shown(*metric) {
                Shown::Int(measure) => columns.push(format!("{}::BIGINT AS m{index}", measure.column())),
                Shown::Ratio(numerator, denominator) => columns.push(format!(
                    "{}::BIGINT AS m{index}, {}::BIGINT AS n{index}",
                    numerator.column(),
                    denominator.column()
                )),
                Shown::Percentage => columns
                    .push(format!("(100 * visitors)::BIGINT AS m{index}, ({}) AS n{index}", self.visitors())),
            }
        }
        format!("SELECT {dimensions}{} FROM ({united})", columns.join(", "))
    }

    /// Visitors under the same filter without dimensions.
    fn visitors(&self) -> String {
        format!("SELECT count(DISTINCT e.visitor) FROM {} WHERE {}", self.events(), self.matching())
    }

    /// The rows asked for.
    fn page(&mut self) -> String {
        let limit = self.binder.bind(Value::Int(i64::from(self.query.limit)));
        let offset = self.binder.bind(Value::Int(i64::from(self.query.offset)));
        format!(
            "SELECT 1 AS present, * FROM answer ORDER BY {} LIMIT {limit} OFFSET {offset}",
            self.order("answer")
        )
    }

    /// The order of rows of `table`: as asked, then by dimension values.
    fn order(&self, table: &str) -> String {
        let mut keys = Vec::new();
        for order in &self.query.order_by {
            let column = match order.key {
                OrderKey::Dimension(index) => format!("{table}.d{index}"),
                OrderKey::Metric(index) if is_ratio(self.query.metrics[index]) => {
                    format!("({table}.m{index}::DOUBLE / nullif({table}.n{index}, 0)::DOUBLE)")
                }
                OrderKey::Metric(index) => format!("{table}.m{index}"),
            };
            let direction = match order.direction {
                Direction::Ascending => "ASC",
                Direction::Descending => "DESC",
            };
            keys.push(format!("{column} {direction} NULLS LAST"));
        }
        keys.extend((0..self.query.dimensions.len()).map(|index| format!("{table}.d{index} ASC NULLS LAST")));
        if keys.is_empty() {
            keys.push(format!("{table}.m0"));
        }
        keys.join(", ")
    }
}
