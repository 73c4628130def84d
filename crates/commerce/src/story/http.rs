//! `GET /v1/orders/{id}/timeline`.
//!
//! ```json
//! {"order_id":"0190…","visit":{"status":"known"},"stock":{"status":"known"},
//!  "entries":[{"at":"2026-11-21T05:00:00Z","kind":"visit","source":"newsletter",…},…]}
//! ```

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use kassa_access::{Allowed, need};
use kassa_service::{Bare, Json, Problem, Protected, protected};
use serde::Serialize;

use super::entry::Entry;
use super::{of_order, of_stock, of_visits};
use crate::orders::http::find_order;
use crate::refuse::{here, problem_of, read};
use crate::shop::Shop;

/// The route; none without orders in this process.
pub fn native_routes(shop: Arc<Shop>) -> Protected {
    if shop.orders.is_none() {
        return Protected::new();
    }
    Protected::new().route("/v1/orders/{id}/timeline", protected::get(get_timeline)).with_state(shop)
}

/// An order's story, oldest first.
#[derive(Debug, Serialize)]
struct Timeline {
    order_id: String,
    visit: Part,
    stock: Part,
    entries: Vec<Entry>,
}

/// Whether a part of the story is in it.
#[derive(Debug, Serialize)]
struct Part {
    /// `known`, `none` (there is nothing to tell), `elsewhere` (another process has it, or it does not answer).
    status: &'static str,
}

async fn get_timeline(
    _: Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: Result<Path<String>, PathRejection>,
    _: Bare,
) -> Result<Json<Timeline>, Problem> {
    let order = find_order(&shop, path).await?;
    let order_id = order.id.clone();
    let mut entries = read(here(&shop.orders, "orders")?, move |tx| of_order(tx, &order)).await?;
    let stock = match &shop.inventory {
        Some(db) => {
            let found = of_stock(db, order_id.clone()).await.map_err(|error| problem_of(&error))?;
            add(&mut entries, found)
        }
        None => Part { status: "elsewhere" },
    };
    let visited = match shop.origins.get() {
        Some(origins) => origins.visits_of(&order_id).await,
        None => None,
    };
    let visit = match visited {
        Some(visited) => add(&mut entries, of_visits(visited)),
        None => Part { status: "elsewhere" },
    };
    entries.sort_by_key(Entry::place);
    Ok(Json(Timeline { order_id, visit, stock, entries }))
}

fn add(entries: &mut Vec<Entry>, found: Vec<Entry>) -> Part {
    let status = if found.is_empty() { "none" } else { "known" };
    entries.extend(found);
    Part { status }
}
