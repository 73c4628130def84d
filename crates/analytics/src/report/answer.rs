//! `POST /v1/query`: parse, plan, ask the store, shape.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::Uri;
use kassa_access::{Asker, Caller};
use kassa_eventstore::EventStore;
use kassa_eventstore::query::{Query, Table};
use kassa_service::{Problem, body};
use serde_json::Value;

use super::amounts::Amounts;
use super::ask::{Ask, RangeAsk};
use super::calendar::Calendar;
use super::definitions::definitions;
use super::kept::answer_goals;
use super::kept::names::Names;
use super::kept::seen::Seen;
use super::params::Params;
use super::parse::parse;
use super::plan::{Plan, plan};
use super::refusal::Refusal;
use super::reports::Reports;
use super::shape::shape;

/// `POST /v1/query`.
pub(crate) async fn post_query(
    Asker(caller): Asker,
    State(reports): State<Arc<Reports>>,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    Params::of(request.uri(), &[])?;
    let body =
        body::read(request.into_body()).await.map_err(|error| Refusal::Access(Problem::from(error)))?;
    let ask = parse(&body, &Names::of(&reports.access, &caller))?;
    let calendar = reports.calendar_of(&caller, &ask.site)?;
    Ok(Json(reports.in_time(answer(&reports, &caller, &ask, calendar)).await?))
}

/// `GET /v1/query/definitions`.
pub(crate) async fn get_definitions(_: Asker, uri: Uri) -> Result<Json<Value>, Refusal> {
    Params::of(&uri, &[])?;
    Ok(Json(definitions()))
}

/// Answers `ask`; who may ask was settled before.
pub(crate) async fn answer(
    reports: &Reports,
    caller: &Caller,
    ask: &Ask,
    mut calendar: Calendar,
) -> Result<Value, Refusal> {
    let store = reports.store(caller);
    // A comparison's bounds are given or follow from the range.
    if ask.range == RangeAsk::All {
        calendar.first = reports.first_event(&ask.site, calendar.now).await?;
    }
    let plan = plan(ask, &calendar)?;
    let table = table_of(reports, &store, &plan, &plan.query).await?;
    let compared = match &plan.comparison {
        Some(other) => Some(table_of(reports, &store, &plan, &other.query).await?),
        None => None,
    };
    let tables: Vec<&Table> = std::iter::once(&table).chain(compared.as_ref()).collect();
    let amounts = Amounts::settle(&plan.query, &tables, reports.currency)?.with_another_at(plan.goal);
    Ok(shape(ask, &plan, &amounts, &table, compared.as_ref()))
}

/// The table of `query`, which is that of `plan` or of its comparison.
async fn table_of(reports: &Reports, store: &Seen, plan: &Plan, query: &Query) -> Result<Table, Refusal> {
    Ok(match plan.goal {
        None => store.query(query).await?,
        Some(place) => answer_goals(&reports.access, store, query, place).await?,
    })
}
