//! Visits as rows, the newest first: which ones count, then what is known of each as a whole.

use kassa_eventstore::query::{
    Cell, Dimension, Direction, Field, Filter, Metric, Operator, OrderBy, OrderKey, Query, TimeRange,
};
use kassa_eventstore::{Error, EventStore};
use kassa_model::Timestamp;
use serde_json::{Map, Value, json};

use super::ask::Invalid;
use super::refusal::Refusal;

/// What is shown of a visit, by name.
const SHOWN: [(&str, Field); 10] = [
    ("entry_page", Field::EntryPage),
    ("exit_page", Field::ExitPage),
    ("source", Field::Source),
    ("channel", Field::Channel),
    ("utm_campaign", Field::UtmCampaign),
    ("referrer", Field::Referrer),
    ("country", Field::Country),
    ("device", Field::Device),
    ("browser", Field::Browser),
    ("os", Field::Os),
];

/// A page of the visits that count in `query`, and where the next begins. A cursor is the beginning of the last visit that was
/// shown, and how many that began then were.
///
/// # Errors
/// A cursor of something else; the store's.
pub(crate) async fn list_visits(
    store: &dyn EventStore,
    mut query: Query,
    (cursor, limit): (Option<&str>, u32),
) -> Result<(Vec<Value>, Option<String>), Refusal> {
    let before = cursor.map(parse_cursor).transpose()?;
    if let Some((began, shown)) = before {
        query.range.to = query.range.to.min(began.plus_micros(1));
        query.offset = shown;
    }
    let all = query.range;
    if all.from >= all.to {
        return Ok((Vec::new(), None));
    }
    let bots = (query.include_bots, query.include_dialect_bots, query.sites.clone());
    let named = Query {
        metrics: vec![Metric::Visits],
        dimensions: vec![Dimension::Field(Field::Visit)],
        order_by: vec![newest_first()],
        limit: limit + 1,
        offset: before.map_or(0, |(_, shown)| shown),
        ..query
    };
    let table = store.query(&named).await?;
    let mut names: Vec<String> = Vec::new();
    for row in table.rows {
        if let Some(Cell::Text(name)) = row.into_iter().next() {
            names.push(name);
        }
    }
    let more = names.len() > limit as usize;
    names.truncate(limit as usize);
    let last = names.last().and_then(|name| began(name));
    let next = last.filter(|_| more).map(|last| {
        let same = names.iter().filter(|name| began(name) == Some(last)).count() as u32;
        let earlier = before.filter(|(began, _)| *began == last).map_or(0, |(_, shown)| shown);
        format!("{:016x}-{}", last.micros(), same + earlier)
    });
    Ok((described(store, names, bots).await?, next))
}

fn newest_first() -> OrderBy {
    OrderBy { key: OrderKey::Dimension(0), direction: Direction::Descending }
}

/// What is known of the visits of these names, each as a whole.
async fn described(
    store: &dyn EventStore,
    names: Vec<String>,
    (include_bots, include_dialect_bots, sites): (bool, bool, Vec<String>),
) -> Result<Vec<Value>, Error> {
    let times = || names.iter().filter_map(|name| began(name));
    let (Some(first), Some(last)) = (times().min(), times().max()) else { return Ok(Vec::new()) };
    let fields = std::iter::once(Field::Visit).chain(SHOWN.map(|(_, field)| field));
    let query = Query {
        sites,
        range: TimeRange { from: first, to: last.plus_micros(1) },
        metrics: vec![Metric::ViewsPerVisit, Metric::VisitDuration, Metric::BounceRate],
        dimensions: fields.map(Dimension::Field).collect(),
        limit: u32::try_from(names.len()).unwrap_or(u32::MAX),
        filter: Some(Filter::Test { field: Field::Visit, operator: Operator::Is, values: names }),
        include_bots,
        include_dialect_bots,
        rules: Vec::new(),
        order_by: vec![newest_first()],
        offset: 0,
    };
    Ok(store.query(&query).await?.rows.iter().filter_map(|row| show(row)).collect())
}

fn show(row: &[Cell]) -> Option<Value> {
    let (fields, metrics) = row.split_at_checked(1 + SHOWN.len())?;
    let [Cell::Text(name), fields @ ..] = fields else { return None };
    let [Cell::Ratio(pageviews, _), Cell::Ratio(seconds, _), Cell::Ratio(bounces, _)] = metrics else {
        return None;
    };
    let mut shown = Map::new();
    shown.insert("session".to_owned(), json!(name.split('-').nth(1)));
    shown.insert("started_at".to_owned(), json!(began(name)?.to_string()));
    for ((known, _), cell) in SHOWN.iter().zip(fields) {
        let text = if let Cell::Text(text) = cell { Some(text) } else { None };
        shown.insert((*known).to_owned(), json!(text));
    }
    shown.insert("pageviews".to_owned(), json!(pageviews));
    shown.insert("duration_seconds".to_owned(), json!(seconds));
    shown.insert("bounced".to_owned(), json!(*bounces > 0));
    Some(Value::Object(shown))
}

/// When the visit of this name began.
fn began(name: &str) -> Option<Timestamp> {
    let (micros, _) = name.split_once('-')?;
    i64::from_str_radix(micros, 16).ok().map(Timestamp::from_micros)
}

fn parse_cursor(text: &str) -> Result<(Timestamp, u32), Invalid> {
    let bad =
        || Invalid("cursor must be the next_cursor of an earlier answer about the same visits".to_owned());
    let (micros, shown) = text.split_once('-').ok_or_else(bad)?;
    let plain = micros.len() == 16 && micros.bytes().all(|byte| byte.is_ascii_hexdigit());
    let micros = i64::from_str_radix(micros, 16).ok().filter(|_| plain).ok_or_else(bad)?;
    let shown = shown.parse::<u32>().ok().filter(|shown| *shown <= 1_000_000).ok_or_else(bad)?;
    Ok((Timestamp::from_micros(micros), shown))
}
