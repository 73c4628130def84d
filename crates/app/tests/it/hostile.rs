//! Bad input on every route of the running binary: an answer that is no 5xx, no panic, neighbours served, memory bounded.

mod inputs;
#[path = "../../src/run/routes/tests/table.rs"]
mod table;
mod walk;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;

use crate::http::Http;
use crate::kassa::{DEADLINE, Kassa, Start, wait_for};
use table::{INTERNAL_ROUTES, OF_ALL_ROLES, Row};
use walk::Attacker;

const INTERNAL_TOKEN: &str = "a-token-between-the-roles";

/// Attacks all `rows`; how often, and nothing was wrong.
fn attack(kassa: &Kassa, data: &Path, headers: &[(&str, &str)], rows: &[Row]) {
    let mut attacker = Attacker::new(kassa, headers);
    for row in rows {
        attacker.stock();
        let (_, path) = row.method_and_path();
        let same = rows.iter().map(Row::method_and_path).filter(|(_, other)| *other == path);
        attacker.attack(row, &same.map(|(method, _)| method).collect::<Vec<_>>());
    }
    let Attacker { tried, wrong, .. } = attacker;
    assert!(wrong.is_empty(), "{} of {tried}: {wrong:#?}", wrong.len());
    assert_eq!(kassa.get("/livez").status, 200);
    let said = std::fs::read_to_string(data.with_extension("stderr")).unwrap();
    assert!(!said.contains("panicked") && !said.contains("\"ERROR\""), "{said}");
    let resident_kib = resident_kib(kassa.pid());
    assert!(resident_kib < 600 << 10, "{resident_kib} KiB resident after {tried} bad requests");
    let routes = rows.len();
    println!(
        "bad input: {tried} requests on {routes} routes, 0 answered with a 5xx, {} MiB resident",
        resident_kib >> 10
    );
}

#[test]
fn bad_input_on_every_route_is_never_a_5xx() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).env("KASSA_CHAOS__ALLOWED", "true").start();
    attack(&kassa, &data, &[], OF_ALL_ROLES);
}

#[test]
fn bad_input_between_roles_is_never_a_5xx() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let roles = ["serve", "--roles", "catalog,inventory,orders"];
    let start = Start::command(&data, &roles).env("KASSA_ORDERS__WITHOUT_REPORTS", "true");
    let kassa = start.env("KASSA_INTERNAL_TOKEN", INTERNAL_TOKEN).start();
    let bearer = format!("Bearer {INTERNAL_TOKEN}");
    attack(&kassa, &data, &[("authorization", &bearer)], INTERNAL_ROUTES);
}

fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// One huge page stays whole for whatever is left in it (ADR 8).
#[test]
#[cfg(target_os = "linux")]
fn it_gets_no_huge_pages() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).start();
    let status = std::fs::read_to_string(format!("/proc/{}/status", kassa.pid())).unwrap();
    let flag = status.lines().find_map(|line| line.strip_prefix("THP_enabled:"));
    assert!(flag.is_none_or(|flag| flag.trim() == "0"), "{flag:?}");
    assert!(kassa.stop().success());
}

#[test]
fn slow_bodies_and_idle_connections_do_not_keep_neighbours_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).env("KASSA_SERVER__BODY_TIMEOUT_MS", "500").start();
    let authority = kassa.address.trim_start_matches("http://").to_owned();
    let idle: Vec<_> = (0..500).map(|_| TcpStream::connect(&authority).unwrap()).collect();
    let taking = OF_ALL_ROLES.iter().filter(|row| !matches!(row.method_and_path().0, "GET" | "DELETE"));
    let slow: Vec<_> = taking
        .map(|row| {
            let mut stream = TcpStream::connect(&authority).unwrap();
            stream.set_read_timeout(Some(DEADLINE)).unwrap();
            let head = "content-type: application/json\r\nidempotency-key: k\r\ncontent-length: 100";
            write!(stream, "{} HTTP/1.1\r\nhost: {authority}\r\n{head}\r\n\r\n{{", row.route).unwrap();
            (row.route, BufReader::new(stream))
        })
        .collect();
    let mut neighbour = Http::connect(&kassa.address).unwrap();
    let event = r#"{"site_id":"s","event_type":"e","path":"/"}"#;
    assert_eq!(neighbour.post("/event", event).unwrap().status, 202);
    let (mut answer, mut timeouts) = (String::new(), 0);
    for (route, mut stream) in slow {
        answer.clear();
        stream.read_line(&mut answer).unwrap();
        // What can be refused before the body is there may be.
        assert!(answer.starts_with("HTTP/1.1 4"), "{route}: {answer}");
        timeouts += i32::from(answer.starts_with("HTTP/1.1 408"));
    }
    assert!(timeouts > 40, "{timeouts}");
    drop(idle);
}

#[test]
fn closed_mode_asks_for_keys() {
    let folder = tempfile::tempdir().unwrap();
    let token = "a-long-enough-admin-token";
    let kassa = Start::up(&folder.path().join("data")).env("KASSA_ACCESS__ADMIN_TOKEN", token).start();
    wait_for("kassa to be ready", || (kassa.get("/readyz").status == 200).then_some(()));
    let check = |target: &str, key: Option<&str>, expected: u16| {
        let bearer = format!("Bearer {}", key.unwrap_or_default());
        let headers = [("authorization", bearer.as_str())];
        let headers = if key.is_some() { &headers[..] } else { &[] };
        let answer = kassa.http().send("GET", target, headers, b"").unwrap();
        assert_eq!(answer.status, expected, "{target} {key:?}: {answer:?}");
    };
    for target in [
        "/v1/realtime?site_id=default",
        "/v1/admin/counts",
        "/metrics",
        "/health/deep",
        "/events",
        "/v1/admin/log",
    ] {
        check(target, None, 401);
        check(target, Some("wrong"), 401);
        check(target, Some(token), 200);
    }
    for target in ["/livez", "/readyz", "/health", "/cart", "/dashboard"] {
        check(target, None, 200);
    }
    check("/", None, 303);
    let unknown = kassa.post("/event", r#"{"site_id":"nobody","event_type":"e","path":"/"}"#);
    assert_eq!((unknown.status, unknown.body.as_str()), (400, r#"{"errors":["unknown_site"]}"#));
    let foreign =
        kassa.http().send("GET", "/v1/admin/counts", &[("origin", "https://evil.example")], b"").unwrap();
    assert_eq!(foreign.status, 403, "{foreign:?}");
}
