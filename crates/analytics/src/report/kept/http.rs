//! The routes of all kinds of things: listed, made, read, changed, removed, and every version of them.
//!
//! ```json
//! POST /v1/segments {"site_id":"demo","name":"Germany","filters":[["is","visit:country",["DE"]]]}
//! {"id":"0190…","site_id":"demo","version":1,"name":"Germany","filters":[…],"personal":false,"created_at":"…","created_by":"admin",
//!  "changed_at":"…","changed_by":"admin"}
//! ```

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use kassa_access::{Allowed, Asker, Caller, Kept, KeptKind, need};
use kassa_service::protected::{get, post};
use kassa_service::{Bare, Problem, Protected};
use serde_json::{Value, json};

use super::body::object;
use super::check::Writer;
use super::kinds::{Alerts, Annotations, Goals, Keeps, Rules, Segments, Shares, refused};
use super::notes::list_notes;
use super::preview::post_preview;
use super::{rules, show};
use crate::report::alerts::post_evaluate;
use crate::report::ask::Invalid;
use crate::report::json::{known_keys, text};
use crate::report::params::Params;
use crate::report::refusal::Refusal;
use crate::report::reports::Reports;

const LIMIT_DEFAULT: u32 = 100;
const LIMIT_MAX: u32 = 1_000;

/// The routes of all kinds.
pub(crate) fn routes() -> Protected<Arc<Reports>> {
    Protected::new()
        .merge(routes_of::<Segments>("segments"))
        .merge(routes_of::<Goals>("goals"))
        .merge(routes_of::<Annotations>("annotations"))
        .merge(routes_of::<Shares>("shares"))
        .merge(routes_of::<Rules>("rules"))
        .merge(routes_of::<Alerts>("alerts"))
        .route("/v1/alerts/evaluate", post(post_evaluate))
        .route("/v1/rules/preview", post(post_preview))
}

fn routes_of<K: Keeps>(name: &str) -> Protected<Arc<Reports>> {
    Protected::new()
        .route(&format!("/v1/{name}"), get(list::<K>).post(create::<K>))
        .route(&format!("/v1/{name}/{{id}}"), get(read::<K>).put(change::<K>).delete(remove::<K>))
        .route(&format!("/v1/{name}/{{id}}/versions"), get(list_versions::<K>))
}

async fn list<K: Keeps>(
    Asker(caller): Asker,
    State(reports): State<Arc<Reports>>,
    uri: Uri,
) -> Result<Json<Value>, Refusal> {
    K::SEEN.check(&caller)?;
    if K::KIND == KeptKind::Annotation {
        return Ok(Json(list_notes(&reports, &caller, &uri, (LIMIT_DEFAULT, LIMIT_MAX)).await?));
    }
    let params = Params::of(&uri, &["site_id", "limit", "cursor"])?;
    let site = params.required("site_id")?;
    reports.calendar_of(&caller, site)?;
    let limit = params.limit(LIMIT_DEFAULT, LIMIT_MAX)? as usize;
    let mut found = reports.access.kept(site, K::KIND);
    found.retain(|kept| is_seen(kept, &caller));
    match K::KIND {
        KeptKind::Rule => found.sort_by_key(|kept| rules::position(kept)),
        _ => found.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id))),
    }
    if let Some(cursor) = params.text("cursor") {
        let last = found.iter().position(|kept| kept.id == cursor);
        let last =
            last.ok_or_else(|| Invalid("cursor must be the next_cursor of an earlier answer".to_owned()))?;
        found.drain(..=last);
    }
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|kept| kept.id.clone());
    let mut results: Vec<Value> = found.iter().map(|kept| show::thing_for(kept, &caller)).collect();
    if K::KIND == KeptKind::Alert && !results.is_empty() {
        // How they stand is the database's to say: it changes every minute, in whatever process watches.
        let states = reports.access.alert_states().await.map_err(refused)?;
        for shown in &mut results {
            let state = shown["id"].as_str().and_then(|id| states.get(id)).cloned();
            shown["state"] = state.unwrap_or_else(|| json!({"status": "unknown"}));
        }
    }
    Ok(Json(json!({"results": results, "next_cursor": next})))
}

async fn create<K: Keeps>(
    Allowed(caller, ..): Allowed<need::Admin>,
    State(reports): State<Arc<Reports>>,
    request: Request,
) -> Result<Response, Refusal> {
    let mut body = object(request).await?;
    let site = body.remove("site_id").ok_or_else(|| Invalid("site_id is required".to_owned()))?;
    let site = text(&site, "site_id")?.to_owned();
    reports.calendar_of(&caller, &site)?;
    let writer = Writer { reports: &reports, caller: &caller, site: &site };
    Ok((StatusCode::CREATED, Json(K::create(writer, body).await?)).into_response())
}

async fn read<K: Keeps>(
    Asker(caller): Asker,
    State(reports): State<Arc<Reports>>,
    id: Result<Path<String>, PathRejection>,
    _: Bare,
) -> Result<Json<Value>, Refusal> {
    K::SEEN.check(&caller)?;
    Ok(Json(show::thing_for(&*find::<K>(&reports, &caller, id)?, &caller)))
}

async fn change<K: Keeps>(
    Allowed(caller, ..): Allowed<need::Admin>,
    State(reports): State<Arc<Reports>>,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    let mut body = object(request).await?;
    let version = match body.remove("version") {
        None | Some(Value::Null) => None,
        Some(version) => match version.as_i64() {
            Some(version) => Some(version),
            None => return Err(Invalid("version must be a whole number".to_owned()).into()),
        },
    };
    let site = body.remove("site_id");
    // What nobody knows is refused whatever it was meant for.
    known_keys("member", &body, K::MEMBERS)?;
    let kept = find::<K>(&reports, &caller, id)?;
    if site.is_some_and(|site| site != kept.site.as_str()) {
        return Err(Invalid("it stays with its site: make another one there".to_owned()).into());
    }
    let site = kept.site.clone();
    let writer = Writer { reports: &reports, caller: &caller, site: &site };
    Ok(Json(K::change(writer, kept, body, version).await?))
}

async fn remove<K: Keeps>(
    Allowed(caller, ..): Allowed<need::Admin>,
    State(reports): State<Arc<Reports>>,
    id: Result<Path<String>, PathRejection>,
    _: Bare,
) -> Result<StatusCode, Refusal> {
    let kept = find::<K>(&reports, &caller, id)?;
    if K::KIND == KeptKind::Segment {
        let of_link = |share: &Arc<Kept>| share.body.get("segment").and_then(Value::as_str) == Some(&kept.id);
        if let Some(share) =
            reports.access.kept(&kept.site, KeptKind::Share).iter().find(|share| of_link(share))
        {
            let why = format!(
                "the share link {} is limited to this segment: revoke or change it first",
                share.name
            );
            return Err(Refusal::Access(Problem::conflict(why)));
        }
    }
    reports.access.remove_kept(&kept, &caller.identity()).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn list_versions<K: Keeps>(
    Allowed(caller, ..): Allowed<need::Admin>,
    State(reports): State<Arc<Reports>>,
    id: Result<Path<String>, PathRejection>,
    _: Bare,
) -> Result<Json<Value>, Refusal> {
    let id = id_of(id)?;
    let mut versions = reports.access.kept_versions(K::KIND, &id).await.map_err(refused)?;
    versions.retain(|was| was.owner.as_deref().is_none_or(|owner| owner == caller.identity()));
    if versions.is_empty() {
        return Err(no_such::<K>(&id));
    }
    let results: Vec<Value> = versions.iter().map(show::version).collect();
    Ok(Json(json!({"results": results, "next_cursor": null})))
}

/// The thing of that id, if the caller may see it.
fn find<K: Keeps>(
    reports: &Reports,
    caller: &Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Arc<Kept>, Refusal> {
    let id = id_of(id)?;
    let found = reports.access.kept_by_id(K::KIND, &id).filter(|kept| is_seen(kept, caller));
    found.ok_or_else(|| no_such::<K>(&id))
}

fn is_seen(kept: &Kept, caller: &Caller) -> bool {
    caller.may_read(&kept.site) && kept.is_seen_by(&caller.identity())
}

fn no_such<K: Keeps>(id: &str) -> Refusal {
    let id: String = id.chars().take(64).collect();
    Refusal::NotFound(format!("no {} {id:?}", K::KIND.name()))
}

fn id_of(id: Result<Path<String>, PathRejection>) -> Result<String, Invalid> {
    match id {
        Ok(Path(id)) if !id.contains('\0') => Ok(id),
        _ => Invalid::because("an id is a text without U+0000"),
    }
}
