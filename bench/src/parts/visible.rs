//! Part d: how long after its acknowledgement an event shows in a report, while 5,000 events a second arrive.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::http::Client;
use crate::kassa::{Folder, Kassa, Mode};
use crate::load::{Pace, Plan, Until, send};
use crate::report::Report;
use crate::requests::Requests;
use crate::stats::{Random, percentile};

const EVENTS_PER_SECOND: f64 = 5_000.0;
const PROBES: usize = 200;
/// More than the probes take.
const LOAD: Duration = Duration::from_secs(150);

/// Sends probes one at a time while the load runs, and asks for each until it is counted.
pub(crate) fn run_probes(kassa: &Kassa) -> anyhow::Result<Vec<f64>> {
    let mut client = kassa.client()?;
    let mut random = Random::new(11);
    let mut delays = Vec::with_capacity(PROBES);
    for number in 0..PROBES {
        // Probes fall anywhere into the processor's rhythm, not always right after its commit.
        std::thread::sleep(Duration::from_millis(random.below(250)));
        delays.push(probe(&mut client, number)?);
    }
    Ok(delays)
}

/// Part d.
pub(crate) fn run(report: &mut Report) -> anyhow::Result<()> {
    let folder = Folder::new("visible")?;
    let kassa = Kassa::start(Mode::Up, folder.path())?;
    let plan = Plan {
        address: kassa.address,
        connections: 64,
        pace: Pace::Open(EVENTS_PER_SECOND),
        warm_up: Duration::ZERO,
        until: Until::Elapsed(LOAD),
    };
    let load = std::thread::spawn(move || run_load(&plan));
    std::thread::sleep(Duration::from_secs(5));
    let mut delays = run_probes(&kassa)?;
    let during = !load.is_finished();
    let tail = percentile(&mut delays, 0.99);
    report.target(
        "acknowledged → visible at 5,000 events/s, p99, s",
        format!("{tail:.3}"),
        "≤ 1 s",
        tail <= 1.0 && during,
    );
    report.note("p50, s", format!("{:.3}", percentile(&mut delays, 0.5)));
    report.note("probes", format!("{PROBES}{}", if during { "" } else { ", some after the load's end" }));
    load.join().map_err(|_| anyhow::anyhow!("the load generator panicked"))??;
    kassa.stop()
}

fn run_load(plan: &Plan) -> anyhow::Result<()> {
    send(plan, &mut Requests::single(2))?.all_taken()?;
    Ok(())
}

/// Seconds from the acknowledgement of an event on a page of its own until a report counts it.
fn probe(client: &mut Client, number: usize) -> anyhow::Result<f64> {
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
