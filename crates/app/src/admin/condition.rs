//! How the process is: `GET /v1/admin/condition` says how its circuit breakers stand, how much room there is and what of it was backed up;
//! `GET /v1/admin/pace` how long orders and commands to stock took in the last 30 seconds.
//!
//! ```json
//! {"breakers":[{"service":"inventory","state":"closed","since":"2026-11-21T05:00:00Z"}],
//!  "disk":{"folder":"data","free_bytes":1,…,"uses":[{"what":"shop","bytes":1}],"growth_bytes_per_day":null,"days_left":null},
//!  "backup":null,"restored":null,"missing":["inventory"]}
//! {"bands_ms":[500,1000],"orders":[{"at":1795237200,"good":3,"slow":0,"bad":0,"longest_ms":4},…],"stock":null}
//! ```
//! Of what plays in another process `pace` has null: that process says it.

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use kassa_commerce::Shop;
use kassa_commerce::pace::{GOOD_MS, SLOW_MS, Second};
use kassa_service::{Bare, Problem};
use serde::Serialize;

use super::space::{Room, Space};
use crate::backup::{LastBackup, Restored, last, restored};
use crate::open::Parts;

#[derive(Debug)]
struct Process {
    shop: Option<Arc<Shop>>,
    space: Arc<Space>,
    data: PathBuf,
}

#[derive(Debug, Serialize)]
struct Condition {
    breakers: Vec<Standing>,
    disk: Room,
    backup: Option<LastBackup>,
    restored: Option<Restored>,
    /// Of catalog, inventory and orders those that are in another process.
    missing: Vec<&'static str>,
}

/// A circuit breaker.
#[derive(Debug, Serialize)]
struct Standing {
    /// What it protects.
    service: &'static str,
    /// `closed`, `open` or `half-open`.
    state: &'static str,
    since: String,
}

#[derive(Debug, Serialize)]
struct Paces {
    bands_ms: [u128; 2],
    orders: Option<Vec<Second>>,
    stock: Option<Vec<Second>>,
}

/// The routes of this process.
pub(super) fn routes(parts: &Parts, space: Arc<Space>) -> Router {
    let process = Process { shop: parts.shop().ok(), space, data: parts.config.data.clone() };
    Router::new()
        .route("/v1/admin/condition", get(get_condition))
        .route("/v1/admin/pace", get(get_pace))
        .with_state(Arc::new(process))
}

async fn get_condition(State(process): State<Arc<Process>>, _: Bare) -> Result<Json<Condition>, Problem> {
    let shop = process.shop.as_deref();
    let (breakers, missing) = (shop.map(breakers).unwrap_or_default(), shop.map(missing).unwrap_or_default());
    let looked = tokio::task::spawn_blocking(move || {
        (process.space.look(), last(&process.data), restored(&process.data))
    });
    let (disk, backup, restored) = looked.await.map_err(|_| Problem::internal())?;
    Ok(Json(Condition { breakers, disk, backup, restored, missing }))
}

fn breakers(shop: &Shop) -> Vec<Standing> {
    let standing = |breaker: &Arc<kassa_service::Breaker>| {
        let (state, since) = breaker.standing();
        Standing { service: breaker.service(), state: state.name(), since: since.to_string() }
    };
    shop.breakers().map(standing).collect()
}

fn missing(shop: &Shop) -> Vec<&'static str> {
    let here = [
        ("catalog", shop.catalog.is_some()),
        ("inventory", shop.inventory.is_some()),
        ("orders", shop.orders.is_some()),
    ];
    here.iter().filter(|(_, is_here)| !is_here).map(|(name, _)| *name).collect()
}

async fn get_pace(State(process): State<Arc<Process>>, _: Bare) -> Json<Paces> {
    let shop = process.shop.as_deref();
    let orders = shop.filter(|shop| shop.orders.is_some()).map(|shop| shop.pace.seconds());
    // Whoever sends commands to stock and whoever carries them out measure them both.
    let stock = shop.filter(|shop| shop.orders.is_some() || shop.inventory.is_some());
    Json(Paces { bands_ms: [GOOD_MS, SLOW_MS], orders, stock: stock.map(|shop| shop.stock.pace().seconds()) })
}
