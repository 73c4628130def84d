//! Every class in both modes against every kind of credential and origin.

use std::sync::Arc;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue};
use axum::{Json, Router};
use kassa_service::protected::get;
use kassa_service::{Policy, Protected, RouteClass};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::testing::{Bed, Process, TOKEN, bearer, beds, options, send};
use crate::{Access, Allowed, Caller, Denied, Mode, Need, Options, Scope, SecretKeyOptions, need};

const CLASSES: [RouteClass; 6] = [
    RouteClass::Ingest,
    RouteClass::Compat,
    RouteClass::Storefront,
    RouteClass::Native,
    RouteClass::Internal,
    RouteClass::Probe,
];

/// One of each kind, by what they are called in the tables below.
struct Credentials {
    process: Process,
    all: Vec<(&'static str, HeaderMap)>,
}

fn configured() -> Options {
    let sha256 = Sha256::digest("sk_configured").iter().map(|byte| format!("{byte:02x}")).collect();
    let key = SecretKeyOptions { name: "configured".to_owned(), sha256, site: None };
    Options { secret_keys: vec![key], internal_token: "between-roles".to_owned(), ..options() }
}

async fn credentials(bed: &Bed, mode: Mode) -> Credentials {
    let process = bed.process_with(&configured(), mode);
    let admin = bearer(TOKEN);
    let mut all = Vec::new();
    let mut add = |name, header, value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("shop.example"));
        if !value.is_empty() {
            headers.insert(header, HeaderValue::from_str(value).unwrap());
        }
        all.push((name, headers));
    };
    add("none", "x", "");
    add("wrong key", "authorization", "Bearer ks_live_0000");
    add("basic", "authorization", "Basic YWRtaW46YWRtaW4=");
    add("site key", "authorization", "Bearer wk_configured");
    add("admin", "authorization", &admin);
    add("internal", "authorization", "Bearer between-roles");
    add("configured", "authorization", "Bearer sk_configured");
    for scope in Scope::ALL {
        let body = json!({"name": scope.name(), "scopes": [scope.name()]}).to_string();
        let made = send(&process.router, "POST /v1/admin/keys", &[("authorization", &admin)], &body).await;
        add(scope.name(), "authorization", &bearer(made.body["key"].as_str().unwrap()));
    }
    let body = r#"{"name":"revoked","scopes":["admin"]}"#;
    let authorization = [("authorization", admin.as_str())];
    let revoked = send(&process.router, "POST /v1/admin/keys", &authorization, body).await.body;
    let line = format!("DELETE /v1/admin/keys/{}", revoked["id"].as_str().unwrap());
    send(&process.router, &line, &[("authorization", &admin)], "").await;
    add("revoked", "authorization", &bearer(revoked["key"].as_str().unwrap()));
    let body = json!({ "token": TOKEN }).to_string();
    let session = send(&process.router, "POST /v1/session", &[], &body).await;
    if session.headers.contains_key("set-cookie") {
        add("session", "cookie", &session.cookie());
    }
    add("wrong session", "cookie", "kassa_session=0000");
    Credentials { process, all }
}

fn kind(decided: &Result<Caller, crate::Denied>) -> &'static str {
    match decided {
        Ok(Caller::Public) => "public",
        Ok(Caller::Open) => "open",
        Ok(Caller::Admin) => "admin",
        Ok(Caller::Session) => "session",
        Ok(Caller::Internal) => "internal",
        Ok(Caller::Key { .. }) => "key",
        Ok(Caller::Share(_)) => "share",
        Err(_) => "401",
    }
}

#[tokio::test]
async fn who_is_whom_by_class_and_mode() {
    let mut counted = 0;
    for bed in beds() {
        for mode in [Mode::Closed, Mode::Open] {
            let Credentials { process, all } = credentials(&bed, mode).await;
            for class in CLASSES {
                for (name, headers) in &all {
                    let found = kind(&process.access.authorize(headers, class));
                    let expected = match (class, mode, *name) {
                        (RouteClass::Ingest | RouteClass::Storefront | RouteClass::Probe, ..) => "public",
                        (RouteClass::Internal, _, "internal") => "internal",
                        (RouteClass::Internal, ..) => "401",
                        (RouteClass::Compat | RouteClass::Native, Mode::Open, _) => "open",
                        (_, _, "admin") if headers[AUTHORIZATION] == *bearer(TOKEN) => "admin",
                        (
                            _,
                            _,
                            "configured" | "read" | "catalog" | "inventory" | "orders" | "collect" | "admin",
                        ) => "key",
                        (RouteClass::Native, _, "session") => "session",
                        _ => "401",
                    };
                    assert_eq!(found, expected, "{}: {class:?} {mode:?} {name}", bed.name);
                    counted += 1;
                }
            }
        }
    }
    println!("{counted} combinations of database, mode, class and credential");
}

/// A route per scope, in the class `Native`, as commerce mounts them.
fn scoped(access: &Access) -> Router {
    async fn answer<N: Need>(Allowed(caller, ..): Allowed<N>) -> Json<serde_json::Value> {
        Json(json!(caller.identity()))
    }
    let routes = Protected::new()
        .route("/read", get(answer::<need::Read>).post(answer::<need::Read>))
        .route("/catalog", get(answer::<need::Catalog>).post(answer::<need::Catalog>))
        .route("/inventory", get(answer::<need::Inventory>).post(answer::<need::Inventory>))
        .route("/orders", get(answer::<need::Orders>).post(answer::<need::Orders>))
        .route("/admin", get(answer::<need::Admin>).post(answer::<need::Admin>))
        .with_state(Arc::new(access.clone()));
    Policy {
        check_host: access.mode() == Mode::Open,
        hosts: vec!["shop.example".to_owned()],
        ..Policy::default()
    }
    .protect(RouteClass::Native, routes)
}

#[tokio::test]
async fn scopes_origins_and_methods_on_native_routes() {
    let mut counted = 0;
    let bed = &beds()[0];
    for mode in [Mode::Closed, Mode::Open] {
        let Credentials { process, all } = credentials(bed, mode).await;
        let router = scoped(&process.access);
        for (name, headers) in &all {
            // What `collect` is for are ingest routes, which ask nobody.
            for scope in Scope::ALL.into_iter().filter(|scope| *scope != Scope::Collect) {
                for method in ["GET", "POST"] {
                    for origin in [
                        "",
                        "http://shop.example",
                        "https://evil.example",
                        "http://blog.shop.example",
                        "null",
                    ] {
                        let mut sent: Vec<(&str, &str)> = Vec::new();
                        for (header, value) in headers.iter().filter(|(header, _)| *header != "host") {
                            sent.push((header.as_str(), value.to_str().unwrap()));
                        }
                        if !origin.is_empty() {
                            sent.push(("origin", origin));
                        }
                        let cookie = headers.contains_key("cookie");
                        let is_admin = headers.get(AUTHORIZATION).is_some_and(|key| *key == *bearer(TOKEN));
                        let expected = match (*name, origin) {
                            (_, "https://evil.example" | "http://blog.shop.example" | "null") => 403,
                            // No browser leaves out where it comes from.
                            (_, "") if cookie && method == "POST" => 403,
                            _ if mode == Mode::Open || is_admin => 200,
                            ("session" | "admin", _) => 200,
                            ("configured", _) => {
                                if scope == Scope::Admin {
                                    403
                                } else {
                                    200
                                }
                            }
                            ("read" | "catalog" | "inventory" | "orders" | "collect", _) => {
                                if scope.name() == *name { 200 } else { 403 }
                            }
                            _ => 401,
                        };
                        let line = format!("{method} /{scope}");
                        let answer = send(&router, &line, &sent, "").await;
                        assert_eq!(answer.status, expected, "{mode:?} {name} {line} origin {origin:?}");
                        assert!(!answer.headers.contains_key("access-control-allow-origin"));
                        counted += 1;
                    }
                }
            }
        }
    }
    println!("{counted} combinations of mode, credential, scope, method and origin");
}

#[tokio::test]
async fn a_session_is_nobody_on_compat_routes() {
    let Credentials { process, all } = credentials(&beds()[0], Mode::Closed).await;
    let (_, session) = all.iter().find(|(name, _)| *name == "session").unwrap();
    assert_eq!(process.access.authorize(session, RouteClass::Native), Ok(Caller::Session));
    assert_eq!(process.access.authorize_compat(session, &["D"]), Err(crate::Denied::Missing));
    // A wrong key is not made good by a session beside it.
    let mut both = session.clone();
    both.insert(AUTHORIZATION, HeaderValue::from_static("Bearer nope"));
    assert_eq!(process.access.authorize(&both, RouteClass::Native), Err(crate::Denied::Wrong));
}

/// Open mode with a configured key; headers of a request that a proxy passed on.
fn passed_on(by: &'static str, key: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(by, HeaderValue::from_static("203.0.113.9"));
    if let Some(key) = key {
        headers.insert(AUTHORIZATION, bearer(key).parse().unwrap());
    }
    headers
}

const PROXIES: [&str; 4] = ["x-forwarded-for", "forwarded", "via", "x-real-ip"];

#[tokio::test]
async fn what_a_proxy_passes_on_is_judged_as_in_closed_mode() {
    let bed = &beds()[0];
    let options = Options { compat_open: vec!["C".to_owned()], ..configured() };
    let open = bed.process_with(&options, Mode::Open).access;
    for by in PROXIES {
        for class in [RouteClass::Native, RouteClass::Compat] {
            let admit = |key: Option<&str>| open.authorize(&passed_on(by, key), class);
            assert_eq!(admit(None), Err(Denied::Forwarded), "{by} {class:?}");
            assert_eq!(admit(Some("nope")), Err(Denied::Wrong), "{by} {class:?}");
            assert_eq!(kind(&admit(Some("sk_configured"))), "key", "{by} {class:?}");
            assert_eq!(admit(Some("between-roles")), Ok(Caller::Open), "{by}: a gateway of ours");
        }
        for class in [RouteClass::Ingest, RouteClass::Storefront, RouteClass::Probe] {
            assert_eq!(open.authorize(&passed_on(by, None), class), Ok(Caller::Public), "{by} {class:?}");
        }
        assert_eq!(open.authorize_compat(&passed_on(by, None), &["C"]), Ok(Caller::Public), "{by}");
        assert_eq!(open.authorize_compat(&passed_on(by, None), &["D"]), Err(Denied::Forwarded), "{by}");
        let (direct, passed_on) = (HeaderMap::new(), passed_on(by, None));
        assert!(open.site_by_rules(open.mode_for(&passed_on), None, Some("invented")).is_err(), "{by}");
        assert_eq!(open.mode_for(&direct), Mode::Open);
    }
    assert!(open.site("invented").is_none());
}

#[tokio::test]
async fn a_proxy_before_open_mode_is_told_what_to_set() {
    let process = beds()[0].process_with(&Options { admin_token: String::new(), ..options() }, Mode::Open);
    for by in PROXIES {
        for (line, body) in [
            ("POST /v1/admin/keys", r#"{"name":"stolen","scopes":["admin"]}"#),
            ("GET /v1/admin/keys", ""),
            ("POST /v1/session", r#"{"token":"guess"}"#),
        ] {
            let answer = send(&process.router, line, &[(by, "203.0.113.9")], body).await;
            assert_eq!(answer.status, 403, "{by} {line}: {answer:?}");
            assert_eq!(answer.body["type"], "/errors/forwarded", "{by} {line}");
            assert!(answer.body["detail"].as_str().unwrap().contains("access.admin_token"), "{answer:?}");
        }
        let told = send(&process.router, "GET /v1/session", &[(by, "203.0.113.9")], "").await;
        assert_eq!(told.body, json!({"mode":"closed","signed_in":false,"scopes":[]}), "{by}");
    }
    let list = send(&process.router, "GET /v1/admin/keys", &[], "").await;
    assert_eq!((list.status, list.body), (200, json!({"results": []})), "no key was made");
}

#[tokio::test]
async fn an_opened_dialect_is_limited_for_strangers() {
    let limit = std::num::NonZeroU32::new(1).zip(std::num::NonZeroU32::new(3));
    let options = Options { compat_open: vec!["A".to_owned()], compat_limit: limit, ..configured() };
    let access = beds()[0].process_with(&options, Mode::Closed).access;
    let ask = |headers: &[(&str, &str)]| {
        let mut request = axum::http::Request::builder().uri("/games/all");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        access.admit_compat(&parts, &["A"])
    };
    let stranger = [("x-forwarded-for", "203.0.113.9")];
    for _ in 0..3 {
        assert_eq!(ask(&stranger), Ok(Caller::Public));
    }
    assert_eq!(ask(&stranger), Err(Denied::TooOften { seconds: 1 }));
    let problem = kassa_service::Problem::from(Denied::TooOften { seconds: 1 });
    assert_eq!(problem.status(), 429);
    for _ in 0..10 {
        assert_eq!(kind(&ask(&[stranger[0], ("authorization", "Bearer sk_configured")])), "key");
        assert_eq!(ask(&[]), Ok(Caller::Public), "this machine's own");
    }
}
