//! What an owner mistypes, and what people and programs see of it: refusals in words, pages, formats.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::kassa::{DEADLINE, Start, run_with};
use crate::promlint;

/// Runs kassa to its end; a server that starts although it should not is stopped by the deadline.
fn kassa(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kassa"))
        .args(arguments)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > DEADLINE {
            child.kill().unwrap();
            panic!("it runs although it should not: {arguments:?} {environment:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().unwrap()
}

/// What it refuses, in the line that names the program.
fn refusal(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(!text.contains("panicked"), "{text}");
    let line = text.lines().rfind(|line| line.starts_with("kassa: "));
    line.unwrap_or_else(|| panic!("no sentence: {text}")).to_owned()
}

#[test]
fn check_refuses_what_up_refuses_in_the_same_words() {
    let folder = tempfile::tempdir().unwrap();
    let (file, data) = (folder.path().join("kassa.toml"), folder.path().join("data"));
    let (file, data) = (file.to_str().unwrap(), data.to_str().unwrap());
    let both = |text: &str, environment: &[(&str, &str)], expected: &str| {
        std::fs::write(file, text).unwrap();
        let checked = refusal(&kassa(&["check", "--config", file, "--data", data], environment));
        let up = kassa(&["up", "--config", file, "--data", data, "--listen", "127.0.0.1:0"], environment);
        assert_eq!(checked, refusal(&up), "{text} {environment:?}");
        assert!(checked.contains(expected), "{text} {environment:?}: {checked}");
        assert!(!checked.contains("very-secret"), "{checked}");
        assert!(!Path::new(data).exists(), "{text} {environment:?}: a refused start has made files");
    };
    let check = |text: &str, expected: &str| both(text, &[], expected);
    check("[database]\nurl = \"postgers://shop:very-secret@db/shop\"", "database.url");
    check("[database]\nurl = \"postgres://shop:very-secret@db:port/shop\"", "shop:********@db:port/shop");
    check("[orders]\ndatabase_url = \"postgres://db:port/shop?password=very-secret\"", "orders.database_url");
    check("[[sites]]\nid = \"shop\"\ntimezone = \"Europe/Berlim\"", "Europe/Berlim");
    check("[[sites]]\nid = \"shop\"\n[[sites]]\nid = \"shop\"", "two sites named shop");
    check("[server]\ntrusted_proxies = [\"10.0.0.0/33\"]", "server.trusted_proxies");
    check("[access]\nsecret_keys = [{ name = \"till\", sha256 = \"abc\" }]", "till");
    check("[access]\nadmin_token = \"password\"", "access.admin_token has 8 characters");
    check("[access]\nadmin_token = \"0000000000000000\"", "access.admin_token has only 1 different");
    check("[access]\nadmin_token = \"supersecrettoken1\"", "access.admin_token stands in samples");
    check(
        "[geoip]\npath = \"/no/such.mmdb\"",
        "/no/such.mmdb: i/o error: No such file or directory (os error 2)",
    );
    check("[inventory]\nurl = \"http://kassa:very-secret@host:port\"", "inventory.url");
    check("[catalog]\nurl = \"ftp://host\"", "catalog.url");
    check("[log]\nurl = \"kafka://u:very-secret@host\"", "log.url = \"kafka://u:********@host\"");
    check("[store]\nurl = \"clickhouse://host?password=very-secret\"", "store.url");
    check("[log]\npartitions = 0", "log.partitions");
    check("[logs]\nlevel = \"loud\"", "\"loud\" is no level: off, error, warn, info, debug or trace");
    let log_file = |path: &Path| check(&format!("[logs]\nfile = {path:?}"), "cannot write logs to");
    log_file(folder.path());
    log_file(&folder.path().join("none/kassa.log"));
    log_file(&Path::new(file).join("kassa.log"));
    check("[logs]\nlevel = \"kassa[=info\"", "cannot log at level");
    let of = |name: &str, value: &str, expected: &str| both("", &[(name, value)], expected);
    of("KASSA_SERVER_LISTEN", ":1", "did you mean KASSA_SERVER__LISTEN (the key server.listen)?");
    of("KASSA_LOG__PARTITIONS", "many", "log.partitions wants a whole number");
    of("KASSA_INTERNAL_TOKEN", "short", "KASSA_INTERNAL_TOKEN has 5 characters");
    of("KASSA_INTERNAL_TOKEN", "changemechangeme", "KASSA_INTERNAL_TOKEN repeats itself");
    of("KASSA_FAILPOINTS", "nope=1", "no point is named nope");
    of("KASSA_FAILPOINTS", "log.after_write=no", "no is no positive count");
    std::fs::write(file, "[access]\nadmin_token = \"72f0c1d9a4b86e35\"").unwrap();
    for command in ["check", "up"] {
        let listen = ("KASSA_SERVER__LISTEN", "0.0.0.0:0");
        let points = ("KASSA_FAILPOINTS", "start.before_open=1");
        let refused = refusal(&kassa(&[command, "--config", file, "--data", data], &[listen, points]));
        assert!(refused.contains("KASSA_FAILPOINTS is refused beyond loopback"), "{command}: {refused}");
    }
}

#[test]
fn a_token_of_digits_stays_text() {
    const TOKEN: &str = "0072019433610588";
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).env("KASSA_ACCESS__ADMIN_TOKEN", TOKEN).start();
    let status = |token: &str| {
        let bearer = format!("Bearer {token}");
        kassa.http().send("GET", "/v1/admin/log", &[("authorization", &bearer)], b"").unwrap().status
    };
    assert_eq!((status(TOKEN), status("72019433610588")), (200, 401));
}

#[test]
fn what_kubernetes_sets_is_no_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let environment = [
        ("KASSA_SERVICE_HOST", "10.0.0.1"),
        ("KASSA_SERVICE_PORT", "8000"),
        ("KASSA_PORT", "tcp://10.0.0.1:8000"),
        ("KASSA_PORT_8000_TCP", "tcp://10.0.0.1:8000"),
        ("KASSA_PORT_8000_TCP_ADDR", "10.0.0.1"),
    ];
    let output = run_with(&["check", "--data", data.to_str().unwrap()], &environment);
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn an_address_that_is_taken_names_the_flag() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let why = Start::up(&folder.path().join("data")).listen(&address).try_start().err().unwrap();
    assert!(why.contains(&address) && why.contains("--listen"), "{why}");
}

/// A start that logs a line and then fails, on a terminal of its own.
const ON_A_TERMINAL: &str =
    "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

#[test]
fn logs_are_text_on_a_terminal_and_json_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let arguments = ["up", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()];
    let environment = [
        ("KASSA_FAILPOINTS", "start.before_open=sleep:0"),
        ("KASSA_DATABASE__URL", "sqlite:/proc/none/x.db"),
    ];
    let on_a_terminal = |more: &[(&str, &str)]| {
        let output = Command::new("python3")
            .args(["-c", ON_A_TERMINAL, env!("CARGO_BIN_EXE_kassa")])
            .args(arguments)
            .envs(environment)
            .env_remove("NO_COLOR")
            .envs(more.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = text.lines().find(|line| line.contains("fail points are armed"));
        line.unwrap_or_else(|| panic!("no line of the log: {output:?}")).to_owned()
    };
    let coloured = on_a_terminal(&[]);
    assert!(coloured.contains("\u{1b}[") && coloured.contains("WARN"), "{coloured}");
    let plain = on_a_terminal(&[("NO_COLOR", "1")]);
    let year = plain.trim_start().split('-').next().unwrap();
    assert!(!plain.contains('\u{1b}') && year.len() == 4 && year.parse::<u32>().is_ok(), "{plain}");
    assert!(plain.contains("WARN"), "{plain}");

    let output = kassa(&arguments, &environment);
    let text = String::from_utf8_lossy(&output.stderr);
    let line: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(line["level"], "WARN", "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn browsers_get_pages_and_programs_get_problems() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).start();
    let get = |method: &str, path: &str, accept: &str| {
        kassa.http().send(method, path, &[("accept", accept)], b"").unwrap()
    };
    const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for path in ["/nope", "/dashboard/x", "/assets/nope.js"] {
        let page = get("GET", path, BROWSER);
        assert_eq!(
            (page.status, page.header("content-type")),
            (404, Some("text/html; charset=utf-8")),
            "{path}"
        );
        assert!(page.body.contains(path) && page.body.contains("/assets/notice-1.css"), "{}", page.body);
        let problem = get("GET", path, "application/json");
        assert_eq!((problem.status, problem.header("content-type")), (404, Some("application/problem+json")));
    }
    assert_eq!(get("POST", "/nope", BROWSER).header("content-type"), Some("application/problem+json"));
    for (path, to) in
        [("/dashboard/", "/dashboard"), ("/dashboard/?site=a", "/dashboard?site=a"), ("/p/mug/", "/p/mug")]
    {
        let sent = get("GET", path, BROWSER);
        assert_eq!((sent.status, sent.header("location")), (308, Some(to)), "{path}");
    }
    let refused = get("DELETE", "/v1/products", "*/*");
    assert_eq!(refused.status, 405);
    let allowed = refused.header("allow").unwrap();
    for method in ["GET", "HEAD", "POST"] {
        assert!(allowed.contains(method), "{refused:?}");
    }
    assert_eq!(refused.json()["detail"], "this path takes GET, HEAD and POST");
}

#[test]
fn metrics_come_in_the_format_that_is_asked_for_and_pass_the_lint() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).start();
    let event = r#"{"site_id":"shop","event_type":"page_view","path":"/"}"#;
    assert_eq!(kassa.post("/event", event).status, 202);
    let get = |accept: &str| kassa.http().send("GET", "/metrics", &[("accept", accept)], b"").unwrap();
    for accept in ["text/plain", "*/*"] {
        let plain = get(accept);
        assert_eq!(plain.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
        assert!(
            plain.body.contains("# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total "),
            "{}",
            plain.body
        );
        assert_eq!(promlint::faults(&plain.body), Vec::<String>::new());
    }
    let open = get("application/openmetrics-text; version=1.0.0, text/plain;q=0.5");
    assert!(open.header("content-type").unwrap().starts_with("application/openmetrics-text"));
    assert!(open.body.ends_with("# EOF\n"));
}

#[test]
fn refusals_name_no_types_of_this_program() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).start();
    let mut refusals = 0;
    let bodies = [
        "{}",
        "[]",
        "1",
        "\"x\"",
        "null",
        "{\"items\":{}}",
        "{\"items\":[1]}",
        "{\"items\":[{\"sku\":1}]}",
        "{\"items\":[{\"sku\":\"a\",\"quantity\":\"x\"}]}",
        "{\"items\":[{\"sku\":\"a\",\"quantity\":-1}]}",
        "{\"quantity\":\"x\"}",
        "{\"quantity\":[]}",
        "{\"name\":{}}",
        "{\"name\":\"a\",\"price\":[]}",
        "{\"into\":1}",
        "{\"into\":[]}",
        "{\"answers\":1}",
        "{\"metrics\":1}",
        "{\"scopes\":1,\"name\":\"a\"}",
    ];
    for path in [
        "/v1/orders",
        "/v1/products",
        "/v1/inventory/mug/receive",
        "/v1/inventory/mug/adjust",
        "/v1/query",
        "/v1/admin/replay",
        "/v1/admin/audit/answers",
        "/v1/admin/keys",
        "/v1/admin/sites",
        "/v1/session",
        "/event",
        "/v1/track",
        "/v1/batch",
        "/api/admin/chaos",
        "/orders",
        "/games",
    ] {
        for body in bodies {
            let headers = [("content-type", "application/json"), ("idempotency-key", "k")];
            let answer = kassa.http().send("POST", path, &headers, body.as_bytes()).unwrap();
            if answer.status < 400 {
                continue;
            }
            refusals += 1;
            for word in [
                "struct ",
                "enum ",
                "tuple",
                "Vec<",
                "Option<",
                "::",
                " u8",
                " u32",
                " u64",
                " i64",
                " usize",
                "expected a map",
                "expected a sequence",
                "target type",
                "untagged",
            ] {
                assert!(!answer.body.contains(word), "{path} {body}: {}", answer.body);
            }
        }
    }
    assert!(refusals > 100, "{refusals} refusals");
}
