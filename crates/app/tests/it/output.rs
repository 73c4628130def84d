//! Where the process's own words go: a full disk, a closed pipe, a reader that has seen enough. None of it may end a server.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::http::Http;
use crate::kassa::{metric, run, wait_for};
use crate::market::send;

/// How many requests are made while every one of them logs lines that cannot be written.
const REQUESTS: usize = 20;

/// A server whose every request is a line on standard error, and its address.
struct Loud {
    child: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Loud {
    fn start(stderr: Stdio) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_kassa"))
            .args(["up", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path().join("data"))
            .envs([("KASSA_LOGS__LEVEL", "debug"), ("KASSA_LOG__RESERVE_BYTES", "1048576")])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut lines = stdout.lines().map_while(Result::ok);
        let address = lines.find_map(|line| line.strip_prefix("listening on ").map(str::to_owned));
        let address = address.unwrap_or_else(|| panic!("kassa did not start: {:?}", child.wait()));
        // From here on standard output is a closed pipe, too.
        Self { child, address, _folder: folder }
    }

    fn works(mut self, what: &str) {
        let mut http = Http::connect(&self.address).unwrap();
        let product = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 900, "currency": "USD"}});
        let made = send(&mut http, "POST", "/v1/products", "p", &product).unwrap();
        assert_eq!(made.status, 201, "{what}: {made:?}");
        let stock =
            send(&mut http, "POST", "/v1/inventory/mug/receive", "s", &json!({"quantity": 99})).unwrap();
        assert_eq!(stock.status, 200, "{what}: {stock:?}");
        for number in 0..REQUESTS {
            let event = r#"{"site_id":"shop","event_type":"page_view","path":"/"}"#;
            assert_eq!(http.post("/event", event).unwrap().status, 202, "{what}");
            let order = json!({"items": [{"sku": "mug", "quantity": 1}]});
            let placed = send(&mut http, "POST", "/v1/orders", &format!("loud-{number}"), &order).unwrap();
            assert_eq!(placed.status, 201, "{what}: {placed:?}");
        }
        let text = http.get("/metrics").unwrap().body;
        let dropped = metric(&text, "kassa_logs_lines_dropped_total ").unwrap();
        assert!(dropped >= REQUESTS as f64, "{what}: {dropped} lines dropped");
        assert!(self.child.try_wait().unwrap().is_none(), "{what}: it has ended");
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let status = wait_for("kassa to end", || self.child.try_wait().unwrap());
        assert!(status.success(), "{what}: {status}");
    }
}

impl Drop for Loud {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_server_outlives_a_full_disk_behind_its_stderr() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    Loud::start(full.into()).works("2>/dev/full");
}

#[test]
fn a_server_outlives_a_closed_pipe() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    Loud::start(writer.into()).works("2>&1 | true");
}

#[test]
fn a_server_outlives_a_reader_that_takes_nothing() {
    let (reader, mut writer) = std::io::pipe().unwrap();
    // As much as a pipe holds.
    writer.write_all(&[b'x'; 65_536]).unwrap();
    Loud::start(writer.into()).works("2>&1 | sleep 1000");
    drop(reader);
}

#[test]
fn a_command_whose_reader_has_gone_ends_quietly() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kassa"))
        .arg("check")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(141), ""));
}

#[test]
fn a_command_whose_output_cannot_be_written_says_so() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_kassa")).arg("check").stdout(full).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("kassa: cannot write to standard output: No space left"), "{said}");
    assert!(run(&["check"]).status.success());
}
