//! `POST /v1/query/rows`: what lies behind a row of a report: the events, visits or records of orders that count in it, page by
//! page, the newest first, and what was not counted meanwhile.
//!
//! ```json
//! {"of":"events","date_range":["2026-11-19T00:00:00+01:00","2026-11-20T00:00:00+01:00"],"results":[{"id":"m-1",…}],
//!  "next_cursor":null,"not_counted":[{"outcome":"bot","country":"DE","events":40}]}
//! ```

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use kassa_access::{Allowed, Caller, need};
use kassa_eventstore::EventStore;
use kassa_eventstore::query::{Counted, Dimension, EventFilter, Filter, Operator, Query, TimeRange};
use kassa_service::body;
use serde_json::{Value, json};

use super::answer::planned;
use super::ask::{DimensionAsk, Invalid};
use super::dropped::{DAYS_MAX, days_of, ends};
use super::kept::names::Names;
use super::kept::seen::Seen;
use super::params::Params;
use super::parse_behind::{BehindAsk, Of, parse_behind};
use super::plan::Plan;
use super::refusal::Refusal;
use super::reports::Reports;
use super::rows::{Shown, cursor, parse_cursor};
use super::visits::list_visits;

/// `POST /v1/query/rows`.
pub(crate) async fn post_rows(
    Allowed(caller, ..): Allowed<need::Read>,
    State(reports): State<Arc<Reports>>,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    Params::of(request.uri(), &[])?;
    let body = body::read(request.into_body()).await?;
    let asked = parse_behind(&body, &Names::of(&reports.access, &caller))?;
    Ok(Json(reports.in_time(answer(&reports, &caller, &asked)).await?))
}

async fn answer(reports: &Reports, caller: &Caller, asked: &BehindAsk) -> Result<Value, Refusal> {
    let (plan, calendar) = planned(reports, caller, &asked.ask).await?;
    if plan.goal.is_some() {
        return Err(Refusal::Invalid("rows are not listed by goals: filter by one".to_owned()));
    }
    let store = reports.store(caller);
    let query = of_row(asked, &plan)?;
    let range = query.range;
    let not_counted = match asked.cursor {
        None => not_counted(&store, &query.sites, range).await?,
        Some(_) => Value::Null,
    };
    let (results, next_cursor) = match asked.of {
        Of::Visits => list_visits(&store, query, (asked.cursor.as_deref(), asked.limit)).await?,
        Of::Events => list_rows(&store, Counted::Events(query), asked).await?,
        Of::Orders => list_rows(&store, Counted::Money(query), asked).await?,
    };
    Ok(json!({
        "of": asked.of.name(),
        "date_range": [calendar.show(range.from), calendar.show(range.to)],
        "results": results,
        "next_cursor": next_cursor,
        "not_counted": not_counted,
    }))
}

/// The query, as narrow as the row: its bucket of time, and a test for each of its other values.
fn of_row(asked: &BehindAsk, plan: &Plan) -> Result<Query, Invalid> {
    let mut query = Query { dimensions: Vec::new(), order_by: Vec::new(), ..plan.query.clone() };
    let mut tests: Vec<Filter> = query.filter.take().into_iter().collect();
    let dimensions = asked.ask.dimensions.iter().zip(&plan.query.dimensions);
    for ((dimension, planned), value) in dimensions.zip(&asked.row) {
        match (dimension, planned) {
            (DimensionAsk::Field(field, _), _) => tests.push(Filter::Test {
                field: field.clone(),
                operator: Operator::Is,
                values: vec![value.clone()],
            }),
            (_, Dimension::Time { boundaries }) => {
                let Some(bucket) = plan.labels.iter().position(|label| label == value) else {
                    return Invalid::because(format!("{value:?} is no bucket of time of this query"));
                };
                query.range = TimeRange { from: boundaries[bucket], to: boundaries[bucket + 1] };
            }
            (DimensionAsk::Time(_) | DimensionAsk::Goal, Dimension::Field(_)) => {}
        }
    }
    query.filter = (!tests.is_empty()).then_some(Filter::And(tests));
    Ok(query)
}

async fn list_rows(
    store: &Seen,
    counted: Counted,
    asked: &BehindAsk,
) -> Result<(Vec<Value>, Option<String>), Refusal> {
    let query = counted.query();
    let of_money = matches!(counted, Counted::Money(_));
    let filter = EventFilter {
        sites: Some(query.sites),
        occurred_from: Some(query.range.from),
        occurred_to: Some(query.range.to),
        counted: Some(counted),
        // Money counts whoever seems to have spent it.
        include_bots: query.include_bots || of_money,
        before: asked.cursor.as_deref().map(parse_cursor).transpose()?,
        // One more than is shown tells whether there is a next page.
        limit: asked.limit + 1,
        ..EventFilter::default()
    };
    let rows = store.events(&filter).await?;
    let shown = &rows[..rows.len().min(asked.limit as usize)];
    let last = shown.last().filter(|_| rows.len() > shown.len());
    let results = shown.iter().map(|row| json!(Shown::new(row))).collect();
    Ok((results, last.map(|row| cursor(row.place()))))
}

/// What was not counted on the UTC days of `range`, added up; null where these are too many.
async fn not_counted(store: &Seen, sites: &[String], range: TimeRange) -> Result<Value, Refusal> {
    let days = days_of(range);
    if days.end - days.start > DAYS_MAX {
        return Ok(Value::Null);
    }
    let ends = ends(store, sites, range).await?;
    let mut sums = std::collections::BTreeMap::new();
    for (why, events) in ends.dropped {
        *sums.entry(super::dropped::Why { day: 0, ..why }).or_insert(0) += events;
    }
    Ok(sums.iter().map(|(why, events)| why.show(*events)).collect())
}
