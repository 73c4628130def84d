//! `kassa check`: the effective configuration, and whether it can work.

use std::process::ExitCode;

use crate::Common;
use crate::run;

/// Prints the configuration with secrets masked; fails with the first thing that cannot work.
pub(crate) fn run(common: &Common) -> anyhow::Result<ExitCode> {
    let config = common.load(Vec::new())?;
    print!("{}", config.masked()?);
    run::access_options(&config)?;
    eprintln!("the configuration can work");
    Ok(ExitCode::SUCCESS)
}
