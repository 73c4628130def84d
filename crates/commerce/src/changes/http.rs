//! `GET /v1/admin/changes?path=&limit=&cursor=`, the newest first.
//!
//! ```json
//! {"results":[{"id":"0190…","at":"2026-11-21T05:00:00Z","actor":"key:0190…","name":"Anna","method":"POST",
//!  "path":"/v1/orders/0190…/refunds","asked":{"amount":500}}],"next_cursor":null}
//! ```

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use kassa_access::{Allowed, need};
use kassa_db::Db;
use kassa_service::{Json, Problem, Protected, protected};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::store::{Changed, list};
use crate::page::{Page, Total, cut};
use crate::params::Params;
use crate::refuse::read;
use crate::shop::Shop;

const LIMIT_DEFAULT: i64 = 50;
const LIMIT_MAX: i64 = 200;
/// Behind every id.
const LAST: &str = "~";

/// The route; none without orders and catalogue in this process.
pub fn native_routes(shop: Arc<Shop>) -> Protected {
    if shop.orders.is_none() && shop.catalog.is_none() {
        return Protected::new();
    }
    Protected::new().route("/v1/admin/changes", protected::get(list_changes)).with_state(shop)
}

#[derive(Debug, Serialize)]
struct ChangeView {
    id: String,
    at: String,
    actor: String,
    name: String,
    method: String,
    path: String,
    asked: Value,
}

impl From<Changed> for ChangeView {
    fn from(Changed { id, at, asked }: Changed) -> Self {
        Self {
            id,
            at: at.to_string(),
            actor: asked.actor.id,
            name: asked.actor.name,
            method: asked.method,
            path: asked.path,
            asked: serde_json::from_str(&asked.body).unwrap_or_default(),
        }
    }
}

async fn list_changes(
    _: Allowed<need::Admin>,
    State(shop): State<Arc<Shop>>,
    uri: Uri,
) -> Result<Json<Page<ChangeView>>, Problem> {
    let params = Params::of(&uri, &["path", "limit", "cursor"])?;
    let limit = params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let bad_cursor = || Problem::bad_request("cursor is none that was given out");
    let cursor =
        params.text("cursor").map(|text| Uuid::try_parse(text).map_err(|_| bad_cursor())).transpose()?;
    let before = cursor.map_or_else(|| LAST.to_owned(), |id| id.as_hyphenated().to_string());
    let path = params.filter("path")?.map(str::to_owned);
    let mut found = Vec::new();
    for db in databases(&shop) {
        let (before, path) = (before.clone(), path.clone());
        found.extend(read(db, move |tx| list(tx, (&before, path.as_deref()), limit + 1)).await?);
    }
    found.sort_unstable_by(|a, b| b.id.cmp(&a.id));
    let more = cut(&mut found, limit);
    let next_cursor = found.last().filter(|_| more).map(|last| last.id.clone());
    let results = found.into_iter().map(ChangeView::from).collect();
    Ok(Json(Page { results, next_cursor, total: Total::default() }))
}

/// Where changes are written, each once.
fn databases(shop: &Shop) -> Vec<&Db> {
    match (&shop.orders, &shop.catalog) {
        (Some(orders), Some(catalog)) if !orders.is_same(catalog) => vec![orders, catalog],
        (orders, catalog) => orders.iter().chain(catalog).take(1).collect(),
    }
}
