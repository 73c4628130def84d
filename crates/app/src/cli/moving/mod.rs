//! `kassa products|customers|orders|events import|export`: files that are brought in, and that are written.
//!
//! A file is read as a stream and sent some lines at a time to the admin API, which notes how far it has come: cut off anywhere and
//! called again, the command goes on where it ended. Nothing that a file holds is opened, asked or run.

mod ask;
mod columns;
mod export;
mod fingerprint;
mod import;
mod out;
mod read;
mod refused;
mod send;
mod source;
mod store;
mod undo;
mod write;

use std::process::ExitCode;

pub(crate) use ask::{Action, Noun};

/// Runs the command.
pub(crate) fn run(noun: Noun, action: Action) -> anyhow::Result<ExitCode> {
    super::block_on(async {
        match action {
            Action::Import { common, ask } => match &ask.undo {
                Some(batch) => undo::undo(&common, noun, batch).await,
                None => import::import(&common, noun, &ask).await,
            },
            Action::Export { common, ask } => export::export(&common, noun, &ask).await,
        }
    })
}
