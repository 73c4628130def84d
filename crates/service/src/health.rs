//! Health: is the process alive, is it ready, and does each thing it depends on answer.
//!
//! | route | answers |
//! |---|---|
//! | `/livez` | 200 as long as the process answers at all |
//! | `/readyz` | 200, or 503 naming what is not ready |
//! | `/health` | 200 `{"status":"ok","ok":true,"service":…,"checks":{…}}` |
//! | `/health/deep` | one real round trip per dependency, 2 s each; 503 when a needed one fails |
//!
//! On the ports of system D, and for a caller that is marked [`Worded`], a check is a name and a word, as its dashboard reads it:
//! `{"service":"kassa","status":"healthy","timestamp":"2026-11-21T05:00:00.000Z","checks":{"log":"up","database":"up"}}`.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kassa_model::{Clock, SystemClock};
use serde_json::{Map, Value, json};

use crate::{Json, Peer};

/// How long a check may take before it counts as failed.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether the role can work without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Not ready without it.
    Needed,
    /// Reported, but the role stays ready.
    Optional,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// As it should be.
    Up,
    /// Works, but says something that an operator should know, such as a lag. Counts as ready.
    Degraded(String),
    /// Does not work, and why.
    Down(String),
}

type CheckFuture = Pin<Box<dyn Future<Output = Status> + Send>>;

#[derive(Clone)]
struct Check {
    name: String,
    need: Need,
    run: Arc<dyn Fn() -> CheckFuture + Send + Sync>,
}

/// The checks of a process. Clones share them.
#[derive(Clone)]
pub struct Health {
    service: Arc<str>,
    ready: Arc<Mutex<Vec<Check>>>,
    deep: Arc<Mutex<Vec<Check>>>,
    plain_ports: Arc<[u16]>,
    worded_ports: Arc<[u16]>,
}

/// Put into the extensions of a request for `/health/deep` whose caller is of system D: the answer has names and words alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worded;

impl std::fmt::Debug for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Health").field("service", &self.service).finish_non_exhaustive()
    }
}

impl Health {
    /// No checks yet: ready. `service` is named in `/health`.
    pub fn new(service: &str) -> Self {
        Self {
            service: service.into(),
            ready: Arc::default(),
            deep: Arc::default(),
            plain_ports: Arc::default(),
            worded_ports: Arc::default(),
        }
    }

    /// On these ports of ours `/health` answers the text `OK`, as system C's services did on 4001 and 4002.
    #[must_use]
    pub fn plain_on(mut self, ports: &[u16]) -> Self {
        self.plain_ports = ports.into();
        self
    }

    /// On these ports of ours `/health/deep` is answered in the shape of system D, whose services were on 3001 and 3002, and the
    /// checks of `/health` are words.
    #[must_use]
    pub fn worded_on(mut self, ports: &[u16]) -> Self {
        self.worded_ports = ports.into();
        self
    }

    /// Adds a check to `/readyz` and `/health`: it must be cheap, a look at what is known already.
    pub fn ready<F>(&self, name: &str, need: Need, check: impl Fn() -> F + Send + Sync + 'static)
    where
        F: Future<Output = Status> + Send + 'static,
    {
        add(&self.ready, name, need, check);
    }

    /// Adds a check to `/health/deep`: one real round trip to a dependency.
    pub fn deep<F>(&self, name: &str, need: Need, check: impl Fn() -> F + Send + Sync + 'static)
    where
        F: Future<Output = Status> + Send + 'static,
    {
        add(&self.deep, name, need, check);
    }

    /// `/livez`, `/readyz` and `/health`, open to all: of class [`crate::RouteClass::Probe`].
    pub fn probe_routes(&self) -> Router {
        let (ready, health) = (self.clone(), self.clone());
        Router::new()
            .route("/livez", get(|| std::future::ready("ok\n")))
            .route("/readyz", get(move || async move { ready.readyz().await }))
            .route(
                "/health",
                get(move |request: Request| {
                    let port = port_of(&request);
                    async move { health.health(port).await }
                }),
            )
    }

    /// `/health/deep`, for role ports or behind a key in closed mode.
    pub fn deep_route(&self) -> Router {
        let deep = self.clone();
        let answer = move |request: Request| {
            let shape = deep.shape_for(&request);
            async move { deep.health_deep(shape).await }
        };
        Router::new().route("/health/deep", get(answer))
    }

    /// Whether every needed part is ready, and what each said.
    pub async fn is_ready(&self) -> (bool, Value) {
        report(&self.ready).await
    }

    async fn readyz(&self) -> Response {
        let (ready, checks) = self.is_ready().await;
        let status = if ready { "ready" } else { "not ready" };
        (code(ready), Json(json!({"status": status, "ready": ready, "checks": checks}))).into_response()
    }

    async fn health(&self, port: Option<u16>) -> Response {
        if port.is_some_and(|port| self.plain_ports.contains(&port)) {
            return "OK".into_response();
        }
        let (_, mut checks) = self.is_ready().await;
        if port.is_some_and(|port| self.worded_ports.contains(&port)) {
            checks = words(&checks);
        }
        Json(json!({"status": "ok", "ok": true, "service": *self.service, "checks": checks})).into_response()
    }

    fn shape_for(&self, request: &Request) -> Shape {
        let on_its_port = port_of(request).is_some_and(|port| self.worded_ports.contains(&port));
        if on_its_port || request.extensions().get::<Worded>().is_some() { Shape::Words } else { Shape::Full }
    }

    async fn health_deep(&self, shape: Shape) -> Response {
        let (healthy, checks) = report(&self.deep).await;
        if shape == Shape::Words {
            let status = if healthy { "healthy" } else { "degraded" };
            let timestamp = SystemClock.now().to_iso_millis();
            let body = json!({"service": *self.service, "status": status, "timestamp": timestamp,
                "checks": words(&checks)});
            return (code(healthy), Json(body)).into_response();
        }
        let status = if healthy { "ok" } else { "failed" };
        let body = json!({"status": status, "ok": healthy, "service": *self.service, "checks": checks});
        (code(healthy), Json(body)).into_response()
    }
}

/// How `/health/deep` is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Each check with its latency and what it says.
    Full,
    /// System D's.
    Words,
}

/// The port of ours that a request came to.
fn port_of(request: &Request) -> Option<u16> {
    request.extensions().get::<Peer>().map(|peer| peer.local_address().port())
}

/// Each check as D names one (`database_of_orders`), and its two words: what works, if with a remark, is up.
fn words(checks: &Value) -> Value {
    let word = |check: &Value| if check["status"] == "down" { "down" } else { "up" };
    let checks = checks.as_object().into_iter().flatten();
    checks.map(|(name, check)| (name.replace(' ', "_"), word(check).into())).collect::<Map<_, _>>().into()
}

fn code(good: bool) -> StatusCode {
    if good { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

fn add<F>(checks: &Mutex<Vec<Check>>, name: &str, need: Need, check: impl Fn() -> F + Send + Sync + 'static)
where
    F: Future<Output = Status> + Send + 'static,
{
    let run = Arc::new(move || -> CheckFuture { Box::pin(check()) });
    checks.lock().unwrap_or_else(PoisonError::into_inner).push(Check { name: name.to_owned(), need, run });
}

/// Runs all checks at once, each with its deadline. False: a needed one is down.
async fn report(checks: &Mutex<Vec<Check>>) -> (bool, Value) {
    let checks = checks.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let found = futures_util::future::join_all(checks.iter().map(run)).await;
    let mut good = true;
    let mut report = Map::new();
    for (check, (status, taken)) in checks.iter().zip(found) {
        good &= check.need == Need::Optional || !matches!(status, Status::Down(_));
        report.insert(check.name.clone(), describe(check.need, &status, taken));
    }
    (good, Value::Object(report))
}

async fn run(check: &Check) -> (Status, Duration) {
    let started = Instant::now();
    // In a task of its own, so that a check that panics or blocks its thread for a while is down and no more.
    let running = tokio::spawn((check.run)());
    let aborting = running.abort_handle();
    let status = match tokio::time::timeout(CHECK_TIMEOUT, running).await {
        Ok(Ok(status)) => status,
        Ok(Err(_)) => Status::Down("the check panicked".to_owned()),
        Err(_) => {
            aborting.abort();
            Status::Down(format!("no answer within {} s", CHECK_TIMEOUT.as_secs()))
        }
    };
    (status, started.elapsed())
}

fn describe(need: Need, status: &Status, taken: Duration) -> Value {
    let (name, detail) = match status {
        Status::Up => ("up", None),
        Status::Degraded(detail) => ("degraded", Some(detail)),
        Status::Down(detail) => ("down", Some(detail)),
    };
    let latency_ms = (taken.as_secs_f64() * 10_000.0).round() / 10.0;
    let mut described = json!({"status": name, "needed": need == Need::Needed, "latency_ms": latency_ms});
    if let Some(detail) = detail {
        described["detail"] = detail.as_str().into();
    }
    described
}

#[cfg(test)]
mod tests;
