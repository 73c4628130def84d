//! `POST /v1/admin/replay {"into":"/path/new.duckdb"}`: folds the retained log into a new store beside the living one.
//!
//! The answer is a line of JSON per commit and one at the end:
//! ```json
//! {"records":50000,"records_total":200000}
//! {"done":{"records":200000,"rows":199000,"received_at":"…","ranges":[{"partition":0,"from":"0","to":"200000"}],
//!   "from_first_record":true,"fingerprint":"…"}}
//! {"error":"…"}
//! ```

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kassa_analytics::process::{ProcessorOptions, ReplayFrom, ReplayProgress, replay};
use kassa_eventlog::local::LocalLog;
use kassa_eventlog::{EventLog, Offset, Stream};
use kassa_eventstore::EventStore;
use kassa_eventstore::duckdb::{DuckStore, Options};
use kassa_service::{Json, Problem, Shutdown};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::config::Config;
use crate::run::{self, Parts};

/// What a replay needs to know.
#[derive(Debug)]
pub(crate) struct Replay {
    config: Config,
    log: Arc<LocalLog>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ask {
    into: PathBuf,
}

impl Replay {
    pub(crate) fn new(parts: &Parts, log: Arc<LocalLog>) -> Self {
        Self { config: parts.config.clone(), log }
    }
}

/// Starts a replay; its end is the answer's end. When the client goes away it stops.
pub(crate) async fn post_replay(
    State(replay): State<Arc<Replay>>,
    Json(ask): Json<Ask>,
) -> Result<Response, Problem> {
    if ask.into.exists() {
        return Err(Problem::conflict(format!(
            "{} exists already: replay fills a new store",
            ask.into.display()
        )));
    }
    let (lines, heard) = mpsc::channel::<Value>(64);
    tokio::spawn(async move {
        let end = match fill(&replay, &ask.into, lines.clone()).await {
            Ok(summary) => json!({"done": summary}),
            Err(error) => json!({"error": format!("{error:#}")}),
        };
        // Nobody listens any more: then nobody needs to know.
        let _ = lines.send(end).await;
    });
    let lines = futures_util::stream::unfold(heard, |mut heard| async move {
        let line = heard.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(format!("{line}\n"))), heard))
    });
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response())
}

async fn fill(replaying: &Replay, into: &Path, lines: mpsc::Sender<Value>) -> anyhow::Result<Value> {
    let total = records_in(&replaying.log).await?;
    let store: Arc<dyn EventStore> = Arc::new(DuckStore::open(Options::new(into))?);
    let options: ProcessorOptions = run::processor_options(&replaying.config)?;
    let log: Arc<dyn EventLog> = Arc::clone(&replaying.log) as Arc<dyn EventLog>;
    let from = ReplayFrom { log, subscription: replaying.log.replay(Stream::Events) };
    let shutdown = Shutdown::new();
    let mut received_at = None;
    let stop = shutdown.clone();
    let tell = |progress: ReplayProgress| {
        received_at = progress.received_at;
        let line = json!({"records": progress.records, "records_total": total.max(progress.records)});
        if let Err(mpsc::error::TrySendError::Closed(_)) = lines.try_send(line) {
            stop.trigger();
        }
    };
    let summary = replay(from, Arc::clone(&store), &options, &shutdown, tell).await?;
    anyhow::ensure!(summary.complete, "the replay was stopped; {} is incomplete", into.display());
    let ranges = summary.ranges.iter().map(|(partition, (from, to))| {
        json!({"partition": partition, "from": from.to_string(), "to": to.to_string()})
    });
    Ok(json!({
        "records": summary.records,
        "rows": store.status().await?.events,
        "received_at": received_at.map(|time| time.to_string()),
        "ranges": ranges.collect::<Vec<_>>(),
        "from_first_record": summary.ranges.values().all(|(from, _)| *from == Offset::START),
        "fingerprint": store.fingerprint().await?,
    }))
}

/// How many records the log holds, about: offsets count them.
async fn records_in(log: &LocalLog) -> anyhow::Result<u64> {
    let status = log.status(Stream::Events).await?;
    let count = |first: Offset, end: Offset| u64::try_from(end.0.saturating_sub(first.0)).unwrap_or(u64::MAX);
    Ok(status.partitions.iter().map(|partition| count(partition.first, partition.end)).sum())
}
