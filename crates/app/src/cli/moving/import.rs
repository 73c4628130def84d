//! `import`: reads the file and sends it.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use kassa_service::console;
use serde_json::{Value, json};

use super::ask::{ImportAsk, Noun};
use super::read::{self, Wanted};
use super::refused::Refused;
use super::send::{Counts, Sending};
use super::source::{Reached, Source};
use super::store;
use crate::cli::admin_access::{self, Admin};
use crate::cli::common::Common;
use crate::config::Config;

/// Runs the command: 0 if no line was refused, else 1.
pub(super) async fn import(common: &Common, noun: Noun, ask: &ImportAsk) -> anyhow::Result<ExitCode> {
    if ask.again && !matches!(noun, Noun::Products | Noun::Customers) {
        bail!(
            "{} of before are brought in once for ever: --again is for products and customers",
            noun.name()
        );
    }
    let source = match &ask.url {
        Some(url) => Source::of_database(url.clone(), store::question(ask.from, noun)?)?,
        None => Source::open(ask.file.as_deref().unwrap_or(Path::new("-")))?,
    };
    let (admin, config) = admin_access::open(common, noun.needs()).await?;
    let done = bring(&admin, &config, (noun, ask), &source).await;
    admin.close();
    done
}

async fn bring(
    admin: &Admin,
    config: &Config,
    (noun, ask): (Noun, &ImportAsk),
    source: &Source,
) -> anyhow::Result<ExitCode> {
    let reached = Reached::default();
    let currency = config.currency()?;
    let wanted = Wanted { noun, from: ask.from, source, reached: &reached, currency };
    let mut items = read::open(Box::new(source.reader(&reached)?), &wanted)?;
    let batch = if ask.dry_run { None } else { begin(admin, (noun, ask), source).await? };
    if !ask.dry_run && batch.is_none() {
        return Ok(ExitCode::SUCCESS);
    }
    let mut refused = Refused::new(ask.errors.as_deref())?;
    let mut sending = Sending::new(admin, noun, batch.clone());
    let bar = bar(source.bytes)?;
    while let Some(item) = items.next()? {
        let lines = sending.push(item).await?;
        if batch.is_none() {
            refused.note(&lines)?;
        }
        bar.set_position(reached.bytes());
    }
    let lines = sending.finish().await?;
    bar.finish_and_clear();
    match &batch {
        None => refused.note(&lines)?,
        Some((id, _)) => refused.note_all(admin, id).await?,
    }
    refused.finish()?;
    let counts = match &batch {
        None => sending.counts,
        Some((id, _)) => all_counts(&admin.get(&format!("/v1/admin/imports/{id}")).await?),
    };
    tell(batch.as_ref().map(|(id, _)| id.as_str()), counts)
}

/// The batch of the file, and up to which line it is taken; `None` where all of it is.
async fn begin(
    admin: &Admin,
    (noun, ask): (Noun, &ImportAsk),
    source: &Source,
) -> anyhow::Result<Option<(String, u64)>> {
    let body = json!({"kind": noun.name(), "file": source.hash, "name": source.name, "again": ask.again});
    let batch = admin.post("/v1/admin/imports", &body).await?;
    let id = batch["id"].as_str().context("the admin API named no batch")?.to_owned();
    if let Some(at) = batch["finished_at"].as_str() {
        let name = &source.name;
        console::print(format_args!("{name} was brought in at {at} as {id}: nothing to do"))?;
        return Ok(None);
    }
    let done_to = batch["done_to"].as_u64().unwrap_or(0);
    if done_to > 0 {
        console::complain(format_args!("going on behind line {done_to}"));
    }
    Ok(Some((id, done_to)))
}

fn bar(bytes: u64) -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left")?;
    Ok(ProgressBar::new(bytes).with_style(style))
}

fn all_counts(batch: &Value) -> Counts {
    let count = |name: &str| batch[name].as_u64().unwrap_or(0);
    Counts { made: count("made"), changed: count("changed"), same: count("same"), refused: count("refused") }
}

fn tell(batch: Option<&str>, counts: Counts) -> anyhow::Result<ExitCode> {
    let Counts { made, changed, same, refused } = counts;
    let about = batch.unwrap_or("nothing was written; it would be");
    console::print(format_args!(
        "{about}: {made} made, {changed} changed, {same} there already, {refused} refused"
    ))?;
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
