//! `import --undo BATCH`: takes back what a file has made.

use std::process::ExitCode;

use anyhow::bail;
use kassa_service::console;
use serde_json::json;

use super::ask::Noun;
use crate::cli::admin_access::{self, Admin};
use crate::cli::common::Common;

/// Runs the command.
pub(super) async fn undo(common: &Common, noun: Noun, batch: &str) -> anyhow::Result<ExitCode> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !batch.starts_with(noun.name()) || !batch.chars().all(plain) {
        bail!("{batch} is no batch of {}: its id begins with the word", noun.name());
    }
    let (admin, _) = admin_access::open(common, noun.needs()).await?;
    let undone = all(&admin, batch).await;
    admin.close();
    console::print(format_args!("{batch}: {} taken back", undone?))?;
    Ok(ExitCode::SUCCESS)
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
