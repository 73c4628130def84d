//! Parts f and g: memory of one process on 1 M events, and how soon it is ready on them.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::http::Client;
use crate::kassa::{Folder, Kassa, Mode, is_success};
use crate::load::{Pace, Plan, Until, send};
use crate::parts::{count, duration, now_ms, pairs};
use crate::report::{Measured, Report, Target};
use crate::requests::Requests;

const EVENTS: u64 = 1_000_000;
const BATCH: usize = 100;
const SETTLED: Duration = Duration::from_secs(60);

/// Parts f and g.
pub(crate) fn run(report: &mut Report) -> anyhow::Result<()> {
    let folder = Folder::new("restart")?;
    let loaded = load(folder.path())?;
    let mut times = Times::default();
    for _ in 1..pairs() {
        restart(folder.path(), &mut times)?.stop()?;
    }
    let kassa = restart(folder.path(), &mut times)?;
    std::thread::sleep(duration(SETTLED));
    let settled = kassa.memory_mb()?;
    kassa.stop()?;
    let Times { answering, ready, taken_up } = times;
    let what = "memory 60 s after a restart on 1 M events";
    report.target(what, Measured::once(settled, 0, "MB"), Target::AtMost(150.0));
    report.target("memory right after loading them", Measured::once(loaded, 0, "MB"), Target::AtMost(400.0));
    report.begin('g');
    let what = "until collector and reports answer";
    report.target(what, Measured::of(&answering, 2, "s"), Target::AtMost(1.0));
    report.note("until /readyz", Measured::of(&ready, 2, "s"));
    report.note("until the processor has taken up what the store holds", Measured::of(&taken_up, 2, "s"));
    Ok(())
}

/// How long after each start something was so, seconds.
#[derive(Default)]
struct Times {
    answering: Vec<f64>,
    ready: Vec<f64>,
    taken_up: Vec<f64>,
}

/// Starts on the loaded folder and notes when it answers, when it says that it is ready, and when its processor goes on.
fn restart(data: &Path, times: &mut Times) -> anyhow::Result<Kassa> {
    let mut kassa = Kassa::spawn(Mode::Up, data, &[])?;
    times.answering.push(kassa.wait(answers)?.as_secs_f64());
    times.ready.push(kassa.wait(|client| Ok(is_success(&client.get("/readyz")?)))?.as_secs_f64());
    let taken_up = kassa.wait(|client| Ok(!client.get("/readyz")?.1.contains("taking up")))?;
    times.taken_up.push(taken_up.as_secs_f64());
    Ok(kassa)
}

/// The collector takes an event, and a report counts those of before.
fn answers(client: &mut Client) -> anyhow::Result<bool> {
    let taken = client.post("/event", r#"{"site_id":"other","event_type":"page_view","path":"/"}"#)?;
    let query = json!({ "site_id": "bench", "metrics": ["events"], "date_range": "all" });
    let counted = client.query(&query)?["results"][0]["metrics"][0].as_u64();
    Ok(is_success(&taken) && counted == Some(count(EVENTS)))
}

/// Loads the events as clients would; the memory right afterwards.
fn load(data: &Path) -> anyhow::Result<f64> {
    let kassa = Kassa::start(Mode::Up, data)?;
    let plan = Plan {
        address: kassa.address,
        connections: 16,
        pace: Pace::Closed,
        warm_up: Duration::ZERO,
        until: Until::Sent(count(EVENTS) / BATCH as u64),
    };
    send(&plan, &mut Requests::batches(4, BATCH, now_ms(), 30))?.all_taken()?;
    kassa.wait_until_stored(count(EVENTS))?;
    let memory = kassa.memory_mb()?;
    kassa.stop()?;
    Ok(memory)
}
