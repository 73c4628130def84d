//! The server as a client sees it, over real sockets: limits, timeouts, drain, panics, many idle connections.

mod client;
mod held;
mod hostile;
mod lifecycle;
mod many;
mod process;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::routing::{get, post};

use super::Server;
use super::options::Options;
use crate::request::ClientAddress;
use crate::{Metrics, Policy, Problem, RawBody, RouteClass, Shutdown, problem};
use client::Client;
use hostile::wait_for_connections;
use tokio::sync::Notify;

/// A server under test.
struct Running {
    address: SocketAddr,
    shutdown: Shutdown,
    metrics: Metrics,
    /// Lets an answer go that is held back.
    go: Arc<Notify>,
    task: tokio::task::JoinHandle<usize>,
}

impl Running {
    fn start(options: Options) -> Self {
        let options = Options { listen: vec!["127.0.0.1:0".parse().unwrap()], ..options };
        let metrics = Metrics::new("test");
        let server = Server::bind(options).unwrap().with_metrics(&metrics);
        let (address, shutdown) = (server.local_address(), Shutdown::new());
        let go = Arc::new(Notify::new());
        let running = server.run(router(Arc::clone(&go)), shutdown.clone());
        let task = tokio::spawn(async move { running.await.unwrap() });
        Self { address, shutdown, metrics, go, task }
    }

    async fn client(&self) -> Client {
        Client::connect(self.address).await
    }

    /// Waits until there are so many connections and all that they have sent is read: what comes later is answered.
    async fn has_read(&self, connections: usize) {
        wait_for_connections(self, connections).await;
        assert_eq!(self.client().await.get("/").await.status, 200);
        wait_for_connections(self, connections).await;
    }
}

fn router(go: Arc<Notify>) -> Router {
    let routes = Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/item/{id}", get(|| async { "item" }))
        .route("/echo", post(|RawBody(bytes): RawBody| async move { bytes }))
        .route("/echo/long", post(|RawBody(bytes): RawBody| async move { bytes }))
        .route("/ignore", post(|| async { "ignored" }))
        .route("/from", get(|ClientAddress(address): ClientAddress| async move { address.to_string() }))
        .route("/panic", get(panicking))
        .route("/fail", get(|| async { Problem::internal() }))
        .route("/slow", get(slow))
        .route("/drip", get(drip))
        .route("/long", get(long))
        .route("/endless", get(endless))
        .merge(held::routes(go));
    Policy::default().apply(RouteClass::Ingest, routes).fallback(problem::not_found)
}

async fn panicking(_: Request) -> &'static str {
    panic!("on purpose")
}

async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_millis(400)).await;
    "at last"
}

async fn long() -> &'static str {
    tokio::time::sleep(Duration::from_secs(4)).await;
    "after four seconds"
}

/// Ten chunks over a second.
async fn drip() -> axum::body::Body {
    let chunks = futures_util::stream::unfold(0, |n| async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        (n < 10).then(|| (Ok::<_, std::convert::Infallible>(format!("{n}")), n + 1))
    });
    axum::body::Body::from_stream(chunks)
}

/// As many bytes as the client takes.
async fn endless() -> axum::body::Body {
    let chunk = || Ok::<_, std::convert::Infallible>(vec![b'x'; 64 << 10]);
    axum::body::Body::from_stream(futures_util::stream::repeat_with(chunk))
}

/// `full` in `make torture` (`KASSA_TEST_SCALE=100`), a tenth of it otherwise.
fn scaled(full: usize) -> usize {
    let percent =
        std::env::var("KASSA_TEST_SCALE").ok().and_then(|text| text.parse::<usize>().ok()).unwrap_or(10);
    (full * percent / 100).max(1)
}
