//! A [`Query`] as one statement.
//!
//! Its parts (`parts.rs`) are united and summed up by dimension. The result has one column `total`, the first and the
//! last currency (NULL when no amount is asked for), one `present` (NULL when the page asked for is empty), then the
//! dimensions, then one column for each metric that is an integer and two for each that is a ratio.

use super::dialect::{Dialect, Value};
use super::measure::{Shown, shown};
use super::parts::Parts;
use super::shared::Tables;
use super::statement::{Binder, Statement};
use crate::Error;
use crate::query::{Direction, Metric, OrderKey, Query};

/// Columns before the dimensions.
pub(crate) const LEADING_COLUMNS: usize = 4;

/// Whether a metric takes two columns.
pub(crate) fn is_ratio(metric: Metric) -> bool {
    !matches!(shown(metric), Shown::Int(_))
}

/// The statement that answers `query`, asked of `shared` as far as there is some.
pub(crate) fn report(
    dialect: &'static dyn Dialect,
    query: &Query,
    shared: Tables<'_>,
) -> Result<Statement, Error> {
    let mut parts = Parts::new(Binder::ruled(dialect, &query.rules)?, query, shared)?;
    let mut tables = parts.tables();
    tables.push(format!("answer AS MATERIALIZED ({})", answer(query, &mut parts)));
    let limit = parts.binder.bind(Value::Int(i64::from(query.limit)));
    let offset = parts.binder.bind(Value::Int(i64::from(query.offset)));
    let page = format!(
        "SELECT 1 AS present, * FROM answer ORDER BY {} LIMIT {limit} OFFSET {offset}",
        order(dialect, query, "answer")
    );
    let currency = |end: &str| {
        let asked = query.asks_for_amounts() && parts.has_money();
        if asked { format!("(SELECT {end}(currency) FROM money)") } else { dialect.no_text().to_owned() }
    };
    let text = format!(
        "WITH {} SELECT t.total, t.low, t.high, p.* FROM (SELECT count(*) AS total, {} AS low, {} AS high \
         FROM answer) t LEFT JOIN ({page}) p ON TRUE ORDER BY {}",
        tables.join(", "),
        currency("min"),
        currency("max"),
        order(dialect, query, "p"),
    );
    Ok(parts.binder.statement(text))
}

/// The parts summed up, as dimensions and metric columns.
fn answer(query: &Query, parts: &mut Parts<'_>) -> String {
    let dimensions: String = (0..query.dimensions.len()).map(|index| format!("d{index}, ")).collect();
    let united = match parts.all().as_slice() {
        [one] => one.clone(),
        many => {
            let sum = |column: &str| format!("sum({column}) AS {column}");
            let sums: Vec<String> = parts.measures.iter().map(|measure| sum(measure.column())).collect();
            let group = match dimensions.strip_suffix(", ") {
                Some(columns) => format!(" GROUP BY {columns}"),
                None => String::new(),
            };
            format!("SELECT {dimensions}{} FROM ({}){group}", sums.join(", "), many.join(" UNION ALL "))
        }
    };
    let dialect = parts.binder.dialect;
    let mut columns = Vec::new();
    for (index, metric) in query.metrics.iter().enumerate() {
        match shown(*metric) {
            Shown::Int(measure) => columns.push(format!("{} AS m{index}", dialect.whole(measure.column()))),
            Shown::Ratio(numerator, denominator) => columns.push(format!(
                "{} AS m{index}, {} AS n{index}",
                dialect.whole(numerator.column()),
                dialect.whole(denominator.column())
            )),
            Shown::Percentage => columns.push(format!(
                "{} AS m{index}, ({}) AS n{index}",
                dialect.whole("(100 * visitors)"),
                parts.all_visitors()
            )),
        }
    }
    format!("SELECT {dimensions}{} FROM ({united})", columns.join(", "))
}

/// The order of rows of `table`: as asked, then by dimension values.
fn order(dialect: &dyn Dialect, query: &Query, table: &str) -> String {
    let mut keys = Vec::new();
    for order in &query.order_by {
        let column = match order.key {
            OrderKey::Dimension(index) => format!("{table}.d{index}"),
            OrderKey::Metric(index) if is_ratio(query.metrics[index]) => {
                dialect.quotient(&format!("{table}.m{index}"), &format!("{table}.n{index}"))
            }
            OrderKey::Metric(index) => format!("{table}.m{index}"),
        };
        let direction = match order.direction {
            Direction::Ascending => "ASC",
            Direction::Descending => "DESC",
        };
        keys.push(format!("{column} {direction} NULLS LAST"));
    }
    keys.extend((0..query.dimensions.len()).map(|index| format!("{table}.d{index} ASC NULLS LAST")));
    if keys.is_empty() {
        keys.push(format!("{table}.m0"));
    }
    keys.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::queries::{by, query, test};
    use crate::duckdb::dialect::DuckDb;
    use crate::query::{Field, Filter, Operator};

    #[test]
    fn nothing_of_the_input_becomes_text() {
        let evil = "x' OR 1=1 --";
        let tests = [Operator::Is, Operator::Contains, Operator::Matches]
            .map(|operator| test(Field::Prop(evil.to_owned()), operator, &[evil]));
        let asked = Query {
            sites: vec![evil.to_owned()],
            filter: Some(Filter::Or(tests.to_vec())),
            ..by(&[Field::Prop(evil.to_owned()), Field::Source], &[Metric::Visits, Metric::Events])
        };
        let statement = report(&DuckDb, &asked, Tables::default()).unwrap();
        assert!(!statement.text.contains("OR 1=1"), "{}", statement.text);
        assert!(statement.values.contains(&Value::Text(evil.to_owned())));
    }

    #[test]
    fn visits_are_made_only_when_asked_for() {
        let makes_visits =
            |query: Query| report(&DuckDb, &query, Tables::default()).unwrap().text.contains("visits AS");
        assert!(!makes_visits(by(&[Field::Page], &[Metric::Visitors, Metric::Visits, Metric::Pageviews])));
        assert!(makes_visits(query(&[Metric::BounceRate])));
        // The facts of a visit stand on its rows: to group and filter by them takes no visits.
        assert!(!makes_visits(by(&[Field::Source], &[Metric::Visitors, Metric::Events, Metric::TimeOnPage])));
        let filtered = Some(test(Field::Country, Operator::Is, &["DE"]));
        assert!(!makes_visits(Query { filter: filtered, ..by(&[Field::Page], &[Metric::Visits]) }));
        assert!(makes_visits(by(&[Field::Source], &[Metric::Visits])));
    }
}
