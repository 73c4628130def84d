//! `kassa healthcheck`: for containers and scripts; the exit status is the answer.

use std::process::ExitCode;

use kassa_service::console;

use super::common::Common;
use crate::client::Client;
use crate::lock::{self, Data};

/// Asks `/readyz` of `url`, or of the process that holds the data folder.
pub(crate) fn run(common: &Common, url: Option<String>) -> anyhow::Result<ExitCode> {
    let client = match url {
        Some(url) => Client::at(&url, None)?,
        None => {
            let config = common.load(Vec::new())?;
            match config.data.exists().then(|| lock::take(&config.data)).transpose()? {
                Some(Data::Held(running)) => Client::to(&running)?,
                _ => anyhow::bail!("no kassa is running on the data folder {}", config.data.display()),
            }
        }
    };
    let (status, body) = super::block_on(client.get("/readyz"))?;
    console::print(String::from_utf8_lossy(&body))?;
    Ok(if status.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
