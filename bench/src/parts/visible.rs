//! Part d: how long after its acknowledgement an event shows in a report, while 5,000 events a second arrive.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::http::Client;
use crate::kassa::{Folder, Kassa, Mode};
use crate::load::send_during;
use crate::parts::{count, duration};
use crate::report::{Measured, Report, Target};
use crate::requests::Requests;
use crate::stats::{Random, percentile};

const EVENTS_PER_SECOND: f64 = 5_000.0;
const PROBES: u64 = 200;

/// Part d.
pub(crate) fn run(report: &mut Report) -> anyhow::Result<()> {
    let folder = Folder::new("visible")?;
    let kassa = Kassa::start(Mode::Up, folder.path())?;
    let probe_all = || {
        std::thread::sleep(duration(Duration::from_secs(5)));
        run_probes(&kassa)
    };
    let mut delays = send_during(kassa.address, EVENTS_PER_SECOND, Requests::single(2), probe_all)?;
    let tail = percentile(&mut delays, 0.99);
    let what = "acknowledged → visible at 5,000 events/s, p99";
    report.target(what, Measured::once(tail, 3, "s"), Target::AtMost(1.0));
    report.note("p50", Measured::once(percentile(&mut delays, 0.5), 3, "s"));
    report.note("probes", Measured::once(delays.len() as f64, 0, ""));
    kassa.stop()
}

/// Sends probes one at a time, and asks for each until it is counted.
fn run_probes(kassa: &Kassa) -> anyhow::Result<Vec<f64>> {
    let mut client = kassa.client()?;
    let mut random = Random::new(11);
    let mut delays = Vec::new();
    for number in 0..count(PROBES) {
        // Probes fall anywhere into the processor's rhythm, not always right after its commit.
        std::thread::sleep(Duration::from_millis(random.below(250)));
        delays.push(probe(&mut client, number)?);
    }
    Ok(delays)
}

/// Seconds from the acknowledgement of an event on a page of its own until a report counts it.
fn probe(client: &mut Client, number: u64) -> anyhow::Result<f64> {
    let page = format!("/probe/{number}");
    let event = json!({ "site_id": "bench", "event_type": "page_view", "path": page });
    let (status, answer) = client.post("/event", &event.to_string())?;
    anyhow::ensure!(status == 202, "the probe was answered {status}: {answer}");
    let acknowledged = Instant::now();
    let query = json!({ "site_id": "bench", "metrics": ["events"], "date_range": "day",
                        "filters": [["is", "event:page", [page]]] });
    while acknowledged.elapsed() < Duration::from_secs(30) {
        if client.query(&query)?["results"][0]["metrics"][0] == json!(1) {
            return Ok(acknowledged.elapsed().as_secs_f64());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    anyhow::bail!("{page} is not visible after 30 s")
}
