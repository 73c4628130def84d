//! Targets that misbehave: each costs a bounded time and memory, and says what it said.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use bytes::Bytes;
use kassa_model::{Clock, SystemClock};

use super::super::client::{Client, Failure, Posted};
use super::super::connect::Reach;
use super::super::resolve::System;
use super::super::testing::{Does, Server};
use super::super::trust::Trust;

const DEADLINE: Duration = Duration::from_millis(400);

fn client() -> Client {
    Client::new((Arc::new(System), Reach::Anywhere.judge()), &Trust::default(), DEADLINE)
}

async fn post(client: &Client, server: &Server) -> Posted {
    let (headers, body) = (HeaderMap::new(), Bytes::from_static(b"{}"));
    client.post(server.url().parse().unwrap(), headers, body, SystemClock.now()).await
}

/// `status answer`, or why there was none.
fn said(posted: &Posted) -> String {
    match posted {
        Posted::Answered { status, answer, .. } => format!("{} {answer}", status.as_u16()),
        Posted::Failed { why, .. } => format!("{why:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_target_does_is_bounded() {
    let text = |text: &str| text.to_owned();
    let ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    let check = async |does: Does, expected: &str| {
        let (server, begun) = (Server::start(does.clone()).await, Instant::now());
        let posted = post(&client(), &server).await;
        let found = said(&posted);
        assert!(found.starts_with(expected), "{does:?}: {found}");
        assert!(begun.elapsed() < DEADLINE + Duration::from_millis(600), "{does:?}: {:?}", begun.elapsed());
        assert_eq!(server.taken().len(), 1, "{does:?}");
    };
    check(Does::Answers(text(ok)), "200 ok").await;
    check(Does::Answers(text("HTTP/1.1 500 No\r\ncontent-length: 4\r\n\r\noops")), "500 oops").await;
    check(Does::Answers(text("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n")), "410").await;
    check(Does::Ends(text("HTTP/1.1 200 OK\r\n\r\nto the end")), "200 to the end").await;
    check(Does::Ends(text("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")), "200 half").await;
    check(Does::Ends(String::new()), "Broken").await;
    check(Does::Ends(text("SSH-2.0-OpenSSH_9.9\r\n")), "Broken").await;
    check(Does::Ends(text("HTTP/1.1 200 OK\r\nno header at all\r\n\r\n")), "Broken").await;
    check(Does::Ends(text("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n")), "Broken").await;
    check(Does::Hangs(String::new()), "Late").await;
    check(Does::Hangs(text("HTTP/1.1 200 OK\r\nx-half: ")), "Late").await;
    // The status is known: what hangs behind it delivers nothing less.
    check(Does::Hangs(text("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")), "200 half").await;
    check(Does::NeverEnds(text("HTTP/1.1 200 OK\r\n"), text("x: y\r\n")), "Broken").await;
    check(Does::NeverEnds(String::new(), text("HTTP/1.1 103 Early Hints\r\n\r\n")), "Late").await;
    check(Does::NeverEnds(text("HTTP/1.1 202 OK\r\n\r\n"), "a\0b".repeat(1_000)), "202 a b").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_endless_answer_little_is_read() {
    let unit = format!("{:x}\r\n{}\r\n", 60_000, "x".repeat(60_000));
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_owned();
    let server = Server::start(Does::NeverEnds(head, unit)).await;
    let begun = Instant::now();
    let Posted::Answered { answer, .. } = post(&client(), &server).await else { panic!("no answer") };
    assert_eq!(answer, "x".repeat(1_024));
    assert!(begun.elapsed() < DEADLINE, "it was not waited for: {:?}", begun.elapsed());
    // What the sockets' buffers take, and no more.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let written = server.written();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(written < 16 << 20 && written == server.written(), "{written} then {}", server.written());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_redirect_is_followed() {
    let elsewhere =
        Server::start(Does::Answers("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned())).await;
    for status in [301, 302, 303, 307, 308] {
        let answer =
            format!("HTTP/1.1 {status} There\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", elsewhere.url());
        let server = Server::start(Does::Answers(answer)).await;
        assert_eq!(said(&post(&client(), &server).await), format!("{status} "));
        assert_eq!((server.taken().len(), elsewhere.connections()), (1, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_serves_many_requests_and_a_lost_one_is_made_anew() {
    let ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_owned();
    let (server, client) = (Server::start(Does::Answers(ok.clone())).await, client());
    for _ in 0..20 {
        assert_eq!(said(&post(&client, &server).await), "200 ok");
    }
    assert_eq!(server.taken().len(), 20);
    // A second one where the first was not back yet.
    assert!(server.connections() <= 3, "{}", server.connections());
    let server = Server::start(Does::Ends(ok)).await;
    for _ in 0..3 {
        assert_eq!(said(&post(&client, &server).await), "200 ok");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(server.taken().len(), 3);
    let posted = client.post(
        "http://127.0.0.1:1024/".parse().unwrap(),
        HeaderMap::new(),
        Bytes::new(),
        SystemClock.now(),
    );
    assert!(matches!(posted.await, Posted::Failed { why: Failure::Unreachable, .. }));
}
