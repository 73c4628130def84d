//! `kassa dead-letters`: the refused events, with what was wrong and their original bytes.

use std::process::ExitCode;

use clap::Subcommand;
use kassa_service::console;

use super::admin_access::{self, Needs};
use super::common::Common;
use super::escape;

/// What to do with them.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// The newest, a line each: time, reason, site, dialect, id, what was wrong.
    List {
        #[command(flatten)]
        common: Common,
        /// Only of this site.
        #[arg(long)]
        site: Option<String>,
        /// Only of this reason, such as invalid_time.
        #[arg(long)]
        reason: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// One of them, whole.
    Show {
        #[command(flatten)]
        common: Common,
        /// Its id, from the list.
        id: String,
    },
}

const NEEDS: Needs = Needs { log: false, store: true, shop: false };

/// Runs the command.
pub(crate) fn run(action: Action) -> anyhow::Result<ExitCode> {
    super::block_on(async {
        match action {
            Action::List { common, site, reason, limit } => list(&common, site, reason, limit).await,
            Action::Show { common, id } => show(&common, &id).await,
        }
    })
}

async fn list(
    common: &Common,
    site: Option<String>,
    reason: Option<String>,
    limit: u32,
) -> anyhow::Result<ExitCode> {
    let (admin, _) = admin_access::open(common, NEEDS).await?;
    let mut path = format!("/v1/admin/dead-letters?limit={limit}");
    for (name, value) in [("site_id", site), ("reason", reason)] {
        if let Some(value) = value {
            path.push_str(&format!("&{name}={}", escape(&value)));
        }
    }
    let answer = admin.get(&path).await?;
    admin.close();
    let letters = answer["results"].as_array().cloned().unwrap_or_default();
    for letter in &letters {
        let text = |name: &str| letter[name].as_str().unwrap_or("-").to_owned();
        console::print(format_args!(
            "{}  {:<18} {:<16} {:<8} {}  {}",
            text("received_at"),
            text("reason"),
            text("site_id"),
            text("dialect"),
            text("id"),
            text("detail")
        ))?;
    }
    if letters.is_empty() {
        console::complain("no dead letters");
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(common: &Common, id: &str) -> anyhow::Result<ExitCode> {
    let (admin, _) = admin_access::open(common, NEEDS).await?;
    let letter = admin.get(&format!("/v1/admin/dead-letters/{}", escape(id))).await;
    admin.close();
    let letter = letter.map_err(|error| anyhow::anyhow!("cannot show dead letter {id}: {error}"))?;
    console::print(serde_json::to_string_pretty(&letter)?)?;
    Ok(ExitCode::SUCCESS)
}
