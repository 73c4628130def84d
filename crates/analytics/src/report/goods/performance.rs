//! `POST /v1/products/performance`: what each product was seen, put into carts and sold, and what was lost while it was sold out.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use kassa_access::{Asker, Caller};
use kassa_eventstore::EventStore;
use kassa_eventstore::goods::{GoodsBy, GoodsTable, GoodsTotals, ProductName};
use serde_json::Value;

use super::ask::{Column, GoodsAsk, parse};
use super::columns::{Product, ProductColumn};
use super::lost::lost_revenue;
use super::plan::{Plan, plan};
use super::shape::{currency_of, performance};
use crate::report::answer::accepted;
use crate::report::ask::Format;
use crate::report::calendar::Calendar;
use crate::report::csv_table::csv_of_members;
use crate::report::export::file_headers;
use crate::report::journey::Asked;
use crate::report::kept::names::Names;
use crate::report::refusal::Refusal;
use crate::report::reports::Reports;

/// `POST /v1/products/performance`.
pub(crate) async fn post_performance(
    Asker(caller): Asker,
    State(reports): State<Arc<Reports>>,
    request: Request,
) -> Result<Response, Refusal> {
    let (ask, format) = asked::<ProductColumn>((&reports, &caller), request).await?;
    let answer = reports.in_time(answer((&reports, &caller), &ask)).await?;
    Ok(match format {
        Format::Json => Json(answer).into_response(),
        Format::Csv => file(&reports, &ask, ("products", &answer["results"])),
    })
}

async fn answer(
    (reports, caller): (&Reports, &Caller),
    ask: &GoodsAsk<ProductColumn>,
) -> Result<Value, Refusal> {
    let (plan, calendar, table) = products((reports, caller), ask).await?;
    let currency = currency_of(&table, plan.query.currency.as_deref())?;
    Ok(performance(ask, &calendar, &plan, (rows(&table, &plan), currency)))
}

/// What is asked, and how the answer is to be written.
pub(super) async fn asked<C: Column>(
    (reports, caller): (&Reports, &Caller),
    request: Request,
) -> Result<(GoodsAsk<C>, Format), Refusal> {
    let by_header = accepted(request.headers());
    let ask: GoodsAsk<C> =
        parse(Asked::members(request, C::MEMBERS, &Names::of(&reports.access, caller)).await?)?;
    let format = ask.format.unwrap_or(by_header);
    Ok((ask, format))
}

/// A file of `rows`, called as its site and `what` they are.
pub(super) fn file<C: Column>(
    reports: &Reports,
    ask: &GoodsAsk<C>,
    (what, rows): (&str, &Value),
) -> Response {
    let name = format!("{}-{what}", ask.asked.site());
    let (columns, amounts) = C::CSV;
    let rows = rows.as_array().map_or(&[][..], Vec::as_slice);
    (file_headers(&name, reports.now()), csv_of_members(columns, amounts, rows)).into_response()
}

/// Plans and asks a question about products.
pub(super) async fn products<C>(
    (reports, caller): (&Reports, &Caller),
    ask: &GoodsAsk<C>,
) -> Result<(Plan, Calendar, GoodsTable), Refusal> {
    let calendar = ask.asked.calendar(reports, caller).await?;
    let plan = plan(ask, &calendar)?;
    let table = reports.store(caller).goods(&plan.query).await?;
    Ok((plan, calendar, table))
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
