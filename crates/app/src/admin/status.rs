//! `GET /v1/admin/status`: which version and roles answer, and what of the shop is not in the log yet.
//!
//! ```json
//! {"version":"0.2.0","roles":["catalog","orders","inventory","collector","processor","reports"],"unpublished":0}
//! ```

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use kassa_commerce::{outbox, problem_of};
use kassa_db::Db;
use kassa_service::{Bare, Problem};
use serde::Serialize;

use crate::open::Parts;

#[derive(Debug)]
struct Process {
    roles: Vec<String>,
    /// That of orders, where it is here.
    db: Option<Db>,
}

#[derive(Debug, Serialize)]
struct Status {
    version: &'static str,
    roles: Vec<String>,
    /// Changes of orders and stock; null where orders are in another process.
    unpublished: Option<i64>,
}

/// The route of a process that plays these roles, separated by commas.
pub(super) fn routes(parts: &Parts, roles: &str) -> Router {
    let roles = roles.split(',').filter(|role| !role.is_empty()).map(str::to_owned).collect();
    let db = parts.shop().ok().and_then(|shop| shop.orders.clone());
    Router::new().route("/v1/admin/status", get(get_status)).with_state(Arc::new(Process { roles, db }))
}

async fn get_status(State(process): State<Arc<Process>>, _: Bare) -> Result<Json<Status>, Problem> {
    let unpublished = match &process.db {
        Some(db) => Some(outbox::unpublished(db).await.map_err(|error| problem_of(&error))?),
        None => None,
    };
    Ok(Json(Status { version: env!("CARGO_PKG_VERSION"), roles: process.roles.clone(), unpublished }))
}
