//! Clients that are slow, greedy or broken: they get a clear refusal, and their neighbours are served meanwhile.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;

use super::{Options, Running};
use crate::Proxies;

fn hasty() -> Options {
    Options {
        header_timeout: Duration::from_millis(300),
        body_timeout: Duration::from_millis(300),
        ..Options::default()
    }
}

#[tokio::test]
async fn slow_headers_are_refused_however_they_drip() {
    let server = Running::start(hasty());
    let mut stalled = server.client().await;
    stalled.send("GET / HTTP/1.1\r\nhost: loc").await;
    let mut dripping = server.client().await;
    let drip = tokio::spawn(async move {
        let started = Instant::now();
        for byte in "GET / HTTP/1.1\r\nx-long: ".bytes().chain(std::iter::repeat(b'a')) {
            if dripping.stream.write_all(&[byte]).await.is_err()
                || started.elapsed() > Duration::from_secs(10)
            {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        started.elapsed()
    });
    assert_eq!(server.client().await.get("/").await.body, "hello");
    let answer = stalled.answer().await.unwrap();
    assert_eq!((answer.status, answer.problem().as_str()), (408, "timeout"));
    stalled.closed().await;
    let dripped = drip.await.unwrap();
    assert!(dripped < Duration::from_secs(5), "cut off only after {dripped:?}");
}

#[tokio::test]
async fn a_second_request_on_a_connection_has_its_own_header_time() {
    let server = Running::start(hasty());
    let mut client = server.client().await;
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert_eq!(client.get("/").await.status, 200);
    }
    client.send("GET / HT").await;
    assert_eq!(client.answer().await.unwrap().status, 408);
}

#[tokio::test]
async fn slow_bodies_are_refused() {
    let server = Running::start(hasty());
    for head in ["content-length: 10\r\n\r\n12345", "transfer-encoding: chunked\r\n\r\n5\r\n12345\r\n"] {
        let mut client = server.client().await;
        client.send(format!("POST /echo HTTP/1.1\r\nhost: localhost\r\n{head}")).await;
        assert_eq!(server.client().await.get("/").await.status, 200);
        let answer = client.answer().await.unwrap();
        assert_eq!((answer.status, answer.problem().as_str()), (408, "timeout"));
        client.closed().await;
    }
}

#[tokio::test]
async fn large_bodies_are_refused_declared_or_chunked() {
    let server = Running::start(Options { body_bytes_max: 1_000, ..Options::default() });
    let mut client = server.client().await;
    assert_eq!(client.post("/echo", &[b'a'; 1_000]).await.body.len(), 1_000);
    for bytes in [1_001, 10 << 20] {
        let answer = server.client().await.post("/echo", &vec![b'a'; bytes]).await;
        assert_eq!((answer.status, answer.problem().as_str()), (413, "body-too-large"), "{bytes}");
        assert_eq!(answer.json()["limit_bytes"], 1_000);
    }
    let chunk = format!("258\r\n{}\r\n", "a".repeat(600));
    let head = "POST /echo HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n";
    client.send(format!("{head}{chunk}{chunk}0\r\n\r\n")).await;
    let answer = client.answer().await.unwrap();
    assert_eq!((answer.status, answer.problem().as_str()), (413, "body-too-large"));
    // One that asks first is refused before it has sent anything.
    let mut asking = server.client().await;
    let head =
        "POST /echo HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 5000\r\n\r\n";
    asking.send(head).await;
    assert_eq!(asking.answer().await.unwrap().status, 413);
}

#[tokio::test]
async fn asking_for_continue_works() {
    let server = Running::start(Options::default());
    let mut client = server.client().await;
    client.send("POST /echo HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    client.send("ok").await;
    assert_eq!(client.answer().await.unwrap().body, "ok");
}

#[tokio::test]
async fn long_urls_and_headers_are_refused() {
    let server = Running::start(Options::default());
    let answer = server.client().await.get(&format!("/{}", "a".repeat(9_000))).await;
    assert_eq!((answer.status, answer.problem().as_str()), (414, "url-too-long"));
    let mut client = server.client().await;
    client.send(format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "a".repeat(64 << 10))).await;
    assert_eq!(client.answer().await.unwrap().status, 431);
    let mut client = server.client().await;
    let many: String = (0..200).map(|n| format!("x-{n}: 1\r\n")).collect();
    client.send(format!("GET / HTTP/1.1\r\n{many}\r\n")).await;
    assert_eq!(client.answer().await.unwrap().status, 431);
}

#[tokio::test]
async fn garbage_is_refused_and_hurts_nobody() {
    let server = Running::start(Options::default());
    let both = "POST /echo HTTP/1.1\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd";
    let negative = "POST /echo HTTP/1.1\r\ncontent-length: -1\r\n\r\n";
    for garbage in ["\0\0\0\0\r\n\r\n", "GET\r\n\r\n", "\x16\x03\x01\x02\0\r\n\r\n", both, negative] {
        let mut client = server.client().await;
        client.send(garbage).await;
        if let Some(answer) = client.answer().await {
            assert_eq!(answer.status, 400, "{garbage:?}");
        }
        client.closed().await;
    }
    // Cut off in the middle of a body.
    let mut client = server.client().await;
    client.send("POST /echo HTTP/1.1\r\ncontent-length: 100\r\n\r\nabc").await;
    client.stream.shutdown().await.unwrap();
    if let Some(answer) = client.answer().await {
        assert_eq!((answer.status, answer.problem().as_str()), (400, "bad-request"));
    }
    assert_eq!(server.client().await.get("/").await.status, 200);
}

#[tokio::test]
async fn a_client_that_never_reads_is_cut_off() {
    let server = Running::start(hasty());
    let mut client = server.client().await;
    client.send("GET /endless HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    wait_for_connections(&server, 1).await;
    wait_for_connections(&server, 0).await;
}

#[tokio::test]
async fn a_panic_is_an_answer_and_the_connection_lives_on() {
    let server = Running::start(Options::default());
    let mut client = server.client().await;
    for _ in 0..3 {
        client.send("GET /panic HTTP/1.1\r\nhost: localhost\r\nx-request-id: panic-1\r\n\r\n").await;
        let answer = client.answer().await.unwrap();
        assert_eq!((answer.status, answer.problem().as_str()), (500, "internal"));
        assert_eq!(answer.json()["request_id"], "panic-1");
        assert!(!answer.body.contains("on purpose"));
        assert_eq!(client.get("/").await.status, 200);
    }
    assert_eq!(client.get("/fail").await.problem(), "internal");
}

#[tokio::test]
async fn only_trusted_proxies_speak_for_others() {
    let ask = |trusted: &'static [&'static str]| async move {
        let trusted_proxies = Proxies::parse(trusted).unwrap();
        let server = Running::start(Options { trusted_proxies, ..Options::default() });
        let mut client = server.client().await;
        client.send("GET /from HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 6.6.6.6, 203.0.113.9\r\n\r\n").await;
        client.answer().await.unwrap().body
    };
    assert_eq!(ask(&[]).await, "127.0.0.1");
    assert_eq!(ask(&["127.0.0.0/8"]).await, "203.0.113.9");
    assert_eq!(ask(&["127.0.0.0/8", "203.0.113.0/24"]).await, "6.6.6.6");
}

pub(super) async fn wait_for_connections(server: &Running, count: usize) {
    let expected = format!("http_connections {count}\n");
    let started = Instant::now();
    while !server.metrics.text().contains(&expected) {
        assert!(started.elapsed() < super::client::PATIENCE, "not {count}: {}", server.metrics.text());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
