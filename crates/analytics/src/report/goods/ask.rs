//! The JSON of a question about products or demand, understood.
//!
//! ```json
//! {"site_id":"demo","date_range":"28d","filters":[["is","visit:country",["DE"]]],"group_by":"sku","search":"mug",
//!  "currency":"EUR","order_by":[["lost_revenue","desc"]],"pagination":{"limit":100,"offset":0},"format":"csv"}
//! ```

use kassa_eventstore::goods::GoodsBy;
use kassa_eventstore::query::Direction;
use kassa_model::Currency;
use kassa_service::nearest::unknown;
use serde_json::{Map, Value};

use crate::report::ask::{Format, Invalid};
use crate::report::journey::Asked;
use crate::report::json::{list, text};
use crate::report::parse::parse_format;
use crate::report::parse_dimension::NAME_BYTES_MAX;
use crate::report::parse_extras::{parse_currency, parse_pagination};

/// By what products may be grouped.
const GROUPS: [(&str, GoodsBy); 3] =
    [("sku", GoodsBy::Sku), ("name", GoodsBy::Name), ("category", GoodsBy::Category)];

/// A question that was understood.
#[derive(Debug, Clone)]
pub(super) struct GoodsAsk<C> {
    pub(super) asked: Asked,
    pub(super) by: GoodsBy,
    /// Only products that have it in SKU, name or category, whatever the case.
    pub(super) search: Option<String>,
    pub(super) currency: Option<Currency>,
    pub(super) order: Vec<(C, Direction)>,
    pub(super) limit: u32,
    pub(super) offset: u32,
    /// How the answer is written, if that was said.
    pub(super) format: Option<Format>,
}

/// A column by which rows can be ordered.
pub(super) trait Column: Copy + PartialEq + 'static {
    /// All of them, by name; the first is the default, descending.
    const ALL: &'static [(&'static str, Self)];
    /// The members of a question beside those that all reports have.
    const MEMBERS: &'static [&'static str];
    /// The columns of a row as CSV, and those behind them that are amounts.
    const CSV: (&'static [&'static str], &'static [&'static str]);
}

/// Understands a question of these members.
///
/// # Errors
/// [`Invalid`] for whatever is wrong first.
pub(super) fn parse<C: Column>(mut fields: Map<String, Value>) -> Result<GoodsAsk<C>, Invalid> {
    let (limit, offset) = parse_pagination(fields.remove("pagination"))?;
    Ok(GoodsAsk {
        asked: Asked::take(&mut fields)?,
        by: parse_group(fields.remove("group_by"))?,
        search: parse_search(fields.remove("search"))?,
        currency: parse_currency(fields.get("currency"))?,
        order: parse_order(fields.remove("order_by"))?,
        limit,
        offset,
        format: parse_format(fields.remove("format"))?,
    })
}

/// What a group is called.
pub(super) fn group_name(by: GoodsBy) -> &'static str {
    GROUPS.iter().find(|(_, known)| *known == by).map_or("sku", |(name, _)| name)
}

fn parse_group(value: Option<Value>) -> Result<GoodsBy, Invalid> {
    let Some(value) = value else { return Ok(GoodsBy::Sku) };
    let name = text(&value, "group_by")?;
    match GROUPS.iter().find(|(known, _)| *known == name) {
        Some((_, by)) => Ok(*by),
        None => Invalid::because(unknown("group_by", name, &GROUPS.map(|(known, _)| known))),
    }
}

fn parse_search(value: Option<Value>) -> Result<Option<String>, Invalid> {
    let Some(value) = value else { return Ok(None) };
    let search = text(&value, "search")?;
    if search.len() > NAME_BYTES_MAX {
        return Invalid::because(format!("search has at most {NAME_BYTES_MAX} bytes"));
    }
    Ok(Some(search.to_lowercase()).filter(|search| !search.is_empty()))
}

fn parse_order<C: Column>(value: Option<Value>) -> Result<Vec<(C, Direction)>, Invalid> {
    let value = value.unwrap_or_else(|| Value::Array(Vec::new()));
    let mut order: Vec<(C, Direction)> = Vec::new();
    for item in list(&value, "order_by")? {
        let [name, direction] = list(item, "an item of order_by")? else {
            return Invalid::because(r#"an item of order_by is [name, "asc" or "desc"]"#);
        };
        let name = text(name, "the name in order_by")?;
        let direction = match text(direction, "the direction in order_by")? {
            "asc" => Direction::Ascending,
            "desc" => Direction::Descending,
            other => return Invalid::because(unknown("direction", other, &["asc", "desc"])),
        };
        let Some((_, column)) = C::ALL.iter().find(|(known, _)| *known == name) else {
            let names: Vec<&str> = C::ALL.iter().map(|(known, _)| *known).collect();
            return Invalid::because(unknown("column in order_by", name, &names));
        };
        if order.iter().any(|(known, _)| known == column) {
            return Invalid::because("order_by names a column twice");
        }
        order.push((*column, direction));
    }
    if order.is_empty() {
        order.extend(C::ALL.first().map(|(_, column)| (*column, Direction::Descending)));
    }
    Ok(order)
}
