//! `kassa check`: the effective configuration, and whether it can work.

use std::process::ExitCode;

use kassa_service::console;

use crate::Common;
use crate::run;

/// Prints the configuration with secrets masked; fails with the first thing that cannot work.
pub(crate) fn run(common: &Common) -> anyhow::Result<ExitCode> {
    let config = common.load(Vec::new())?;
    console::print(config.masked()?.trim_end())?;
    run::access_options(&config)?;
    console::complain("the configuration can work");
    Ok(ExitCode::SUCCESS)
}
