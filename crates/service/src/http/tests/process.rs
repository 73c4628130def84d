//! What only a whole process shows: signals and log lines. The child is this test binary again.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::super::options::Options;
use super::client::PATIENCE;
use super::{Client, Running};
use crate::logs;

/// Set for the child.
const CHILD: &str = "KASSA_TEST_SIGNALS";

struct Started {
    child: Child,
    address: SocketAddr,
    /// Held to the end: the child must be able to say more.
    _said: Box<dyn Iterator<Item = String>>,
}

impl Started {
    fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "http::tests::process::server_with_signals", "--nocapture"])
            .env(CHILD, "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut said: Box<dyn Iterator<Item = String>> = Box::new(lines);
        let address =
            said.find_map(|line| line.split_once("listening on ").map(|(_, address)| address.to_owned()));
        let address = address.expect("the child says where it listens").parse().unwrap();
        Self { child, address, _said: said }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// The end of the process and the lines that it logged.
    fn end(mut self) -> (ExitStatus, Vec<serde_json::Value>) {
        let mut text = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        let status = self.child.wait().unwrap();
        let parse = |line: &str| serde_json::from_str(line).ok();
        (status, text.lines().filter_map(parse).collect())
    }
}

#[tokio::test]
async fn sigterm_lets_requests_end_and_failures_are_logged_once() {
    let server = Started::start();
    let mut client = Client::connect(server.address).await;
    for (path, id) in [("/fail", "fail-1"), ("/panic", "panic-1"), ("/nope", "nope-1"), ("/", "fine-1")] {
        client.send(format!("GET {path} HTTP/1.1\r\nhost: a\r\nx-request-id: {id}\r\n\r\n")).await;
        client.answer().await.unwrap();
    }
    client.send("GET /drip HTTP/1.1\r\nhost: a\r\n\r\n").await;
    wait_for_the_answer(&mut client).await;
    server.signal(Signal::TERM);
    assert_eq!(client.answer().await.unwrap().body, "0123456789");
    client.closed().await;
    let (status, lines) = server.end();
    assert!(status.success(), "{status}");
    let count = |message: &str, id: &str| {
        lines
            .iter()
            .filter(|line| line["message"] == message && line["id"].as_str().unwrap_or("") == id)
            .count()
    };
    assert_eq!(count("request failed", "fail-1"), 1, "{lines:?}");
    assert_eq!(count("request failed", "panic-1"), 1, "{lines:?}");
    let panics: Vec<_> = lines.iter().filter(|line| line["message"] == "panicked").collect();
    assert!(panics.len() == 1 && panics[0]["reason"] == "on purpose", "{lines:?}");
    assert_eq!(count("request failed", "nope-1") + count("request failed", "fine-1"), 0);
    let of = |id: &str| lines.iter().filter(|line| line["id"] == id).collect::<Vec<_>>();
    assert_eq!((of("fail-1").len(), &of("fail-1")[0]["level"]), (1, &"INFO".into()), "one line a request");
    assert_eq!(lines.iter().filter(|line| line["signal"] == "SIGTERM").count(), 1);
    assert!(lines.iter().all(|line| line["level"].is_string() && line["timestamp"].is_string()));
}

/// Until the answer has begun: its first chunk is there.
async fn wait_for_the_answer(client: &mut Client) {
    tokio::time::timeout(PATIENCE, client.stream.get_ref().readable()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_second_signal_stops_at_once() {
    let server = Started::start();
    let mut client = Client::connect(server.address).await;
    client.send("GET /endless HTTP/1.1\r\nhost: a\r\n\r\n").await;
    wait_for_the_answer(&mut client).await;
    server.signal(Signal::INT);
    let started = Instant::now();
    // Refused connections tell that the first signal has arrived.
    while tokio::net::TcpStream::connect(server.address).await.is_ok() {
        assert!(started.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.signal(Signal::TERM);
    let (status, _) = server.end();
    assert_eq!(status.code(), Some(130));
    assert!(started.elapsed() < Duration::from_secs(8), "before the drain's deadline");
}

/// The child's part; in the parent there is nothing to do.
#[tokio::test]
async fn server_with_signals() {
    if std::env::var(CHILD).is_err() {
        return;
    }
    logs::note_panics();
    logs::init(&logs::Options { format: logs::Format::Json, ..logs::Options::default() }).unwrap();
    assert!(logs::init(&logs::Options::default()).is_err(), "once per process");
    let server = Running::start(Options { drain_timeout: Duration::from_secs(10), ..Options::default() });
    server.shutdown.on_signals().unwrap();
    println!("listening on {}", server.address);
    server.task.await.unwrap();
    std::process::exit(0);
}
