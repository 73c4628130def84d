//! `import --undo BATCH`: takes back what a file has made.

use std::process::ExitCode;

use anyhow::bail;
use kassa_service::console;
use serde_json::{Value, json};

use super::ask::Noun;
use crate::cli::admin_access::{self, Admin};
use crate::cli::common::Common;

/// Runs the command.
pub(super) async fn undo(common: &Common, noun: Noun, batch: &str) -> anyhow::Result<ExitCode> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !batch.starts_with(noun.name()) || !batch.chars().all(plain) {
        bail!("{batch} is no batch of {}: its id begins with the word", noun.name());
    }
    let (admin, config) = admin_access::open(common, noun.needs()).await?;
    let undone = match noun {
        Noun::Events => events(&admin, &config.shop.site, batch).await,
        _ => all(&admin, batch).await.map(|count| format!("{count} taken back")),
    };
    admin.close();
    console::print(format_args!("{batch}: {}", undone?))?;
    Ok(ExitCode::SUCCESS)
}

/// Totals of days are taken back, events are left out.
async fn events(admin: &Admin, site: &str, batch: &str) -> anyhow::Result<String> {
    let known = admin.get(&format!("/v1/admin/imports/{batch}")).await?;
    let undone = all(admin, batch).await?;
    if known["made"].as_u64() == Some(undone) || !known["undone_at"].is_null() {
        return Ok(format!("{undone} totals of days taken back"));
    }
    leave_out(admin, site, &known).await
}

/// Events that are in the log stay there: a rule of the site leaves those of the batch out of its reports.
async fn leave_out(admin: &Admin, site: &str, known: &Value) -> anyhow::Result<String> {
    let batch = known["id"].as_str().unwrap_or_default();
    let exclude = json!({"filters": [["is", "event:props:$import", [batch]]]});
    let rule = json!({"site_id": site, "name": format!("without {batch}"), "enabled": true, "position": 1, "exclude": exclude});
    let made = admin.post("/v1/rules", &rule).await?;
    let id = made["id"].as_str().unwrap_or_default();
    Ok(format!("left out of the reports of {site} by the rule {id}; without it they count again"))
}

async fn all(admin: &Admin, batch: &str) -> anyhow::Result<u64> {
    let mut undone = 0;
    loop {
        let answer = admin.post(&format!("/v1/admin/imports/{batch}/undo"), &json!({})).await?;
        undone += answer["undone"].as_u64().unwrap_or(0);
        if answer["finished"] == true {
            return Ok(undone);
        }
    }
}
