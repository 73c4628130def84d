//! Clients that are slow, greedy or broken: they get a clear refusal, and their neighbours are served meanwhile.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;

use super::super::options::Options;
use super::Running;
use super::client::Answer;
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
            // Time itself: a byte at a time, however long the whole takes.
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
        // Time itself: longer than a request's head may take.
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
    let long_bodies = vec![("/echo/long", 2_000)];
    let server = Running::start(Options { body_bytes_max: 1_000, long_bodies, ..Options::default() });
    let mut client = server.client().await;
    assert_eq!(client.post("/echo", &[b'a'; 1_000]).await.body.len(), 1_000);
    assert_eq!(server.client().await.post("/echo/long", &[b'a'; 2_000]).await.body.len(), 2_000);
    let longer = server.client().await.post("/echo/long", &[b'a'; 2_001]).await;
    assert_eq!((longer.status, &longer.json()["limit_bytes"]), (413, &2_000.into()));
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
    assert_eq!(client.line().await.unwrap(), "HTTP/1.1 100 Continue");
    assert_eq!(client.line().await.unwrap(), "");
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
    client.send("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nabc").await;
    client.stream.shutdown().await.unwrap();
    if let Some(answer) = client.answer().await {
        assert_eq!((answer.status, answer.problem().as_str()), (400, "bad-request"));
    }
    assert_eq!(server.client().await.get("/").await.status, 200);
}

#[tokio::test]
async fn a_request_is_for_one_host() {
    let server = Running::start(Options::default());
    let check = async |head: &str, status: u16| {
        let mut client = server.client().await;
        client.send(format!("{head}\r\n\r\n")).await;
        let answer = client.answer().await.unwrap();
        assert_eq!(answer.status, status, "{head:?}: {answer:?}");
        if status == 400 {
            assert_eq!(answer.problem(), "bad-request", "{head:?}");
            client.closed().await;
        }
    };
    check("GET / HTTP/1.1", 400).await;
    check("GET / HTTP/1.1\r\nhost: a\r\nhost: a", 400).await;
    check("GET / HTTP/1.1\r\nhost: a\r\nhost: b", 400).await;
    check("GET / HTTP/1.0\r\nhost: a\r\nhost: b", 400).await;
    check("GET / HTTP/1.1\r\nhost:", 400).await;
    check("GET / HTTP/1.1\r\nhost: a b", 400).await;
    check("GET / HTTP/1.1\r\nhost: a/b", 400).await;
    check("GET http://a/ HTTP/1.1", 400).await;
    check("GET / HTTP/1.0", 200).await;
    check("GET / HTTP/1.1\r\nhost: a", 200).await;
    check("GET http://a/ HTTP/1.1\r\nhost: b", 200).await;
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

#[tokio::test]
async fn odd_targets_and_methods_are_refused() {
    let server = Running::start(Options::default());
    for (line, status) in [
        ("CONNECT a:80 HTTP/1.1", 404),
        ("OPTIONS * HTTP/1.1", 404),
        ("TRACE / HTTP/1.1", 405),
        ("BREW / HTTP/1.1", 405),
        ("GET http://elsewhere.example/ HTTP/1.1", 200),
        ("GET //echo HTTP/1.1", 404),
        ("GET /item/%00 HTTP/1.1", 200),
        ("GET /item/%ff HTTP/1.1", 200),
        ("GET /../item/1 HTTP/1.1", 404),
    ] {
        let mut client = server.client().await;
        client.send(format!("{line}\r\nhost: a\r\n\r\n")).await;
        let answer = client.answer().await.unwrap();
        assert_eq!(answer.status, status, "{line}");
        if status >= 400 {
            answer.problem();
        }
    }
}

/// Requests that were right before some of their bytes were changed, cut or doubled, sent in random pieces.
#[tokio::test]
async fn mutilated_requests_are_answered_or_ended() {
    let (seed, cases) = (seed(), super::scaled(20_000));
    println!("seed {seed}, {cases} requests");
    let brief = Duration::from_millis(60);
    let server = Running::start(Options { header_timeout: brief, body_timeout: brief, ..Options::default() });
    let mut random = Random(seed);
    let mut ends = [0_usize; 3];
    for batch in 0..cases.div_ceil(BATCH) {
        let requests: Vec<_> = (0..BATCH).map(|_| random.request()).collect();
        let all = requests.iter().map(|(first, second)| end_of(&server, first, second));
        for (end, request) in futures_util::future::join_all(all).await.into_iter().zip(&requests) {
            let status = end.map_or(0, |answer| answer.status);
            assert!(status < 500, "seed {seed}, batch {batch}: {status} to {request:?}");
            ends[usize::from(status / 200)] += 1;
        }
    }
    println!("{} ended, {} answered, {} refused", ends[0], ends[1], ends[2]);
    assert!(ends[1] > cases / 4 && ends[2] > cases / 10, "the cases are worth something");
    assert_eq!(server.client().await.get("/").await.status, 200);
    wait_for_connections(&server, 0).await;
}

/// Requests at a time.
const BATCH: usize = 64;

async fn end_of(server: &Running, first: &[u8], second: &[u8]) -> Option<Answer> {
    let mut client = server.client().await;
    // The server may have refused it after the first piece.
    let _ = client.stream.write_all(first).await;
    tokio::task::yield_now().await;
    let _ = client.stream.write_all(second).await;
    client.answer().await
}

const PLAIN: &[u8] = b"POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 12\r\n\r\n{\"a\":\"b\",1}\n";
const CHUNKED: &[u8] =
    b"POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";

fn seed() -> u64 {
    let given = std::env::var("KASSA_TEST_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0)
}

/// Steele, Lea and Flood's SplitMix64: enough to choose bytes with.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % (bound as u64)).unwrap()
    }

    /// Two pieces of a request.
    fn request(&mut self) -> (Vec<u8>, Vec<u8>) {
        let whole = [PLAIN, CHUNKED][self.below(2)];
        let mut first = self.mutilate(whole);
        let second = first.split_off(self.below(first.len() + 1));
        (first, second)
    }

    fn mutilate(&mut self, request: &[u8]) -> Vec<u8> {
        let mut bytes = request.to_vec();
        for _ in 0..self.below(4) {
            let place = self.below(bytes.len());
            match self.below(4) {
                0 => bytes[place] = u8::try_from(self.below(256)).unwrap(),
                1 if bytes.len() > 1 => drop(bytes.remove(place)),
                2 => bytes.insert(place, b"\r\n :/0-"[self.below(7)]),
                _ => bytes.truncate(place.max(1)),
            }
        }
        bytes
    }
}

pub(super) async fn wait_for_connections(server: &Running, count: usize) {
    let expected = format!("http_connections {count}\n");
    let started = Instant::now();
    while !server.metrics.text().contains(&expected) {
        assert!(started.elapsed() < super::client::PATIENCE, "not {count}: {}", server.metrics.text());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
