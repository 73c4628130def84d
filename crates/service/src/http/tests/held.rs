//! Answers that are held back when the handler has returned.

use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use axum::{Extension, Router, routing::get};
use tokio::sync::Notify;

use super::super::options::Options;
use super::Running;
use super::client::{Answer, Client};
use crate::{Peer, Problem};

/// Routes whose answers are held back until `go` says so, and others.
pub(super) fn routes(go: Arc<Notify>) -> Router {
    let again = Arc::clone(&go);
    let done = |Extension(peer): Extension<Peer>| async move {
        let until = async move {
            go.notified().await;
            Ok(())
        };
        peer.hold_back(answer(), until)
    };
    let fails = |Extension(peer): Extension<Peer>| async move {
        let until = async move {
            again.notified().await;
            Err(Problem::unavailable("not today", 7))
        };
        peer.hold_back(answer(), until)
    };
    let panics = |Extension(peer): Extension<Peer>| async move { peer.hold_back(answer(), broken()) };
    let dropped = |Extension(peer): Extension<Peer>| async move { peer.hold_back(answer(), endless()) };
    Router::new()
        .route("/held/done", get(done))
        .route("/held/fails", get(fails))
        .route("/held/panics", get(panics))
        .route("/held/dropped", get(dropped))
}

fn answer() -> Response {
    ([("content-type", "text/x-tea"), ("vary", "teapots")], "tea").into_response()
}

async fn broken() -> Result<(), Problem> {
    tokio::task::yield_now().await;
    panic!("on purpose")
}

/// Never ready; tells the test when it is dropped.
async fn endless() -> Result<(), Problem> {
    struct Told;
    impl Drop for Told {
        fn drop(&mut self) {
            DROPPED.notify_one();
        }
    }
    let _told = Told;
    std::future::pending().await
}

static DROPPED: Notify = Notify::const_new();

/// Asks for `path`, sees that nothing comes until it may, and gives the answer.
async fn held(server: &Running, client: &mut Client, path: &str, id: &str) -> Answer {
    let head =
        format!("GET {path} HTTP/1.1\r\nhost: a\r\norigin: https://a.test\r\nx-request-id: {id}\r\n\r\n");
    client.send(head).await;
    let early = tokio::time::timeout(Duration::from_millis(50), client.answer()).await;
    assert!(early.is_err(), "nothing is sent before it may be");
    server.go.notify_one();
    let answer = client.answer().await.unwrap();
    assert_eq!(answer.headers["x-request-id"], id);
    assert_eq!(answer.headers["access-control-allow-origin"], "https://a.test");
    assert_eq!(answer.headers["vary"], "origin", "what a layer sets replaces what is there");
    // The connection is in step: the length sent is that of the body.
    assert_eq!(client.get("/").await.body, "hello");
    answer
}

/// Three times on one connection, all of them counted with their `status`.
async fn three_times(path: &str, status: u16, check: impl Fn(&Answer)) {
    let server = Running::start(Options::default());
    let mut client = server.client().await;
    for round in 0..3 {
        let answer = held(&server, &mut client, path, &format!("held-{round}")).await;
        assert_eq!(answer.status, status);
        check(&answer);
    }
    let counted = format!("_count{{method=\"GET\",route=\"{path}\",status_code=\"{status}\"}} 3");
    assert!(server.metrics.text().contains(&counted), "{}", server.metrics.text());
}

#[tokio::test]
async fn an_answer_is_sent_once_it_may_be() {
    three_times("/held/done", 200, |answer| {
        assert_eq!((answer.headers["content-type"].as_str(), answer.body.as_str()), ("text/x-tea", "tea"));
    })
    .await;
}

#[tokio::test]
async fn a_problem_is_sent_in_its_place() {
    three_times("/held/fails", 503, |answer| {
        assert_eq!(answer.problem(), "unavailable");
        assert_eq!(answer.headers["retry-after"], "7");
    })
    .await;
}

#[tokio::test]
async fn a_panic_while_an_answer_is_held_is_an_answer() {
    let server = Running::start(Options::default());
    let mut client = server.client().await;
    assert_eq!(client.get("/held/panics").await.problem(), "internal");
    assert_eq!(client.get("/").await.body, "hello");
}

#[tokio::test]
async fn a_client_that_goes_away_ends_the_waiting() {
    let server = Running::start(Options::default());
    let mut client = server.client().await;
    client.send("GET /held/dropped HTTP/1.1\r\nhost: a\r\n\r\n").await;
    server.has_read(1).await;
    drop(client);
    tokio::time::timeout(Duration::from_secs(5), DROPPED.notified()).await.expect("it is dropped");
}
