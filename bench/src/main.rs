//! `kassa-bench`: measures the release binary against yardsticks of the same run, and says which targets are met.
//!
//! Parts and targets are described in docs/performance.md. Everything is loopback, on the machine that runs it; a full
//! run takes about half an hour.

mod disk;
mod figures;
mod http;
mod kassa;
mod load;
mod parts;
mod postgres;
mod report;
mod requests;
mod rows;
mod shop;
mod stats;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Parser;

use crate::load::Pace;
use crate::report::Report;

/// Measures kassa.
#[derive(Debug, Parser)]
struct Arguments {
    /// Only this part (a to o); all without it.
    #[arg(long)]
    part: Option<char>,
    /// Append the figures to bench/history.jsonl.
    #[arg(long)]
    record: bool,
    /// Do a little of everything, to see that it runs; the figures mean nothing.
    #[arg(long, conflicts_with = "record")]
    quick: bool,
    /// Measure nothing: send single events to this address for ten seconds, batches with --part c, or orders to an empty
    /// shop with --part h, for a profiler to watch the server.
    #[arg(long, value_name = "ADDR", conflicts_with_all = ["record", "quick"])]
    load: Option<std::net::SocketAddr>,
    /// With --load: so many events or orders a second, whatever the answers do, instead of as many as are answered.
    #[arg(long, requires = "load", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// With --load: for so many seconds.
    #[arg(long, requires = "load", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// The file that --record appends to.
    #[arg(long, default_value = "bench/history.jsonl")]
    file: PathBuf,
}

type Part = fn(&mut Report) -> anyhow::Result<()>;

/// Every part: its letter, its title, what measures it.
const PARTS: &[(char, &str, Part)] = &[
    ('a', "ingest, closed loop", parts::ingest::closed),
    ('b', "ingest, open loop", parts::ingest::open),
    ('c', "batches until stored", parts::stored::run),
    ('d', "acknowledged to visible", parts::visible::run),
    ('e', "dashboard queries over 10 M events", parts::queries::run),
    ('f', "memory on 1 M events, and g, time to ready", parts::restart::run),
    ('h', "orders on SQLite", parts::orders::sqlite),
    ('i', "orders on PostgreSQL", parts::orders::postgres),
    ('j', "reads of products", parts::products::run),
    ('k', "funnel, retention and paths over 10 M events", parts::journeys::run),
    ('l', "the page's questions in a batch, and m, the page in a browser", parts::page::run),
    ('n', "webhooks to a local target", parts::deliveries::run),
    ('o', "files of events and products", parts::imports::run),
];

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    if let Some(address) = arguments.load {
        let pace = arguments.rate.map_or(Pace::Closed, |rate| Pace::Open(f64::from(rate)));
        let span = Duration::from_secs(arguments.seconds);
        return match arguments.part {
            Some('c') => parts::stored::load(address, pace, span),
            Some('h') => parts::orders::load(address, pace, span),
            _ => parts::ingest::load(address, pace, span),
        };
    }
    // Restarting is measured on the same events as memory, and the page on those of its questions: one part does both.
    let wanted = arguments.part.map(|part| match part {
        'g' => 'f',
        'm' => 'l',
        other => other,
    });
    anyhow::ensure!(
        wanted.is_none_or(|wanted| PARTS.iter().any(|(letter, ..)| *letter == wanted)),
        "there is no part {}: a to o",
        arguments.part.unwrap_or_default()
    );
    if arguments.quick {
        parts::make_quick();
    }
    println!("{}, commit {}", report::machine(), report::commit());
    let mut report = Report::new();
    for (letter, title, measure) in
        PARTS.iter().filter(|(letter, ..)| wanted.is_none_or(|wanted| wanted == *letter))
    {
        println!("\n{letter} · {title}");
        let begin = Instant::now();
        report.begin(*letter);
        measure(&mut report).with_context(|| format!("cannot measure part {letter}"))?;
        println!("{:.0} s", begin.elapsed().as_secs_f64());
    }
    if arguments.record {
        report.record(&arguments.file)?;
        println!("\nnoted in {}: scripts/history draws it", arguments.file.display());
    }
    match report.missed() {
        0 => println!("\nall targets met"),
        missed => println!("\n{missed} targets MISSED"),
    }
    Ok(ExitCode::SUCCESS)
}
