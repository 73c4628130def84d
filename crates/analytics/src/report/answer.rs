//! `POST /v1/query`: parse, plan, ask the store, shape.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use kassa_access::{Asker, Caller};
use kassa_eventstore::EventStore;
use kassa_eventstore::query::{Query, Table};
use kassa_service::body;
use serde_json::Value;

use super::amounts::Amounts;
use super::ask::{Ask, Format, RangeAsk};
use super::calendar::Calendar;
use super::csv_table::{csv, file_name};
use super::definitions::definitions;
use super::export::file_headers;
use super::imported::{first_day, look, merge};
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
) -> Result<Response, Refusal> {
    Params::of(request.uri(), &[])?;
    let by_header = accepted(request.headers());
    let body = body::read(request.into_body()).await?;
    let ask = parse(&body, &Names::of(&reports.access, &caller))?;
    let answer = reports.in_time(answer(&reports, &caller, &ask)).await?;
    match ask.format.unwrap_or(by_header) {
        Format::Json => Ok(Json(answer).into_response()),
        Format::Csv => {
            Ok((file_headers(&file_name(&ask), reports.now()), csv(&ask, &answer)).into_response())
        }
    }
}

/// How an answer is written that does not say it: as CSV where a client wants nothing but that, or names it before JSON.
pub(crate) fn accepted(headers: &HeaderMap) -> Format {
    let named = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','));
    let kinds = named.filter_map(|kind| kind.split(';').next()).map(str::trim);
    let known = |kind: &&str| ["text/csv", "application/json", "*/*"].contains(kind);
    match kinds.into_iter().find(known) {
        Some("text/csv") => Format::Csv,
        _ => Format::Json,
    }
}

/// `GET /v1/query/definitions`.
pub(crate) async fn get_definitions(_: Asker, uri: Uri) -> Result<Json<Value>, Refusal> {
    Params::of(&uri, &[])?;
    Ok(Json(definitions()))
}

async fn answer(reports: &Reports, caller: &Caller, ask: &Ask) -> Result<Value, Refusal> {
    let plan = planned_with_totals(reports, caller, ask).await?;
    let store = reports.store(caller);
    let table = table_of(reports, &store, &plan, &plan.query).await?;
    let compared = match &plan.comparison {
        Some(other) => Some(table_of(reports, &store, &plan, &other.query).await?),
        None => None,
    };
    shaped(reports, (ask, plan), table, compared)
}

/// What the store is asked for `caller`, and by which days.
///
/// # Errors
/// 404 for a site that is not there, or not for this caller; what cannot be planned; the store's.
pub(crate) async fn planned(
    reports: &Reports,
    caller: &Caller,
    ask: &Ask,
) -> Result<(Plan, Calendar), Refusal> {
    let mut calendar = reports.calendar_of_all(caller, &ask.sites)?;
    if let Some(zone) = &ask.zone {
        calendar.zone = zone.clone();
    }
    // A comparison's bounds are given or follow from the range.
    if ask.range == RangeAsk::All {
        let first = reports.first_event_of(&ask.sites, calendar.now).await?;
        let imported = first_day(&reports.access, &ask.sites, &calendar);
        calendar.first = first.into_iter().chain(imported).min();
    }
    Ok((plan(ask, &calendar)?, calendar))
}

/// The same with the totals from before kassa that belong to its answer.
///
/// # Errors
/// As there.
pub(crate) async fn planned_with_totals(
    reports: &Reports,
    caller: &Caller,
    ask: &Ask,
) -> Result<Plan, Refusal> {
    let (mut plan, calendar) = planned(reports, caller, ask).await?;
    let names = &plan.dimension_names;
    plan.imported = look(reports, (caller, ask), (&mut plan.query, names), &calendar).await?;
    if let Some(other) = &mut plan.comparison {
        other.imported = look(reports, (caller, ask), (&mut other.query, names), &calendar).await?;
    }
    Ok(plan)
}

/// The answer to what was asked, from the tables of its plan.
///
/// # Errors
/// [`Refusal::MixedCurrencies`].
pub(crate) fn shaped(
    reports: &Reports,
    (ask, mut plan): (&Ask, Plan),
    table: Table,
    compared: Option<Table>,
) -> Result<Value, Refusal> {
    let table = merge(table, &plan.query, &mut plan.imported);
    let compared = match (compared, &mut plan.comparison) {
        (Some(table), Some(other)) => Some(merge(table, &other.query, &mut other.imported)),
        (compared, _) => compared,
    };
    let tables: Vec<&Table> = std::iter::once(&table).chain(&compared).collect();
    let amounts = Amounts::settle(&plan.query, &tables, reports.currency)?.with_another_at(plan.goal);
    Ok(shape(ask, &plan, &amounts, &table, compared.as_ref()))
}

/// The table of `query`, which is that of `plan` or of its comparison.
pub(crate) async fn table_of(
    reports: &Reports,
    store: &Seen,
    plan: &Plan,
    query: &Query,
) -> Result<Table, Refusal> {
    Ok(match plan.goal {
        None => store.query(query).await?,
        Some(place) => answer_goals(&reports.access, store, query, place).await?,
    })
}
