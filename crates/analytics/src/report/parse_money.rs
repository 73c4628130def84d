//! Which questions about products and orders have no meaning: visitors, visits and page views have no product, no
//! currency and no order status, so metrics of them can be neither grouped nor filtered by these.

use kassa_eventstore::query::{Field, Filter};

use super::ask::{DimensionAsk, Invalid};
use super::definitions::{FIELDS, METRICS, MetricDefinition};

/// Refuses dimensions and filters of money beside a metric that is not of money alone.
pub(crate) fn no_money_fields_elsewhere(
    metrics: &[&'static MetricDefinition],
    dimensions: &[DimensionAsk],
    filter: Option<&Filter>,
) -> Result<(), Invalid> {
    let Some(metric) = metrics.iter().find(|known| !known.metric.is_of_money()) else { return Ok(()) };
    let mut fields: Vec<&Field> = Vec::new();
    for dimension in dimensions {
        if let DimensionAsk::Field(field, _) = dimension {
            fields.push(field);
        }
    }
    if let Some(filter) = filter {
        filter.each_field(&mut |field| fields.push(field));
    }
    let Some(found) = fields.into_iter().find(|field| field.is_of_money()) else { return Ok(()) };
    let name = FIELDS.iter().find(|known| known.field == *found).map_or("", |known| known.name);
    let of_money: Vec<&str> =
        METRICS.iter().filter(|known| known.metric.is_of_money()).map(|known| known.name).collect();
    Invalid::because(format!(
        "the metric {:?} cannot be grouped or filtered by {name:?}: only {} have products and orders; ask in two queries",
        metric.name,
        of_money.join(", ")
    ))
}
