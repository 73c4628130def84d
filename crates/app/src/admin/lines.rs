//! Answers that are lines of JSON, each sent as soon as there is something to tell.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use kassa_model::Progress;
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// The media type of such an answer.
pub(super) const LINES: &str = "application/x-ndjson";
/// Between two lines about the same step.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// The way to whoever reads the answer, which ends when this is dropped.
#[derive(Debug)]
pub(super) struct Lines {
    lines: mpsc::Sender<Value>,
    last: Mutex<Option<(String, Instant)>>,
}

/// An answer, and the way to write its lines.
pub(super) fn answer() -> (Arc<Lines>, Response) {
    let (lines, heard) = mpsc::channel::<Value>(64);
    let body = futures_util::stream::unfold(heard, |mut heard| async move {
        let line = heard.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(format!("{line}\n"))), heard))
    });
    let response = ([(CONTENT_TYPE, LINES)], Body::from_stream(body)).into_response();
    (Arc::new(Lines { lines, last: Mutex::new(None) }), response)
}

impl Lines {
    /// Tells now and then how far a step has come: `{"step":"orders","done":1000,"of":20000}`.
    pub(super) fn step(&self, step: &str, done: u64, of: Option<u64>) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.as_ref().is_none_or(|(known, at)| known != step || at.elapsed() >= TELL_EVERY);
        if due && self.lines.try_send(json!({"step": step, "done": done, "of": of})).is_ok() {
            *last = Some((step.to_owned(), Instant::now()));
        }
    }

    /// Sends a line, unless nobody is ready for it: then it is not worth waiting for. False: nobody listens any more.
    pub(super) fn offer(&self, line: Value) -> bool {
        !matches!(self.lines.try_send(line), Err(mpsc::error::TrySendError::Closed(_)))
    }

    /// Sends the last line, if anybody still listens.
    pub(super) async fn end(&self, line: Value) {
        let _ = self.lines.send(line).await;
    }

    /// Waits until nobody listens any more.
    pub(super) async fn closed(&self) {
        self.lines.closed().await;
    }
}

impl Progress for Lines {
    fn tell(&self, what: &str, done: u64, of: u64) {
        self.step(what, done, Some(of));
    }
}
