//! Refused events and what became of all events: `GET /v1/admin/dead-letters`, `…/{id}`, `GET /v1/admin/counts`.
//!
//! ```json
//! {"results":[{"id":"0193…","site_id":"demo","received_at":"2026-11-20T12:00:00Z","reason":"invalid_time",
//!   "detail":"timestamp: yesterday","dialect":"flat","original":"{\"eventType\":\"click\"}"}]}
//! {"results":[{"site_id":"demo","outcome":"rejected","reason":"invalid_time","count":1}]}
//! ```
//! For admins: an original may hold anything, and counts are of all sites.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::Uri;
use kassa_access::{Allowed, need};
use kassa_eventstore::{DeadLetter, DeadLetterFilter, EventStore};
use kassa_model::Reason;
use kassa_service::nearest::unknown;
use serde_json::{Value, json};

use super::ask::Invalid;
use super::params::Params;
use super::refusal::Refusal;
use super::reports::Reports;

const LIMIT_DEFAULT: u32 = 100;
const LIMIT_MAX: u32 = 1_000;

/// `GET /v1/admin/dead-letters?site_id=&reason=&limit=`, newest received first.
pub(crate) async fn list_dead_letters(
    Allowed(caller, ..): Allowed<need::Admin>,
    State(reports): State<Arc<Reports>>,
    uri: Uri,
) -> Result<Json<Value>, Refusal> {
    let params = Params::of(&uri, &["site_id", "reason", "limit"])?;
    let filter = DeadLetterFilter {
        site: params.text("site_id").map(str::to_owned),
        reason: params.text("reason").map(parse_reason).transpose()?,
        id: None,
        has: None,
        limit: params.limit(LIMIT_DEFAULT, LIMIT_MAX)?,
    };
    let letters = reports.in_time(async { Ok(reports.store(&caller).dead_letters(&filter).await?) }).await?;
    Ok(Json(json!({"results": letters.iter().map(show).collect::<Vec<_>>()})))
}

/// `GET /v1/admin/dead-letters/{id}`.
pub(crate) async fn get_dead_letter(
    Allowed(caller, ..): Allowed<need::Admin>,
    State(reports): State<Arc<Reports>>,
    id: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Json<Value>, Refusal> {
    Params::of(&uri, &[])?;
    let id = match id {
        Ok(Path(id)) if !id.contains('\0') => id,
        _ => return Err(Refusal::Invalid("an id is a text without U+0000".to_owned())),
    };
    let filter = DeadLetterFilter { site: None, reason: None, id: Some(id.clone()), has: None, limit: 1 };
    let letters = reports.in_time(async { Ok(reports.store(&caller).dead_letters(&filter).await?) }).await?;
    match letters.first() {
        Some(letter) => Ok(Json(show(letter))),
        None => {
            Err(Refusal::NotFound(format!("no dead letter {:?}", id.chars().take(64).collect::<String>())))
        }
    }
}

/// `GET /v1/admin/counts?site_id=`: how many events came to which end, over all days.
pub(crate) async fn get_counts(
    Allowed(caller, ..): Allowed<need::Admin>,
    State(reports): State<Arc<Reports>>,
    uri: Uri,
) -> Result<Json<Value>, Refusal> {
    let params = Params::of(&uri, &["site_id"])?;
    let site = params.text("site_id");
    let mut sums: BTreeMap<(String, &str, &str), u64> = BTreeMap::new();
    for (key, count) in reports.in_time(async { Ok(reports.store(&caller).counts().await?) }).await? {
        if site.is_none_or(|site| site == key.site) {
            *sums.entry((key.site, key.outcome.name(), key.outcome.reason_name())).or_default() += count;
        }
    }
    let show = |((site, outcome, reason), count): ((String, &str, &str), u64)| {
        let reason = (!reason.is_empty()).then_some(reason);
        json!({"site_id": site, "outcome": outcome, "reason": reason, "count": count})
    };
    Ok(Json(json!({"results": sums.into_iter().map(show).collect::<Vec<_>>()})))
}

fn parse_reason(name: &str) -> Result<String, Invalid> {
    if name.parse::<Reason>().is_ok() {
        return Ok(name.to_owned());
    }
    let known: Vec<&str> = Reason::ALL.iter().map(|reason| reason.name()).collect();
    Invalid::because(unknown("reason", name, &known))
}

fn show(letter: &DeadLetter) -> Value {
    let rejected = &letter.rejected;
    json!({
        "id": rejected.id,
        "site_id": rejected.site,
        "received_at": rejected.received_at.to_string(),
        "reason": rejected.reason.name(),
        "detail": rejected.detail,
        "dialect": rejected.dialect.name(),
        "original": rejected.original,
    })
}
