//! Answers that are still to come when the handler has returned.

use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use axum::{Extension, Router, routing::get};
use tokio::sync::Notify;

use super::{Options, Running};
use crate::{Peer, Problem};

/// Routes whose answers come later, once `go` says so.
pub(super) fn routes(go: Arc<Notify>) -> Router {
    let teapot = |Extension(peer): Extension<Peer>| async move {
        peer.answer_later(async move {
            go.notified().await;
            let mut answer = Problem::unavailable("not today", 7).into_response();
            answer.headers_mut().insert("vary", "teapots".parse().unwrap());
            answer
        })
    };
    Router::new()
        .route("/later/problem", get(teapot))
        .route(
            "/later/panic",
            get(|Extension(peer): Extension<Peer>| async move { peer.answer_later(broken()) }),
        )
        .route(
            "/later/dropped",
            get(|Extension(peer): Extension<Peer>| async move { peer.answer_later(endless()) }),
        )
}

async fn broken() -> Response {
    tokio::time::sleep(Duration::from_millis(5)).await;
    panic!("on purpose")
}

/// Never ready; tells the test when it is dropped.
async fn endless() -> Response {
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

#[tokio::test]
async fn a_later_answer_is_sent_whole_with_the_headers_of_the_layers() {
    let server = Running::start(Options::default());
    let mut client = server.client().await;
    for round in 0..3 {
        let id = format!("later-{round}");
        let head = format!(
            "GET /later/problem HTTP/1.1\r\nhost: a\r\norigin: https://a.test\r\nx-request-id: {id}\r\n\r\n"
        );
        client.send(head).await;
        let early = tokio::time::timeout(Duration::from_millis(50), client.answer()).await;
        assert!(early.is_err(), "nothing is sent before the answer is there");
        server.go.notify_one();
        let answer = client.answer().await.unwrap();
        assert_eq!((answer.status, answer.problem().as_str()), (503, "unavailable"));
        assert_eq!(
            (answer.headers["retry-after"].as_str(), answer.headers["x-request-id"].as_str()),
            ("7", id.as_str())
        );
        assert_eq!(answer.headers["access-control-allow-origin"], "https://a.test");
        assert_eq!(answer.headers["vary"], "origin", "what a layer sets replaces what is there");
        // The connection is in step: the length sent is that of the body.
        assert_eq!(client.get("/").await.body, "hello");
    }
    let counted = r#"_count{method="GET",route="/later/problem",status_code="503"} 3"#;
    assert!(server.metrics.text().contains(counted), "{}", server.metrics.text());
}

#[tokio::test]
async fn a_panic_on_the_way_to_a_later_answer_is_an_answer() {
    let server = Running::start(Options::default());
    let mut client = server.client().await;
    assert_eq!(client.get("/later/panic").await.problem(), "internal");
    assert_eq!(client.get("/").await.body, "hello");
}

#[tokio::test]
async fn a_client_that_goes_away_ends_the_waiting() {
    let server = Running::start(Options::default());
    let mut client = server.client().await;
    client.send("GET /later/dropped HTTP/1.1\r\nhost: a\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(client);
    tokio::time::timeout(Duration::from_secs(5), DROPPED.notified()).await.expect("it is dropped");
}
