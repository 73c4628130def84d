//! `/v1/admin/keys`: secret keys with scopes, shown once, revoked at once.

use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use kassa_model::Timestamp;
use kassa_service::{Bare, Json, Object, Problem};
use serde::{Deserialize, Serialize};

use super::guard::By;
use super::refused::{List, Named, Refused};
use crate::manage::NewKey;
use crate::secret::Hash;
use crate::sites::Snapshot;
use crate::store::{ApiKey, StoredSession};
use crate::{Access, Scopes};

pub(super) fn routes() -> Router<Access> {
    Router::new()
        .route("/v1/admin/keys", get(list_keys).post(create_key))
        .route("/v1/admin/keys/revoked", get(list_revoked_keys))
        .route("/v1/admin/keys/{id}", delete(revoke_key))
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct CreateKey {
    name: String,
    scopes: Vec<String>,
    site: Option<String>,
}

/// A key as its list shows it.
#[derive(Debug, Serialize)]
struct KeyView {
    /// `null`: it stands in the configuration.
    id: Option<String>,
    name: String,
    source: &'static str,
    scopes: Vec<&'static str>,
    site: Option<String>,
    prefix: Option<String>,
    created_at: Option<String>,
    last_used_at: Option<String>,
    /// How many are logged in with it.
    sessions: usize,
    /// When it was revoked, in the list of those that were.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
    /// The key itself, in the answer that made it and nowhere else.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

async fn create_key(
    by: By,
    State(access): State<Access>,
    Object(body): Object<CreateKey>,
) -> Result<Response, Refused> {
    let asked = by.asked(("POST", "/v1/admin/keys"), &body);
    let scopes = Scopes::parse(body.scopes.iter().map(String::as_str));
    let scopes = scopes.map_err(|unknown| Problem::bad_request(unknown.to_string()))?;
    let (key, secret) = access.create_key(NewKey { name: body.name, scopes, site: body.site }, asked).await?;
    let view = KeyView { key: Some(secret), ..KeyView::of(&key, 0) };
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(view)).into_response())
}

async fn list_keys(State(access): State<Access>, _: Bare) -> Response {
    let now = access.now();
    let configured = access.secret_keys().iter().map(|key| KeyView {
        id: None,
        name: key.name.clone(),
        source: "configuration",
        scopes: key.scopes.names(),
        site: key.site.clone(),
        prefix: None,
        created_at: None,
        last_used_at: None,
        sessions: sessions_of(&now, &key.hash),
        revoked_at: None,
        key: None,
    });
    let mut stored: Vec<_> = now.api_keys.values().collect();
    stored.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    let results =
        configured.chain(stored.into_iter().map(|key| KeyView::of(key, sessions_of(&now, &key.hash))));
    Json(List { results: results.collect() }).into_response()
}

/// `GET /v1/admin/keys/revoked`: the last hundred, the last first.
async fn list_revoked_keys(State(access): State<Access>, _: Bare) -> Result<Response, Refused> {
    let revoked = access.revoked_keys().await?;
    let shown =
        |(key, at): &(ApiKey, Timestamp)| KeyView { revoked_at: Some(at.to_string()), ..KeyView::of(key, 0) };
    let results = revoked.iter().map(shown).collect();
    Ok(Json(List { results }).into_response())
}

/// Sessions that were opened with this key.
fn sessions_of(now: &Snapshot, key: &Hash) -> usize {
    let of =
        |session: &&StoredSession| session.key.as_ref().is_some_and(|opened| opened.bytes() == key.bytes());
    now.sessions.values().filter(of).count()
}

async fn revoke_key(
    by: By,
    State(access): State<Access>,
    Named(id): Named<String>,
    _: Bare,
) -> Result<StatusCode, Refused> {
    let asked = by.asked(("DELETE", &format!("/v1/admin/keys/{id}")), &());
    access.revoke_key(&id, asked).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl KeyView {
    fn of(key: &ApiKey, sessions: usize) -> Self {
        let used = Some(key.used.load(Ordering::Relaxed)).filter(|used| *used > 0);
        let last_used = used.map(Timestamp::from_micros).max(key.last_used_at);
        Self {
            id: Some(key.id.clone()),
            name: key.name.clone(),
            source: "created",
            scopes: key.scopes.names(),
            site: key.site.clone(),
            prefix: Some(key.prefix.clone()),
            created_at: Some(key.created_at.to_string()),
            last_used_at: last_used.map(|at| at.to_string()),
            sessions,
            revoked_at: None,
            key: None,
        }
    }
}
