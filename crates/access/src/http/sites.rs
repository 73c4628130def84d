//! `/v1/admin/sites`: sites and the public keys by which events name them.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use kassa_service::{Bare, Json, Object, Problem};
use serde::{Deserialize, Serialize};

use super::guard::By;
use super::refused::{List, Named, Refused};
use crate::site::{Site, Source};
use crate::store::StoredSite;
use crate::{Access, RuleOptions, TrailingSlash};

pub(super) fn routes() -> Router<Access> {
    Router::new()
        .route("/v1/admin/sites", get(list_sites).post(create_site))
        .route("/v1/admin/sites/{site}", put(change_site))
        .route("/v1/admin/sites/{site}/keys", post(create_site_key))
        .route("/v1/admin/sites/{site}/keys/{key}", delete(revoke_site_key))
}

/// What a site is made of or changed into.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SiteBody {
    /// Of a new one; of another the path has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// The version that was read before a change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    #[serde(default = "utc")]
    timezone: String,
    #[serde(default)]
    allow_keyless: bool,
    #[serde(default)]
    origins: Vec<String>,
    #[serde(default)]
    keep_days: u32,
    #[serde(default)]
    trailing_slash: TrailingSlash,
    #[serde(default)]
    hash_routes: bool,
    #[serde(default)]
    keep_query: Vec<String>,
    #[serde(default)]
    ignore_referrers: Vec<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    exclude_addresses: Vec<String>,
}

fn utc() -> String {
    "UTC".to_owned()
}

/// A site as its list shows it.
#[derive(Debug, Serialize)]
struct SiteView {
    id: String,
    source: &'static str,
    /// How often it was written down, from 1; 0 where the configuration alone changes it.
    version: i64,
    timezone: String,
    allow_keyless: bool,
    origins: Vec<String>,
    keep_days: u32,
    #[serde(flatten)]
    rules: RuleOptions,
    write_keys: Vec<WriteKeyView>,
}

#[derive(Debug, Serialize)]
struct WriteKeyView {
    key: String,
    source: &'static str,
    created_at: Option<String>,
}

async fn list_sites(State(access): State<Access>, _: Bare) -> Response {
    let results = access.sites().iter().map(|site| SiteView::of(site)).collect();
    Json(List { results }).into_response()
}

async fn create_site(
    by: By,
    State(access): State<Access>,
    Object(body): Object<SiteBody>,
) -> Result<Response, Refused> {
    let asked = by.asked(("POST", "/v1/admin/sites"), &body);
    if body.version.is_some() {
        return Err(Problem::bad_request("a site that is made has no version yet").into());
    }
    let id = body.id.clone().ok_or_else(|| Problem::bad_request("id is missing"))?;
    let site: Arc<Site> = access.create_site(body.stored(id), asked).await?;
    Ok((StatusCode::CREATED, Json(SiteView::of(&site))).into_response())
}

async fn change_site(
    by: By,
    State(access): State<Access>,
    Named(id): Named<String>,
    Object(body): Object<SiteBody>,
) -> Result<Response, Refused> {
    let asked = by.asked(("PUT", &format!("/v1/admin/sites/{id}")), &body);
    if body.id.as_ref().is_some_and(|other| *other != id) {
        return Err(Problem::bad_request("id is another than the path's: a site keeps its id").into());
    }
    let version = body.version;
    let site = access.change_site(body.stored(id), version, asked).await?;
    Ok(Json(SiteView::of(&site)).into_response())
}

async fn create_site_key(
    by: By,
    State(access): State<Access>,
    Named(site): Named<String>,
    _: Bare,
) -> Result<Response, Refused> {
    let asked = by.asked(("POST", &format!("/v1/admin/sites/{site}/keys")), &());
    let (key, created_at) = access.create_site_key(&site, asked).await?;
    let created_at = Some(created_at.to_string());
    let view = WriteKeyView { key, source: Source::Created.name(), created_at };
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

async fn revoke_site_key(
    by: By,
    State(access): State<Access>,
    Named((site, key)): Named<(String, String)>,
    _: Bare,
) -> Result<StatusCode, Refused> {
    let asked = by.asked(("DELETE", &format!("/v1/admin/sites/{site}/keys/{key}")), &());
    access.revoke_site_key((&site, &key), asked).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl SiteBody {
    fn stored(self, id: String) -> StoredSite {
        let rules = RuleOptions {
            trailing_slash: self.trailing_slash,
            hash_routes: self.hash_routes,
            keep_query: self.keep_query,
            ignore_referrers: self.ignore_referrers,
            labels: self.labels,
            exclude_addresses: self.exclude_addresses,
        };
        StoredSite {
            id,
            timezone: self.timezone,
            allow_keyless: self.allow_keyless,
            origins: self.origins,
            keep_days: self.keep_days,
            rules,
            version: 1,
        }
    }
}

impl SiteView {
    fn of(site: &Site) -> Self {
        let write_keys = site.write_keys.iter().map(|found| WriteKeyView {
            key: found.key.clone(),
            source: if found.created_at.is_none() { Source::Configuration } else { Source::Created }.name(),
            created_at: found.created_at.map(|at| at.to_string()),
        });
        Self {
            id: site.id.clone(),
            source: site.source.name(),
            version: site.version,
            timezone: site.timezone.iana_name().unwrap_or("UTC").to_owned(),
            allow_keyless: site.allow_keyless,
            origins: site.origins.clone(),
            keep_days: site.keep_days,
            rules: site.rules.options().clone(),
            write_keys: write_keys.collect(),
        }
    }
}
