//! `kassa backup --to DIR` and `kassa restore --from DIR`.

use std::path::{Path, PathBuf, absolute};
use std::process::ExitCode;

use anyhow::{Context, bail};
use kassa_model::Progress;
use kassa_service::console;
use serde_json::{Value, json};

use super::admin_access::{self, Admin, Needs};
use super::common::Common;
use crate::backup::{Manifest, bring, check, is_empty, note_checked, restore};
use crate::privacy::{erase_again, read_list};
use crate::progress::Shown;
use crate::run::arm_failpoints;

/// Makes a backup in `to`, of the process that runs on the data folder or of the files.
pub(crate) fn backup(common: &Common, to: &Path) -> anyhow::Result<ExitCode> {
    if !is_empty(to, &[])? {
        bail!("{} is not empty: name a new folder for the backup", to.display());
    }
    let to = absolute(to)?;
    super::block_on(async {
        let (admin, config) =
            admin_access::open(common, Needs { log: true, store: true, shop: true }).await?;
        let shown = Shown::new();
        let made = make(&admin, &shown).await;
        admin.close();
        bring(&made?, &to, &shown)?;
        let manifest = Manifest::read(&to)?;
        check(&to, &manifest, &shown)?;
        if let Err(error) = note_checked(&config.data, &manifest, &to) {
            console::complain(format_args!("the data folder does not know of it: {error:#}"));
        }
        let bytes: u64 = manifest.files.iter().map(|entry| entry.bytes).sum();
        let (files, to) = (manifest.files.len(), to.display());
        let bytes = super::human_bytes(bytes);
        console::print(format_args!("backed up {bytes} in {files} files to {to}, and read them again"))?;
        console::print(format_args!(
            "the salts are not in it; try it with: kassa restore --from {to} --data ELSEWHERE"
        ))?;
        Ok(ExitCode::SUCCESS)
    })
}

async fn make(admin: &Admin, shown: &Shown) -> anyhow::Result<PathBuf> {
    let each = |line: &Value| {
        if let Some(step) = line["step"].as_str() {
            shown.tell(step, line["done"].as_u64().unwrap_or(0), line["of"].as_u64().unwrap_or(0));
        }
    };
    let done = admin.post_lines("/v1/admin/backup", &json!({}), "done", each).await?;
    Ok(done["dir"].as_str().context("the backup ended early")?.into())
}

/// Restores the backup in `from` into the data folder, which is empty or not there, and erases again whoever is on the list `erasures`.
pub(crate) fn put_back(common: &Common, from: &Path, erasures: Option<&Path>) -> anyhow::Result<ExitCode> {
    let config = common.load(Vec::new())?;
    arm_failpoints(&config)?;
    let list = erasures.map(read_list).transpose()?;
    let mut again = 0;
    let erase = || {
        let Some(list) = list else { return Ok(()) };
        again = super::block_on(erase_again(&config, list))?;
        Ok(())
    };
    let manifest = restore(from, &config, &Shown::new(), erase)?;
    match erasures {
        Some(_) => {
            console::print(format_args!("{again} erasures that were not in the backup were made again"))?
        }
        None => console::complain(format_args!(
            "who was erased after {} is there again: restore with --erasures and the list that `kassa privacy list --json` has written",
            manifest.made_at
        )),
    }
    console::print(format_args!(
        "restored the backup of {} into {}: {} files; start kassa on it, and kassa audit says whether the books agree",
        manifest.made_at,
        config.data.display(),
        manifest.files.len()
    ))?;
    Ok(ExitCode::SUCCESS)
}
