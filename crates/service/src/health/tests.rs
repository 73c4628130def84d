//! The four routes, called as a router.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;
use tower::ServiceExt;

use super::{Health, Need, Status, Worded};

async fn ask(health: &Health, path: &str) -> (u16, Value) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = health.probe_routes().merge(health.deep_route()).oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

#[tokio::test]
async fn says_what_is_not_ready() {
    let health = Health::new("collector");
    assert_eq!(ask(&health, "/readyz").await.0, 200);
    let log = Arc::new(Mutex::new(Status::Down("recovering".to_owned())));
    let found = Arc::clone(&log);
    health.ready("log", Need::Needed, move || std::future::ready(found.lock().unwrap().clone()));
    health.ready("geo", Need::Optional, || async { Status::Down("no file".to_owned()) });
    let (status, body) = ask(&health, "/readyz").await;
    assert_eq!((status, &body["ready"]), (503, &Value::Bool(false)));
    assert_eq!(body["checks"]["log"]["detail"], "recovering");
    assert_eq!(ask(&health, "/livez").await.0, 200);
    let (status, body) = ask(&health, "/health").await;
    assert_eq!((status, &body["status"], &body["ok"]), (200, &"ok".into(), &true.into()));
    assert_eq!((&body["service"], &body["checks"]["log"]["status"]), (&"collector".into(), &"down".into()));
    *log.lock().unwrap() = Status::Degraded("lag 4000 records".to_owned());
    let (status, body) = ask(&health, "/readyz").await;
    assert_eq!((status, &body["checks"]["log"]["status"]), (200, &"degraded".into()));
    assert_eq!(body["checks"]["geo"]["needed"], false);
}

#[tokio::test]
async fn system_d_reads_names_and_words() {
    let health = Health::new("kassa").worded_on(&[3_001]);
    health.deep("log", Need::Needed, || async { Status::Up });
    health.deep("database of orders", Need::Needed, || async { Status::Degraded("slow".to_owned()) });
    let ask_d = async || {
        let mut request = Request::get("/health/deep").body(Body::empty()).unwrap();
        request.extensions_mut().insert(Worded);
        let response = health.probe_routes().merge(health.deep_route()).oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice::<Value>(&bytes).unwrap())
    };
    let (status, body) = ask_d().await;
    assert_eq!((status, &body["status"], &body["service"]), (200, &"healthy".into(), &"kassa".into()));
    assert_eq!(body["checks"], serde_json::json!({"log": "up", "database_of_orders": "up"}));
    assert!(body["timestamp"].as_str().unwrap().ends_with('Z'), "{body}");
    health.deep("store", Need::Needed, || async { Status::Down("disk full".to_owned()) });
    let (status, body) = ask_d().await;
    assert_eq!(
        (status, &body["status"], &body["checks"]["store"]),
        (503, &"degraded".into(), &"down".into())
    );
    let (_, body) = ask(&health, "/health/deep").await;
    assert_eq!(body["checks"]["store"]["detail"], "disk full", "others are told all");
}

#[tokio::test]
async fn deep_checks_are_timed_and_cut_off() {
    let health = Health::new("reports");
    health.deep("store", Need::Needed, || async { Status::Up });
    let (status, body) = ask(&health, "/health/deep").await;
    assert_eq!((status, &body["checks"]["store"]["status"]), (200, &"up".into()));
    assert!(body["checks"]["store"]["latency_ms"].is_number());
    health.deep("stuck", Need::Optional, std::future::pending);
    health.deep("broken", Need::Optional, || async { panic!("on purpose") });
    let started = Instant::now();
    let (status, body) = ask(&health, "/health/deep").await;
    assert!(started.elapsed() < Duration::from_secs(4));
    assert_eq!(status, 200, "optional ones do not fail it");
    assert_eq!(body["checks"]["stuck"]["detail"], "no answer within 2 s");
    assert_eq!(body["checks"]["broken"]["detail"], "the check panicked");
    health.deep("log", Need::Needed, || async { Status::Down("disk full".to_owned()) });
    assert_eq!(ask(&health, "/health/deep").await.0, 503);
}
