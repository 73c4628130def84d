//! D's switch for faults on purpose: around its stock, and around the way to stock of all orders.
//!
//! ```json
//! {"latency":true,"latency_ms":5000,"crash_rate":0.3,"partial_failure_rate":0.2}
//! {"success":true,"message":"Chaos is on","config":{"latency":true,"latency_ms":5000,"crash_rate":0.3,
//!  "partial_failure_rate":0.2},"expires_at":"2026-11-21T05:10:00.000Z"}
//! ```
//! The body of `POST /api/admin/chaos` and its answer. It ends by itself.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use kassa_access::{Access, Caller, Denied, need};
use kassa_model::Timestamp;
use kassa_service::protected::get;
use kassa_service::{Json, Protected, RouteClass};
use serde::{Deserialize, Serialize};

use super::super::body::Body;
use super::super::refusal::{Allowed, Dialect, Refusal, long};
use crate::idempotency::Answer;
use crate::notes;
use crate::number::natural_or_none;
use crate::shop::Shop;
use crate::transport::chaos::{Faults, NONE, Refused};

/// The delay when a body asks for one and does not say how long, ms.
const LATENCY_MS_DEFAULT: u64 = 5_000;

/// A native route's callers, in D's words.
#[derive(Debug)]
pub(super) struct Admin;

impl Dialect for Admin {
    /// None: it is a native route.
    const LETTERS: &'static [&'static str] = &[];

    fn admit(access: &Access, parts: &Parts) -> Result<Caller, Denied> {
        access.admit(parts, RouteClass::Native)
    }

    fn no(refusal: &Refusal<Self>) -> Answer {
        long(refusal)
    }
}

/// The switch, where stock is.
pub(in crate::compat) fn routes(shop: Arc<Shop>) -> Protected {
    if shop.inventory.is_none() {
        return Protected::new();
    }
    let switch = get(show_chaos).post(start_chaos).delete(stop_chaos);
    Protected::new().route("/api/admin/chaos", switch).with_state(shop)
}

#[derive(Debug, Deserialize)]
struct FaultsBody {
    latency: Option<bool>,
    #[serde(default, deserialize_with = "natural_or_none")]
    latency_ms: Option<u64>,
    crash_rate: Option<f64>,
    partial_failure_rate: Option<f64>,
}

impl FaultsBody {
    /// The delay is on when the body says so, or says how long and not that it is off.
    fn faults(&self) -> Faults {
        let latency = self.latency.unwrap_or(self.latency_ms.is_some());
        Faults {
            latency_ms: if latency { self.latency_ms.unwrap_or(LATENCY_MS_DEFAULT) } else { 0 },
            crash_rate: self.crash_rate.unwrap_or(0.0),
            partial_failure_rate: self.partial_failure_rate.unwrap_or(0.0),
        }
    }
}

#[derive(Debug, Serialize)]
struct Config {
    latency: bool,
    latency_ms: u64,
    crash_rate: f64,
    partial_failure_rate: f64,
}

impl From<Faults> for Config {
    fn from(faults: Faults) -> Self {
        let Faults { latency_ms, crash_rate, partial_failure_rate } = faults;
        Self { latency: latency_ms > 0, latency_ms, crash_rate, partial_failure_rate }
    }
}

#[derive(Debug, Serialize)]
struct Switched {
    success: bool,
    message: &'static str,
    config: Config,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

#[derive(Debug, Serialize)]
struct Shown {
    success: bool,
    chaos_enabled: bool,
    config: Config,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

async fn start_chaos(
    _: Allowed<Admin, need::Admin>,
    State(shop): State<Arc<Shop>>,
    Body(body, _): Body<Admin, FaultsBody>,
) -> Result<Json<Switched>, Refusal<Admin>> {
    let faults = body.faults();
    if faults == NONE && shop.stock.chaos().is_allowed() {
        return Ok(off(&shop).await);
    }
    match shop.stock.chaos().set(faults) {
        Ok(until) => {
            note(&shop, Some(until)).await;
            Ok(Json(Switched {
                success: true,
                message: "Chaos is on",
                config: faults.into(),
                expires_at: Some(until.to_iso_millis()),
            }))
        }
        Err(Refused::NotAllowed) => {
            let refusal = Refusal::new(StatusCode::FORBIDDEN, "Chaos is not allowed");
            Err(refusal.detail(Refused::NotAllowed.to_string()))
        }
        Err(why) => Err(Refusal::bad("Invalid chaos configuration").detail(why.to_string())),
    }
}

async fn show_chaos(
    _: Allowed<Admin, need::Read>,
    State(shop): State<Arc<Shop>>,
) -> Result<Json<Shown>, Refusal<Admin>> {
    let current = shop.stock.chaos().current();
    let faults = current.map_or(NONE, |(faults, _)| faults);
    let expires_at = current.map(|(_, until)| until.to_iso_millis());
    Ok(Json(Shown { success: true, chaos_enabled: current.is_some(), config: faults.into(), expires_at }))
}

async fn stop_chaos(
    _: Allowed<Admin, need::Admin>,
    State(shop): State<Arc<Shop>>,
) -> Result<Json<Switched>, Refusal<Admin>> {
    Ok(off(&shop).await)
}

/// What is on hand and sold meanwhile has a reason that an annotation tells; the switch works also where that cannot be written.
async fn note(shop: &Shop, until: Option<Timestamp>) {
    let Some(db) = shop.orders.as_ref().or(shop.inventory.as_ref()) else { return };
    if let Err(error) = notes::chaos_switched(db, until, shop.now()).await {
        tracing::warn!(%error, "cannot note that chaos was switched");
    }
}

async fn off(shop: &Shop) -> Json<Switched> {
    let was_on = shop.stock.chaos().is_on();
    shop.stock.chaos().clear();
    if was_on {
        note(shop, None).await;
    }
    Json(Switched { success: true, message: "Chaos is off", config: NONE.into(), expires_at: None })
}
