//! The JSON of `POST /v1/query/batch` → several [`Ask`]s. What all have in common stands once, outside:
//!
//! ```json
//! {"site_id":"demo","date_range":"7d","filters":[["is","visit:country",["DE"]]],
//!  "queries":[{"metrics":["visitors"]},{"metrics":["visitors"],"dimensions":["visit:source"],"date_range":"28d"}]}
//! ```

use serde_json::{Map, Value};

use super::ask::{Ask, Format, Invalid};
use super::json::{kind, known_keys, list};
use super::kept::names::Names;
use super::parse::{object, parse_query, parse_sites, required};

/// The most queries of a batch.
pub(crate) const QUERIES_MAX: usize = 20;

/// Members of a query that may stand outside; one of its own goes before.
const COMMON: [&str; 4] = ["site_id", "date_range", "filters", "timezone"];

/// A batch that was understood.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The sites that stand outside; none where every query names its own.
    pub(crate) sites: Vec<String>,
    /// The queries, each by itself.
    pub(crate) asks: Vec<Result<Ask, Invalid>>,
}

/// Understands a batch.
///
/// # Errors
/// [`Invalid`] for what is wrong with the batch itself.
pub(crate) fn parse_batch(body: &[u8], names: &Names<'_>) -> Result<Batch, Invalid> {
    let fields = object(body)?;
    known_keys("field", &fields, &["queries", "site_id", "date_range", "filters", "timezone"])?;
    let queries = required(fields.get("queries").cloned(), "queries")?;
    let queries = list(&queries, "queries")?;
    if queries.is_empty() || queries.len() > QUERIES_MAX {
        return Invalid::because(format!("a batch has 1 to {QUERIES_MAX} queries"));
    }
    let sites = fields.get("site_id").map(parse_sites).transpose()?.unwrap_or_default();
    Ok(Batch { sites, asks: queries.iter().map(|query| parse_one(query, &fields, names)).collect() })
}

fn parse_one(query: &Value, common: &Map<String, Value>, names: &Names<'_>) -> Result<Ask, Invalid> {
    let Value::Object(own) = query else {
        return Invalid::because(format!("a query is a JSON object, not {}", kind(query)));
    };
    let mut fields = own.clone();
    for name in COMMON {
        if let Some(value) = common.get(name) {
            fields.entry(name).or_insert_with(|| value.clone());
        }
    }
    let ask = parse_query(fields, names)?;
    match ask.format {
        Some(Format::Csv) => Invalid::because("a batch is answered as JSON: ask this query alone for a file"),
        _ => Ok(ask),
    }
}
