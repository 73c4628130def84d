//! `POST /v1/admin/backup {}`: makes a backup in a new folder below `data/exports`; the command brings it to where it was
//! asked for, so that nobody who reaches the API can choose a path. The answer is lines of JSON:
//!
//! ```json
//! {"step":"copying the log","done":1048576,"of":4194304}
//! {"done":{"dir":"/var/lib/kassa/exports/backup-0190…"}}
//! {"error":"…"}
//! ```

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use kassa_model::Progress;
use kassa_service::{Bare, Problem};
use serde_json::json;

use super::lines;
use crate::backup::Maker;
use crate::open::Parts;

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
    let (lines, answer) = lines::answer();
    tokio::spawn(async move {
        let end = match maker.make(Arc::clone(&lines) as Arc<dyn Progress>).await {
            Ok(dir) => json!({"done": {"dir": dir.display().to_string()}}),
            Err(error) => json!({"error": format!("{error:#}")}),
        };
        lines.end(end).await;
    });
    Ok(answer)
}
