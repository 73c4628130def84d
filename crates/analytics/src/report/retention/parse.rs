//! The JSON of a question about retention → what was asked.
//!
//! ```json
//! {"site_id":"demo","date_range":"84d","of":"customers","period":"week","filters":[],"currency":"EUR"}
//! ```

use kassa_eventstore::journey::Of;
use kassa_model::Currency;
use kassa_service::nearest::unknown;
use serde_json::{Map, Value};

use super::super::ask::{Invalid, Unit};
use super::super::journey::Asked;
use super::super::json::text;
use super::super::parse_extras::parse_currency;

/// Members beside those of every such question.
pub(super) const MEMBERS: &[&str] = &["of", "period", "currency"];

const OF: [(&str, Of); 2] = [("visitors", Of::Visitors), ("customers", Of::Customers)];
const PERIODS: [(&str, Unit); 3] = [("day", Unit::Day), ("week", Unit::Week), ("month", Unit::Month)];

/// A question that was understood.
#[derive(Debug)]
pub(super) struct RetentionAsk {
    pub(super) asked: Asked,
    pub(super) of: Of,
    /// None lets the range choose.
    pub(super) period: Option<Unit>,
    pub(super) currency: Option<Currency>,
}

/// Understands a question about retention.
///
/// # Errors
/// [`Invalid`] for whatever is wrong first.
pub(super) fn parse(mut members: Map<String, Value>) -> Result<RetentionAsk, Invalid> {
    let ask = RetentionAsk {
        asked: Asked::take(&mut members)?,
        of: named(members.get("of"), "of", &OF)?.unwrap_or(Of::Visitors),
        period: named(members.get("period"), "period", &PERIODS)?,
        currency: parse_currency(members.get("currency"))?,
    };
    match (ask.of, ask.currency) {
        (Of::Visitors, Some(_)) => Invalid::because("currency is of customers: visitors have no money here"),
        _ => Ok(ask),
    }
}

fn named<T: Copy>(value: Option<&Value>, what: &str, known: &[(&str, T)]) -> Result<Option<T>, Invalid> {
    let Some(value) = value else { return Ok(None) };
    let name = text(value, what)?;
    match known.iter().find(|(known, _)| *known == name) {
        Some((_, found)) => Ok(Some(*found)),
        None => {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            Invalid::because(unknown(what, name, &names))
        }
    }
}

/// How it is written.
pub(super) fn period_name(unit: Unit) -> &'static str {
    PERIODS.iter().find(|(_, known)| *known == unit).map_or("", |(name, _)| name)
}

/// How it is written.
pub(super) fn of_name(of: Of) -> &'static str {
    OF.iter().find(|(_, known)| *known == of).map_or("", |(name, _)| name)
}
