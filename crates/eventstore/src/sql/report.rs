//! A [`Query`] as one statement.
//!
//! Its parts (`parts.rs`) are united and summed up by dimension. The result has one column `total`, one `present`
//! (NULL when the page asked for is empty), then the dimensions, then one column for each metric that is an integer
//! and two for each that is a ratio.

use super::measure::{Shown, shown};
use super::parts::Parts;
use super::{Statement, Value};
use crate::Error;
use crate::query::{Direction, Metric, OrderKey, Query};

/// Columns before the dimensions.
pub(crate) const LEADING_COLUMNS: usize = 2;

/// Whether a metric takes two columns.
pub(crate) fn is_ratio(metric: Metric) -> bool {
    !matches!(shown(metric), Shown::Int(_))
}

/// The statement that answers `query`.
pub(crate) fn report(query: &Query) -> Result<Statement, Error> {
    let mut parts = Parts::new(query)?;
    let mut tables: Vec<String> =
        parts.visits().map(|visits| format!("visits AS ({visits})")).into_iter().collect();
    tables.push(format!("answer AS MATERIALIZED ({})", answer(query, &mut parts)));
    let limit = parts.binder.bind(Value::Int(i64::from(query.limit)));
    let offset = parts.binder.bind(Value::Int(i64::from(query.offset)));
    let page = format!(
        "SELECT 1 AS present, * FROM answer ORDER BY {} LIMIT {limit} OFFSET {offset}",
        order(query, "answer")
    );
    let text = format!(
        "WITH {} SELECT t.total, p.* FROM (SELECT count(*) AS total FROM answer) t LEFT JOIN ({page}) p ON TRUE \
         ORDER BY {}",
        tables.join(", "),
        order(query, "p"),
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
            let group = if dimensions.is_empty() { "" } else { " GROUP BY ALL" };
            format!("SELECT {dimensions}{} FROM ({}){group}", sums.join(", "), many.join(" UNION ALL "))
        }
    };
    let mut columns = Vec::new();
    for (index, metric) in query.metrics.iter().enumerate() {
        match shown(*metric) {
            Shown::Int(measure) => columns.push(format!("{}::BIGINT AS m{index}", measure.column())),
            Shown::Ratio(numerator, denominator) => columns.push(format!(
                "{}::BIGINT AS m{index}, {}::BIGINT AS n{index}",
                numerator.column(),
                denominator.column()
            )),
            Shown::Percentage => columns.push(format!(
                "(100 * visitors)::BIGINT AS m{index}, ({}) AS n{index}",
                parts.all_visitors()
            )),
        }
    }
    format!("SELECT {dimensions}{} FROM ({united})", columns.join(", "))
}

/// The order of rows of `table`: as asked, then by dimension values.
fn order(query: &Query, table: &str) -> String {
    let mut keys = Vec::new();
    for order in &query.order_by {
        let column = match order.key {
            OrderKey::Dimension(index) => format!("{table}.d{index}"),
            OrderKey::Metric(index) if is_ratio(query.metrics[index]) => {
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
    keys.extend((0..query.dimensions.len()).map(|index| format!("{table}.d{index} ASC NULLS LAST")));
    if keys.is_empty() {
        keys.push(format!("{table}.m0"));
    }
    keys.join(", ")
}

#[cfg(test)]
mod printing {
    use super::*;
    use crate::conformance::queries::{buckets, by, is, largest, query};
    use crate::conformance::sample::after;
    use crate::query::{Field, TimeRange};

    #[test]
    fn print() {
        let month = TimeRange { from: after(0), to: after(30 * 86_400) };
        let days: Vec<i64> = (0..=30).map(|d| d * 86_400).collect();
        use crate::query::Dimension;
        let five = [
            query(&[
                Metric::Visitors,
                Metric::Visits,
                Metric::Pageviews,
                Metric::BounceRate,
                Metric::VisitDuration,
            ]),
            Query { dimensions: vec![buckets(&days)], ..query(&[Metric::Visitors, Metric::Pageviews]) },
            Query {
                order_by: vec![largest(0)],
                limit: 10,
                ..by(&[Field::Page], &[Metric::Visitors, Metric::Pageviews])
            },
            Query {
                order_by: vec![largest(0)],
                limit: 10,
                ..by(&[Field::Source], &[Metric::Visitors, Metric::BounceRate])
            },
            Query {
                order_by: vec![largest(0)],
                limit: 10,
                filter: Some(is(Field::Page, &["/p/7"])),
                ..by(&[Field::Device, Field::Browser], &[Metric::Visitors])
            },
        ];
        let _ = |d: Dimension| d;
        for query in five {
            let query = Query { range: month, ..query };
            let s = report(&query).unwrap();
            let values: Vec<String> = s
                .values
                .iter()
                .map(|v| match v {
                    Value::Text(t) => format!("'{t}'"),
                    Value::Int(n) => n.to_string(),
                    Value::Unsigned(n) => n.to_string(),
                    Value::Time(t) => format!("make_timestamp({})", t.micros()),
                })
                .collect();
            println!("QUERY {}\nVALUES {}", s.text.replace('\n', " "), values.join(" | "));
        }
    }
}
