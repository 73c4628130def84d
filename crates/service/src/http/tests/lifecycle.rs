//! Ordinary connections from accept to drain.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::options::Options;
use super::hostile::wait_for_connections;
use super::{Client, Running};

#[tokio::test]
async fn answers_and_repeats_request_ids() {
    let server = Running::start(Options::default());
    let mut client = server.client().await;
    let first = client.get("/").await;
    let second = client.get("/").await;
    assert_eq!((first.status, first.body.as_str()), (200, "hello"));
    assert_ne!(first.headers["x-request-id"], second.headers["x-request-id"]);
    client.send("GET / HTTP/1.1\r\nhost: a\r\nx-request-id: mine-1\r\n\r\n").await;
    assert_eq!(client.answer().await.unwrap().headers["x-request-id"], "mine-1");
    client.send("GET / HTTP/1.1\r\nhost: a\r\nx-request-id: \"><script>\r\n\r\n").await;
    assert_ne!(client.answer().await.unwrap().headers["x-request-id"], "\"><script>");
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems() {
    let server = Running::start(Options::default());
    let mut client = server.client().await;
    assert_eq!(client.get("/nope").await.problem(), "not-found");
    let answer = client.get("/echo").await;
    assert_eq!((answer.status, answer.problem().as_str()), (405, "method-not-allowed"));
    assert_eq!(answer.headers["allow"], "POST");
    let answer = client.post("/", b"x").await;
    assert_eq!((answer.status, answer.headers["allow"].as_str()), (405, "GET,HEAD"));
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let server = Running::start(Options::default());
    let mut client = server.client().await;
    let echo = |body: &str| {
        format!("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    };
    client.send(format!("{}{}{}", echo("one"), echo("two"), echo("three"))).await;
    for expected in ["one", "two", "three"] {
        assert_eq!(client.answer().await.unwrap().body, expected);
    }
}

#[tokio::test]
async fn http_1_0_and_close_are_honoured() {
    let server = Running::start(Options::default());
    for head in ["GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"] {
        let mut client = server.client().await;
        client.send(head).await;
        assert_eq!(client.answer().await.unwrap().body, "hello");
        client.closed().await;
    }
}

#[tokio::test]
async fn an_unread_body_does_not_confuse_the_next_request() {
    let server = Running::start(Options::default());
    let mut client = server.client().await;
    assert_eq!(client.post("/ignore", b"GET /nope HTTP/1.1\r\n\r\n").await.body, "ignored");
    assert_eq!(client.get("/").await.body, "hello");
}

#[tokio::test]
async fn idle_connections_are_parked_then_closed() {
    let options = Options { idle_timeout: Duration::from_millis(800), ..Options::default() };
    let server = Running::start(options);
    let mut fresh = server.client().await;
    let mut used = server.client().await;
    for _ in 0..3 {
        // Time itself: longer than it takes to be parked, shorter than the idle time.
        tokio::time::sleep(Duration::from_millis(550)).await;
        assert_eq!(used.get("/").await.body, "hello");
    }
    fresh.closed().await;
    used.closed().await;
}

#[tokio::test]
async fn a_long_answer_is_not_idle() {
    let options = Options { idle_timeout: Duration::from_millis(200), ..Options::default() };
    let server = Running::start(options);
    assert_eq!(server.client().await.get("/drip").await.body, "0123456789");
    assert_eq!(server.client().await.get("/slow").await.body, "at last");
}

#[tokio::test]
async fn newcomers_wait_while_all_places_are_taken() {
    let server = Running::start(Options { connections_max: Some(2), ..Options::default() });
    let first = server.client().await;
    let mut second = server.client().await;
    assert_eq!(second.get("/").await.status, 200);
    let mut third = server.client().await;
    third.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let waited = tokio::time::timeout(Duration::from_millis(200), third.answer()).await;
    assert!(waited.is_err(), "answered beyond the limit");
    drop(first);
    assert_eq!(third.answer().await.unwrap().status, 200);
}

#[tokio::test]
async fn idle_connections_make_room_for_newcomers_and_busy_ones_do_not() {
    let server = Running::start(Options { connections_max: Some(3), ..Options::default() });
    let mut busy = server.client().await;
    busy.send("GET /drip HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let mut used = server.client().await;
    assert_eq!(used.get("/").await.status, 200);
    let mut fresh = server.client().await;
    wait_for_connections(&server, 3).await;
    let mut newcomers = [server.client().await, server.client().await];
    for newcomer in &mut newcomers {
        assert_eq!(newcomer.get("/").await.status, 200);
    }
    used.closed().await;
    fresh.closed().await;
    assert_eq!(busy.answer().await.unwrap().body, "0123456789");
}

#[tokio::test]
async fn the_shutdown_ends_idle_connections_at_once_and_lets_requests_end() {
    let server = Running::start(Options::default());
    let mut fresh = server.client().await;
    let mut idle = server.client().await;
    assert_eq!(idle.get("/").await.status, 200);
    let mut busy = server.client().await;
    busy.send("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n").await;
    server.has_read(3).await;
    let stopped = Instant::now();
    server.shutdown.trigger();
    fresh.closed().await;
    idle.closed().await;
    assert!(stopped.elapsed() < Duration::from_millis(300), "idle ones waited {:?}", stopped.elapsed());
    let answer = busy.answer().await.unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (200, "at last"));
    assert_eq!(answer.headers["connection"], "close");
    busy.closed().await;
    assert_eq!(server.task.await.unwrap(), 0, "none cut off");
    assert!(tokio::net::TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn the_drain_has_a_deadline() {
    let server = Running::start(Options { drain_timeout: Duration::from_millis(100), ..Options::default() });
    let mut busy = server.client().await;
    busy.send("GET /endless HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let mut half = server.client().await;
    half.send("GET / HT").await;
    server.has_read(2).await;
    let stopped = Instant::now();
    server.shutdown.trigger();
    assert_eq!(server.task.await.unwrap(), 2, "cut off");
    assert!(stopped.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn half_sent_requests_do_not_stretch_the_stop() {
    let server = Running::start(Options { drain_timeout: Duration::from_secs(60), ..Options::default() });
    let mut half_head = server.client().await;
    half_head.send("GET / HT").await;
    let mut half_body = server.client().await;
    half_body.send("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf").await;
    let mut takes_nothing = server.client().await;
    takes_nothing.send("GET /endless HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let mut honest = server.client().await;
    honest.send("GET /long HTTP/1.1\r\nhost: a\r\n\r\n").await;
    server.has_read(4).await;
    let stopped = Instant::now();
    server.shutdown.trigger();
    half_head.closed().await;
    half_body.closed().await;
    let waited = stopped.elapsed();
    assert!(waited < Duration::from_secs(5), "half-sent ones were waited for: {waited:?}");
    assert_eq!(honest.answer().await.unwrap().body, "after four seconds", "a request in flight may end");
    assert_eq!(server.task.await.unwrap(), 3, "cut off");
    assert!(stopped.elapsed() < Duration::from_secs(15), "in all {:?}", stopped.elapsed());
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let server = Running::start(Options::default());
    let options = Options { listen: vec![server.address], ..Options::default() };
    let message = super::Server::bind(options).unwrap_err().to_string();
    assert!(message.contains(&server.address.to_string()), "{message}");
    assert!(super::Server::bind(Options::default()).is_err());
}

#[tokio::test]
async fn an_address_is_free_again_at_once() {
    for _ in 0..3 {
        let server = Running::start(Options::default());
        let mut client = server.client().await;
        assert_eq!(client.get("/").await.status, 200);
        server.shutdown.trigger();
        assert_eq!(server.task.await.unwrap(), 0);
        let options = Options { listen: vec![server.address], ..Options::default() };
        assert_eq!(super::Server::bind(options).unwrap().local_address(), server.address);
    }
}

#[tokio::test]
async fn several_addresses_are_served() {
    let listen = vec!["127.0.0.1:0".parse().unwrap(), "127.0.0.1:0".parse().unwrap()];
    let server = super::Server::bind(Options { listen, ..Options::default() }).unwrap();
    let addresses = server.local_addresses().to_vec();
    let shutdown = crate::Shutdown::new();
    let task = tokio::spawn(server.run(super::router(Arc::default()), shutdown.clone()));
    for address in addresses {
        assert_eq!(Client::connect(address).await.get("/").await.status, 200);
    }
    shutdown.trigger();
    assert_eq!(task.await.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn requests_are_measured_by_route_template() {
    let server = Running::start(Options::default());
    let mut client = server.client().await;
    for path in ["/item/1", "/item/2", "/nope/3", "/item/4"] {
        client.get(path).await;
    }
    client.send("BREW / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    client.answer().await.unwrap();
    let text = server.metrics.text();
    let check = |labels: &str, count: u32| {
        let line = format!("http_request_duration_seconds_count{{{labels}}} {count}\n");
        assert!(text.contains(&line), "{line} in {text}");
    };
    check(r#"method="GET",route="/item/{id}",status_code="200""#, 3);
    check(r#"method="GET",route="unmatched",status_code="404""#, 1);
    check(r#"method="other",route="/",status_code="405""#, 1);
    for bucket in ["0.1", "0.5", "1.0", "2.0", "5.0"] {
        assert!(text.contains(&format!("le=\"{bucket}\"")), "{bucket} in {text}");
    }
}
