//! What the tests share: databases of both engines, a request and its answer.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use kassa_db::Db;
use kassa_db::testing::{Folder, TestPostgres};
use kassa_model::{ManualClock, Timestamp};
use kassa_service::{Policy, RouteClass};
use serde_json::Value;
use tower::ServiceExt;

use crate::{Access, Mode, Options, RuleOptions, SiteOptions, admin_routes, session_routes};

pub(crate) const TOKEN: &str = "an-admin-token-of-some-length";

/// A database and the folder that goes with it.
pub(crate) struct Bed {
    pub(crate) url: String,
    pub(crate) name: &'static str,
    folder: Folder,
}

/// SQLite, and PostgreSQL where it is installed.
pub(crate) fn beds() -> Vec<Bed> {
    let folder = Folder::new();
    let mut beds = vec![Bed { url: folder.sqlite_url(), name: "sqlite", folder }];
    if let Some(cluster) = TestPostgres::start() {
        beds.push(Bed { url: cluster.fresh_database(), name: "postgres", folder: Folder::new() });
    }
    beds
}

/// A process: its access over the bed's database.
pub(crate) struct Process {
    pub(crate) access: Access,
    pub(crate) db: Db,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) router: Router,
}

/// Noon of some day.
pub(crate) fn noon() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

pub(crate) fn options() -> Options {
    let site = SiteOptions {
        id: "default".to_owned(),
        write_keys: vec!["wk_configured".to_owned()],
        allow_keyless: false,
        timezone: "UTC".to_owned(),
        origins: Vec::new(),
        keep_days: 0,
        rules: RuleOptions::default(),
        is_preset: false,
    };
    Options { admin_token: TOKEN.to_owned(), sites: vec![site], ..Options::default() }
}

impl Bed {
    /// A process in closed mode.
    pub(crate) fn process(&self) -> Process {
        self.process_with(&options(), Mode::Closed)
    }

    pub(crate) fn process_with(&self, options: &Options, mode: Mode) -> Process {
        let access = Access::open(options, mode, self.folder.path()).unwrap();
        let db = Db::open(&self.url).unwrap();
        let clock = Arc::new(ManualClock::new(noon()));
        access.attach(db.clone(), Arc::clone(&clock) as Arc<_>).unwrap();
        let router = router(&access);
        Process { access, db, clock, router }
    }
}

/// The routes as the app mounts them.
pub(crate) fn router(access: &Access) -> Router {
    let routes = session_routes(access.clone()).merge(admin_routes(access.clone()));
    Policy::default().protect(RouteClass::Native, routes)
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// `name=value` of the cookie that it sets.
    pub(crate) fn cookie(&self) -> String {
        let line = self.headers["set-cookie"].to_str().unwrap();
        line.split(';').next().unwrap().to_owned()
    }
}

/// Sends `method path` with these headers, and a body if it is not empty.
pub(crate) async fn send(router: &Router, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let (method, path) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path).header("host", "shop.example");
    if !body.is_empty() {
        request = request.header("content-type", "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answer { status: parts.status.as_u16(), headers: parts.headers, body }
}

/// `Authorization` with this key.
pub(crate) fn bearer(key: &str) -> String {
    format!("Bearer {key}")
}

/// Waits until `holds`; fails after 30 s.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while !holds() {
        assert!(std::time::Instant::now() < end, "not within 30 s: {what}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}
