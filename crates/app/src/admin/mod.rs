//! The admin API of what no role owns: the log's folder, the store's fingerprint, replays, the audit, files that come and go. Commands use it,
//! over HTTP or in their own process.

pub(crate) mod again;
mod audit;
mod backup;
mod condition;
mod discard;
mod events;
mod game_day;
mod letters;
mod lines;
pub(crate) mod privacy;
mod replay;
mod settings;
mod space;
mod status;

pub(crate) use audit::{Auditor, Looked};
pub(crate) use replay::STORE;
pub(crate) use space::{Space, bytes_of};

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use kassa_analytics::report::{self, ReportOptions};
use kassa_commerce::moving;
use kassa_commerce::{inventory, notify, orders};
use kassa_eventlog::disk::RealDisk;
use kassa_eventlog::local::{inspect, verify};
use kassa_eventlog::{EventLog, Stream};
use kassa_eventstore::EventStore;
use kassa_service::{Bare, Problem, Shutdown};
use serde_json::{Value, json};

use crate::config::LogUrl;
use crate::demo::GameDay;
use crate::open::Parts;

/// What a process has beside its parts.
#[derive(Debug, Clone)]
pub(crate) struct Beside {
    /// Where there is a shop.
    pub(crate) auditor: Option<Arc<Auditor>>,
    pub(crate) space: Arc<Space>,
    /// Where there is a demo.
    pub(crate) game_day: Option<Arc<GameDay>>,
}

impl Beside {
    /// Of a process without a demo.
    pub(crate) fn of(parts: &Parts) -> Self {
        Self { auditor: Auditor::new(parts), space: Arc::new(Space::new(&parts.config)), game_day: None }
    }

    /// With the game days of a demo, which ends by this shutdown.
    pub(crate) fn with_game_days(mut self, demo: Option<&Shutdown>, parts: &Parts) -> anyhow::Result<Self> {
        if let (Some(shutdown), Some(auditor)) = (demo, &self.auditor) {
            self.game_day = Some(GameDay::new(parts, Arc::clone(auditor), shutdown)?);
        }
        Ok(self)
    }
}

/// The routes that `parts` can answer.
pub(crate) fn routes(parts: &Parts, beside: Beside, roles: &str) -> Router {
    let Beside { auditor, space, game_day } = beside;
    let mut router = status::routes(parts, roles)
        .merge(condition::routes(parts, space))
        .merge(game_day::routes(game_day))
        .merge(settings::routes(parts));
    if let (Ok(log), Ok(LogUrl::Local(dir))) = (parts.log(), parts.config.log_url()) {
        let replay = Arc::new(replay::Replay::new(parts, Arc::clone(&log)));
        router = router
            .merge(log_routes().with_state(Arc::new(LogFolder { log, dir })))
            .merge(Router::new().route("/v1/admin/replay", post(replay::post_replay)).with_state(replay));
    }
    if let Ok(store) = parts.store() {
        router = router
            .merge(discard::routes(Arc::clone(&store), parts.access.clone()))
            .merge(Router::new().route("/v1/admin/fingerprint", get(get_fingerprint)).with_state(store));
    }
    if let Ok(shop) = parts.shop() {
        router = router.merge(moving::http::admin_routes(shop, events::Appender::of(parts)));
    }
    router.merge(events::routes(parts)).merge(audit::routes(auditor)).merge(backup::routes(parts))
}

/// The admin API over these parts, for whoever holds the folder: nobody is asked for a key.
pub(crate) fn whole(parts: &Parts) -> anyhow::Result<Router> {
    let mut router = Router::new();
    if parts.has_store() {
        router = router.merge(report::native_routes(parts.reports(ReportOptions::default())?).into_router());
    }
    router = router.merge(privacy::routes(parts).into_router());
    if let Ok(shop) = parts.shop() {
        router = router
            .merge(kassa_access::admin_routes(parts.access.clone()).into_router())
            .merge(orders::http::native_routes(Arc::clone(&shop)).into_router())
            .merge(notify::http::native_routes(Arc::clone(&shop)).into_router())
            .merge(orders::http::storefront_routes(Arc::clone(&shop)))
            .merge(inventory::http::native_routes(shop).into_router());
    }
    Ok(router.merge(routes(parts, Beside::of(parts), "")))
}

/// The log and where its files are.
#[derive(Debug)]
struct LogFolder {
    log: Arc<dyn EventLog>,
    dir: PathBuf,
}

fn log_routes() -> Router<Arc<LogFolder>> {
    Router::new()
        .route("/v1/admin/log", get(get_log))
        .route("/v1/admin/log/inspect", get(get_inspection))
        .route("/v1/admin/log/verify", get(get_verification))
}

/// `GET /v1/admin/log/inspect`: the files, their frames and offsets, the groups.
async fn get_inspection(State(folder): State<Arc<LogFolder>>, _: Bare) -> Result<Json<Value>, Problem> {
    look(folder, |dir| inspect(dir, &RealDisk).map(|found| json!(found))).await
}

/// `GET /v1/admin/log/verify`: every frame read and checked.
async fn get_verification(State(folder): State<Arc<LogFolder>>, _: Bare) -> Result<Json<Value>, Problem> {
    look(folder, |dir| verify(dir, &RealDisk).map(|found| json!(found))).await
}

/// Reads the files on a thread of its own: it takes as long as the log is large.
async fn look(
    folder: Arc<LogFolder>,
    at: impl FnOnce(&Path) -> Result<Value, kassa_eventlog::Error> + Send + 'static,
) -> Result<Json<Value>, Problem> {
    let looked = tokio::task::spawn_blocking(move || at(&folder.dir)).await;
    match looked {
        Ok(Ok(found)) => Ok(Json(found)),
        Ok(Err(error)) => Err(Problem::unavailable(error.to_string(), 1)),
        Err(_) => Err(Problem::internal()),
    }
}

/// `GET /v1/admin/log`: per stream and partition what it holds and where each group stands.
async fn get_log(State(folder): State<Arc<LogFolder>>, _: Bare) -> Result<Json<Value>, Problem> {
    let mut streams = serde_json::Map::new();
    for stream in Stream::ALL {
        let status =
            folder.log.status(stream).await.map_err(|error| Problem::unavailable(error.to_string(), 1))?;
        streams.insert(stream.name().to_owned(), json!(status));
    }
    Ok(Json(Value::Object(streams)))
}

/// `GET /v1/admin/fingerprint`: a hash over all rows; equal stores, equal hashes. Reads everything.
async fn get_fingerprint(State(store): State<Arc<dyn EventStore>>, _: Bare) -> Result<Json<Value>, Problem> {
    match store.fingerprint().await {
        Ok(fingerprint) => Ok(Json(json!({"fingerprint": fingerprint}))),
        Err(error) => Err(Problem::unavailable(error.to_string(), 1)),
    }
}
