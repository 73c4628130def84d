//! `GET /v1/admin/changes?path=&limit=&cursor=`, the newest first.
//!
//! ```json
//! {"results":[{"id":"0190…","at":"2026-11-21T05:00:00Z","actor":"key:0190…","name":"Anna","method":"POST",
//!  "path":"/v1/orders/0190…/refunds","asked":{"amount":500},"before":{"refunded_minor":0},"after":{"refunded_minor":500}}],"next_cursor":null}
//! ```

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use kassa_access::changes::{Changed, OF_SHOP};
use kassa_access::{Allowed, need};
use kassa_db::Db;
use kassa_service::{Json, Problem, Protected, protected};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

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
    /// Of what differs since, how it was; `null`: it was not, or nobody looked.
    before: Value,
    /// And how it became.
    after: Value,
}

impl From<Changed> for ChangeView {
    fn from(Changed { id, at, asked, difference }: Changed) -> Self {
        let json = |text: &str| serde_json::from_str(text).unwrap_or_default();
        Self {
            before: difference.before.as_deref().map(json).unwrap_or_default(),
            after: difference.after.as_deref().map(json).unwrap_or_default(),
            id,
            at: at.to_string(),
            actor: asked.actor.id,
            name: asked.actor.name,
            method: asked.method,
            path: asked.path,
            asked: json(&asked.body),
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
    let mut found =
        shop.access.changes((&before, path.as_deref()), limit + 1).await.map_err(Problem::from)?;
    for db in databases(&shop) {
        let (before, path) = (before.clone(), path.clone());
        found.extend(read(db, move |tx| OF_SHOP.list(tx, (&before, path.as_deref()), limit + 1)).await?);
    }
    found.sort_unstable_by(|a, b| b.id.cmp(&a.id));
    let more = cut(&mut found, limit);
    let next_cursor = found.last().filter(|_| more).map(|last| last.id.clone());
    let results = found.into_iter().map(ChangeView::from).collect();
    Ok(Json(Page { results, next_cursor, total: Total::default() }))
}

/// Where changes are written, each once.
fn databases(shop: &Shop) -> Vec<&Db> {
    let mut all: Vec<&Db> = Vec::new();
    for db in [&shop.orders, &shop.catalog, &shop.inventory].into_iter().flatten() {
        if !all.iter().any(|other| other.is_same(db)) {
            all.push(db);
        }
    }
    all
}
