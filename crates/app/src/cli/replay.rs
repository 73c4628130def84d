//! `kassa replay --into FILE`: fold the whole retained log into a new store, with the range it covers.

use std::path::{Path, absolute};
use std::process::ExitCode;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use kassa_service::console;
use serde_json::{Value, json};

use super::admin_access::{self, Needs};
use crate::Common;

/// Runs the command.
pub(crate) fn run(common: &Common, into: &Path) -> anyhow::Result<ExitCode> {
    if into.exists() {
        bail!("{} exists already: replay fills a new store", into.display());
    }
    super::block_on(replay(common, into))
}

async fn replay(common: &Common, into: &Path) -> anyhow::Result<ExitCode> {
    let (admin, _) = admin_access::open(common, Needs { log: true, store: false, shop: false }).await?;
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template(
        "{bar:40} {human_pos}/{human_len} records  {per_sec}  {eta} left",
    )?);
    let mut end = Value::Null;
    let body = json!({"into": absolute(into)?});
    let done = admin
        .post_lines("/v1/admin/replay", &body, |line| {
            if let (Some(records), Some(total)) = (line["records"].as_u64(), line["records_total"].as_u64()) {
                bar.set_length(total);
                bar.set_position(records);
            }
            if line.get("done").is_some() || line.get("error").is_some() {
                end = line.clone();
            }
        })
        .await;
    bar.finish_and_clear();
    admin.close();
    done?;
    if let Some(error) = end["error"].as_str() {
        bail!("{error}");
    }
    let summary = end.get("done").context("the replay ended early")?;
    let text = |name: &str| summary[name].as_str().unwrap_or("-").to_owned();
    console::print(format_args!(
        "replayed {} records, received up to {}, into {}: {} rows",
        summary["records"],
        text("received_at"),
        into.display(),
        summary["rows"]
    ))?;
    for range in summary["ranges"].as_array().into_iter().flatten() {
        let (partition, from, to) = (&range["partition"], &range["from"], &range["to"]);
        console::print(format_args!("partition {partition}: offsets {from} to {to}"))?;
    }
    if summary["from_first_record"] == false {
        console::print(
            "the log no longer begins with its first record: what was before these is not in the new store",
        )?;
    }
    console::print(format_args!("fingerprint {}", text("fingerprint")))?;
    Ok(ExitCode::SUCCESS)
}
