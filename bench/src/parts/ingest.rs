//! Parts a and b: what durability costs a single-event `POST /event`, in rate and in latency.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use crate::disk;
use crate::kassa::{Folder, Kassa, Mode};
use crate::load::{Outcome, Pace, Plan, Until, send};
use crate::parts::{duration, pairs};
use crate::report::{Measured, Report, Target};
use crate::requests::Requests;
use crate::stats::{median, percentile};

const CONNECTIONS: usize = 256;
const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(6);
/// Both sides of a ratio run at the same time and are loaded in turn, so long each: a machine whose pace goes up and down
/// within seconds then meets both alike.
const SLICE: Duration = Duration::from_secs(1);
const SLICE_WARM_UP: Duration = Duration::from_millis(250);
const SLICES: u64 = 6;
/// Long enough that the 99th percentile is made of thousands of answers, short enough that a stall of the machine shows in
/// one run of many.
const OPEN_MEASURED: Duration = Duration::from_secs(6);
/// Such runs on each of the servers, of which there are as many as pairs elsewhere.
const OPEN_RUNS: u64 = 3;
/// What the 99th percentile may be, in bare syncs.
const TARGET: f64 = 25.0;
/// A sync that takes so many times the median has been held up.
const HELD_UP: f64 = 10.0;

/// Part a: answers a second of the collector, and of everything in one process, over those of the empty server.
pub(crate) fn closed(report: &mut Report) -> anyhow::Result<()> {
    let (mut collector, mut up) = (Vec::new(), Vec::new());
    let (mut collector_rates, mut empty_rates) = (Vec::new(), Vec::new());
    for pair in 0..pairs() {
        let [empty_rate, collector_rate] = in_turn(pair % 2 == 1)?;
        // By itself: after its load it goes on storing what it has taken.
        let up_rate = measure(Mode::Up, Pace::Closed, MEASURED)?.rate();
        collector.push(collector_rate / empty_rate);
        up.push(up_rate / empty_rate);
        collector_rates.push(collector_rate);
        empty_rates.push(empty_rate);
    }
    report.target("collector / empty server", Measured::of(&collector, 2, "×"), Target::AtLeast(0.72));
    report.note("up / empty server", Measured::of(&up, 2, "×"));
    report.note("requests a second: collector", Measured::of(&collector_rates, 0, "/s"));
    report.note("requests a second: empty server", Measured::of(&empty_rates, 0, "/s"));
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
    let mut held_up = Vec::new();
    // Deleted at the end only: a disk is busy with deleting for a while.
    let (syncs_folder, mut folders) = (Folder::new("sync")?, Vec::new());
    for pair in 0..pairs() {
        let folder = Folder::new(&format!("ingest-{pair}"))?;
        let kassa = Kassa::start(Mode::Collector, folder.path())?;
        for _ in 0..OPEN_RUNS {
            let before = disk::syncs(syncs_folder.path(), HELD_UP)?;
            let mut outcome = run(&kassa, Pace::Open(rate), WARM_UP, OPEN_MEASURED)?;
            let after = disk::syncs(syncs_folder.path(), HELD_UP)?;
            let sync = before.median_ms.max(after.median_ms);
            let tail = percentile(&mut outcome.latencies_ms, 0.99);
            ratios.push(tail / sync);
            tails.push(tail);
            middles.push(percentile(&mut outcome.latencies_ms, 0.5));
            syncs.push(sync);
            held_up.push(before.held_up.max(after.held_up) * 100.0);
        }
        kassa.stop()?;
        folders.push(folder);
    }
    let what = "p99 of the acknowledgement / fdatasync";
    report.target(what, Measured::of(&ratios, 1, "×"), Target::AtMost(TARGET));
    report.note("p99", Measured::of(&tails, 2, "ms"));
    report.note("p50", Measured::of(&middles, 2, "ms"));
    report.note("fdatasync of 64 KiB, median", Measured::of(&syncs, 2, "ms"));
    report.note("of their time in syncs over 10 × the median", Measured::of(&held_up, 1, "%"));
    report.note("requests a second (half of the closed loop's)", Measured::once(rate, 0, "/s"));
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

/// Rates of the empty server and of the collector, loaded in turn; `reversed`, the collector goes first.
fn in_turn(reversed: bool) -> anyhow::Result<[f64; 2]> {
    let folders = [Folder::new("empty")?, Folder::new("ingest")?];
    let servers =
        [Kassa::start(Mode::Empty, folders[0].path())?, Kassa::start(Mode::Collector, folders[1].path())?];
    for kassa in &servers {
        run(kassa, Pace::Closed, Duration::ZERO, WARM_UP)?;
    }
    let mut rates = [0.0; 2];
    for slice in 0..SLICES {
        let mut order = [0, 1];
        if (slice % 2 == 1) != reversed {
            order.reverse();
        }
        for server in order {
            rates[server] +=
                run(&servers[server], Pace::Closed, SLICE_WARM_UP, SLICE)?.rate() / SLICES as f64;
        }
    }
    for kassa in servers {
        kassa.stop()?;
    }
    Ok(rates)
}

/// One run on an empty folder.
fn measure(mode: Mode, pace: Pace<'_>, measured: Duration) -> anyhow::Result<Outcome> {
    let folder = Folder::new("ingest")?;
    let kassa = Kassa::start(mode, folder.path())?;
    let outcome = run(&kassa, pace, WARM_UP, measured)?;
    kassa.stop()?;
    Ok(outcome)
}

fn run(kassa: &Kassa, pace: Pace<'_>, warm_up: Duration, measured: Duration) -> anyhow::Result<Outcome> {
    let plan = Plan {
        address: kassa.address,
        connections: CONNECTIONS,
        pace,
        warm_up: duration(warm_up),
        until: Until::Elapsed(duration(measured)),
    };
    send(&plan, &mut Requests::single(1))?.all_taken()
}
