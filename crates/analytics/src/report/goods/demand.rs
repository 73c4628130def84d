//! `POST /v1/demand`: what people looked for and did not find, and what they saw sold out.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use kassa_access::{Asker, Caller};
use kassa_eventstore::EventStore;
use serde_json::Value;

use super::ask::GoodsAsk;
use super::columns::TermColumn;
use super::performance::{asked, file, products, rows};
use super::shape::{currency_of, demand};
use super::terms::folded;
use crate::report::ask::Format;
use crate::report::refusal::Refusal;
use crate::report::reports::Reports;

/// `POST /v1/demand`; as CSV the searches.
pub(crate) async fn post_demand(
    Asker(caller): Asker,
    State(reports): State<Arc<Reports>>,
    request: Request,
) -> Result<Response, Refusal> {
    let (ask, format) = asked::<TermColumn>((&reports, &caller), request).await?;
    let answer = reports.in_time(answer((&reports, &caller), &ask)).await?;
    Ok(match format {
        Format::Json => Json(answer).into_response(),
        Format::Csv => file(&reports, &ask, ("searches", &answer["searches"]["results"])),
    })
}

async fn answer(
    (reports, caller): (&Reports, &Caller),
    ask: &GoodsAsk<TermColumn>,
) -> Result<Value, Refusal> {
    let (plan, calendar, table) = products((reports, caller), ask).await?;
    let currency = currency_of(&table, plan.query.currency.as_deref())?;
    let terms = folded(reports.store(caller).searches(&plan.scope).await?);
    Ok(demand(ask, &calendar, &plan, (terms, rows(&table, &plan), currency)))
}
