//! Part e: five dashboard queries over 10 M events through `/v1/query`, against the statements of bench/queries.sql run
//! by the bare engine on the same file, with the same threads and memory.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use duckdb::Connection;
use duckdb::types as sql;
use duckdb::types::TimeUnit;
use kassa_model::Timestamp;
use serde_json::{Value, json};

use crate::kassa::{Folder, Kassa, Mode};
use crate::load::send_during;
use crate::parts::{count, pairs as pairs_of_runs};
use crate::report::{Measured, Report, Target};
use crate::requests::Requests;
use crate::rows;
use crate::stats::median;

pub(super) const EVENTS: u64 = 10_000_000;
/// Pairs of bare engine and kassa: a pair takes a minute.
const ROUNDS: u64 = 3;
const RUNS: usize = 9;
/// Rows of an export that are waited for.
const EXPORTED: u64 = 1_000_000;
const EVENTS_PER_SECOND: f64 = 2_000.0;
pub(super) const STORE_FILE: &str = "events.duckdb";
const STATEMENTS: &str = include_str!("../../queries.sql");

/// What is asked on the dashboard; the same name in bench/queries.sql is the same question by hand.
const QUESTIONS: [(&str, &str); 5] = [
    ("totals", r#"{"metrics":["visitors","visits","pageviews","bounce_rate","visit_duration"]}"#),
    ("days", r#"{"metrics":["visitors","pageviews"],"dimensions":["time:day"]}"#),
    (
        "pages",
        r#"{"metrics":["visitors","pageviews"],"dimensions":["event:page"],"order_by":[["visitors","desc"]],
            "pagination":{"limit":10}}"#,
    ),
    (
        "sources",
        r#"{"metrics":["visitors","bounce_rate"],"dimensions":["visit:source"],"order_by":[["visitors","desc"]],
            "pagination":{"limit":10}}"#,
    ),
    (
        "devices",
        r#"{"metrics":["visitors"],"dimensions":["visit:device","visit:browser"],"order_by":[["visitors","desc"]],
            "pagination":{"limit":10},"filters":[["is","event:page",["/p/7"]]]}"#,
    ),
];
/// The page that the last question is about.
const PAGE: &str = "/p/7";

/// A question in both languages.
pub(super) struct Pair {
    pub(super) name: &'static str,
    pub(super) sql: &'static str,
    route: &'static str,
    query: Value,
}

/// Part e.
pub(crate) fn run(report: &mut Report) -> anyhow::Result<()> {
    let pairs = pairs(&QUESTIONS.map(|(name, query)| (name, "/v1/query", query)), STATEMENTS)?;
    let folder = Folder::new("queries")?;
    prepare(folder.path())?;
    let Times { ratios, bare, idle } = beside_each_other(folder.path(), &pairs, RUNS)?;
    let exported =
        (0..ROUNDS.min(pairs_of_runs())).map(|_| export(folder.path())).collect::<Result<Vec<_>, _>>()?;
    report.target("export", Measured::of(&exported, 0, "rows/s"), Target::AtLeast(100_000.0));
    let loaded = under_load(folder.path(), &pairs)?;
    for (place, pair) in pairs.iter().enumerate() {
        let (ratio, name) = (&ratios[place], pair.name);
        report.target(&format!("{name} / by hand"), Measured::of(ratio, 2, "×"), Target::AtMost(1.3));
        report.target(&format!("{name}, idle"), Measured::of(&idle[place], 0, "ms"), Target::AtMost(1_000.0));
        report.note(&format!("{name}, by hand"), Measured::of(&bare[place], 0, "ms"));
        let busy: Vec<f64> = loaded[place].iter().map(|seconds| seconds * 1e3).collect();
        let what = format!("{name}, at 2,000 events/s");
        report.target(&what, Measured::of(&busy, 0, "ms"), Target::AtMost(2_500.0));
    }
    Ok(())
}

/// What each question took, a figure for each round.
pub(super) struct Times {
    /// Kassa's time by the bare engine's.
    pub(super) ratios: Vec<Vec<f64>>,
    /// The bare engine's, ms.
    pub(super) bare: Vec<Vec<f64>>,
    /// Kassa's, ms.
    pub(super) idle: Vec<Vec<f64>>,
}

/// Asks the bare engine and kassa in turn, each question so many times.
pub(super) fn beside_each_other(data: &Path, pairs: &[Pair], runs: usize) -> anyhow::Result<Times> {
    let none = || vec![Vec::new(); pairs.len()];
    let mut times = Times { ratios: none(), bare: none(), idle: none() };
    for _ in 0..ROUNDS.min(pairs_of_runs()) {
        let yardstick = time_bare(&data.join(STORE_FILE), pairs, runs)?;
        let kassa = Kassa::start(Mode::Up, data)?;
        let measured = time_kassa(&kassa, pairs, runs)?;
        kassa.stop()?;
        for (place, (kassa, bare_seconds)) in measured.iter().zip(&yardstick).enumerate() {
            times.ratios[place].push(median(kassa) / median(bare_seconds));
            times.bare[place].push(median(bare_seconds) * 1e3);
            times.idle[place].push(median(kassa) * 1e3);
        }
    }
    Ok(times)
}

/// A data folder that kassa has made, with 10 M events put into its store.
pub(super) fn prepare(data: &Path) -> anyhow::Result<()> {
    prepare_between(data, rows::BEGIN, rows::END)
}

/// The same, of this time.
pub(super) fn prepare_between(data: &Path, begin: Timestamp, end: Timestamp) -> anyhow::Result<()> {
    let kassa = Kassa::start(Mode::Up, data)?;
    // It makes the site known, too.
    let first = format!(r#"{{"site_id":"{}","event_type":"page_view","path":"/"}}"#, rows::SITE);
    let (status, answer) = kassa.client()?.post("/event", &first)?;
    ensure!(status == 202, "the first event was answered {status}: {answer}");
    kassa.wait_until_stored(1)?;
    kassa.stop()?;
    let started = Instant::now();
    rows::fill_between(&data.join(STORE_FILE), count(EVENTS), begin, end)?;
    println!("{} rows in {:.0} s", count(EVENTS), started.elapsed().as_secs_f64());
    Ok(())
}

/// Seconds of each run of each statement by the bare engine, as kassa configures it.
pub(super) fn time_bare(file: &Path, pairs: &[Pair], runs: usize) -> anyhow::Result<Vec<Vec<f64>>> {
    let connection = Connection::open(file)?;
    connection.execute_batch("SET memory_limit = '256 MiB'; SET threads = 2")?;
    let time = |pair: &Pair| {
        let run = || -> anyhow::Result<f64> {
            let begin = Instant::now();
            ensure!(ask(&connection, pair.sql)? > 0, "{} by hand finds nothing", pair.name);
            Ok(begin.elapsed().as_secs_f64())
        };
        warm(run, runs)
    };
    pairs.iter().map(time).collect()
}

/// Seconds of each run of each query through HTTP.
fn time_kassa(kassa: &Kassa, pairs: &[Pair], runs: usize) -> anyhow::Result<Vec<Vec<f64>>> {
    let mut times = Vec::new();
    for pair in pairs {
        let mut client = kassa.client()?;
        let run = || -> anyhow::Result<f64> {
            let begin = Instant::now();
            let answer = client.ask(pair.route, &pair.query)?;
            let rows = answer["results"].as_array().map_or(0, Vec::len);
            ensure!(rows > 0, "{} finds nothing", pair.name);
            Ok(begin.elapsed().as_secs_f64())
        };
        times.push(warm(run, runs)?);
    }
    Ok(times)
}

/// Once for the caches, then the runs that count.
fn warm(mut run: impl FnMut() -> anyhow::Result<f64>, runs: usize) -> anyhow::Result<Vec<f64>> {
    run()?;
    (0..runs).map(|_| run()).collect()
}

/// Rows a second of an export, until so many have come.
fn export(data: &Path) -> anyhow::Result<f64> {
    let kassa = Kassa::start(Mode::Up, data)?;
    let mut stream = TcpStream::connect(kassa.address)?;
    let begin = Instant::now();
    write!(stream, "GET /v1/export?site_id={} HTTP/1.1\r\nhost: localhost\r\n\r\n", rows::SITE)?;
    let wanted = count(EXPORTED).min(count(EVENTS));
    let (mut lines, mut buffer) = (0, vec![0; 256 << 10]);
    while lines < wanted {
        let read = stream.read(&mut buffer)?;
        ensure!(read > 0, "an export ended after {lines} lines");
        lines += buffer[..read].iter().filter(|byte| **byte == b'\n').count() as u64;
    }
    let seconds = begin.elapsed().as_secs_f64();
    drop(stream);
    kassa.stop()?;
    Ok(lines as f64 / seconds)
}

/// The queries while events arrive.
fn under_load(data: &Path, pairs: &[Pair]) -> anyhow::Result<Vec<Vec<f64>>> {
    let kassa = Kassa::start(Mode::Up, data)?;
    let time_all = || {
        std::thread::sleep(Duration::from_secs(2));
        time_kassa(&kassa, pairs, RUNS)
    };
    let times = send_during(kassa.address, EVENTS_PER_SECOND, Requests::single(6), time_all)?;
    kassa.stop()?;
    Ok(times)
}

/// The questions (name, route, body) with their statements: in `text` each begins with `-- name: …`.
pub(super) fn pairs(
    questions: &[(&'static str, &'static str, &str)],
    text: &'static str,
) -> anyhow::Result<Vec<Pair>> {
    let statements: Vec<_> =
        text.split("-- name: ").skip(1).filter_map(|block| block.split_once('\n')).collect();
    let pair = |(name, route, query): &(&'static str, &'static str, &str)| {
        let statement = statements.iter().find(|(found, _)| found.trim() == *name);
        let (_, sql) = statement.with_context(|| format!("no statement is named {name}"))?;
        let mut query: Value = serde_json::from_str(query)?;
        query["site_id"] = rows::SITE.into();
        query["date_range"] = json!([rows::BEGIN.to_string(), rows::END.to_string()]);
        Ok(Pair { name, sql: sql.trim(), route, query })
    };
    questions.iter().map(pair).collect()
}

/// The values of a statement: $1 is the site, $2 and $3 the range, $4 a page.
pub(super) fn parameters() -> [sql::Value; 4] {
    let time = |time: Timestamp| sql::Value::Timestamp(TimeUnit::Microsecond, time.micros());
    let text = |text: &str| sql::Value::Text(text.to_owned());
    [text(rows::SITE), time(rows::BEGIN), time(rows::END), text(PAGE)]
}

/// How many rows a statement finds.
fn ask(connection: &Connection, sql: &str) -> anyhow::Result<usize> {
    let all = parameters();
    let mut statement = connection.prepare(sql)?;
    let count = statement.parameter_count().min(all.len());
    let batches = statement.query_arrow(duckdb::params_from_iter(&all[..count]))?;
    Ok(batches.map(|batch| batch.num_rows()).sum())
}

#[cfg(test)]
#[path = "queries_tests.rs"]
pub(super) mod tests;
