//! Part c: batches of 100 events from the socket until they are stored, against the bare appender of the store's engine.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use duckdb::arrow::record_batch::RecordBatch;
use duckdb::{Config, Connection};

use crate::kassa::{Folder, Kassa, Mode};
use crate::load::{Pace, Plan, Until, send, send_during};
use crate::parts::{count, duration, now_ms, pairs};
use crate::report::{Measured, Report, Target};
use crate::requests::Requests;
use crate::stats::slope;

/// Long enough that the rate is one that lasts: checkpoints and sealed id filters have come into it by then. The steady
/// load sends about six million.
const EVENTS: u64 = 4_000_000;
/// So many events may be between the socket and the store: the loop is closed over the whole way, so that the rate is one
/// of taking in **and** storing at the same time, and not partly of storing what was taken in before.
const UNDER_WAY: u64 = 200_000;
/// How often it is asked how many are stored.
const ASKED_EVERY: Duration = Duration::from_millis(50);
const BATCH: usize = 100;
const CONNECTIONS: usize = 16;
/// Rows that the processor commits at once when there is much to do; the yardstick commits as many.
const ROWS_PER_COMMIT: usize = 50_000;
/// The event table, and its file in the data folder.
const TABLE: &str = "events";
pub(crate) const STORE_FILE: &str = "events.duckdb";
const STEADY: Duration = Duration::from_secs(60);
const SETTLED: Duration = Duration::from_secs(10);

/// Of each measurement so many; the median counts. Fewer than elsewhere: one takes more than two minutes.
const ROUNDS: u64 = 3;

/// Part c. What is steady is measured at the rate that was found just before: a machine that others use, too, changes
/// its speed from minute to minute.
pub(crate) fn run(report: &mut Report) -> anyhow::Result<()> {
    let (mut ratios, mut rates, mut bare_rates) = (Vec::new(), Vec::new(), Vec::new());
    let (mut growths, mut lags) = (Vec::new(), Vec::new());
    for round in 0..pairs().min(ROUNDS) {
        let folder = Folder::new("stored")?;
        let rate = stored_per_second(folder.path(), round + 1)?;
        let (growth, lag) = steady(rate * 0.9)?;
        let bare = appended_per_second(&folder.path().join(STORE_FILE), count(EVENTS))?;
        ratios.push(rate / bare);
        rates.push(rate);
        bare_rates.push(bare);
        growths.push(growth);
        lags.push(lag);
    }
    report.target("stored / bare appender", Measured::of(&ratios, 2, "×"), Target::AtLeast(0.35));
    report.note("events a second until stored", Measured::of(&rates, 0, "/s"));
    report.note("rows a second, bare appender", Measured::of(&bare_rates, 0, "/s"));
    let what = "growth of the lag in 50 s at 90 % of that rate";
    report.target(what, Measured::of(&growths, 2, "s of events"), Target::AtMost(1.0));
    report.note("lag at the end", Measured::of(&lags, 2, "s of events"));
    Ok(())
}

/// Events a second, from the first byte sent until all are stored.
fn stored_per_second(data: &Path, seed: u64) -> anyhow::Result<f64> {
    let kassa = Kassa::start(Mode::Up, data)?;
    let mut requests = Requests::batches(seed, BATCH, now_ms(), 1);
    let batches = count(EVENTS) / BATCH as u64;
    let allowed = AtomicU64::new(0);
    let plan = Plan {
        address: kassa.address,
        connections: CONNECTIONS,
        pace: Pace::Allowed(&allowed),
        warm_up: Duration::ZERO,
        until: Until::Sent(batches),
    };
    let begin = Instant::now();
    std::thread::scope(|scope| {
        let load = scope.spawn(|| send(&plan, &mut requests)?.all_taken());
        while !load.is_finished() {
            let stored = kassa.metric(crate::figures::STORED.0, crate::figures::STORED.1)?;
            allowed.store((stored as u64 + UNDER_WAY) / BATCH as u64, Ordering::Relaxed);
            std::thread::sleep(ASKED_EVERY);
        }
        load.join().map_err(|_| anyhow::anyhow!("the load generator panicked"))?
    })?;
    kassa.wait_until_stored(count(EVENTS))?;
    let rate = count(EVENTS) as f64 / begin.elapsed().as_secs_f64();
    kassa.stop()?;
    Ok(rate)
}

/// Rows a second of the engine's Arrow appender: the `expected` rows that kassa stored in `file`, into an empty table of the same
/// definition in another file beside it.
pub(crate) fn appended_per_second(file: &Path, expected: u64) -> anyhow::Result<f64> {
    let (definition, batches) = read_all(file)?;
    let connection = Connection::open(file.with_extension("bare"))?;
    connection.execute_batch("SET memory_limit = '256MB'; SET threads = 2")?;
    connection.execute_batch(&definition)?;
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    anyhow::ensure!(rows as u64 == expected, "{rows} rows are in the store, {expected} were sent");
    let begin = Instant::now();
    for commit in batches.chunks(ROWS_PER_COMMIT / batches[0].num_rows().max(1)) {
        connection.execute_batch("BEGIN")?;
        let mut appender = connection.appender(TABLE)?;
        for batch in commit {
            appender.append_record_batch(batch.clone())?;
        }
        drop(appender);
        connection.execute_batch("COMMIT")?;
    }
    Ok(rows as f64 / begin.elapsed().as_secs_f64())
}

/// The event table's definition and all of its rows.
fn read_all(file: &Path) -> anyhow::Result<(String, Vec<RecordBatch>)> {
    let connection = Connection::open_with_flags(file, Config::default())?;
    let definition = "SELECT sql FROM duckdb_tables() WHERE table_name = ?";
    let definition = connection.query_row(definition, [TABLE], |row| row.get::<_, String>(0))?;
    let mut statement = connection.prepare(&format!("SELECT * FROM {TABLE}"))?;
    let batches = statement.query_arrow([])?.collect();
    Ok((definition, batches))
}

/// At `rate` events a second, is the log read as fast as it grows? By how much the lag grew, and the lag at the end, both
/// in seconds of that rate.
fn steady(rate: f64) -> anyhow::Result<(f64, f64)> {
    let (folder, span, settled) = (Folder::new("steady")?, duration(STEADY), duration(SETTLED));
    let kassa = Kassa::start(Mode::Up, folder.path())?;
    let requests = Requests::batches(9, BATCH, now_ms(), 1);
    let mut lags = send_during(kassa.address, rate / BATCH as f64, requests, || sample_lag(&kassa, span))?;
    kassa.stop()?;
    // The first seconds are the start, not the steady state. The lag goes up and down with every commit: what would
    // count as growth is more than a second's worth of events over the whole time.
    lags.retain(|(at, _)| *at > settled.as_secs_f64());
    let growth = slope(&lags) * (span - settled).as_secs_f64();
    let last = lags.last().map_or(0.0, |(_, lag)| *lag);
    Ok((growth / rate, last / rate))
}

/// Sends batches to a server that runs already, and says how many events were taken.
pub(crate) fn load(address: SocketAddr, pace: Pace<'_>, span: Duration) -> anyhow::Result<ExitCode> {
    let pace = match pace {
        Pace::Open(events) => Pace::Open(events / BATCH as f64),
        other => other,
    };
    let until = Until::Elapsed(span);
    let plan = Plan { address, connections: CONNECTIONS, pace, warm_up: Duration::ZERO, until };
    let outcome = send(&plan, &mut Requests::batches(9, BATCH, now_ms(), 1))?.all_taken()?;
    println!("{:.0} events a second", outcome.rate() * BATCH as f64);
    Ok(ExitCode::SUCCESS)
}

/// When, in seconds, and how many records the processor was behind.
fn sample_lag(kassa: &Kassa, span: Duration) -> anyhow::Result<Vec<(f64, f64)>> {
    let begin = Instant::now();
    let mut lags = Vec::new();
    while begin.elapsed() < span {
        std::thread::sleep(duration(Duration::from_millis(500)));
        lags.push((begin.elapsed().as_secs_f64(), kassa.metric(crate::figures::LAG, "")?));
    }
    Ok(lags)
}
