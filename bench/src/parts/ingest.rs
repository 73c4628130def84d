//! Parts a and b: what durability costs a single-event `POST /event`, in rate and in latency.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use crate::disk;
use crate::kassa::{Folder, Kassa, Mode};
use crate::load::{Outcome, Pace, Plan, Until, send};
use crate::parts::{duration, pairs};
use crate::report::{Report, with_spread};
use crate::requests::Requests;
use crate::stats::{median, percentile};

const CONNECTIONS: usize = 256;
const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(6);
/// Long enough that the 99th percentile is made of thousands of answers.
const OPEN_MEASURED: Duration = Duration::from_secs(20);

/// Part a: answers a second of the collector, and of everything in one process, over those of the empty server.
pub(crate) fn closed(report: &mut Report) -> anyhow::Result<()> {
    let (mut collector, mut up) = (Vec::new(), Vec::new());
    let (mut collector_rates, mut empty_rates) = (Vec::new(), Vec::new());
    for pair in 0..pairs() {
        // Whatever drifts on the machine meets both sides alike.
        let mut order = [Mode::Empty, Mode::Collector, Mode::Up];
        if pair % 2 == 1 {
            order.reverse();
        }
        let (mut empty_rate, mut collector_rate, mut up_rate) = (0.0, 0.0, 0.0);
        for mode in order {
            let rate = measure(mode, Pace::Closed, MEASURED)?.rate();
            match mode {
                Mode::Empty => empty_rate = rate,
                Mode::Collector => collector_rate = rate,
                Mode::Up | Mode::Shop => up_rate = rate,
            }
        }
        collector.push(collector_rate / empty_rate);
        up.push(up_rate / empty_rate);
        collector_rates.push(collector_rate);
        empty_rates.push(empty_rate);
    }
    let met = median(&collector) >= 0.80;
    report.target("collector / empty server", with_spread(&collector, 2), "≥ 0.80", met);
    report.note("up / empty server", with_spread(&up, 2));
    report.note("requests a second: collector", with_spread(&collector_rates, 0));
    report.note("requests a second: empty server", with_spread(&empty_rates, 0));
    Ok(())
}

/// Part b: the 99th percentile of the acknowledgement at half of the highest rate, over a bare sync of this disk.
pub(crate) fn open(report: &mut Report) -> anyhow::Result<()> {
    let mut highest = Vec::new();
    for _ in 0..3 {
        highest.push(measure(Mode::Collector, Pace::Closed, MEASURED)?.rate());
    }
    let rate = median(&highest) / 2.0;
    let (mut ratios, mut tails, mut middles, mut syncs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..pairs() {
        let folder = Folder::new("sync")?;
        let before = disk::sync_ms(folder.path())?;
        let mut outcome = measure(Mode::Collector, Pace::Open(rate), OPEN_MEASURED)?;
        let sync = before.max(disk::sync_ms(folder.path())?);
        let tail = percentile(&mut outcome.latencies_ms, 0.99);
        ratios.push(tail / sync);
        tails.push(tail);
        middles.push(percentile(&mut outcome.latencies_ms, 0.5));
        syncs.push(sync);
    }
    let met = median(&ratios) <= 10.0;
    report.target("p99 of the acknowledgement / fdatasync", with_spread(&ratios, 1), "≤ 10 ×", met);
    report.note("p99, ms", with_spread(&tails, 2));
    report.note("p50, ms", with_spread(&middles, 2));
    report.note("fdatasync of 64 KiB, median, ms", with_spread(&syncs, 2));
    report.note("requests a second (half of the closed loop's)", format!("{rate:.0}"));
    Ok(())
}

/// Sends single events to a server that runs already, and says how many were taken.
pub(crate) fn load(address: SocketAddr, pace: Pace<'_>, span: Duration) -> anyhow::Result<ExitCode> {
    let until = Until::Elapsed(span);
    let plan = Plan { address, connections: CONNECTIONS, pace, warm_up: Duration::ZERO, until };
    let mut outcome = send(&plan, &mut Requests::single(1))?.all_taken()?;
    let (middle, tail) =
        (percentile(&mut outcome.latencies_ms, 0.5), percentile(&mut outcome.latencies_ms, 0.99));
    println!("{:.0} requests a second, p50 {middle:.2} ms, p99 {tail:.2} ms", outcome.rate());
    Ok(ExitCode::SUCCESS)
}

/// One run on an empty folder.
fn measure(mode: Mode, pace: Pace<'_>, measured: Duration) -> anyhow::Result<Outcome> {
    let folder = Folder::new("ingest")?;
    let kassa = Kassa::start(mode, folder.path())?;
    let plan = Plan {
        address: kassa.address,
        connections: CONNECTIONS,
        pace,
        warm_up: duration(WARM_UP),
        until: Until::Elapsed(duration(measured)),
    };
    let outcome = send(&plan, &mut Requests::single(1))?.all_taken()?;
    kassa.stop()?;
    Ok(outcome)
}
