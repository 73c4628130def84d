//! Signals and limits of the system: what stops a server, how soon, and what is nothing to it.

use std::io::Write;
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::kassa::{Start, wait_for};

const EVENT: &str = r#"{"site_id":"shop","event_type":"page_view","path":"/"}"#;

fn signal(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), signal).unwrap();
}

/// `kassa up` on a folder, not waited for.
fn spawn(data: &Path, environment: &[(&str, &str)]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_kassa"))
        .args(["up", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .env("KASSA_LOG__RESERVE_BYTES", "1048576")
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Whether the process has a handler for SIGTERM: bit 15 of `SigCgt`.
fn hears_sigterm(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or("0");
    u64::from_str_radix(caught.trim(), 16).unwrap_or(0) & (1 << 14) != 0
}

#[test]
fn a_stop_while_files_are_opened_is_orderly_and_quick() {
    let folder = tempfile::tempdir().unwrap();
    // Opening takes longer than anybody waits here, as a log of a hundred gigabytes may.
    let mut child =
        spawn(&folder.path().join("slow"), &[("KASSA_FAILPOINTS", "start.before_open=sleep:600000")]);
    wait_for("SIGTERM to be heard", || hears_sigterm(child.id()).then_some(()));
    wait_for("the lock", || folder.path().join("slow/kassa.lock").exists().then_some(()));
    let began = Instant::now();
    signal(child.id(), Signal::TERM);
    let status = wait_for("the end", || child.try_wait().unwrap());
    assert!(status.success(), "{status}");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn a_stop_at_any_moment_of_a_start_exits_0() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..12_u64 {
        let mut child = spawn(&folder.path().join("data"), &[]);
        // Before main there is nobody to hear a signal: the system loads the program and its libraries.
        wait_for("SIGTERM to be heard", || hears_sigterm(child.id()).then_some(()));
        // Time itself: the signal comes at another moment each round.
        std::thread::sleep(Duration::from_millis(round * 5));
        signal(child.id(), Signal::TERM);
        let status = wait_for("the end", || child.try_wait().unwrap());
        assert!(status.success(), "round {round}: {status}");
    }
}

#[test]
fn the_handlers_come_first_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.toml");
    // A configuration that is never there in time: a named pipe that nobody writes.
    rustix::fs::mkfifoat(rustix::fs::CWD, &missing, rustix::fs::Mode::RWXU).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_kassa"))
        .args(["up", "--config"])
        .arg(&missing)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_for("SIGTERM to be heard", || hears_sigterm(child.id()).then_some(()));
    signal(child.id(), Signal::TERM);
    let status = wait_for("the end", || child.try_wait().unwrap());
    assert!(status.success(), "{status}");
}

#[test]
fn signals_that_mean_nothing_end_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut kassa = Start::up(&folder.path().join("data")).start();
    for each in [Signal::USR1, Signal::USR2, Signal::XFSZ, Signal::PIPE, Signal::HUP] {
        signal(kassa.pid(), each);
        // Taken in after it: the signal has been delivered by then.
        assert_eq!(kassa.post("/event", EVENT).status, 202, "{each:?}");
        assert!(!kassa.has_ended(), "{each:?}");
    }
    assert!(kassa.stop().success());
}

#[test]
fn sighup_opens_the_file_of_the_log_again() {
    let folder = tempfile::tempdir().unwrap();
    let (path, moved) = (folder.path().join("kassa.log"), folder.path().join("kassa.log.1"));
    let start = Start::up(&folder.path().join("data")).env("KASSA_LOGS__FILE", path.to_str().unwrap());
    let kassa = start.start();
    std::fs::rename(&path, &moved).unwrap();
    signal(kassa.pid(), Signal::HUP);
    let text =
        wait_for("the new file", || std::fs::read_to_string(&path).ok().filter(|text| text.ends_with('\n')));
    assert!(text.contains("the log's file is opened again"), "{text}");
    assert!(!text.contains('\u{1b}'), "no colour in files");
    assert!(std::fs::read_to_string(&moved).unwrap().contains("kassa is ready"));
    let mode = std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn half_sent_requests_do_not_stretch_a_stop() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).start();
    let half = |text: &str| {
        let mut stream = TcpStream::connect(kassa.address.trim_start_matches("http://")).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    };
    let _head = half("POST /event HTTP/1.1\r\nhost: a");
    let _body = half(
        "POST /event HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{\"",
    );
    assert_eq!(kassa.post("/event", EVENT).status, 202);
    // That both halves have arrived: the server's count of connections has them.
    wait_for("both connections", || {
        let text = kassa.get("/metrics").body;
        (crate::kassa::metric(&text, "http_connections ") >= Some(3.0)).then_some(())
    });
    let began = Instant::now();
    assert!(kassa.stop().success());
    // 10 s were waited before (server.drain_timeout_ms); 5 is what is promised on an idle machine.
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}

/// Starts `kassa up` under a limit that the shell sets, and gives what it printed on stderr at its end.
fn limited(limit: &str, data: &Path) -> (std::process::ExitStatus, String) {
    let output = Command::new("sh")
        .args(["-c", &format!("{limit}; exec \"$0\" up --listen 127.0.0.1:0 --data \"$1\"")])
        .arg(env!("CARGO_BIN_EXE_kassa"))
        .arg(data)
        .env("KASSA_LOG__RESERVE_BYTES", "1048576")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()
        .unwrap();
    (output.status, String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_small_limit_of_open_files_is_refused_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    for files in [16, 32, 64, 100] {
        let (status, said) = limited(&format!("ulimit -n {files}"), &folder.path().join("data"));
        assert_eq!(status.code(), Some(1), "{files}: {said}");
        assert!(
            said.contains(&format!("{files} open files")) && said.contains("ulimit -n"),
            "{files}: {said}"
        );
        assert!(!said.contains("panicked"), "{files}: {said}");
    }
}

#[test]
fn a_write_beyond_the_limit_of_a_file_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    // Blocks of 512 bytes, so 8 KiB: too little for any of the files that a start makes.
    let (status, said) = limited("ulimit -f 16", &folder.path().join("data"));
    assert_eq!((status.code(), status.signal()), (Some(1), None), "{said}");
    let named = ["kassa.db", "events.duckdb", ".log"].iter().any(|file| said.contains(file));
    assert!(named && said.contains("kassa: "), "{said}");
}
