//! Ten thousand idle connections, and more connections than there are files.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::super::options::Options;
use super::hostile::wait_for_connections;
use super::{Running, scaled};
use crate::http::raise_file_limit;

/// Set for the child process of [`running_out_of_files_is_survived`].
const CHILD: &str = "KASSA_TEST_FEW_FILES";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_are_cheap() {
    let files = usize::try_from(raise_file_limit()).unwrap();
    let count = scaled(10_000).min(files / 2 - 200);
    let server = Running::start(Options { connections_max: Some(count + 10), ..Options::default() });
    assert_eq!(server.client().await.get("/").await.status, 200);
    wait_for_connections(&server, 0).await;
    let before = resident_kib();
    let mut silent = connect(server.address, count);
    wait_for_connections(&server, count).await;
    let opened = resident_kib().saturating_sub(before);
    for stream in &mut silent {
        one_request(stream);
    }
    let used = resident_kib().saturating_sub(before);
    println!("{count} idle connections: {opened} KiB silent, {used} KiB after a request each");
    assert!(opened / (count as u64) < 4, "{opened} KiB for {count} silent connections");
    assert!(used / (count as u64) < 24, "{used} KiB for {count} used connections");
    let started = Instant::now();
    assert_eq!(server.client().await.get("/").await.status, 200);
    assert!(started.elapsed() < Duration::from_secs(1));
    let stopped = Instant::now();
    server.shutdown.trigger();
    assert_eq!(server.task.await.unwrap(), 0, "none cut off");
    println!("closed in {:?}", stopped.elapsed());
    assert!(stopped.elapsed() < Duration::from_secs(5));
}

fn connect(address: SocketAddr, count: usize) -> Vec<TcpStream> {
    (0..count).map(|_| TcpStream::connect(address).unwrap()).collect()
}

fn one_request(stream: &mut TcpStream) {
    stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    let mut answer = [0; 1_024];
    let length = stream.read(&mut answer).unwrap();
    assert!(answer[..length].ends_with(b"hello"));
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The limit of files is the process's, so the server runs in a process of its own: this test binary again.
#[test]
fn running_out_of_files_is_survived() {
    let test = "http::tests::many::server_with_few_files";
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Held to the end: the child must be able to say more.
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let address =
        said.find_map(|line| line.split_once("listening on ").map(|(_, address)| address.to_owned()));
    let address: SocketAddr = address.expect("the child says where it listens").parse().unwrap();
    let mut first = TcpStream::connect(address).unwrap();
    one_request(&mut first);
    let others = connect(address, 200);
    // The loop is now out of files and goes on trying; who was in before is served.
    one_request(&mut first);
    drop(others);
    let mut newcomer = TcpStream::connect(address).unwrap();
    newcomer.set_read_timeout(Some(super::client::PATIENCE)).unwrap();
    one_request(&mut newcomer);
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

/// The child's part; in the parent there is nothing to do.
#[tokio::test]
async fn server_with_few_files() {
    if std::env::var(CHILD).is_err() {
        return;
    }
    let limit = Rlimit { current: Some(64), maximum: getrlimit(Resource::Nofile).maximum };
    setrlimit(Resource::Nofile, limit).unwrap();
    let server = Running::start(Options { connections_max: Some(10_000), ..Options::default() });
    println!("listening on {}", server.address);
    let end = tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0; 1]));
    end.await.unwrap().unwrap();
}
