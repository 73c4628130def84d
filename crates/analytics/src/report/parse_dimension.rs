//! The names of dimensions and fields.

use kassa_eventstore::query::Field;
use kassa_service::nearest::unknown;
use serde_json::Value;

use super::ask::{DimensionAsk, GOAL, Invalid, Unit};
use super::definitions::{FIELDS, PROPS_PREFIX, TIMES};
use super::json::{list, text};

/// The most dimensions of a query.
pub(crate) const DIMENSIONS_MAX: usize = 5;
/// The most bytes of a site's name or of a property's key.
pub(crate) const NAME_BYTES_MAX: usize = 255;

/// The field that a dimension's name stands for.
pub(crate) fn parse_field(name: &str) -> Result<Field, Invalid> {
    if let Some(key) = name.strip_prefix(PROPS_PREFIX) {
        return match key.len() {
            1..=NAME_BYTES_MAX => Ok(Field::Prop(key.to_owned())),
            _ => Invalid::because(format!("{PROPS_PREFIX}<key> needs a key of 1 to {NAME_BYTES_MAX} bytes")),
        };
    }
    match FIELDS.iter().find(|known| known.name == name) {
        Some(known) => Ok(known.field.clone()),
        None => Invalid::because(unknown("dimension", name, &dimension_names())),
    }
}

pub(super) fn parse_dimensions(value: Option<Value>) -> Result<Vec<DimensionAsk>, Invalid> {
    let value = value.unwrap_or_else(|| Value::Array(Vec::new()));
    let items = list(&value, "dimensions")?;
    if items.len() > DIMENSIONS_MAX {
        return Invalid::because(format!("a query has at most {DIMENSIONS_MAX} dimensions"));
    }
    let mut dimensions = Vec::with_capacity(items.len());
    for item in items {
        let name = text(item, "a dimension")?;
        let dimension = parse_dimension(name)?;
        let is_time = matches!(dimension, DimensionAsk::Time(_));
        if is_time && dimensions.iter().any(|known| matches!(known, DimensionAsk::Time(_))) {
            return Invalid::because("a query has at most one time dimension");
        }
        if dimensions.contains(&dimension) {
            return Invalid::because(format!("the dimension {name:?} is given twice"));
        }
        dimensions.push(dimension);
    }
    Ok(dimensions)
}

fn parse_dimension(name: &str) -> Result<DimensionAsk, Invalid> {
    Ok(match name {
        "time" => DimensionAsk::Time(None),
        "time:minute" => DimensionAsk::Time(Some(Unit::Minute)),
        "time:hour" => DimensionAsk::Time(Some(Unit::Hour)),
        "time:day" => DimensionAsk::Time(Some(Unit::Day)),
        "time:week" => DimensionAsk::Time(Some(Unit::Week)),
        "time:month" => DimensionAsk::Time(Some(Unit::Month)),
        GOAL => DimensionAsk::Goal,
        _ => DimensionAsk::Field(parse_field(name)?, name.to_owned()),
    })
}

fn dimension_names() -> Vec<&'static str> {
    let fields = FIELDS.iter().map(|known| known.name);
    fields.chain(["event:props:<key>", GOAL]).chain(TIMES.iter().copied()).collect()
}
