//! What `/metrics` says, and that the list of metrics is the whole truth.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::http::Method;

use super::{Counter, Gauge, Metrics};

#[test]
fn everything_shown_is_described_and_the_other_way_round() {
    let metrics = Metrics::new("1.2.3");
    let events = metrics.register("kassa_events_total", "Events taken in.", Counter::<u64>::default());
    events.inc();
    metrics.http().observe(&Method::GET, "/", 200, Duration::from_millis(3));
    let text = metrics.text();
    let shown: BTreeSet<String> = text.lines().filter_map(type_line).collect();
    let described: BTreeSet<String> = metrics.describe().iter().map(|one| one.name.to_owned()).collect();
    assert_eq!(shown, described);
    assert!(metrics.describe().iter().all(|one| one.help.len() > 10));
    assert!(text.contains("kassa_events_total 1\n"), "{text}");
    assert!(text.contains("kassa_build_info{version=\"1.2.3\"} 1\n"), "{text}");
    assert!(text.ends_with("# EOF\n"));
}

/// The full name that a `# TYPE` line announces.
fn type_line(line: &str) -> Option<String> {
    let (name, kind) = line.strip_prefix("# TYPE ")?.split_once(' ')?;
    Some(if kind == "counter" { format!("{name}_total") } else { name.to_owned() })
}

#[test]
fn the_process_is_measured() {
    let text = Metrics::new("test").text();
    let value = |name: &str| -> f64 {
        let line = text.lines().find(|line| line.starts_with(&format!("{name} "))).expect(name);
        line.split(' ').nth(1).unwrap().parse().unwrap()
    };
    assert!(value("process_resident_memory_bytes") > 1e6);
    assert!(value("process_open_fds") >= 3.0);
    assert!(value("process_max_fds") >= value("process_open_fds"));
    assert!(value("process_start_time_seconds") > 1e9);
    assert!(value("kassa_uptime_seconds") >= 0.0);
    assert!(value("kassa_logs_lines_dropped_total") >= 0.0);
}

#[test]
fn series_are_bounded() {
    let metrics = Metrics::new("test");
    for n in 0..3_000 {
        metrics.http().observe(&Method::GET, &format!("/made-up/{n}"), 200, Duration::ZERO);
    }
    let series = |text: &str| text.lines().filter(|line| line.contains("_count{")).count();
    let text = metrics.text();
    assert_eq!(series(&text), 1_001);
    assert!(text.contains("route=\"other\",status_code=\"200\"} 2000\n"));
    metrics.http().observe(&Method::GET, "/made-up/7", 200, Duration::ZERO);
    assert!(metrics.text().contains("route=\"/made-up/7\",status_code=\"200\"} 2\n"));
}

#[test]
#[should_panic(expected = "registered twice")]
fn a_name_is_used_once() {
    Metrics::new("test").register("http_connections", "Again.", Gauge::<i64>::default());
}
