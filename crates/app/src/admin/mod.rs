//! The admin API of what no role owns: the log's folder, the store's fingerprint, replays. Commands use it, over HTTP or in
//! their own process.

mod replay;

use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use kassa_eventlog::local::LocalLog;
use kassa_eventlog::{EventLog, Stream};
use kassa_eventstore::EventStore;
use kassa_eventstore::duckdb::DuckStore;
use kassa_service::Problem;
use serde_json::{Value, json};

use crate::run::Parts;

/// The routes that `parts` can answer.
pub(crate) fn routes(parts: &Parts) -> Router {
    let mut router = Router::new();
    if let Ok(log) = parts.log() {
        let replay = Arc::new(replay::Replay::new(parts, Arc::clone(&log)));
        router = router
            .merge(Router::new().route("/v1/admin/log", get(get_log)).with_state(log))
            .merge(Router::new().route("/v1/admin/replay", post(replay::post_replay)).with_state(replay));
    }
    if let Ok(store) = parts.store() {
        router = router.merge(Router::new().route("/v1/admin/fingerprint", get(get_fingerprint)).with_state(store));
    }
    router
}

/// `GET /v1/admin/log`: per stream and partition what it holds and where each group stands.
async fn get_log(State(log): State<Arc<LocalLog>>) -> Result<Json<Value>, Problem> {
    let mut streams = serde_json::Map::new();
    for stream in Stream::ALL {
        let status = log.status(stream).await.map_err(|error| Problem::unavailable(error.to_string(), 1))?;
        streams.insert(stream.name().to_owned(), json!(status));
    }
    Ok(Json(Value::Object(streams)))
}

/// `GET /v1/admin/fingerprint`: a hash over all rows; equal stores, equal hashes. Reads everything.
async fn get_fingerprint(State(store): State<Arc<DuckStore>>) -> Result<Json<Value>, Problem> {
    match store.fingerprint().await {
        Ok(fingerprint) => Ok(Json(json!({"fingerprint": fingerprint}))),
        Err(error) => Err(Problem::unavailable(error.to_string(), 1)),
    }
}
