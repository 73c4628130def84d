//! `POST /v1/paths`: from where to where visits go. Definitions are those of [`kassa_eventstore::journey::Paths`].

mod parse;
mod plan;
mod shape;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use kassa_access::{Asker, Caller};
use kassa_eventstore::EventStore;
use serde_json::{Map, Value};

use super::journey::Asked;
use super::kept::names::Names;
use super::refusal::Refusal;
use super::reports::Reports;

/// `POST /v1/paths`.
pub(crate) async fn post_paths(
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
    let plan = plan::plan(&ask, &calendar);
    let found = reports.store(caller).paths(&plan.paths).await?;
    Ok(shape::shape(&plan, &found))
}
