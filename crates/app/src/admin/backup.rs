//! `POST /v1/admin/backup {}`: makes a backup in a new folder below `data/exports`; the command brings it to where it was
//! asked for, so that nobody who reaches the API can choose a path. The answer is lines of JSON:
//!
//! ```json
//! {"step":"copying the log","done":1048576,"of":4194304}
//! {"done":{"dir":"/var/lib/kassa/exports/backup-0190…"}}
//! {"error":"…"}
//! ```

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use kassa_model::Progress;
use kassa_service::{Bare, Problem};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::backup::Maker;
use crate::open::Parts;

/// Between two lines about the same step.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// The route; where no backup can be made, it says why.
pub(crate) fn routes(parts: &Parts) -> Router {
    let maker = Maker::new(parts).map(Arc::new);
    Router::new().route("/v1/admin/backup", post(post_backup)).with_state(Arc::new(maker))
}

/// Makes one. It goes on when nobody listens any more.
async fn post_backup(
    State(maker): State<Arc<Result<Arc<Maker>, String>>>,
    _: Bare,
) -> Result<Response, Problem> {
    let maker = match maker.as_ref() {
        Ok(maker) => Arc::clone(maker),
        Err(why) => return Err(Problem::conflict(why.clone())),
    };
    let (lines, heard) = mpsc::channel::<Value>(64);
    let progress = Arc::new(Lines { lines: lines.clone(), last: Mutex::new(None) });
    tokio::spawn(async move {
        let end = match maker.make(progress).await {
            Ok(dir) => json!({"done": {"dir": dir.display().to_string()}}),
            Err(error) => json!({"error": format!("{error:#}")}),
        };
        let _ = lines.send(end).await;
    });
    let lines = futures_util::stream::unfold(heard, |mut heard| async move {
        let line = heard.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(format!("{line}\n"))), heard))
    });
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response())
}

/// Tells the client, now and then.
#[derive(Debug)]
struct Lines {
    lines: mpsc::Sender<Value>,
    last: Mutex<Option<(String, Instant)>>,
}

impl Progress for Lines {
    fn tell(&self, what: &str, done: u64, of: u64) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.as_ref().is_none_or(|(step, at)| step != what || at.elapsed() >= TELL_EVERY);
        // A line that nobody is ready for is not worth waiting for.
        if due && self.lines.try_send(json!({"step": what, "done": done, "of": of})).is_ok() {
            *last = Some((what.to_owned(), Instant::now()));
        }
    }
}
