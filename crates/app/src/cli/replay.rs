//! `kassa replay --into FILE`: fold the whole retained log into a new store, with the range it covers.
//!
//! The admin API fills a new folder below the data folder and nothing else; what is in it is then moved to where whoever gave
//! the command wants it, with the rights of that person.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use kassa_service::console;
use serde_json::{Value, json};

use super::admin_access::{self, Needs};
use super::common::Common;
use crate::admin::STORE;

/// Runs the command.
pub(crate) fn run(common: &Common, into: &Path) -> anyhow::Result<ExitCode> {
    if into.exists() {
        bail!("{} exists already: replay fills a new store", into.display());
    }
    let beside = into.parent().filter(|parent| !parent.as_os_str().is_empty());
    if beside.is_some_and(|parent| !parent.is_dir()) {
        bail!("cannot replay into {}: there is no such folder", into.display());
    }
    super::block_on(replay(common, into))
}

/// The folder below the data folder that is filled, as long as it is there.
struct Filled(PathBuf);

impl Filled {
    /// Moves the store that is in it to `into`.
    fn move_store(&self, into: &Path) -> anyhow::Result<()> {
        for tail in ["", ".wal"] {
            let (from, to) = (with_tail(&self.0.join(STORE), tail), with_tail(into, tail));
            let moved = match std::fs::rename(&from, &to) {
                Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                    std::fs::copy(&from, &to).map(drop)
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound && !tail.is_empty() => Ok(()),
                moved => moved,
            };
            moved.with_context(|| format!("cannot move {} to {}", from.display(), to.display()))?;
        }
        Ok(())
    }
}

impl Drop for Filled {
    fn drop(&mut self) {
        // What is left of a replay that failed is of no use, and whoever cannot remove it need not.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn with_tail(path: &Path, tail: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(tail);
    name.into()
}

async fn replay(common: &Common, into: &Path) -> anyhow::Result<ExitCode> {
    let (admin, config) = admin_access::open(common, Needs { log: true, store: false, shop: false }).await?;
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template(
        "{bar:40} {human_pos}/{human_len} records  {per_sec}  {eta} left",
    )?);
    let folder = format!("replay-{}", uuid::Uuid::new_v4().simple());
    let body = json!({ "into": folder });
    let filled = Filled(config.data.join(&folder));
    let each = |line: &Value| {
        if let (Some(records), Some(total)) = (line["records"].as_u64(), line["records_total"].as_u64()) {
            bar.set_length(total);
            bar.set_position(records);
        }
    };
    let summary = admin.post_lines("/v1/admin/replay", &body, "done", each).await;
    bar.finish_and_clear();
    admin.close();
    let summary = summary?;
    filled.move_store(into)?;
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
