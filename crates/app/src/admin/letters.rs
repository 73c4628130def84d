//! Refused events, as whoever administers names them, and what is written down of what becomes of them.

use kassa_access::Access;
use kassa_access::changes::Asked;
use kassa_eventstore::DeadLetterFilter;
use kassa_model::Reason;
use kassa_service::Problem;
use serde_json::Value;

/// Which are meant: one, or the newest of a reason.
#[derive(Debug)]
pub(super) struct Which<'a> {
    pub(super) id: &'a Option<String>,
    pub(super) reason: &'a Option<String>,
    pub(super) site: &'a Option<String>,
}

impl Which<'_> {
    /// The same as the store takes it; at most so many.
    ///
    /// # Errors
    /// 400 where it is not said which, or for a reason that there is not.
    pub(super) fn filter(&self, most: u32) -> Result<DeadLetterFilter, Problem> {
        let Self { id, reason, site } = *self;
        if [id, reason, site].iter().any(|text| text.as_ref().is_some_and(|text| text.contains('\0'))) {
            return Err(Problem::bad_request("a text contains U+0000"));
        }
        if id.is_none() && reason.is_none() {
            return Err(Problem::bad_request("id or reason says which events are meant"));
        }
        if let Some(reason) = reason.as_ref().filter(|reason| reason.parse::<Reason>().is_err()) {
            return Err(Problem::bad_request(format!("reason: no event is refused for {}", shown(reason))));
        }
        let limit = if id.is_some() { 1 } else { most };
        Ok(DeadLetterFilter { site: site.clone(), reason: reason.clone(), id: id.clone(), has: None, limit })
    }
}

/// As much of what was asked as an answer repeats.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(64).collect()
}

/// Writes down what has become of them. It is done already: a database that is away only leaves it out of the list of changes.
pub(super) async fn note(access: &Access, asked: Option<Asked>, became: Value) {
    if let Err(error) = access.note_change(asked, (Value::Null, became)).await {
        tracing::error!(%error, "what was done with refused events is not in the list of changes");
    }
}
