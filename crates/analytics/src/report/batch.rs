//! `POST /v1/query/batch`: the queries of a page in one request. They take one place of the store's reports, see one moment of
//! the store, and end together within the time of one query.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use kassa_access::{Asker, Caller};
use kassa_eventstore::query::{Query, Table};
use kassa_eventstore::{Answers, Error, EventStore};
use kassa_service::body;
use serde_json::{Value, json};

use super::answer::{planned_with_totals, shaped, table_of};
use super::ask::Ask;
use super::kept::names::Names;
use super::kept::seen::Seen;
use super::params::Params;
use super::parse_batch::{Batch, parse_batch};
use super::plan::Plan;
use super::refusal::Refusal;
use super::reports::Reports;

/// `POST /v1/query/batch`.
pub(crate) async fn post_batch(
    Asker(caller): Asker,
    State(reports): State<Arc<Reports>>,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    Params::of(request.uri(), &[])?;
    let body = body::read(request.into_body()).await?;
    let batch = parse_batch(&body, &Names::of(&reports.access, &caller))?;
    if !batch.sites.is_empty() {
        reports.calendar_of_all(&caller, &batch.sites)?;
    }
    Ok(Json(reports.in_time(answer(&reports, &caller, batch)).await?))
}

async fn answer(reports: &Reports, caller: &Caller, batch: Batch) -> Result<Value, Refusal> {
    let mut plans: Vec<Result<(Ask, Plan), Refusal>> = Vec::with_capacity(batch.asks.len());
    for ask in batch.asks {
        plans.push(match ask {
            Ok(ask) => planned_with_totals(reports, caller, &ask).await.map(|plan| (ask, plan)),
            Err(invalid) => Err(invalid.into()),
        });
    }
    let queries: Vec<Query> = plans.iter().flatten().flat_map(|(_, plan)| questions(plan)).collect();
    let ends = reports.log_ends().await;
    let store = reports.store(caller);
    let Answers { tables, marks } = store.queries(&queries).await?;
    let mut tables = tables.into_iter();
    let mut results = Vec::with_capacity(plans.len());
    for plan in plans {
        let result = match plan {
            // By goals several questions are one answer, of its own moment.
            Ok((ask, plan)) if plan.goal.is_some() => by_goals(reports, &store, (&ask, plan)).await,
            plan => plan.and_then(|(ask, plan)| {
                let mut next =
                    || tables.next().unwrap_or_else(|| Err(Error::Failed("no table came".to_owned())));
                let table: Result<Table, Error> = next();
                let compared = plan.comparison.as_ref().map(|_| next()).transpose();
                shaped(reports, (&ask, plan), table?, compared?)
            }),
        };
        results.push(result.unwrap_or_else(|refusal| json!({"error": refusal.into_problem().to_json()})));
    }
    let fresh_at = match ends {
        Some(ends) => ends.fresh_at(&marks).await.map(|time| time.to_string()),
        None => None,
    };
    Ok(json!({"results": results, "meta": {"fresh_at": fresh_at}}))
}

async fn by_goals(reports: &Reports, store: &Seen, (ask, plan): (&Ask, Plan)) -> Result<Value, Refusal> {
    let table = table_of(reports, store, &plan, &plan.query).await?;
    let compared = match &plan.comparison {
        Some(other) => Some(table_of(reports, store, &plan, &other.query).await?),
        None => None,
    };
    shaped(reports, (ask, plan), table, compared)
}

/// What a plan asks of the store, in the order of its tables; nothing by goals.
fn questions(plan: &Plan) -> Vec<Query> {
    if plan.goal.is_some() {
        return Vec::new();
    }
    let compared = plan.comparison.as_ref().map(|other| other.query.clone());
    std::iter::once(plan.query.clone()).chain(compared).collect()
}
