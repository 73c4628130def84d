//! The list of events, newest received first.

use super::dialect::{Dialect, Value};
use super::field::path_sent;
use super::filter::people;
use super::parts::Parts;
use super::rules::ruled_events;
use super::shared::Tables;
use super::statement::{Binder, Statement, led_by};
use crate::export::ROW_BYTES;
use crate::query::{EventFilter, Query};
use crate::{Error, RowPlace};

/// Selects `columns` of the events of `filter`.
pub(crate) fn list_events(
    dialect: &'static dyn Dialect,
    filter: &EventFilter,
    columns: &[&str],
) -> Result<Statement, Error> {
    let mut binder = Binder::new(dialect);
    let conditions = conditions(filter, &mut binder)?;
    let limit = binder.bind(Value::Int(i64::from(filter.limit)));
    let text = format!(
        "SELECT {} FROM events WHERE {conditions} ORDER BY received_at DESC, log_offset DESC, row_index DESC, \
         log_partition DESC LIMIT {limit}",
        columns.join(", "),
    );
    Ok(binder.statement(text))
}

/// The columns whose texts may be long.
const LONG: [&str; 11] = [
    "id",
    "name_sent",
    "props",
    "user_id",
    "path",
    "title",
    "component",
    "location_type",
    "target",
    "own",
    "visit_entry_page",
];

/// Those that an event and its visit most often have in common.
const LONG_TWICE: [&str; 6] = [
    "visit_referrer",
    "visit_utm_source",
    "visit_utm_medium",
    "visit_utm_campaign",
    "visit_utm_term",
    "visit_utm_content",
];

/// Weighs the events of `filter` by stretches of receipt of `unit` µs, newest first: about how many bytes each has.
pub(crate) fn weigh_events(
    dialect: &'static dyn Dialect,
    filter: &EventFilter,
    unit: i64,
) -> Result<Statement, Error> {
    let mut binder = Binder::new(dialect);
    let conditions = conditions(filter, &mut binder)?;
    let unit = binder.bind(Value::Int(unit));
    let once = LONG.iter().map(|column| format!(" + coalesce({}, 0)", dialect.bytes(column)));
    let twice = LONG_TWICE.iter().map(|column| format!(" + 2 * coalesce({}, 0)", dialect.bytes(column)));
    let texts: String = once.chain(twice).collect();
    let text = format!(
        "SELECT {} AS stretch, {} AS bytes FROM events WHERE {conditions} GROUP BY stretch ORDER BY stretch DESC",
        dialect.divided(&dialect.micros("received_at"), &unit),
        dialect.whole(&format!("sum({ROW_BYTES}{texts})")),
    );
    Ok(binder.statement(text))
}

fn conditions(filter: &EventFilter, binder: &mut Binder) -> Result<String, Error> {
    let mut conditions = times(filter, binder);
    if let Some(sites) = &filter.sites {
        conditions.push(binder.is_one_of("site", sites));
    }
    if !filter.names.is_empty() {
        let names: Vec<String> = filter.names.iter().map(|name| name.to_ascii_lowercase()).collect();
        let [name, name_sent] = ["name", "name_sent"].map(|column| binder.dialect.ascii_lowercase(column));
        let (by_name, by_name_sent) = (binder.is_one_of(&name, &names), binder.is_one_of(&name_sent, &names));
        conditions.push(format!("({by_name} OR {by_name_sent})"));
    }
    let texts = [
        ("name_sent", &filter.name_sent),
        ("location_type", &filter.location_type),
        ("component", &filter.component),
        ("path", &filter.path),
        ("user_id", &filter.user),
        ("id", &filter.id),
        ("order_id", &filter.order),
    ];
    for (column, text) in texts {
        if let Some(text) = text {
            conditions.push(format!("{column} = {}", binder.text(text)));
        }
    }
    if let Some(sent) = &filter.path_sent {
        conditions.push(format!("{} = {}", path_sent(binder.dialect, ""), binder.text(sent)));
    }
    if let Some(visitor) = filter.visitor {
        conditions.push(format!("visitor = {}", binder.bind(Value::Int(visitor))));
    }
    conditions.extend(people(filter.bots(), ""));
    conditions.extend(filter.before.map(|place| before(binder, place)));
    if let Some(counted) = &filter.counted {
        conditions.push(format!("sequence IN ({})", sequences(&counted.query(), binder)?));
    }
    if conditions.is_empty() {
        conditions.push("TRUE".to_owned());
    }
    Ok(conditions.join(" AND "))
}

/// The sequences of what counts in `query`.
fn sequences(query: &Query, binder: &mut Binder) -> Result<String, Error> {
    let mut bound = std::mem::replace(binder, Binder::new(binder.dialect));
    let rules = ruled_events(&query.rules, &mut bound)?;
    let mut parts = Parts::new(bound, query, Tables::default())?;
    let text = parts.sequences();
    *binder = parts.binder;
    Ok(led_by(rules, text))
}

fn times(filter: &EventFilter, binder: &mut Binder) -> Vec<String> {
    let bounds = [
        ("received_at >=", filter.received_from),
        ("received_at <", filter.received_to),
        ("occurred_at >=", filter.occurred_from),
        ("occurred_at <", filter.occurred_to),
    ];
    let mut conditions = Vec::new();
    for (comparison, bound) in bounds {
        if let Some(time) = bound {
            conditions.push(format!("{comparison} {}", binder.time(time)));
        }
    }
    conditions
}

/// The received time alone comes first, so that whole row groups can be passed over.
fn before(binder: &mut Binder, place: RowPlace) -> String {
    let received = binder.time(place.received_at);
    let offset = binder.bind(Value::Unsigned(place.offset));
    let index = binder.bind(Value::Unsigned(u64::from(place.index)));
    let partition = binder.bind(Value::Unsigned(u64::from(place.partition)));
    format!(
        "received_at <= {received} AND (received_at < {received} OR log_offset < {offset} OR (log_offset = {offset} \
         AND (row_index < {index} OR (row_index = {index} AND log_partition < {partition}))))"
    )
}
