//! `kassa deliveries list|show|replay`.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use super::{Column, Listed, One, Told};
use crate::cli::escape;

/// What to do with deliveries.
#[derive(Debug, Subcommand)]
pub(crate) enum Deliveries {
    /// The newest, a line each.
    List {
        #[command(flatten)]
        listed: Listed,
        /// Only these: waiting, sent or dead.
        #[arg(long)]
        state: Option<String>,
        /// Only by this way: email, webhook or push.
        #[arg(long)]
        channel: Option<String>,
    },
    /// One of them, whole, with its attempts, as JSON.
    Show(One),
    /// Begin one anew.
    Replay {
        #[command(flatten)]
        told: Told,
        /// Its id, from the list.
        id: String,
    },
}

const COLUMNS: [Column; 8] = [
    ("created", "created_at"),
    ("state", "state"),
    ("channel", "channel"),
    ("target", "target"),
    ("event", "event_type"),
    ("attempts", "attempts"),
    ("next", "next_at"),
    ("id", "id"),
];

/// Runs `kassa deliveries`.
pub(crate) fn deliveries(action: Deliveries) -> anyhow::Result<ExitCode> {
    match action {
        Deliveries::List { listed, state, channel } => {
            let filters = [("state", state.as_deref()), ("channel", channel.as_deref())];
            listed.print("/v1/deliveries", &filters, &COLUMNS)
        }
        Deliveries::Show(one) => one.print("/v1/deliveries"),
        Deliveries::Replay { told, id } => {
            told.change(&format!("/v1/deliveries/{}/replay", escape(&id)), &json!({}), &COLUMNS)
        }
    }
}
