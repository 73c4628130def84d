//! `POST /v1/retention`: of those who came for the first time in a period, how many come back in the periods after it.
//! Definitions are those of [`kassa_eventstore::journey::Retention`].

mod parse;
mod periods;
mod plan;
mod shape;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use kassa_access::{Asker, Caller};
use kassa_eventstore::EventStore;
use serde_json::{Map, Value};

use super::journey::{Asked, Money};
use super::kept::names::Names;
use super::refusal::Refusal;
use super::reports::Reports;

/// `POST /v1/retention`.
pub(crate) async fn post_retention(
    Asker(caller): Asker,
    State(reports): State<Arc<Reports>>,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    let members = Asked::members(request, parse::MEMBERS, &Names::of(&reports.access, &caller)).await?;
    Ok(Json(reports.in_time(answer(&reports, &caller, members)).await?))
}

async fn answer(reports: &Reports, caller: &Caller, members: Map<String, Value>) -> Result<Value, Refusal> {
    let ask = parse::parse(members)?;
    let calendar = ask.asked.calendar(reports, caller).await?;
    let plan = plan::plan(&ask, &calendar)?;
    let found = reports.store(caller).retention(&plan.retention).await?;
    let money = Money::settle(&found.currencies, ask.currency, reports.currency)?;
    Ok(shape::shape(&plan, &found, &money))
}
