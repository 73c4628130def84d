//! `kassa sites list|add|key`.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use super::{Column, Told};
use crate::cli::escape;

/// What to do with sites.
#[derive(Debug, Subcommand)]
pub(crate) enum Sites {
    /// All of them.
    List(Told),
    /// Make one.
    Add {
        #[command(flatten)]
        told: Told,
        /// Its id.
        id: String,
        /// Its time zone, such as Europe/Berlin.
        #[arg(long, default_value = "UTC")]
        timezone: String,
    },
    /// Make a public key, by which pages name the site, and print it.
    Key {
        #[command(flatten)]
        told: Told,
        /// The site.
        id: String,
    },
}

const COLUMNS: [Column; 6] = [
    ("id", "id"),
    ("time zone", "timezone"),
    ("source", "source"),
    ("keyless", "allow_keyless"),
    ("keep days", "keep_days"),
    ("origins", "origins"),
];

/// Runs `kassa sites`.
pub(crate) fn sites(action: Sites) -> anyhow::Result<ExitCode> {
    match action {
        Sites::List(told) => told.list("/v1/admin/sites", &COLUMNS),
        Sites::Add { told, id, timezone } => {
            told.change("/v1/admin/sites", &json!({"id": id, "timezone": timezone}), &COLUMNS)
        }
        Sites::Key { told, id } => {
            told.make_key(&format!("/v1/admin/sites/{}/keys", escape(&id)), &json!({}))
        }
    }
}
