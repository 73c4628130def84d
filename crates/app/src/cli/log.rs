//! `kassa log`: look into the event log's folder, verify it, save what is whole of a damaged one.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use kassa_eventlog::disk::RealDisk;
use kassa_eventlog::local::{inspect, salvage, verify};
use kassa_model::{SystemClock, Timestamp};
use kassa_service::console::{self, PrintError};
use serde_json::{Value, json};

use super::common::Common;
use super::human_bytes;
use crate::client::Client;
use crate::config::LogUrl;
use crate::lock::{self, Data, Lock, Running};

/// What to do with it.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Streams, partitions, segments, offsets, bytes, and where each group stands.
    Inspect(Target),
    /// Read every frame and check it; exit status 1 if there is damage.
    Verify(Target),
    /// Write a new log of every frame that is whole, keep the damaged one beside it, and say exactly what was lost.
    Salvage(Target),
}

/// Which log.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// The log's folder; without it, that of the configuration.
    dir: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Whether the output could be written.
type Printed = Result<(), PrintError>;

/// Who answers.
enum Source {
    /// The process that writes the log.
    Running(Running),
    /// Its files; the lock is held where the folder has one.
    Files(PathBuf, Option<Lock>),
}

/// Runs the command.
pub(crate) fn run(action: Action) -> anyhow::Result<ExitCode> {
    match action {
        Action::Inspect(target) => {
            let found = ask(&target, "inspect", |dir| Ok(json!(inspect(dir, &RealDisk)?)))?;
            show(&target, &found, print_inspection)
        }
        Action::Verify(target) => {
            let found = ask(&target, "verify", |dir| Ok(json!(verify(dir, &RealDisk)?)))?;
            show(&target, &found, print_verification)
        }
        Action::Salvage(target) => run_salvage(&target),
    }
}

fn source(target: &Target) -> anyhow::Result<Source> {
    if let Some(dir) = &target.dir {
        return Ok(Source::Files(dir.clone(), None));
    }
    let config = target.common.load(Vec::new())?;
    config.require_data()?;
    Ok(match lock::take(&config.data)? {
        Data::Held(running) => Source::Running(running),
        Data::Mine(lock) => {
            let LogUrl::Local(dir) = config.log_url()?;
            Source::Files(dir, Some(lock))
        }
    })
}

fn ask(
    target: &Target,
    what: &str,
    of_files: impl Fn(&Path) -> anyhow::Result<Value>,
) -> anyhow::Result<Value> {
    match source(target)? {
        Source::Files(dir, _lock) => {
            of_files(&dir).with_context(|| format!("cannot {what} {}", dir.display()))
        }
        Source::Running(running) => {
            let client = Client::to(&running)?;
            let (status, body) = super::block_on(client.get(&format!("/v1/admin/log/{what}")))?;
            if !status.is_success() {
                bail!("{running} answered {status}: {}", String::from_utf8_lossy(&body));
            }
            Ok(serde_json::from_slice(&body)?)
        }
    }
}

fn show(target: &Target, found: &Value, print: fn(&Value) -> Printed) -> anyhow::Result<ExitCode> {
    match target.json {
        true => console::print(serde_json::to_string_pretty(found)?)?,
        false => print(found)?,
    }
    let unknown = items(found, "damage").filter(|damage| damage["known"] != true).count();
    Ok(if unknown == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print_inspection(found: &Value) -> Printed {
    console::print(format_args!("log {} in {}", text(&found["log_id"]), text(&found["dir"])))?;
    for partition in items(found, "partitions") {
        console::print(format_args!(
            "{} {}: offsets {} to {}",
            text(&partition["stream"]),
            partition["partition"],
            partition["first"],
            partition["end"]
        ))?;
        for segment in items(partition, "segments") {
            print_segment(segment)?;
        }
        for group in items(partition, "groups") {
            let (name, next, epoch) = (text(&group["group"]), &group["next"], &group["epoch"]);
            console::print(format_args!("  group {name} reads next {next} (epoch {epoch})"))?;
        }
    }
    print_damage(found)
}

fn print_segment(segment: &Value) -> Printed {
    let time =
        |value: &Value| value.as_i64().map_or("-".to_owned(), |at| Timestamp::from_micros(at).to_string());
    let state = match (segment["poisoned"].as_bool(), segment["sealed"].as_bool()) {
        (Some(true), _) => "fsync failed",
        (_, Some(true)) => "sealed",
        _ => "open",
    };
    console::print(format_args!(
        "  {}  {} to {}  {} records in {} frames  {}  {state}  {} … {}",
        Path::new(&text(&segment["file"])).file_name().unwrap_or_default().display(),
        segment["base"],
        segment["end"],
        segment["records"],
        segment["frames"],
        human_bytes(segment["bytes"].as_u64().unwrap_or(0)),
        time(&segment["first_time"]),
        time(&segment["last_time"]),
    ))?;
    match segment["torn_bytes"].as_u64() {
        Some(0) | None => Ok(()),
        Some(bytes) => console::print(format_args!(
            "    an unfinished write of {} at its end, not acknowledged",
            human_bytes(bytes)
        )),
    }
}

fn print_verification(found: &Value) -> Printed {
    console::print(format_args!(
        "log {}: {} segments, {} frames, {} records, {}",
        text(&found["log_id"]),
        found["segments"],
        found["frames"],
        found["records"],
        human_bytes(found["bytes"].as_u64().unwrap_or(0))
    ))?;
    print_damage(found)
}

fn print_damage(found: &Value) -> Printed {
    if items(found, "damage").next().is_none() {
        console::print("no damage")?;
    }
    for damage in items(found, "damage") {
        let word = if damage["known"] == true { "gap left by salvage" } else { "DAMAGE" };
        let (file, at, why) = (text(&damage["file"]), &damage["at"], text(&damage["why"]));
        console::print(format_args!("{word} in {file} at byte {at}: {why}"))?;
        if let (Some(start), Some(end)) = (damage["lost"]["start"].as_u64(), damage["lost"]["end"].as_u64()) {
            console::print(format_args!("  lost: offsets {start} to {end}"))?;
        }
    }
    Ok(())
}

fn run_salvage(target: &Target) -> anyhow::Result<ExitCode> {
    let (dir, _lock) = match source(target)? {
        Source::Files(dir, lock) => (dir, lock),
        Source::Running(running) => bail!("stop {running} first: it writes this log"),
    };
    let done = salvage(&dir, &RealDisk, &SystemClock)
        .with_context(|| format!("cannot salvage {}", dir.display()))?;
    let (records, frames) = (done.records, done.frames);
    console::print(format_args!("saved {records} records in {frames} frames into {}", dir.display()))?;
    console::print(format_args!("the damaged log is kept in {}", done.kept_aside.display()))?;
    for lost in &done.lost {
        console::print(format_args!(
            "LOST: {} {}: offsets {} to {}",
            lost.stream.name(),
            lost.partition,
            lost.offsets.start,
            lost.offsets.end
        ))?;
    }
    for note in &done.notes {
        console::print(note)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn items<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value[name].as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("-").to_owned()
}
