//! Part e: five dashboard queries over 10 M events through `/v1/query`, against the statements of bench/queries.sql run
//! by the bare engine on the same file, with the same threads and memory.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use duckdb::Connection;
use serde_json::Value;

use crate::kassa::{Folder, Kassa, Mode};
use crate::load::send_during;
use crate::parts::{count, pairs as pairs_of_runs};
use crate::report::{Report, with_spread};
use crate::requests::Requests;
use crate::rows;
use crate::stats::{median, spread};

const EVENTS: u64 = 10_000_000;
/// Pairs of bare engine and kassa: a pair takes a minute.
const ROUNDS: u64 = 3;
const RUNS: usize = 9;
const EVENTS_PER_SECOND: f64 = 2_000.0;
const STORE_FILE: &str = "events.duckdb";
const STATEMENTS: &str = include_str!("../../queries.sql");

/// A dashboard query in both languages.
struct Pair {
    name: &'static str,
    sql: &'static str,
    query: Value,
}

/// Part e.
pub(crate) fn run(report: &mut Report) -> anyhow::Result<()> {
    let pairs = pairs(STATEMENTS)?;
    let folder = Folder::new("queries")?;
    prepare(folder.path())?;
    let mut ratios = vec![Vec::new(); pairs.len()];
    let (mut bare, mut idle) = (vec![Vec::new(); pairs.len()], vec![Vec::new(); pairs.len()]);
    for _ in 0..ROUNDS.min(pairs_of_runs()) {
        let yardstick = time_bare(&folder.path().join(STORE_FILE), &pairs)?;
        let kassa = Kassa::start(Mode::Up, folder.path())?;
        let measured = time_kassa(&kassa, &pairs)?;
        kassa.stop()?;
        for (place, (kassa, bare_seconds)) in measured.iter().zip(&yardstick).enumerate() {
            ratios[place].push(median(kassa) / median(bare_seconds));
            bare[place].push(median(bare_seconds) * 1e3);
            idle[place].push(median(kassa) * 1e3);
        }
    }
    let loaded = under_load(folder.path(), &pairs)?;
    for (place, pair) in pairs.iter().enumerate() {
        let (ratio, name) = (&ratios[place], pair.name);
        report.target(&format!("{name} / by hand"), with_spread(ratio, 2), "≤ 1.3 ×", median(ratio) <= 1.3);
        let times = format!("{}, by hand {}", with_spread(&idle[place], 0), with_spread(&bare[place], 0));
        report.target(&format!("{name}, idle, ms"), times, "≤ 1 s", median(&idle[place]) <= 1_000.0);
        let (worst, middle) = (spread(&loaded[place]).1 * 1e3, median(&loaded[place]) * 1e3);
        let times = format!("{middle:.0}, worst of {RUNS} {worst:.0}");
        report.target(&format!("{name}, at 2,000 events/s, ms"), times, "≤ 2.5 s", middle <= 2_500.0);
    }
    Ok(())
}

/// A data folder that kassa has made, with 10 M events put into its store.
fn prepare(data: &Path) -> anyhow::Result<()> {
    let kassa = Kassa::start(Mode::Up, data)?;
    // It makes the site known, too.
    let first = format!(r#"{{"site_id":"{}","event_type":"page_view","path":"/"}}"#, rows::SITE);
    let (status, answer) = kassa.client()?.post("/event", &first)?;
    ensure!(status == 202, "the first event was answered {status}: {answer}");
    kassa.wait_until_stored(1)?;
    kassa.stop()?;
    let begin = Instant::now();
    rows::fill(&data.join(STORE_FILE), count(EVENTS))?;
    println!("{} rows in {:.0} s", count(EVENTS), begin.elapsed().as_secs_f64());
    Ok(())
}

/// Seconds of each run of each statement by the bare engine, as kassa configures it.
fn time_bare(file: &Path, pairs: &[Pair]) -> anyhow::Result<Vec<Vec<f64>>> {
    let connection = Connection::open(file)?;
    connection.execute_batch("SET memory_limit = '256 MiB'; SET threads = 2")?;
    let time = |pair: &Pair| {
        let run = || -> anyhow::Result<f64> {
            let begin = Instant::now();
            let mut statement = connection.prepare(pair.sql)?;
            let rows: usize = statement.query_arrow([])?.map(|batch| batch.num_rows()).sum();
            ensure!(rows > 0, "{} by hand finds nothing", pair.name);
            Ok(begin.elapsed().as_secs_f64())
        };
        warm(run)
    };
    pairs.iter().map(time).collect()
}

/// Seconds of each run of each query through HTTP.
fn time_kassa(kassa: &Kassa, pairs: &[Pair]) -> anyhow::Result<Vec<Vec<f64>>> {
    let mut times = Vec::new();
    for pair in pairs {
        let mut client = kassa.client()?;
        let run = || -> anyhow::Result<f64> {
            let begin = Instant::now();
            let answer = client.query(&pair.query)?;
            let rows = answer["results"].as_array().map_or(0, Vec::len);
            ensure!(rows > 0, "{} finds nothing", pair.name);
            Ok(begin.elapsed().as_secs_f64())
        };
        times.push(warm(run)?);
    }
    Ok(times)
}

/// Once for the caches, then the runs that count.
fn warm(mut run: impl FnMut() -> anyhow::Result<f64>) -> anyhow::Result<Vec<f64>> {
    run()?;
    (0..RUNS).map(|_| run()).collect()
}

/// The queries while events arrive.
fn under_load(data: &Path, pairs: &[Pair]) -> anyhow::Result<Vec<Vec<f64>>> {
    let kassa = Kassa::start(Mode::Up, data)?;
    let time_all = || {
        std::thread::sleep(Duration::from_secs(2));
        time_kassa(&kassa, pairs)
    };
    let times = send_during(kassa.address, EVENTS_PER_SECOND, Requests::single(6), time_all)?;
    kassa.stop()?;
    Ok(times)
}

/// The statements: each begins with `-- name: …`, then `-- query: …`, the same question for `/v1/query`.
fn pairs(text: &'static str) -> anyhow::Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    for block in text.split("-- name: ").skip(1) {
        let (name, rest) = block.split_once('\n').context("a statement without a line of its own")?;
        let (query, sql) = rest.split_once('\n').context("a name without a statement")?;
        let query = query.strip_prefix("-- query: ").context("no query after the name")?;
        let query = serde_json::from_str(query).with_context(|| format!("the query of {name} is no JSON"))?;
        pairs.push(Pair { name: name.trim(), sql: sql.trim(), query });
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statements_fit_the_table() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(STORE_FILE);
        rows::fill(&file, 20_000).unwrap();
        let pairs = pairs(STATEMENTS).unwrap();
        assert_eq!(pairs.len(), 5);
        assert!(pairs.iter().all(|pair| pair.query["site_id"] == rows::SITE));
        // Each must find something.
        assert_eq!(time_bare(&file, &pairs).unwrap().len(), 5);
        let connection = Connection::open(&file).unwrap();
        let days = "SELECT count(*), count(DISTINCT occurred_at::DATE) FROM events";
        let found = connection.query_row(days, [], |row| Ok((row.get(0)?, row.get(1)?)));
        assert_eq!(found.unwrap(), (20_000_i64, 31_i64));
    }
}
