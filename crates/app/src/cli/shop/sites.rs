//! `kassa sites list|add|set|key`.

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
    /// Change one that does not stand in the configuration; what is not named stays.
    Set {
        #[command(flatten)]
        told: Told,
        /// The site.
        id: String,
        /// Its time zone, such as Europe/Berlin.
        #[arg(long)]
        timezone: Option<String>,
        /// Days for which its events are kept; 0: for ever. What is older leaves within the hour.
        #[arg(long)]
        keep_days: Option<u32>,
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
        Sites::Set { told, id, timezone, keep_days } => {
            let mut site = told.found("/v1/admin/sites", "id", &id)?;
            // What is told of a site and not set of it.
            site.retain(|name, _| !matches!(name.as_str(), "source" | "write_keys"));
            site.extend(timezone.map(|zone| ("timezone".to_owned(), json!(zone))));
            site.extend(keep_days.map(|days| ("keep_days".to_owned(), json!(days))));
            told.put(&format!("/v1/admin/sites/{}", escape(&id)), &json!(site), &COLUMNS)
        }
        Sites::Key { told, id } => {
            told.make_key(&format!("/v1/admin/sites/{}/keys", escape(&id)), &json!({}))
        }
    }
}
