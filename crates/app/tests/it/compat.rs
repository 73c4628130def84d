//! docs/coming-from-*.md, run verbatim, each page against a new shop: each command by `sh`, on the old systems' own ports, must print
//! what stands below it. Times and UUIDs are compared by their form.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::documented::{NOT_RUN, put_files};
use crate::kassa::{Kassa, Start, wait_for};

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");

/// The pages, by system.
const PAGES: [&str; 5] = [
    "coming-from-gaming-shop.md",
    "coming-from-event-tracking.md",
    "coming-from-monitored-shop.md",
    "coming-from-resilient-orders.md",
    "coming-from-retail-analytics.md",
];

/// The ports of the systems A to E, and kassa's own.
const PORTS: [u16; 9] = [3_000, 3_001, 3_002, 4_001, 4_002, 5_000, 8_000, 8_001, 8_080];

/// What system D's dashboards and alerts ask for, once the examples have run: names, labels and buckets.
const METRICS: [&str; 17] = [
    r#"http_request_duration_seconds_bucket{le="0.1",method="POST",route="/api/orders",status_code="201"}"#,
    r#"http_request_duration_seconds_bucket{le="0.5",method="POST",route="/api/orders",status_code="201"}"#,
    r#"http_request_duration_seconds_bucket{le="1.0",method="POST",route="/api/orders",status_code="201"}"#,
    r#"http_request_duration_seconds_bucket{le="2.0",method="POST",route="/api/orders",status_code="201"}"#,
    r#"http_request_duration_seconds_bucket{le="5.0",method="POST",route="/api/orders",status_code="201"}"#,
    r#"http_request_duration_seconds_count{method="GET",route="/api/inventory/{item_id}",status_code="200"}"#,
    r#"order_processing_duration_seconds_bucket{le="1.0",status="confirmed"}"#,
    r#"orders_created_total{status="failed"}"#,
    r#"circuit_breaker_state{service="inventory"} 0"#,
    r#"inventory_update_duration_seconds_count{operation="deduct"}"#,
    r#"inventory_chaos_enabled{type="latency"} 0"#,
    r#"inventory_chaos_enabled{type="crash"} 0"#,
    r#"inventory_chaos_enabled{type="partial_failure"} 0"#,
    r#"inventory_stock_level{item_id="ps5"} 5"#,
    r#"inventory_transactions_total{type="deduct"} 2"#,
    "idempotency_cache_hits_total 1",
    "idempotency_cache_misses_total",
];

/// How long a report may lag behind its events.
const LAG: Duration = Duration::from_secs(20);

/// A command of a page and what it prints, where the page says so.
#[derive(Debug)]
struct Example {
    command: String,
    expected: Option<String>,
}

#[test]
fn the_examples_of_the_pages_run_as_they_stand() {
    if let Some(why) = cannot_run() {
        assert!(std::env::var_os("CI").is_none(), "{why}");
        println!("skipped: {why}");
        return;
    }
    let mut compared = 0;
    for page in PAGES {
        let document = std::fs::read_to_string(Path::new(DOCS).join(page)).unwrap();
        let examples = examples(&document);
        compared += examples.iter().filter(|example| example.expected.is_some()).count();
        run_page(page, &examples);
    }
    assert!(compared >= 25, "{compared} examples");
    println!("{compared} commands of {} pages print what stands below them", PAGES.len());
}

fn run_page(page: &str, examples: &[Example]) {
    let folder = tempfile::tempdir().unwrap();
    put_files(folder.path());
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kassa"), folder.path().join("kassa")).unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).listen("127.0.0.1:8000").with("--compat-ports").start();
    for port in PORTS.into_iter().filter(|port| *port != 8_000) {
        assert!(kassa.said.contains(&format!("http://127.0.0.1:{port}")), "{port}: {}", kassa.said);
    }
    for example in examples {
        check(page, example, folder.path());
    }
    if page == PAGES[3] {
        has_metrics_of_d(&kassa);
    }
}

fn has_metrics_of_d(kassa: &Kassa) {
    for series in METRICS {
        let is_there = || kassa.get("/metrics").body.lines().any(|line| line.starts_with(series));
        wait_for(series, || is_there().then_some(()));
    }
}

/// What keeps the examples from running on this machine.
fn cannot_run() -> Option<String> {
    let taken = PORTS.iter().find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, **port)).is_err());
    if let Some(port) = taken {
        return Some(format!("port {port} of this machine is taken, so the examples on it cannot run"));
    }
    let curl = Command::new("curl").arg("--version").output();
    curl.is_err().then(|| "there is no curl on this machine".to_owned())
}

fn check(page: &str, example: &Example, folder: &Path) {
    let Example { command, expected } = example;
    let begun = Instant::now();
    // Reading may be repeated until the event is in the report; sending may not.
    let reads = !command.contains(" -d ") && !command.contains(" -X ");
    loop {
        let printed = run(command, folder, expected.is_some());
        let Some(expected) = expected else { return };
        if masked(&printed) == masked(expected) {
            return;
        }
        if !reads || begun.elapsed() > LAG {
            panic!("\n{page}: {command}\nprinted  {printed}\nbut not  {expected}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What a command prints, which must go well; without a word of complaint if it `is_silent`.
fn run(command: &str, folder: &Path, is_silent: bool) -> String {
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-ec", command])
        .current_dir(folder)
        .env("PATH", path)
        .env_remove("LD_LIBRARY_PATH")
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && (!is_silent || complaint.is_empty()), "{command}: {complaint}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// Every block of `sh`, with the block behind it that says what is printed; only what brings something in may have none.
fn examples(document: &str) -> Vec<Example> {
    let blocks: Vec<&str> = document.split("```").collect();
    // Text and blocks take turns; a block begins with the name of its language.
    let block = |at: usize| blocks.get(at).and_then(|block| block.split_once('\n')).unwrap_or_default();
    let mut examples = Vec::new();
    for at in (1..blocks.len()).step_by(2) {
        let (language, command) = block(at);
        if language == "sh" {
            let (shown, expected) = block(at + 2);
            let is_shown = ["json", "text"].contains(&shown);
            assert!(is_shown || command.contains(" import "), "no output stands below: {command}");
            let is_run = |line: &&str| !NOT_RUN.iter().any(|(begins, _)| line.starts_with(begins));
            let command = command.lines().filter(is_run).collect::<Vec<_>>().join("\n");
            examples.push(Example { command, expected: is_shown.then(|| expected.trim_end().to_owned()) });
        }
    }
    examples
}

/// The text with its UUIDs and times made equal.
fn masked(text: &str) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let form = [UUID, TIME].into_iter().find(|form| has_form(rest, form));
        match form {
            Some(form) => {
                masked.push_str(form);
                rest = &rest[form.len()..];
            }
            None => {
                masked.push(character);
                rest = &rest[character.len_utf8()..];
            }
        }
    }
    masked
}

/// `x` is a hexadecimal digit, `0` a decimal one, all else itself.
const UUID: &str = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
const TIME: &str = "0000-00-00T00:00:00.000Z";

fn has_form(text: &str, form: &str) -> bool {
    let Some(text) = text.as_bytes().get(..form.len()) else { return false };
    text.iter().zip(form.bytes()).all(|(byte, wanted)| match wanted {
        b'x' => byte.is_ascii_hexdigit(),
        b'0' => byte.is_ascii_digit(),
        _ => *byte == wanted,
    })
}

#[test]
fn only_times_and_uuids_may_differ() {
    let check = |left: &str, right: &str, equal: bool| {
        assert_eq!(masked(left) == masked(right), equal, "{left} {right}");
    };
    check("a 2026-11-21T05:00:00.000Z b", "a 2027-01-01T00:00:00.123Z b", true);
    check("\"019a0b5e-0000-7000-8000-000000000000\"", "\"01234567-89ab-7cde-8f01-23456789abcd\"", true);
    check("{\"total\":1}", "{\"total\":2}", false);
    check("2022-02-25", "2022-02-26", false);
    check("00000000000000000000000a", "00000000000000000000000b", false);
}
