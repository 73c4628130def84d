//! Parts h and i: durable orders over HTTP, against `pgbench` on the same disk.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use crate::http::Client;
use crate::kassa::{Folder, Kassa, Mode};
use crate::load::{Outcome, Pace, Plan, Until, send};
use crate::parts::{duration, pairs};
use crate::postgres::Postgres;
use crate::report::{Measured, Report, Target};
use crate::shop::{self, SKUS};
use crate::stats::percentile;

const CONNECTIONS: usize = 64;
const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(8);
/// An order's statements on PostgreSQL, one by one.
const SCRIPT: &str = include_str!("../../order.pgbench");

/// What one run over 1,000 products and one over a single product came to.
#[derive(Default)]
struct Rates {
    spread: Vec<f64>,
    hot: Vec<f64>,
    tails_ms: Vec<f64>,
}

impl Rates {
    fn note(&mut self, mut spread: Outcome, hot: &Outcome) {
        self.spread.push(spread.rate());
        self.tails_ms.push(percentile(&mut spread.latencies_ms, 0.99));
        self.hot.push(hot.rate());
    }
}

/// Part h: SQLite, against pgbench's simple update.
pub(crate) fn sqlite(report: &mut Report) -> anyhow::Result<()> {
    let folder = Folder::new("orders")?;
    let postgres = Postgres::start(folder.path())?;
    let accounts = postgres.accounts()?;
    let (mut up, mut shop, mut bare) = (Rates::default(), Rates::default(), Vec::new());
    for pair in 0..pairs() {
        let run = |mode: Mode, rates: &mut Rates| -> anyhow::Result<()> {
            let (spread, hot) = measure(mode, pair, &[])?;
            rates.note(spread, &hot);
            Ok(())
        };
        if pair % 2 == 1 {
            run(Mode::Up, &mut up)?;
        }
        run(Mode::Shop, &mut shop)?;
        bare.push(postgres.simple_updates(&accounts, duration(MEASURED))?);
        if pair % 2 == 0 {
            run(Mode::Up, &mut up)?;
        }
    }
    for (name, rates) in [("shop's roles", &shop), ("up", &up)] {
        let ratio = ratios(&rates.spread, &bare);
        let hot = ratios(&rates.hot, &rates.spread);
        let what = format!("orders, {name} / pgbench -N");
        report.target(&what, Measured::of(&ratio, 2, "×"), Target::AtLeast(2.0));
        let tail = Measured::of(&rates.tails_ms, 1, "ms");
        report.target(&format!("p99, {name}"), tail, Target::AtMost(30.0));
        let what = format!("one hot SKU / 1,000, {name}");
        report.target(&what, Measured::of(&hot, 2, "×"), Target::AtLeast(0.7));
        report.note(&format!("orders a second, {name}"), Measured::of(&rates.spread, 0, "/s"));
    }
    report.note("transactions a second, pgbench -N -s 50", Measured::of(&bare, 0, "/s"));
    Ok(())
}

/// Part i: PostgreSQL, against the statements of an order as a script of pgbench.
pub(crate) fn postgres(report: &mut Report) -> anyhow::Result<()> {
    let folder = Folder::new("orders")?;
    let postgres = Postgres::start(folder.path())?;
    let script = folder.path().join("order.pgbench");
    std::fs::write(&script, SCRIPT)?;
    // The tables and products are kassa's own; the script writes to a shop that nobody serves.
    let by_hand = postgres.database();
    {
        let data = Folder::new("by-hand")?;
        let kassa = start(Mode::Shop, data.path(), &by_hand)?;
        shop::fill(&mut kassa.client()?)?;
        kassa.stop()?;
    }
    let (mut shop, mut bare, mut bare_hot) = (Rates::default(), Vec::new(), Vec::new());
    for pair in 0..pairs() {
        let mut by_hand = || -> anyhow::Result<()> {
            bare.push(postgres.script(&by_hand, duration(MEASURED), &script, SKUS)?);
            bare_hot.push(postgres.script(&by_hand, duration(MEASURED), &script, 1)?);
            Ok(())
        };
        if pair % 2 == 1 {
            by_hand()?;
        }
        let (spread, hot) = measure(Mode::Shop, pair, &[("KASSA_DATABASE__URL", &postgres.database())])?;
        shop.note(spread, &hot);
        if pair % 2 == 0 {
            by_hand()?;
        }
    }
    let ratio = ratios(&shop.spread, &bare);
    let what = "orders on PostgreSQL / its statements";
    report.target(what, Measured::of(&ratio, 2, "×"), Target::AtLeast(0.6));
    report.note("one hot SKU / its statements", Measured::of(&ratios(&shop.hot, &bare_hot), 2, "×"));
    report.note("orders a second on PostgreSQL", Measured::of(&shop.spread, 0, "/s"));
    report.note("orders a second, one hot SKU", Measured::of(&shop.hot, 0, "/s"));
    report.note("p99", Measured::of(&shop.tails_ms, 1, "ms"));
    report.note("transactions a second, pgbench with the statements", Measured::of(&bare, 0, "/s"));
    Ok(())
}

fn ratios(ours: &[f64], theirs: &[f64]) -> Vec<f64> {
    ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect()
}

fn start(mode: Mode, data: &Path, url: &str) -> anyhow::Result<Kassa> {
    Kassa::start_with(mode, data, &[("KASSA_DATABASE__URL", url)])
}

/// Fills the empty shop of a server that runs already, and sends orders.
pub(crate) fn load(address: SocketAddr, pace: Pace<'_>, span: Duration) -> anyhow::Result<ExitCode> {
    shop::fill(&mut Client::new(address)?)?;
    let until = Until::Elapsed(span);
    let plan = Plan { address, connections: CONNECTIONS, pace, warm_up: WARM_UP, until };
    let mut outcome = send(&plan, &mut shop::orders(1, SKUS))?.all_taken()?;
    let tail = percentile(&mut outcome.latencies_ms, 0.99);
    println!("{:.0} orders a second, p99 {tail:.1} ms", outcome.rate());
    Ok(ExitCode::SUCCESS)
}

/// One run over all products and one over the first alone, on a new shop.
fn measure(mode: Mode, pair: u64, settings: &[(&str, &str)]) -> anyhow::Result<(Outcome, Outcome)> {
    let folder = Folder::new("shop")?;
    let kassa = Kassa::start_with(mode, folder.path(), settings)?;
    shop::fill(&mut kassa.client()?)?;
    let order = |skus: usize, seed: u64| {
        let plan = Plan::closed(kassa.address, CONNECTIONS, duration(WARM_UP), duration(MEASURED));
        send(&plan, &mut shop::orders(seed, skus))?.all_taken()
    };
    let spread = order(SKUS, 2 * pair + 1)?;
    let hot = order(1, 2 * pair + 2)?;
    kassa.stop()?;
    Ok((spread, hot))
}
