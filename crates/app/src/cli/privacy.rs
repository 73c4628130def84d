//! `kassa privacy`: what is kept of a person, given out or erased, of a shop that runs or stands still.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use kassa_service::console;
use serde_json::{Value, json};

use super::admin_access::{self, Needs};
use super::common::Common;
use crate::lock;
use crate::privacy::{erase_again, read_list, write_anew};

/// What to do with a person's data.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Write all that is kept of somebody as JSON.
    Export {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        who: Who,
        /// The new file for it [default: standard output].
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
    /// Take somebody out of everything. Their orders keep money, lines and stock. Cannot be undone.
    Erase {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        who: Who,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Erase whoever is on a list of erasures that this shop does not have: after older data were put back by other tools than
    /// `kassa restore`. Of a shop that stands still.
    Again {
        #[command(flatten)]
        common: Common,
        /// What `kassa privacy list --json` has written.
        #[arg(value_name = "FILE")]
        list: PathBuf,
    },
    /// List what was erased: when, who asked for it, of whom (as a hash), and how much there was.
    List {
        #[command(flatten)]
        common: Common,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Who is meant.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Who {
    /// Whoever has this e-mail address.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// The user of this id.
    #[arg(long, value_name = "ID")]
    user: Option<String>,
}

const NEEDS: Needs = Needs { log: true, store: true, shop: true };

/// Runs the command.
pub(crate) fn run(action: Action) -> anyhow::Result<ExitCode> {
    super::block_on(async {
        match action {
            Action::Export { common, who, to } => export(&common, &who, to.as_deref()).await,
            Action::Erase { common, who, json } => erase(&common, &who, json).await,
            Action::Again { common, list } => again(&common, &list).await,
            Action::List { common, json } => list(&common, json).await,
        }
    })
}

impl Who {
    fn body(&self) -> Value {
        match (&self.email, &self.user) {
            (Some(email), _) => json!({ "email": email }),
            (None, user) => json!({ "user": user }),
        }
    }
}

async fn export(common: &Common, who: &Who, to: Option<&Path>) -> anyhow::Result<ExitCode> {
    let (admin, _) = admin_access::open(common, NEEDS).await?;
    let found = admin.post("/v1/privacy/export", &who.body()).await;
    admin.close();
    let text = serde_json::to_string_pretty(&found?)?;
    let Some(to) = to else {
        console::print(text)?;
        return Ok(ExitCode::SUCCESS);
    };
    // For who asked, and nobody else on this machine.
    let write = || {
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().with_context(|| format!("cannot write {}", to.display()))?;
    Ok(ExitCode::SUCCESS)
}

async fn erase(common: &Common, who: &Who, json: bool) -> anyhow::Result<ExitCode> {
    let (admin, config) = admin_access::open(common, NEEDS).await?;
    let erased = admin.post("/v1/privacy/erase", &who.body()).await;
    if let Some(lock) = admin.close_but_lock() {
        write_anew(&config).await?;
        drop(lock);
    }
    let erased = erased?;
    match json {
        true => console::print(serde_json::to_string_pretty(&erased)?)?,
        false => console::print(line(&erased))?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn again(common: &Common, list: &Path) -> anyhow::Result<ExitCode> {
    let config = common.load(Vec::new())?;
    config.require_data()?;
    let list = read_list(list)?;
    let lock = lock::take_or_refuse(&config.data)?;
    let count = erase_again(&config, list).await?;
    drop(lock);
    console::print(format_args!("{count} erasures that were not here were made again"))?;
    Ok(ExitCode::SUCCESS)
}

async fn list(common: &Common, json: bool) -> anyhow::Result<ExitCode> {
    let (admin, _) = admin_access::open(common, NEEDS).await?;
    let list = admin.get("/v1/privacy/erasures").await;
    admin.close();
    let list = list?;
    if json {
        console::print(serde_json::to_string_pretty(&list)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    for erased in list["results"].as_array().into_iter().flatten() {
        console::print(line(erased))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// An erasure on a line.
fn line(erased: &Value) -> String {
    let text = |name: &str| erased[name].as_str().unwrap_or("-");
    let ended = if erased["done_at"].is_null() { "not finished" } else { "erased" };
    let mut counts = String::new();
    for (name, count) in erased["counts"].as_object().into_iter().flatten() {
        if count.as_u64().unwrap_or(0) > 0 {
            counts.push_str(&format!(" {count} {name},"));
        }
    }
    let counts = if counts.is_empty() { " nothing" } else { counts.trim_end_matches(',') };
    let subject: String = text("subject").chars().take(12).collect();
    format!("{}  {:<10} {} {subject}  {ended}:{counts}", text("asked_at"), text("asked_by"), text("kind"))
}
