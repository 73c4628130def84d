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
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::post;
use kassa_access::{Access, By};
use kassa_analytics::collect::{Collector, Refusal};
use kassa_eventstore::EventStore;
use kassa_model::{Progress, Rejected};
use kassa_service::{Object, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::letters::{Which, note, shown};
use super::lines::{self, Lines};

const REPLAY: &str = "/v1/admin/dead-letters/replay";
/// Events at a time.
const EVENTS_MAX: u32 = 1_000;
/// Events of one append.
const PART: usize = 100;
/// Refused ones that are told of.
const REFUSED_SHOWN: usize = 100;

/// Where events are taken from, and by what they are taken in.
#[derive(Debug, Clone)]
struct Again {
    collector: Arc<Collector>,
    store: Arc<dyn EventStore>,
    access: Access,
}

impl FromRef<Again> for Access {
    fn from_ref(again: &Again) -> Self {
        again.access.clone()
    }
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    id: Option<String>,
    reason: Option<String>,
    site_id: Option<String>,
    to: Option<String>,
}

/// What came of them.
#[derive(Debug, Default, Serialize)]
struct Taken {
    sent: u64,
    refused_total: u64,
    refused: Vec<Value>,
}

/// The route, where events are both taken in and stored.
pub(crate) fn routes(collector: Arc<Collector>, store: Arc<dyn EventStore>, access: Access) -> Router {
    let again = Again { collector, store, access };
    Router::new().route(REPLAY, post(replay_dead_letters)).with_state(again)
}

async fn replay_dead_letters(
    by: By,
    State(again): State<Again>,
    Object(ask): Object<Ask>,
) -> Result<Response, Problem> {
    let which = Which { id: &ask.id, reason: &ask.reason, site: &ask.site_id };
    let filter = which.filter(EVENTS_MAX)?;
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
    let asked = by.asked(("POST", REPLAY), &ask);
    tokio::spawn(async move {
        let mut taken = Taken::default();
        let end = match again.take(letters, ask.to.as_deref(), (&lines, &mut taken)).await {
            Ok(()) => json!({"done": taken}),
            Err(refusal) => json!({"error": refusal.to_string()}),
        };
        if taken.sent > 0 {
            note(&again.access, asked, taken.counts()).await;
        }
        lines.end(end).await;
    });
    Ok(answer)
}

impl Taken {
    fn refuse(&mut self, again: Value) {
        self.refused_total += 1;
        if self.refused.len() < REFUSED_SHOWN {
            self.refused.push(again);
        }
    }

    /// How many, as it is written down.
    fn counts(&self) -> Value {
        json!({"sent": self.sent, "refused_total": self.refused_total})
    }
}

impl Again {
    /// Takes them in, those of one site after the other.
    async fn take(
        &self,
        letters: Vec<Rejected>,
        to: Option<&str>,
        (lines, taken): (&Lines, &mut Taken),
    ) -> Result<(), Refusal> {
        let of = letters.len() as u64;
        let mut sites: BTreeMap<String, Vec<Rejected>> = BTreeMap::new();
        for letter in letters {
            sites.entry(to.unwrap_or(&letter.site).to_owned()).or_default().push(letter);
        }
        for (site, letters) in &sites {
            let site = self.access.site(site);
            let key = site.as_ref().and_then(|site| site.write_key());
            for part in letters.chunks(PART) {
                let outcomes = self.collector.again(part, key).await?;
                for (letter, outcome) in part.iter().zip(outcomes) {
                    match outcome {
                        Ok(()) => taken.sent += 1,
                        Err(again) => taken.refuse(
                            json!({"id": letter.id, "reason": again.reason.name(), "detail": again.detail}),
                        ),
                    }
                }
                lines.tell("events", taken.sent + taken.refused_total, of);
            }
        }
        Ok(())
    }
}
