//! Moving in and out by the commands, of a shop that runs and of one that stands still.

mod databases;
mod events;
mod orders;
mod products;
mod totals;
mod whole;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::kassa::run;

/// What a command printed, on both ways.
pub(crate) fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs a command on `data`, which must go well.
pub(crate) fn command(arguments: &[&str], data: &Path) -> String {
    let output = tried(arguments, data);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output));
    text(&output)
}

/// Runs a command on `data`.
pub(crate) fn tried(arguments: &[&str], data: &Path) -> Output {
    let data = data.display().to_string();
    let mut all = arguments.to_vec();
    all.extend(["--data", &data]);
    run(&all)
}

/// A line of what the system says of a process, such as `VmHWM`, in KiB; 0 once it has ended.
pub(crate) fn memory(pid: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Runs a command, which must go well; what it printed, and its most memory in KiB.
pub(crate) fn measured(arguments: &[&str], data: &Path) -> (String, u64) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kassa"))
        .args(arguments)
        .args(["--data", &data.display().to_string()])
        .env_remove("LD_LIBRARY_PATH")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        most = most.max(memory(child.id(), "VmHWM"));
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", text(&output));
    (text(&output), most)
}

/// A command that reads `input`; what it writes.
pub(crate) fn piped(arguments: &[&str], data: &Path, input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kassa"))
        .args(arguments)
        .args(["--data", &data.display().to_string()])
        .env_remove("LD_LIBRARY_PATH")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap()
}
