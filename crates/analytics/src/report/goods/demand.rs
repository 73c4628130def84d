//! `POST /v1/demand`: what people looked for and did not find, and what they saw sold out.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use kassa_access::{Allowed, Caller, need};
use kassa_eventstore::EventStore;
use kassa_eventstore::goods::SearchQuery;
use kassa_service::body;
use serde_json::Value;

use super::ask::{GoodsAsk, parse};
use super::columns::TermColumn;
use super::performance::{products, rows};
use super::shape::{currency_of, demand};
use super::terms::folded;
use crate::report::calendar::Calendar;
use crate::report::params::Params;
use crate::report::refusal::Refusal;
use crate::report::reports::Reports;

/// `POST /v1/demand`.
pub(crate) async fn post_demand(
    Allowed(caller, ..): Allowed<need::Read>,
    State(reports): State<Arc<Reports>>,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    Params::of(request.uri(), &[])?;
    let body = body::read(request.into_body()).await?;
    let ask: GoodsAsk<TermColumn> = parse(&body)?;
    let calendar = reports.calendar_of(&caller, &ask.site)?;
    Ok(Json(reports.in_time(answer((&reports, &caller), &ask, calendar)).await?))
}

async fn answer(
    (reports, caller): (&Reports, &Caller),
    ask: &GoodsAsk<TermColumn>,
    calendar: Calendar,
) -> Result<Value, Refusal> {
    let (plan, table) = products((reports, caller), ask, calendar.clone()).await?;
    let currency = currency_of(&table, plan.query.currency.as_deref())?;
    let searches = SearchQuery {
        sites: plan.query.sites.clone(),
        range: plan.query.range,
        include_bots: plan.query.include_bots,
        rules: Vec::new(),
    };
    let terms = folded(reports.store(caller).searches(&searches).await?);
    Ok(demand(ask, &calendar, &plan, (terms, rows(&table, &plan), currency)))
}
