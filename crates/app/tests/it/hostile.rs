//! Bad input on every public route of the running binary: an answer that is no 5xx, neighbours served, memory bounded.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::http::Http;
use crate::kassa::{Kassa, Start, wait_for};

const INGEST: [&str; 20] = [
    "/track",
    "/event",
    "/analytics/track",
    "/analytics/event",
    "/v1/track",
    "/v1/page",
    "/v1/identify",
    "/v1/screen",
    "/v1/group",
    "/v1/alias",
    "/v1/batch",
    "/v1/t",
    "/v1/p",
    "/v1/i",
    "/v1/s",
    "/v1/g",
    "/v1/a",
    "/v1/b",
    "/analytics/v1/batch",
    "/analytics/v1/t",
];

const ASKED_BY_BODY: [&str; 2] = ["/v1/query", "/v1/admin/replay"];

const ASKED_BY_ADDRESS: [&str; 12] = [
    "/stats",
    "/events",
    "/v1/realtime",
    "/v1/events",
    "/v1/export",
    "/v1/admin/dead-letters",
    "/v1/admin/dead-letters/x",
    "/v1/admin/counts",
    "/v1/admin/log",
    "/v1/query/definitions",
    "/p/x",
    "/assets/x",
];

fn bodies() -> Vec<Vec<u8>> {
    let deep = format!(r#"{{"type":"x","a":{}1{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
    let texts = [
        "",
        "null",
        "[]",
        "0",
        "\"\"",
        "{",
        "{}",
        "{\"a\":}",
        r#"{"site_id":7,"event_type":[],"path":{}}"#,
        r#"{"site_id":"s","event_type":"e","path":"/","timestamp":1e400}"#,
        r#"{"site_id":"s","event_type":"e","path":"/","timestamp":"0000-00-00"}"#,
        r#"{"site_id":"s","site_id":"t","event_type":"e","path":"/"}"#,
        r#"{"events":[1,null,"x",[],{}]}"#,
        r#"{"events":7}"#,
        r#"{"batch":[{"type":"nope"},{"type":7},null],"writeKey":"w"}"#,
        r#"{"type":"\ud800","writeKey":"\u0000"}"#,
        r#"{"eventType":"x","seconds":-99999999999999999999999999999}"#,
        r#"{"site_id":"s","metrics":["visitors"],"date_range":"-5d"}"#,
        r#"{"site_id":"s","metrics":["visitors"],"date_range":["9999-99-99","0"]}"#,
        r#"{"into":7}"#,
        r#"{"into":"/no/such/folder/x.duckdb","more":1}"#,
        &deep,
    ];
    let mut bodies: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    bodies.push(vec![0xff, 0xfe, 0x00, 0x7b]);
    bodies.push(vec![0x1f, 0x8b, 0x08, 0x00, 0x01]);
    bodies.push(format!(r#"{{"type":"{}"}}"#, "x".repeat(10 << 20)).into_bytes());
    bodies
}

const ADDRESSES: [&str; 14] = [
    "?",
    "?site_id=",
    "?site_id=%00",
    "?site_id=%ff%fe",
    "?site_id=%ZZ",
    "?site_id=s&limit=-1",
    "?site_id=s&limit=99999999999999999999",
    "?site_id=s&limit=1.5",
    "?site_id=s&date=2026-02-30",
    "?site_id=s&date=x",
    "?site_id=s&from=x&to=y",
    "?site_id=s&site_id=t&nope=1",
    "?site_id=s&cursor=%22%7b",
    "?format=xml&site_id=s",
];

#[test]
fn bad_input_on_every_route_is_never_a_5xx() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).start();
    let mut tried = 0;
    for route in INGEST.iter().chain(&ASKED_BY_BODY) {
        for body in bodies() {
            tried += 1;
            check(&kassa, "POST", route, &body);
        }
    }
    for route in ASKED_BY_ADDRESS {
        for address in ADDRESSES {
            tried += 1;
            check(&kassa, "GET", &format!("{route}{address}"), b"");
        }
    }
    for route in INGEST.iter().chain(&ASKED_BY_BODY).chain(&ASKED_BY_ADDRESS) {
        for method in ["PUT", "DELETE", "PATCH", "BREW"] {
            tried += 1;
            check(&kassa, method, route, b"{}");
        }
    }
    assert_eq!(kassa.get("/livez").status, 200);
    let resident_kib = resident_kib(kassa.pid());
    assert!(resident_kib < 600 << 10, "{resident_kib} KiB resident after {tried} bad requests");
    println!("bad input: {tried} requests, none answered with a 5xx, {} MiB resident", resident_kib >> 10);
}

fn check(kassa: &Kassa, method: &str, target: &str, body: &[u8]) {
    let mut http = kassa.http();
    let headers = [("content-type", "application/json")];
    match http.send(method, target, &headers, body) {
        // A replay into a folder that is not there is told in its lines of JSON.
        Ok(answer) => assert!(answer.status < 500, "{method} {target} {}: {answer:?}", shown(body)),
        // A server may close on a client that sends far more than it takes.
        Err(error) => assert!(body.len() > 4 << 20, "{method} {target} {}: {error}", shown(body)),
    }
}

fn shown(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned()
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
fn a_slow_body_and_idle_connections_do_not_keep_neighbours_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).env("KASSA_SERVER__BODY_TIMEOUT_MS", "500").start();
    let authority = kassa.address.trim_start_matches("http://").to_owned();
    let idle: Vec<_> = (0..500).map(|_| TcpStream::connect(&authority).unwrap()).collect();
    let mut slow = TcpStream::connect(&authority).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    slow.write_all(b"POST /event HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{").unwrap();
    let mut neighbour = Http::connect(&kassa.address).unwrap();
    let event = r#"{"site_id":"s","event_type":"e","path":"/"}"#;
    assert_eq!(neighbour.post("/event", event).unwrap().status, 202);
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
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
    for target in ["/livez", "/readyz", "/health", "/", "/dashboard"] {
        check(target, None, 200);
    }
    let unknown = kassa.post("/event", r#"{"site_id":"nobody","event_type":"e","path":"/"}"#);
    assert_eq!((unknown.status, unknown.body.as_str()), (400, r#"{"errors":["unknown_site"]}"#));
    let foreign =
        kassa.http().send("GET", "/v1/admin/counts", &[("origin", "https://evil.example")], b"").unwrap();
    assert_eq!(foreign.status, 403, "{foreign:?}");
}
