//! `kassa check`: the effective configuration, and whether a start would take it.

use std::process::ExitCode;

use kassa_service::console;

use super::common::Common;
use crate::roles::Roles;
use crate::run;

/// Prints the configuration with secrets masked; fails with the first thing that a start of `roles`, or `kassa up`, would
/// refuse.
pub(crate) fn run(common: &Common, roles: Option<String>) -> anyhow::Result<ExitCode> {
    let config = common.load(Vec::new())?;
    console::print(config.masked()?.trim_end())?;
    let roles = roles.map_or_else(|| Ok(Roles::all()), |list| list.parse())?;
    run::check(&config, &roles)?;
    console::complain("the configuration can work");
    Ok(ExitCode::SUCCESS)
}
