//! Parts l and m: what the dashboard asks at its first view, in one batch and one by one; and the page itself in a
//! browser, on the demo store and on 10 M events while more arrive, with how much JavaScript it brings.
//!
//! The browser is driven by web/e2e/speed.mjs, so it is measured from the root of the repository. Where there is no
//! Chromium, part m says so and has no figures of it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use kassa_model::{MICROS_PER_DAY, MICROS_PER_SECOND, Timestamp};
use serde_json::{Value, json};

use crate::http::Client;
use crate::kassa::{Folder, Kassa, Mode};
use crate::load::send_during;
use crate::parts::{now_ms, pairs, queries};
use crate::report::{Measured, Report, Target};
use crate::requests::Requests;
use crate::rows;

/// The events are spread over so many days that the 28 of the page hold a tenth of them: 1 M of 10 M.
const DAYS: i64 = 280;
const EVENTS_PER_SECOND: f64 = 2_000.0;
const WEEK_MICROS: i64 = 7 * MICROS_PER_DAY;
/// Views of the page in one measurement.
const VIEWS: u64 = 7;

/// What the page asks of 28 days, as web/ui/src/dashboard/questions.ts makes it: head figures, money, the chart and the
/// bars behind it, the first list of each panel, and two of the others.
const QUESTIONS: [&str; 11] = [
    r#"{"metrics":["visitors","visits","pageviews","bounce_rate","visit_duration","conversion_rate"],
        "include":{"comparisons":{"mode":"previous_period"}}}"#,
    r#"{"metrics":["revenue","orders"],"dimensions":["order:currency"],"include":{"comparisons":{"mode":"previous_period"}}}"#,
    r#"{"metrics":["visitors"],"dimensions":["time:day"],"order_by":[["time:day","asc"]],"pagination":{"limit":1000},
        "include":{"comparisons":{"mode":"previous_period"}}}"#,
    r#"{"metrics":["revenue"],"dimensions":["time:day","order:currency"],"order_by":[["time:day","asc"]],
        "pagination":{"limit":1000}}"#,
    r#"{"metrics":["visitors","pageviews"],"dimensions":["event:page"],"order_by":[["visitors","desc"]],"pagination":{"limit":9}}"#,
    r#"{"metrics":["visitors","conversion_rate"],"dimensions":["visit:source"],"order_by":[["visitors","desc"]],
        "pagination":{"limit":9}}"#,
    r#"{"metrics":["events","visitors"],"dimensions":["event:name"],"order_by":[["events","desc"]],"pagination":{"limit":9}}"#,
    r#"{"metrics":["visitors","bounce_rate"],"dimensions":["visit:device"],"order_by":[["visitors","desc"]],"pagination":{"limit":9}}"#,
    r#"{"metrics":["revenue","orders","units"],"dimensions":["product:name","order:currency"],"order_by":[["revenue","desc"]],
        "pagination":{"limit":9}}"#,
    r#"{"metrics":["visitors","bounce_rate"],"dimensions":["visit:entry_page"],"order_by":[["visitors","desc"]],
        "pagination":{"limit":9}}"#,
    r#"{"metrics":["visitors","conversion_rate"],"dimensions":["visit:country"],"order_by":[["visitors","desc"]],
        "pagination":{"limit":9}}"#,
];

/// Parts l and m.
pub(crate) fn run(report: &mut Report) -> anyhow::Result<()> {
    let folder = Folder::new("page")?;
    let end = Timestamp::from_micros((now_ms() * 1_000).cast_signed());
    queries::prepare_between(folder.path(), end.plus_micros(-DAYS * MICROS_PER_DAY), end)?;
    batch(report, folder.path(), end)?;
    report.begin('m');
    if let Some(missing) = missing() {
        println!("{missing}: the page is not measured");
    } else {
        on_demo(report)?;
        under_load(report, folder.path())?;
    }
    javascript(report)
}

/// The twelve questions in one batch, and in turn.
fn batch(report: &mut Report, data: &Path, now: Timestamp) -> anyhow::Result<()> {
    let questions = questions(now)?;
    let kassa = Kassa::start(Mode::Up, data)?;
    let mut client = kassa.client()?;
    // Once for the caches.
    one_by_one(&mut client, &questions)?;
    at_once(&mut client, &questions)?;
    let (mut batches, mut singles) = (Vec::new(), Vec::new());
    for pair in 0..pairs() {
        if pair % 2 == 0 {
            singles.push(one_by_one(&mut client, &questions)?);
            batches.push(at_once(&mut client, &questions)?);
        } else {
            batches.push(at_once(&mut client, &questions)?);
            singles.push(one_by_one(&mut client, &questions)?);
        }
    }
    kassa.stop()?;
    let ratios: Vec<f64> = batches.iter().zip(&singles).map(|(batch, single)| batch / single).collect();
    report.target("twelve in a batch / one by one", Measured::of(&ratios, 2, "×"), Target::AtMost(0.7));
    report.note("in a batch", Measured::of(&batches, 0, "ms"));
    report.note("one by one", Measured::of(&singles, 0, "ms"));
    Ok(())
}

/// The questions of 28 days, and the sales of today against those of the same weekday until this hour.
fn questions(now: Timestamp) -> anyhow::Result<Vec<Value>> {
    let mut questions = Vec::new();
    for text in QUESTIONS {
        let mut question: Value = serde_json::from_str(text)?;
        question["date_range"] = "28d".into();
        questions.push(question);
    }
    let day = now.plus_micros(-now.micros().rem_euclid(MICROS_PER_DAY) - WEEK_MICROS);
    let before = [day, now.plus_micros(60 * MICROS_PER_SECOND - WEEK_MICROS)].map(|time| time.to_string());
    questions.push(json!({
        "metrics": ["revenue", "orders"], "dimensions": ["order:currency"], "date_range": "day",
        "include": { "comparisons": { "mode": "custom", "date_range": before } },
    }));
    for question in &mut questions {
        question["site_id"] = rows::SITE.into();
    }
    Ok(questions)
}

/// How long all of them take in turn, ms.
fn one_by_one(client: &mut Client, questions: &[Value]) -> anyhow::Result<f64> {
    let begin = Instant::now();
    for question in questions {
        client.query(question)?;
    }
    Ok(begin.elapsed().as_secs_f64() * 1e3)
}

/// And as one request.
fn at_once(client: &mut Client, questions: &[Value]) -> anyhow::Result<f64> {
    let body = json!({ "queries": questions }).to_string();
    let begin = Instant::now();
    let (status, answer) = client.post("/v1/query/batch", &body)?;
    let elapsed = begin.elapsed();
    ensure!(status == 200, "the batch was answered {status}: {answer}");
    let answer: Value = serde_json::from_str(&answer)?;
    let reports = answer["results"].as_array().map_or(&[][..], Vec::as_slice);
    let answered = reports.iter().filter(|report| report["results"].is_array()).count();
    ensure!(answered == questions.len(), "{answered} of {} were answered: {answer}", questions.len());
    Ok(elapsed.as_secs_f64() * 1e3)
}

/// What there is not that the page is measured with.
fn missing() -> Option<String> {
    let chromium =
        std::env::var_os("CHROMIUM").map_or_else(|| PathBuf::from("/usr/bin/chromium"), PathBuf::from);
    if !chromium.exists() {
        return Some(format!("there is no {} (CHROMIUM names another)", chromium.display()));
    }
    let node = Command::new("node").arg("--version").output();
    node.is_err().then(|| "there is no node".to_owned())
}

fn on_demo(report: &mut Report) -> anyhow::Result<()> {
    let folder = Folder::new("demo")?;
    let kassa = Kassa::start(Mode::Demo, folder.path())?;
    let times = view(&kassa, "period=28d")?;
    kassa.stop()?;
    times.report(report, "on the demo store", [1_500.0, 400.0]);
    Ok(())
}

fn under_load(report: &mut Report, data: &Path) -> anyhow::Result<()> {
    let kassa = Kassa::start(Mode::Up, data)?;
    let look = || {
        std::thread::sleep(Duration::from_secs(2));
        view(&kassa, &format!("site={}&period=28d", rows::SITE))
    };
    let times = send_during(kassa.address, EVENTS_PER_SECOND, Requests::single(7), look)?;
    kassa.stop()?;
    times.report(report, "on 10 M at 2,000 events/s", [2_000.0, 600.0]);
    Ok(())
}

/// How long the page took, ms for each view.
#[derive(Debug, serde::Deserialize)]
struct Times {
    /// Until the first view was complete.
    first_views_ms: Vec<f64>,
    /// From a click on a source until all of the page was filtered by it.
    clicks_ms: Vec<f64>,
}

impl Times {
    fn report(&self, report: &mut Report, place: &str, [first, click]: [f64; 2]) {
        let what = format!("first view {place}");
        report.target(&what, Measured::of(&self.first_views_ms, 0, "ms"), Target::AtMost(first));
        let what = format!("filter click {place}");
        report.target(&what, Measured::of(&self.clicks_ms, 0, "ms"), Target::AtMost(click));
    }
}

/// Shows the page in a browser again and again.
fn view(kassa: &Kassa, query: &str) -> anyhow::Result<Times> {
    let views = VIEWS.min(pairs() + 2).to_string();
    let mut command = Command::new("node");
    command.args(["web/e2e/speed.mjs", &views, query]).env("KASSA_URL", format!("http://{}", kassa.address));
    let output = command.output().context("cannot start node")?;
    let said = String::from_utf8_lossy(&output.stdout);
    let wrong = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "web/e2e/speed.mjs ended with {}: {wrong}", output.status);
    serde_json::from_str(said.trim()).with_context(|| format!("web/e2e/speed.mjs said {said}"))
}

/// What web/ui/size.mjs counts in the pages that were built.
fn javascript(report: &mut Report) -> anyhow::Result<()> {
    let output = Command::new("node").arg("web/ui/size.mjs").output().context("cannot start node")?;
    let said = String::from_utf8_lossy(&output.stdout);
    let [first, part, all] = sizes(&said)
        .with_context(|| format!("web/ui/size.mjs said {said}{}", String::from_utf8_lossy(&output.stderr)))?;
    let kilobytes = |bytes: f64| Measured::once(bytes / 1e3, 1, "KB");
    report.target("JavaScript of the first view, gzip", kilobytes(first), Target::AtMost(180.0));
    report.target("its largest lazy part", kilobytes(part), Target::AtMost(60.0));
    report.target("all of the dashboard's", kilobytes(all), Target::AtMost(260.0));
    Ok(())
}

/// The three numbers of its line, bytes.
fn sizes(said: &str) -> Option<[f64; 3]> {
    let numbers = said.split(|letter: char| !letter.is_ascii_digit()).filter_map(|word| word.parse().ok());
    numbers.collect::<Vec<f64>>().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_asks_twelve_questions() {
        // 2026-11-29T11:40:00Z, a Sunday.
        let now = Timestamp::from_micros(1_795_952_400_000_000);
        let questions = questions(now).unwrap();
        assert_eq!(questions.len(), 12);
        assert!(questions.iter().all(|question| question["site_id"] == rows::SITE));
        let before = &questions[11]["include"]["comparisons"]["date_range"];
        assert_eq!(before, &json!(["2026-11-22T00:00:00Z", "2026-11-22T11:41:00Z"]));
    }

    #[test]
    fn a_tenth_of_the_events_is_of_28_days() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(queries::STORE_FILE);
        let end = Timestamp::from_micros(1_795_952_400_000_000);
        rows::fill_between(&file, 20_000, end.plus_micros(-DAYS * MICROS_PER_DAY), end).unwrap();
        let connection = duckdb::Connection::open(&file).unwrap();
        let count = |days: i64| -> i64 {
            let since = end.plus_micros(-days * MICROS_PER_DAY).micros();
            let sql = "SELECT count(*) FROM events WHERE occurred_at >= make_timestamp($1) AND occurred_at < make_timestamp($2)";
            connection.query_row(sql, [since, end.micros()], |row| row.get(0)).unwrap()
        };
        assert_eq!(count(DAYS), 20_000);
        assert!((1_800..=2_200).contains(&count(28)), "{}", count(28));
    }

    #[test]
    fn sizes_are_read() {
        let said = "dashboard: first view 160123 bytes gzip, largest later part 21000, all 250400\n";
        assert_eq!(sizes(said), Some([160_123.0, 21_000.0, 250_400.0]));
        assert_eq!(sizes("dashboard: first view 160123 bytes"), None);
    }
}
