//! Measures the DuckDB store in one process: loading against the bare Arrow appender, and five dashboard queries
//! against the statements of `bench/queries.sql`.
//!
//! `cargo run --release -p kassa-eventstore --features duckdb --example query_bench -- [events] [folder]`, by default
//! 10,000,000 events over 90 days in a temporary folder; with 0 events it only starts on what the folder has. The queries ask for the last 30 days and, to show how it
//! grows, for everything.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use duckdb::{Connection, params_from_iter, types::Value};
use kassa_eventstore::query::{
    Dimension, Direction, Field, Filter, Metric, Operator, OrderBy, OrderKey, Query, TimeRange,
};
use kassa_eventstore::{Batch, DuckStore, EventStore, Options, Resume, SessionPart, with_visits};
use kassa_model::{Dialect, Event, MICROS_PER_DAY, Timestamp};
use uuid::Uuid;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// 2026-01-05T00:00:00Z.
const START: i64 = 1_767_571_200_000_000;
const DAYS: i64 = 90;
const PAGE: &str = "/p/7";
const RUNS: usize = 9;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let events: i64 = arguments.next().map_or(Ok(10_000_000), |text| text.parse())?;
    let folder =
        arguments.next().map_or_else(|| std::env::temp_dir().join("kassa-query-bench"), PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let path = folder.join("events.duckdb");
    if events == 0 {
        return runtime.block_on(bench_start(&path));
    }
    runtime.block_on(bench_loading(&folder))?;
    if !path.exists() {
        generate(&path, events)?;
    }
    for (label, days) in [("last 30 days", 30), ("all 90 days", DAYS)] {
        println!("{label} of {events} events, median of {RUNS}, 2 threads, 256 MiB");
        runtime.block_on(bench_queries(&path, days))?;
    }
    runtime.block_on(bench_start(&path))
}

/// Batches of 50,000 rows through `insert`, and the same rows as ready Arrow columns through the bare appender.
async fn bench_loading(folder: &Path) -> Result<()> {
    const BATCHES: i64 = 8;
    const ROWS: i64 = 50_000;
    let mut ratios = Vec::new();
    for run in 0..5 {
        let (ours, bare) =
            (folder.join(format!("ours-{run}.duckdb")), folder.join(format!("bare-{run}.duckdb")));
        let store = DuckStore::open(Options { threads: Some(2), ..Options::new(&ours) })?;
        let batches: Vec<Batch> = (0..BATCHES).map(|batch| believable(batch * ROWS, ROWS)).collect();
        let started = Instant::now();
        for batch in batches {
            store.insert(batch).await?;
        }
        let inserted = started.elapsed();
        drop(store);
        let appended = append_bare(&ours, &bare)?;
        ratios.push(appended.as_secs_f64() / inserted.as_secs_f64());
        let rate = |time: Duration| (BATCHES * ROWS) as f64 / time.as_secs_f64();
        println!(
            "load: insert {:.0} rows/s, bare appender {:.0} rows/s, ratio {:.2}",
            rate(inserted),
            rate(appended),
            ratios[run]
        );
        std::fs::remove_file(ours)?;
        std::fs::remove_file(bare)?;
    }
    ratios.sort_by(f64::total_cmp);
    println!("load: ratio {:.2} (median of 5)", ratios[2]);
    Ok(())
}

/// Appends the rows of `from` to an empty table of the same columns in `to`, as all columns and in pieces of 50,000.
fn append_bare(from: &Path, to: &Path) -> Result<Duration> {
    let source = Connection::open(from)?;
    let schema: String =
        source
            .query_row("SELECT sql FROM duckdb_tables() WHERE table_name = 'events'", [], |row| row.get(0))?;
    let mut statement = source.prepare("SELECT * FROM events")?;
    let pieces: Vec<_> = statement.query_arrow([])?.collect();
    let Some(first) = pieces.first() else { return Ok(Duration::ZERO) };
    let whole = duckdb::arrow::compute::concat_batches(&first.schema(), &pieces)?;
    let target = Connection::open(to)?;
    target.execute_batch("SET threads = 2; SET memory_limit = '256 MiB'")?;
    target.execute_batch(&schema)?;
    let started = Instant::now();
    for offset in (0..whole.num_rows()).step_by(50_000) {
        let piece = whole.slice(offset, 50_000.min(whole.num_rows() - offset));
        target.execute_batch("BEGIN")?;
        let mut appender = target.appender("events")?;
        appender.append_record_batch(piece)?;
        appender.flush()?;
        drop(appender);
        target.execute_batch("COMMIT")?;
    }
    Ok(started.elapsed())
}

/// A batch of page views and clicks as a shop has them.
fn believable(from: i64, count: i64) -> Batch {
    let event = |n: i64| {
        let mix = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let session = i64::from_ne_bytes(
            ((n / 5).unsigned_abs().wrapping_mul(0x2545_f491_4f6c_dd1d) >> 1).to_ne_bytes(),
        );
        let click = n % 3 == 2;
        let path = format!("/p/{}", mix >> 55);
        let name = if click { "click" } else { "page_view" };
        Event {
            id: format!(
                "0193f7a0-{:04x}-7{:03x}-8{:03x}-{n:012x}",
                mix >> 48,
                (mix >> 36) & 0xfff,
                (mix >> 24) & 0xfff
            ),
            site: "demo".to_owned(),
            name: name.to_owned(),
            name_sent: name.to_owned(),
            occurred_at: Timestamp::from_micros(START + n * 1_000),
            received_at: Timestamp::from_micros(START + n * 1_000 + 120_000),
            visitor: Some(session % 700_001),
            user: None,
            session: Some(session),
            host: Some("shop.test".to_owned()),
            title: Some(format!("Title of {path}")),
            path: Some(path),
            referrer: (n % 5 == 0).then(|| "https://www.google.com/".to_owned()),
            source: (n % 5 == 0).then(|| "Organic Search".to_owned()),
            utm_source: None,
            utm_medium: None,
            utm_campaign: None,
            utm_term: None,
            utm_content: None,
            device: Some("mobile".to_owned()),
            browser: Some("Firefox".to_owned()),
            os: Some("Linux".to_owned()),
            country: Some("DE".to_owned()),
            bot: false,
            non_interactive: false,
            anonymous_visitor: None,
            component: click.then(|| "BuyButton".to_owned()),
            location_type: click.then(|| "COMPONENT".to_owned()),
            target: click.then(|| "Add to cart".to_owned()),
            order: None,
            props: r#"{"app_name":"storefront","viewport":"390x844"}"#.to_owned(),
            dialect: Dialect::named("batch"),
        }
    };
    let [low, high] = [from, from + count].map(|offset| u128::from(offset.unsigned_abs()));
    Batch {
        log_id: Uuid::nil(),
        partition: 0,
        epoch: 1,
        from: low,
        to: high,
        rows: with_visits(low, (from..from + count).map(event)),
        rejected: Vec::new(),
        counts: Default::default(),
        state: None,
    }
}

/// Fills the events table straight, in order of time: 5 events a session, some visitors come back.
fn generate(path: &Path, events: i64) -> Result<()> {
    let started = Instant::now();
    drop(DuckStore::open(Options::new(path))?);
    let connection = Connection::open(path)?;
    connection.execute_batch("SET threads = 2; SET memory_limit = '1 GiB'")?;
    let step = DAYS * MICROS_PER_DAY / events;
    connection.execute_batch(&format!(
        "INSERT INTO events BY NAME
         SELECT *, min(occurred_at) OVER visit AS visit_started_at, first_value(path) OVER visit AS visit_entry_page,
             first_value(source) OVER visit AS visit_source, host AS visit_host, device AS visit_device,
             browser AS visit_browser, os AS visit_os, country AS visit_country
         FROM (SELECT 0 AS log_partition, 0 AS offset_high, n AS offset_low, 0 AS row_index, n AS sequence,
             '0193f7a0-' || lpad(to_hex(n), 12, '0') AS id, 'demo' AS site, name, name AS name_sent,
             make_timestamp({START} + n * {step}) AS occurred_at,
             make_timestamp({START} + n * {step} + 120000) AS received_at,
             session % 700001 AS visitor, session, session % 50 = 7 AS bot, 'batch' AS dialect,
             CASE WHEN name = 'time_on_page' THEN '{{\"seconds\":' || n % 200 || '}}' ELSE '{{}}' END AS props,
             'shop.test' AS host, path, 'Title of ' || path AS title,
             CASE session % 7 WHEN 0 THEN 'Direct' WHEN 1 THEN 'Organic Search' WHEN 2 THEN 'Organic Search'
                 WHEN 3 THEN 'Social' WHEN 4 THEN 'Email' WHEN 5 THEN 'Referral' END AS source,
             CASE session % 3 WHEN 0 THEN 'desktop' WHEN 1 THEN 'mobile' ELSE 'tablet' END AS device,
             CASE session % 4 WHEN 0 THEN 'Firefox' WHEN 1 THEN 'Chrome' WHEN 2 THEN 'Safari' ELSE 'Edge' END AS browser,
             'Linux' AS os, 'DE' AS country
         FROM (SELECT n, session,
                 CASE WHEN h % 10 < 5 THEN 'page_view' WHEN h % 10 < 7 THEN 'click'
                     WHEN h % 10 < 9 THEN 'time_on_page' ELSE 'hover_enter' END AS name,
                 '/p/' || floor(pow((h // 16 % 10007) / 10007.0, 3) * 500)::INTEGER AS path
             FROM (SELECT n, (hash(n, 2) % 1000003)::BIGINT AS h,
                     (hash((n // 40) * 8 + (hash(n, 1) % 8)::BIGINT) % 4611686018427387904)::BIGINT AS session
                 FROM range({events}) t(n))))
         WINDOW visit AS (PARTITION BY session ORDER BY sequence) ORDER BY sequence;
         CHECKPOINT"
    ))?;
    println!("generated {events} events in {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

fn questions(range: TimeRange) -> Vec<(&'static str, Query)> {
    let query = |fields: &[Field], metrics: &[Metric], limit| Query {
        sites: vec!["demo".to_owned()],
        range,
        metrics: metrics.to_vec(),
        dimensions: fields.iter().cloned().map(Dimension::Field).collect(),
        filter: None,
        include_bots: false,
        include_dialect_bots: false,
        order_by: vec![OrderBy { key: OrderKey::Metric(0), direction: Direction::Descending }],
        limit,
        offset: 0,
    };
    let totals =
        [Metric::Visitors, Metric::Visits, Metric::Pageviews, Metric::BounceRate, Metric::VisitDuration];
    let days = (range.from.micros()..=range.to.micros()).step_by(MICROS_PER_DAY as usize);
    let boundaries = days.map(Timestamp::from_micros).collect();
    let on_page = Filter::Test { field: Field::Page, operator: Operator::Is, values: vec![PAGE.to_owned()] };
    vec![
        ("totals", query(&[], &totals, 10)),
        (
            "days",
            Query {
                dimensions: vec![Dimension::Time { boundaries }],
                order_by: Vec::new(),
                ..query(&[], &[Metric::Visitors, Metric::Pageviews], 1_000)
            },
        ),
        ("pages", query(&[Field::Page], &[Metric::Visitors, Metric::Pageviews], 10)),
        ("sources", query(&[Field::Source], &[Metric::Visitors, Metric::BounceRate], 10)),
        (
            "devices",
            Query {
                filter: Some(on_page),
                ..query(&[Field::Device, Field::Browser], &[Metric::Visitors], 10)
            },
        ),
    ]
}

async fn bench_queries(path: &Path, days: i64) -> Result<()> {
    let to = START + DAYS * MICROS_PER_DAY;
    let range = TimeRange {
        from: Timestamp::from_micros(to - days * MICROS_PER_DAY),
        to: Timestamp::from_micros(to),
    };
    for (name, query) in questions(range) {
        let store = DuckStore::open(Options { threads: Some(2), ..Options::new(path) })?;
        let mut ours = Vec::new();
        for _ in 0..=RUNS {
            let started = Instant::now();
            let table = store.query(&query).await?;
            ours.push(started.elapsed());
            assert!(!table.rows.is_empty());
        }
        drop(store);
        let hand = run_by_hand(path, name, range)?;
        let (ours, hand) = (median(&mut ours), median(&mut hand.clone()));
        println!(
            "{name:8} ours {:7.1} ms, by hand {:7.1} ms, ratio {:.2}",
            ours.as_secs_f64() * 1e3,
            hand.as_secs_f64() * 1e3,
            ours.as_secs_f64() / hand.as_secs_f64()
        );
    }
    Ok(())
}

fn run_by_hand(path: &Path, name: &str, range: TimeRange) -> Result<Vec<Duration>> {
    let connection = Connection::open(path)?;
    connection.execute_batch("SET threads = 2; SET memory_limit = '256 MiB'")?;
    let all = include_str!("../../../bench/queries.sql");
    let text = all.split("-- name: ").find_map(|part| part.strip_prefix(name)).ok_or("no such statement")?;
    let time = |time: Timestamp| Value::Timestamp(duckdb::types::TimeUnit::Microsecond, time.micros());
    let mut values = vec![Value::Text("demo".to_owned()), time(range.from), time(range.to)];
    if name == "devices" {
        values.push(Value::Text(PAGE.to_owned()));
    }
    let mut times = Vec::new();
    for _ in 0..=RUNS {
        let started = Instant::now();
        let mut statement = connection.prepare(text.split(';').next().unwrap_or(text))?;
        let rows = statement.query_arrow(params_from_iter(values.clone()))?;
        assert!(rows.map(|piece| piece.num_rows()).sum::<usize>() > 0);
        times.push(started.elapsed());
    }
    Ok(times)
}

/// The median without the first, cold run.
fn median(times: &mut [Duration]) -> Duration {
    let warm = &mut times[1..];
    warm.sort();
    warm[warm.len() / 2]
}

/// Opening, resuming over the newest 1 M events, and the memory that it takes.
async fn bench_start(path: &Path) -> Result<()> {
    let started = Instant::now();
    let store: Arc<dyn EventStore> =
        Arc::new(DuckStore::open(Options { threads: Some(2), ..Options::new(path) })?);
    println!("start: opened in {:?}, resident {} MB", started.elapsed(), resident_mb());
    let started = Instant::now();
    let whole = SessionPart { from: 0, to: u128::MAX, hour: None };
    let ask = Resume { partition: 0, ids_since_hour: Some(0), sessions: vec![whole] };
    let (sender, receiver) = std::sync::mpsc::channel();
    store
        .resume(
            ask,
            Box::new(move |part| {
                let count = match part {
                    kassa_eventstore::Resumed::Ids(ids) => ids.len(),
                    _ => 0,
                };
                let _closed = sender.send(count);
            }),
        )
        .await?;
    let ids: usize = receiver.iter().sum();
    println!("start: resumed {ids} ids in {:?}, resident {} MB", started.elapsed(), resident_mb());
    Ok(())
}

fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0) / 1024
}
