//! `kassa keys list|add|revoke`.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use super::{Column, One, Told, ask};
use crate::cli::escape;

/// What to do with secret keys.
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// All of them, without the keys themselves.
    List(Told),
    /// Make one and print it; it is shown this once.
    Add {
        #[command(flatten)]
        told: Told,
        /// What it is called.
        name: String,
        /// Any of read, catalog, inventory, orders, collect, admin, separated by commas.
        #[arg(long, value_name = "LIST", value_delimiter = ',', required = true)]
        scopes: Vec<String>,
        /// The only site that it is for.
        #[arg(long)]
        site: Option<String>,
    },
    /// Take one back, at once.
    Revoke(One),
}

const COLUMNS: [Column; 8] = [
    ("id", "id"),
    ("name", "name"),
    ("source", "source"),
    ("scopes", "scopes"),
    ("site", "site"),
    ("prefix", "prefix"),
    ("created", "created_at"),
    ("last used", "last_used_at"),
];

/// Runs `kassa keys`.
pub(crate) fn keys(action: Keys) -> anyhow::Result<ExitCode> {
    match action {
        Keys::List(told) => told.list("/v1/admin/keys", &COLUMNS),
        Keys::Add { told, name, scopes, site } => {
            let body = json!({"name": name, "scopes": scopes, "site": site});
            told.make_key("/v1/admin/keys", &body)
        }
        Keys::Revoke(One { common, id }) => {
            ask(&common, "DELETE", &format!("/v1/admin/keys/{}", escape(&id)), None)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
