//! `POST /v1/query`: parse, plan, ask the store, shape.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::Uri;
use kassa_access::{Allowed, need};
use kassa_eventstore::query::Table;
use kassa_service::{Problem, body};
use serde_json::Value;

use super::amounts::Amounts;
use super::ask::{Ask, RangeAsk};
use super::calendar::Calendar;
use super::definitions::definitions;
use super::params::Params;
use super::parse::parse;
use super::plan::plan;
use super::refusal::Refusal;
use super::reports::Reports;
use super::shape::shape;

/// `POST /v1/query`.
pub(crate) async fn post_query(
    Allowed(caller, ..): Allowed<need::Read>,
    State(reports): State<Arc<Reports>>,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    Params::of(request.uri(), &[])?;
    let body =
        body::read(request.into_body()).await.map_err(|error| Refusal::Access(Problem::from(error)))?;
    let ask = parse(&body)?;
    let calendar = reports.calendar_of(&caller, &ask.site)?;
    Ok(Json(reports.in_time(answer(&reports, &ask, calendar)).await?))
}

/// `GET /v1/query/definitions`.
pub(crate) async fn get_definitions(_: Allowed<need::Read>, uri: Uri) -> Result<Json<Value>, Refusal> {
    Params::of(&uri, &[])?;
    Ok(Json(definitions()))
}

/// Answers `ask`; who may ask was settled before.
pub(crate) async fn answer(reports: &Reports, ask: &Ask, mut calendar: Calendar) -> Result<Value, Refusal> {
    // A comparison's bounds are given or follow from the range.
    if ask.range == RangeAsk::All {
        calendar.first = reports.first.find(reports.store.as_ref(), &ask.site, calendar.now).await?;
    }
    let plan = plan(ask, &calendar)?;
    let table = reports.store.query(&plan.query).await?;
    let compared = match &plan.comparison {
        Some(other) => Some(reports.store.query(&other.query).await?),
        None => None,
    };
    let tables: Vec<&Table> = std::iter::once(&table).chain(compared.as_ref()).collect();
    let amounts = Amounts::settle(&plan.query, &tables, reports.currency)?;
    Ok(shape(ask, &plan, &amounts, &table, compared.as_ref()))
}
