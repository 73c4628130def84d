//! `POST /v1/admin/dead-letters/replay {"id"?,"reason"?,"site_id"?,"to"?}`: takes refused events in once more, at most a thousand, the
//! newest; as events of the site `to`, or of their own.
//!
//! The answer is a line of JSON now and then, and one at the end:
//! ```json
//! {"step":"events","done":100,"of":431}
//! {"done":{"sent":429,"refused_total":2,"refused":[{"id":"0193…","reason":"invalid_time","detail":"timestamp: yesterday"}]}}
//! {"error":"…"}
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use kassa_access::Access;
use kassa_analytics::collect::{Collector, Refusal};
use kassa_eventstore::{DeadLetterFilter, EventStore};
use kassa_model::{Progress, Reason, Rejected};
use kassa_service::{Object, Problem};
use serde::Deserialize;
use serde_json::{Value, json};

use super::lines::{self, Lines};

/// Events at a time.
const EVENTS_MAX: u32 = 1_000;
/// Events of one append.
const PART: usize = 100;
/// Refused ones that are told of.
const REFUSED_SHOWN: usize = 100;

/// Where events are taken from, and by what they are taken in.
#[derive(Debug)]
struct Again {
    collector: Arc<Collector>,
    store: Arc<dyn EventStore>,
    access: Access,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    id: Option<String>,
    reason: Option<String>,
    site_id: Option<String>,
    to: Option<String>,
}

/// The route, where events are both taken in and stored.
pub(crate) fn routes(collector: Arc<Collector>, store: Arc<dyn EventStore>, access: Access) -> Router {
    let again = Arc::new(Again { collector, store, access });
    Router::new().route("/v1/admin/dead-letters/replay", post(replay_dead_letters)).with_state(again)
}

async fn replay_dead_letters(
    State(again): State<Arc<Again>>,
    Object(ask): Object<Ask>,
) -> Result<Response, Problem> {
    let filter = filter(&ask)?;
    if let Some(to) = &ask.to
        && again.access.site(to).is_none()
    {
        return Err(Problem::bad_request(format!("to: there is no site {}", shown(to))));
    }
    let found = again.store.dead_letters(&filter).await;
    let found = found.map_err(|error| Problem::unavailable(error.to_string(), 1))?;
    if found.is_empty() && ask.id.is_some() {
        return Err(Problem::not_found("no such dead letter"));
    }
    let letters = found.into_iter().map(|letter| letter.rejected).collect();
    let (lines, answer) = lines::answer();
    tokio::spawn(async move {
        let end = match again.take(letters, ask.to.as_deref(), &lines).await {
            Ok(done) => json!({"done": done}),
            Err(refusal) => json!({"error": refusal.to_string()}),
        };
        lines.end(end).await;
    });
    Ok(answer)
}

fn filter(ask: &Ask) -> Result<DeadLetterFilter, Problem> {
    let texts = [&ask.id, &ask.reason, &ask.site_id, &ask.to];
    if texts.iter().any(|text| text.as_ref().is_some_and(|text| text.contains('\0'))) {
        return Err(Problem::bad_request("a text contains U+0000"));
    }
    if ask.id.is_none() && ask.reason.is_none() {
        return Err(Problem::bad_request("id or reason says which events are meant"));
    }
    if let Some(reason) = ask.reason.as_ref().filter(|reason| reason.parse::<Reason>().is_err()) {
        return Err(Problem::bad_request(format!("reason: no event is refused for {}", shown(reason))));
    }
    let limit = if ask.id.is_some() { 1 } else { EVENTS_MAX };
    Ok(DeadLetterFilter {
        site: ask.site_id.clone(),
        reason: ask.reason.clone(),
        id: ask.id.clone(),
        has: None,
        limit,
    })
}

fn shown(text: &str) -> String {
    text.chars().take(64).collect()
}

impl Again {
    /// Takes them in, those of one site after the other.
    async fn take(&self, letters: Vec<Rejected>, to: Option<&str>, lines: &Lines) -> Result<Value, Refusal> {
        let of = letters.len() as u64;
        let mut sites: BTreeMap<String, Vec<Rejected>> = BTreeMap::new();
        for letter in letters {
            sites.entry(to.unwrap_or(&letter.site).to_owned()).or_default().push(letter);
        }
        let (mut sent, mut refused) = (0_u64, Vec::new());
        for (site, letters) in &sites {
            let site = self.access.site(site);
            let key = site.as_ref().and_then(|site| site.write_key());
            for part in letters.chunks(PART) {
                let outcomes = self.collector.again(part, key).await?;
                for (letter, outcome) in part.iter().zip(outcomes) {
                    match outcome {
                        Ok(()) => sent += 1,
                        Err(again) => refused.push(
                            json!({"id": letter.id, "reason": again.reason.name(), "detail": again.detail}),
                        ),
                    }
                }
                lines.tell("events", sent + refused.len() as u64, of);
            }
        }
        let refused_total = refused.len();
        refused.truncate(REFUSED_SHOWN);
        Ok(json!({"sent": sent, "refused_total": refused_total, "refused": refused}))
    }
}
