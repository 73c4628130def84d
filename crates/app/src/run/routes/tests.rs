//! Every route of the assembled router against every kind of caller, by one table written by hand. A route that is
//! registered and stands in no table fails.

mod described;
mod registered;
mod table;
mod unknown;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use kassa_service::{Health, Metrics, Shutdown};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Behind, assemble};
use crate::admin::Beside;
use crate::config::{Config, Overrides};
use crate::open::{Parts, Wanted, access_options};
use crate::roles::{Role, Roles};
use crate::run::make_collector;
use registered::registered;
use table::{INTERNAL_ROUTES, OF_ALL_ROLES, Row};

const ADMIN_TOKEN: &str = "an-admin-token-of-some-length";
const INTERNAL_TOKEN: &str = "a-token-between-the-roles";

/// The kinds of callers, in the order of the table's marks.
const CALLERS: [&str; 14] = [
    "none",
    "write key",
    "read",
    "catalog",
    "inventory",
    "orders",
    "other site",
    "own site",
    "ended session",
    "session",
    "admin",
    "open mode",
    "internal",
    "forwarded",
];

/// A process without its sockets.
struct Bed {
    router: Router,
    parts: Option<Parts>,
    _data: tempfile::TempDir,
}

/// Whether an admin token is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Set,
    Unset,
}

impl Bed {
    fn new(roles: &str, token: Token) -> Self {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().display().to_string();
        let mut config = Config::load(None, &Overrides::flags(vec![("data", folder)])).unwrap();
        config.chaos.allowed = true;
        config.storefront.rate_per_second = 1_000_000;
        config.storefront.burst = 1_000_000;
        config.log.reserve_bytes = 0;
        config.sites[0].write_keys = vec!["wk_configured".to_owned()];
        if token == Token::Set {
            ADMIN_TOKEN.clone_into(&mut config.access.admin_token);
        }
        let mut access = access_options(&config).unwrap();
        INTERNAL_TOKEN.clone_into(&mut access.internal_token);
        let roles: Roles = if roles == "all" { Roles::all() } else { roles.parse().unwrap() };
        let metrics = Metrics::new("test");
        let wanted = Wanted { log: roles.need_log(), store: roles.need_store(), databases: Some(&roles) };
        let parts = Parts::open_with(&config, &access, wanted, &metrics).unwrap();
        let collector =
            roles.has(Role::Collector).then(|| Arc::new(make_collector(&config, &parts, &metrics).unwrap()));
        let (health, shutdown) = (Health::new("kassa"), Shutdown::new());
        let behind = Behind {
            config: &config,
            roles: &roles,
            parts: &parts,
            collector,
            health: &health,
            metrics: &metrics,
            shutdown: &shutdown,
            beside: Beside::of(&parts),
        };
        let router = assemble(behind).unwrap();
        Self { router, parts: Some(parts), _data: data }
    }

    async fn send(&self, method: &str, target: &str, headers: &[(String, String)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(target).header("host", "localhost");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        let answer = self.router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await;
        let answer = answer.unwrap();
        let (parts, body) = answer.into_parts();
        let is_stream = parts.headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let body = if is_stream { Vec::new() } else { body.collect().await.unwrap().to_bytes().to_vec() };
        let cookie = parts.headers.get("set-cookie").map(|line| line.to_str().unwrap().to_owned());
        Answer { status: parts.status, text: String::from_utf8_lossy(&body).into_owned(), cookie }
    }

    /// Makes a secret key.
    async fn key(&self, scopes: &[&str], site: Option<&str>) -> String {
        let body = json!({"name": scopes.join(" "), "scopes": scopes, "site": site}).to_string();
        let made = self.send("POST", "/v1/admin/keys", &[bearer(ADMIN_TOKEN)], &body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        serde_json::from_str::<Value>(&made.text).unwrap()["key"].as_str().unwrap().to_owned()
    }

    /// Logs in; the cookie, as it is sent back from a page of kassa's own.
    async fn session(&self) -> Vec<(String, String)> {
        let body = json!({ "token": ADMIN_TOKEN }).to_string();
        let begun = self.send("POST", "/v1/session", &[], &body).await;
        assert_eq!(begun.status, 200, "{}", begun.text);
        let cookie = begun.cookie.unwrap().split(';').next().unwrap().to_owned();
        vec![("cookie".to_owned(), cookie), ("sec-fetch-site".to_owned(), "same-origin".to_owned())]
    }

    /// What a caller of each kind in closed mode sends; `None` for those that are made anew for each request, or belong to
    /// open mode.
    async fn credentials(&self) -> Vec<Option<Vec<(String, String)>>> {
        let site = json!({"id": "elsewhere"}).to_string();
        assert_eq!(self.send("POST", "/v1/admin/sites", &[bearer(ADMIN_TOKEN)], &site).await.status, 201);
        let all = ["read", "catalog", "inventory", "orders"];
        let ended = self.session().await;
        let end = self.send("DELETE", "/v1/session", &ended, "").await;
        assert_eq!(end.status, 204, "{}", end.text);
        let mut credentials = vec![Some(vec![])];
        let write_key = vec![("x-write-key".to_owned(), "wk_configured".to_owned()), bearer("wk_configured")];
        credentials.push(Some(write_key));
        for scope in all {
            credentials.push(Some(vec![bearer(&self.key(&[scope], None).await)]));
        }
        credentials.push(Some(vec![bearer(&self.key(&all, Some("elsewhere")).await)]));
        credentials.push(Some(vec![bearer(&self.key(&all, Some("default")).await)]));
        credentials.push(Some(ended));
        credentials.push(None);
        credentials.push(Some(vec![bearer(ADMIN_TOKEN)]));
        credentials.push(None);
        credentials.push(Some(vec![bearer(INTERNAL_TOKEN)]));
        credentials.push(None);
        credentials
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        self.router = Router::new();
        if let Some(parts) = self.parts.take() {
            parts.close();
        }
    }
}

fn bearer(key: &str) -> (String, String) {
    ("authorization".to_owned(), format!("Bearer {key}"))
}

fn forwarded(by: &str) -> (String, String) {
    (by.to_owned(), "203.0.113.9".to_owned())
}

struct Answer {
    status: StatusCode,
    text: String,
    cookie: Option<String>,
}

impl Answer {
    /// What became of the caller, as the table writes it; whatever else the answer says.
    fn mark(&self) -> char {
        let elsewhere = ["this key's site", "no site default", r#"{"error":"Not found"}"#];
        match self.status.as_u16() {
            // After many wrong keys from one address the next one is told so.
            401 | 429 => '1',
            403 => '3',
            404 if elsewhere.iter().any(|words| self.text.contains(words)) => '4',
            // Whoever is let in finds out more than that something broke.
            500 => '!',
            _ => '+',
        }
    }
}

/// The route with something in its braces, and what its parameters and body need so that the caller is looked at last.
fn concrete(row: &Row) -> (String, String, String) {
    let (method, path) = row.method_and_path();
    let path = path.replace("{*path}", "nothing.js").replace("{site}", "default");
    let parts: Vec<_> = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect();
    let path = parts.join("/");
    let body = match (method, row.body) {
        ("GET" | "DELETE", _) => "",
        (_, "") => "{}",
        (_, body) => body,
    };
    (method.to_owned(), format!("{path}{}", row.query), body.to_owned())
}

/// Walks the routes of `closed`, and asks `open` for the callers of open mode.
async fn walk(rows: &[Row], closed: &Bed, open: &Bed) -> u32 {
    let credentials = closed.credentials().await;
    // One for each row, as some rows end theirs; and before so many wrong keys are sent that nobody can log in.
    let mut sessions = Vec::new();
    for _ in rows {
        sessions.push(closed.session().await);
    }
    let mut asked = 0;
    for (row, session) in rows.iter().zip(sessions) {
        assert_eq!(row.marks.chars().count(), CALLERS.len(), "{}", row.route);
        let (method, target, body) = concrete(row);
        let mut found = String::new();
        for (caller, sent) in CALLERS.into_iter().zip(&credentials) {
            let (bed, headers) = match sent {
                Some(headers) => (closed, headers.clone()),
                None if caller == "session" => (closed, session.clone()),
                None if caller == "forwarded" => (open, vec![forwarded("x-forwarded-for")]),
                None => (open, Vec::new()),
            };
            let answer = bed.send(&method, &target, &headers, &body).await;
            found.push(answer.mark());
            if method == "GET" {
                let head = bed.send("HEAD", &target, &headers, "").await;
                let refused = [answer.status, head.status].map(|status| matches!(status.as_u16(), 401 | 429));
                let same = head.status == answer.status || refused == [true, true];
                assert!(same, "HEAD {target} for {caller}: {} and {}", answer.status, head.status);
            }
            assert_ne!(answer.status, 405, "{method} {target}");
            asked += 1;
        }
        let explained: Vec<_> = CALLERS.into_iter().zip(found.chars()).collect();
        assert_eq!(found, row.marks, "{}: {explained:?}", row.route);
        // What a browser asks before it calls tells it nothing, whoever it is.
        let options = closed.send("OPTIONS", &target, &[], "").await;
        assert_eq!((options.status.as_u16(), options.text.as_str()), (204, ""), "OPTIONS {target}");
    }
    asked
}

/// Every registered route stands in the table, and the other way round.
fn compare(router: &Router, rows: &[&[Row]]) {
    let mut registered = registered(router);
    let mut listed: Vec<String> =
        rows.iter().flat_map(|rows| rows.iter()).map(|row| row.route.to_owned()).collect();
    registered.sort_unstable();
    listed.sort_unstable();
    let missing: Vec<_> = registered.iter().filter(|route| !listed.contains(route)).collect();
    assert!(missing.is_empty(), "registered, and in no table of who may call what: {missing:#?}");
    let gone: Vec<_> = listed.iter().filter(|route| !registered.contains(route)).collect();
    assert!(gone.is_empty(), "in the table, and not registered: {gone:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_lets_in_whom_the_table_says() {
    let (closed, open) = (Bed::new("all", Token::Set), Bed::new("all", Token::Unset));
    compare(&closed.router, &[OF_ALL_ROLES]);
    let asked = walk(OF_ALL_ROLES, &closed, &open).await;
    println!("{} routes × callers: {asked} requests", OF_ALL_ROLES.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_roles_ask_each_other_is_for_roles_alone() {
    let roles = "catalog,inventory,orders";
    let (closed, open) = (Bed::new(roles, Token::Set), Bed::new(roles, Token::Unset));
    let internal: Vec<String> =
        registered(&closed.router).into_iter().filter(|route| route.contains("/v1/internal/")).collect();
    for route in &internal {
        assert!(INTERNAL_ROUTES.iter().any(|row| row.route == route), "{route} is in no table");
    }
    assert_eq!(internal.len(), INTERNAL_ROUTES.len());
    // What else these roles serve, all roles serve as well.
    for route in registered(&closed.router) {
        let known = OF_ALL_ROLES.iter().chain(INTERNAL_ROUTES).any(|row| row.route == route);
        assert!(known, "{route} is in no table");
    }
    walk(INTERNAL_ROUTES, &closed, &open).await;
}

/// Roles that were given different tokens ask each other every few seconds: each time they are told what is wrong, and
/// whoever sits at their address can log in all the same.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_tokens_between_roles_lock_nobody_out() {
    let closed = Bed::new("catalog,inventory,orders", Token::Set);
    let headers = [bearer("the-token-of-another-group"), forwarded("x-forwarded-for")];
    for n in 1..=30 {
        let refused = closed.send("GET", "/v1/internal/products?sku=mug", &headers, "").await;
        assert_eq!(refused.status, 401, "{n}: {}", refused.text);
    }
    closed.session().await;
}

/// Where whoever has a share link may ask.
const OF_LINKS: [&str; 13] = [
    "POST /v1/query",
    "POST /v1/query/batch",
    "POST /v1/funnel",
    "POST /v1/retention",
    "POST /v1/paths",
    "POST /v1/products/performance",
    "POST /v1/demand",
    "GET /v1/query/definitions",
    "GET /v1/realtime",
    "GET /v1/goals",
    "GET /v1/goals/{id}",
    "GET /v1/annotations",
    "GET /v1/annotations/{id}",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_share_link_is_let_in_where_it_may_ask() {
    let closed = Bed::new("all", Token::Set);
    let body = json!({"site_id": "default", "name": "Agency"}).to_string();
    let made = closed.send("POST", "/v1/shares", &[bearer(ADMIN_TOKEN)], &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let token = serde_json::from_str::<Value>(&made.text).unwrap()["token"].as_str().unwrap().to_owned();
    let mut refused = 0;
    for row in OF_ALL_ROLES {
        // Where anybody is let in, so is who has a link.
        if row.marks.starts_with('+') {
            continue;
        }
        let (method, target, body) = concrete(row);
        let answer = closed.send(&method, &target, &[bearer(&token)], &body).await;
        if OF_LINKS.contains(&row.route) {
            assert_eq!(answer.mark(), '+', "{}: {}", row.route, answer.text);
        } else {
            assert!(matches!(answer.mark(), '1' | '3'), "{}: {} {}", row.route, answer.status, answer.text);
            refused += 1;
        }
    }
    assert!(refused > 60, "{refused}");
}
