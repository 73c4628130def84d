//! `kassa log`: look into the event log's folder, verify it, save what is whole of a damaged one.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::Common;

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

/// Runs the command.
pub(crate) fn run(action: Action) -> anyhow::Result<ExitCode> {
    let _ = action;
    anyhow::bail!("not wired yet")
}
