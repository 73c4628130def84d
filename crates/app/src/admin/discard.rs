//! `POST /v1/admin/dead-letters/discard {"id"?,"reason"?,"site_id"?}`: throws refused events away for good, one or at most ten thousand of
//! a reason, the newest. How many were refused is counted as before.
//!
//! ```json
//! {"discarded":431}
//! ```

use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::routing::post;
use axum::{Json, Router};
use kassa_access::{Access, By};
use kassa_eventstore::{EventStore, Forget};
use kassa_service::{Object, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::letters::{Which, note};

const DISCARD: &str = "/v1/admin/dead-letters/discard";
/// Events at a time.
const EVENTS_MAX: u32 = 10_000;

/// Where they are.
#[derive(Debug, Clone)]
struct Letters {
    store: Arc<dyn EventStore>,
    access: Access,
}

impl FromRef<Letters> for Access {
    fn from_ref(letters: &Letters) -> Self {
        letters.access.clone()
    }
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    id: Option<String>,
    reason: Option<String>,
    site_id: Option<String>,
}

/// The route, where events are stored.
pub(super) fn routes(store: Arc<dyn EventStore>, access: Access) -> Router {
    Router::new().route(DISCARD, post(discard_dead_letters)).with_state(Letters { store, access })
}

/// It goes on when nobody waits for it any more.
async fn discard_dead_letters(
    by: By,
    State(letters): State<Letters>,
    Object(ask): Object<Ask>,
) -> Result<Json<Value>, Problem> {
    let which = Which { id: &ask.id, reason: &ask.reason, site: &ask.site_id }.filter(EVENTS_MAX)?;
    let asked = by.asked(("POST", DISCARD), &ask);
    let discarding = tokio::spawn(async move {
        let discarded = letters.store.forget(&Forget::Discarded(which)).await?;
        if discarded > 0 {
            note(&letters.access, asked, json!({"discarded": discarded})).await;
        }
        Ok::<_, kassa_eventstore::Error>(discarded)
    });
    let discarded = discarding.await.map_err(|_| Problem::internal())?;
    match discarded.map_err(|error| Problem::unavailable(error.to_string(), 1))? {
        0 if ask.id.is_some() => Err(Problem::not_found("no such dead letter")),
        discarded => Ok(Json(json!({"discarded": discarded}))),
    }
}
