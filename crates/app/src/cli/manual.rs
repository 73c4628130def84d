//! `kassa completions` and `kassa man`: what a shell and a reader of manuals want to know, made from the command line itself.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use clap::CommandFactory;
use clap_complete::Shell;
use kassa_service::console;

/// Prints the completions for a shell.
pub(crate) fn completions<C: CommandFactory>(shell: Shell) -> anyhow::Result<ExitCode> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut C::command(), "kassa", &mut text);
    console::print(String::from_utf8_lossy(&text).trim_end())?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a page of the manual for each command into the folder.
pub(crate) fn man<C: CommandFactory>(dir: &Path) -> anyhow::Result<ExitCode> {
    let cannot = || format!("cannot write the manual into {}", dir.display());
    std::fs::create_dir_all(dir).with_context(cannot)?;
    clap_mangen::generate_to(C::command(), dir).with_context(cannot)?;
    console::print(format_args!("read it with: man -l {}", dir.join("kassa.1").display()))?;
    Ok(ExitCode::SUCCESS)
}
