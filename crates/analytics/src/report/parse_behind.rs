//! The JSON of `POST /v1/query/rows`: a query with one row of its answer, and what is to be listed of it.
//!
//! ```json
//! {"site_id":"demo","metrics":["visitors"],"date_range":"7d","dimensions":["time:day","visit:source"],
//!  "row":["2026-11-19","Google"],"of":"events","limit":50,"cursor":"…"}
//! ```

use kassa_eventstore::query::Metric;
use kassa_service::nearest::unknown;
use serde_json::Value;

use super::ask::{Ask, Format, Invalid};
use super::json::{list, text};
use super::kept::names::Names;
use super::parse::{object, parse_query};
use super::parse_extras::whole;

const LIMIT_DEFAULT: u32 = 100;
/// The most events or records of orders of a page.
const ROWS_MAX: u32 = 1_000;
/// The most visits of a page: so many values a test may have.
pub(crate) const VISITS_MAX: u32 = 100;

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// Events that happened in the range.
    Events,
    /// Visits that began in it.
    Visits,
    /// Records of money in it.
    Orders,
}

impl Of {
    /// Its wire name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Visits => "visits",
            Self::Orders => "orders",
        }
    }

    const ALL: [Self; 3] = [Self::Events, Self::Visits, Self::Orders];

    /// What the first metric of a query is made of.
    fn behind(ask: &Ask) -> Self {
        match ask.metrics.first().map(|known| known.metric) {
            Some(Metric::Visits | Metric::ViewsPerVisit | Metric::BounceRate | Metric::VisitDuration) => {
                Self::Visits
            }
            Some(metric) if metric.is_of_money() => Self::Orders,
            _ => Self::Events,
        }
    }
}

/// A question for what lies behind a row.
#[derive(Debug)]
pub(crate) struct BehindAsk {
    pub(crate) ask: Ask,
    /// The row's dimension values, one for each dimension.
    pub(crate) row: Vec<String>,
    pub(crate) of: Of,
    pub(crate) cursor: Option<String>,
    pub(crate) limit: u32,
}

/// Understands it.
///
/// # Errors
/// [`Invalid`] for whatever is wrong first.
pub(crate) fn parse_behind(body: &[u8], names: &Names<'_>) -> Result<BehindAsk, Invalid> {
    let mut fields = object(body)?;
    let (row, of, cursor, limit) =
        (fields.remove("row"), fields.remove("of"), fields.remove("cursor"), fields.remove("limit"));
    let ask = parse_query(fields, names)?;
    if ask.format == Some(Format::Csv) {
        return Invalid::because("rows are answered as JSON: GET /v1/export has events as CSV");
    }
    let of = match of {
        None => Of::behind(&ask),
        Some(name) => parse_of(text(&name, "of")?)?,
    };
    let most = if of == Of::Visits { VISITS_MAX } else { ROWS_MAX };
    Ok(BehindAsk {
        row: parse_row(row, &ask)?,
        of,
        cursor: cursor.as_ref().map(|cursor| Ok(text(cursor, "cursor")?.to_owned())).transpose()?,
        limit: whole(limit.as_ref(), "limit", 1..=most)?.unwrap_or(LIMIT_DEFAULT),
        ask,
    })
}

fn parse_of(name: &str) -> Result<Of, Invalid> {
    let known = Of::ALL.map(Of::name);
    Of::ALL
        .into_iter()
        .find(|of| of.name() == name)
        .ok_or_else(|| Invalid(unknown("kind of rows", name, &known)))
}

fn parse_row(row: Option<Value>, ask: &Ask) -> Result<Vec<String>, Invalid> {
    let row = row.unwrap_or_else(|| Value::Array(Vec::new()));
    let mut values = Vec::new();
    for value in list(&row, "row")? {
        values.push(text(value, "a value of row")?.to_owned());
    }
    if values.len() != ask.dimensions.len() {
        return Invalid::because(format!(
            "row has the values of the dimensions: {}, not {}",
            ask.dimensions.len(),
            values.len()
        ));
    }
    Ok(values)
}
