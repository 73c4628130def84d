//! `POST /v1/products/performance`: what each product was seen, put into carts and sold, and what was lost while it was sold out.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use kassa_access::{Allowed, Caller, need};
use kassa_eventstore::EventStore;
use kassa_eventstore::goods::{GoodsBy, GoodsTable, GoodsTotals, ProductName};
use kassa_service::body;
use serde_json::Value;

use super::ask::{GoodsAsk, parse};
use super::columns::{Product, ProductColumn};
use super::lost::lost_revenue;
use super::plan::{Plan, plan};
use super::shape::{currency_of, performance};
use crate::report::ask::RangeAsk;
use crate::report::calendar::Calendar;
use crate::report::params::Params;
use crate::report::refusal::Refusal;
use crate::report::reports::Reports;

/// `POST /v1/products/performance`.
pub(crate) async fn post_performance(
    Allowed(caller, ..): Allowed<need::Read>,
    State(reports): State<Arc<Reports>>,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    Params::of(request.uri(), &[])?;
    let body = body::read(request.into_body()).await?;
    let ask: GoodsAsk<ProductColumn> = parse(&body)?;
    let calendar = reports.calendar_of(&caller, &ask.site)?;
    let answer = async {
        let (plan, table) = products((&reports, &caller), &ask, calendar.clone()).await?;
        let currency = currency_of(&table, plan.query.currency.as_deref())?;
        Ok(performance(&ask, &calendar, &plan, (rows(&table, &plan), currency)))
    };
    Ok(Json(reports.in_time(answer).await?))
}

/// Plans and asks a question about products.
pub(super) async fn products<C>(
    (reports, caller): (&Reports, &Caller),
    ask: &GoodsAsk<C>,
    mut calendar: Calendar,
) -> Result<(Plan, GoodsTable), Refusal> {
    if ask.range == RangeAsk::All {
        calendar.first = reports.first_event(&ask.site, calendar.now).await?;
    }
    let plan = plan(ask, &calendar)?;
    let table = reports.store(caller).goods(&plan.query).await?;
    Ok((plan, table))
}

/// The rows of a table, by key.
pub(super) fn rows(table: &GoodsTable, plan: &Plan) -> Vec<Product> {
    let names: HashMap<&str, &ProductName> =
        table.products.iter().map(|product| (product.sku.as_str(), product)).collect();
    let mut lost: HashMap<Option<String>, i64> = HashMap::new();
    for (sku, amount) in lost_revenue(table, &plan.days) {
        let product = names.get(sku.as_str());
        let key = match plan.query.by {
            GoodsBy::Sku => Some(sku),
            GoodsBy::Name => product.and_then(|product| product.name.clone()),
            GoodsBy::Category => product.and_then(|product| product.category.clone()),
        };
        *lost.entry(key).or_default() += amount;
    }
    let row = |totals: &GoodsTotals| {
        let lost_minor = lost.get(&totals.key).copied().unwrap_or(0);
        let row = Product { counts: totals.clone(), lost_minor, ..Product::default() };
        let key = totals.key.clone();
        match plan.query.by {
            GoodsBy::Sku => {
                let product = key.as_deref().and_then(|sku| names.get(sku));
                let name = product.and_then(|product| product.name.clone());
                let category = product.and_then(|product| product.category.clone());
                Product { sku: key, name, category, ..row }
            }
            GoodsBy::Name => Product { name: key, ..row },
            GoodsBy::Category => Product { category: key, ..row },
        }
    };
    table.totals.iter().map(row).collect()
}
