//! Mails: where they go, and who is told.

use std::path::Path;

use anyhow::Context;
use kassa_commerce::notify::MailOptions;
use serde::{Deserialize, Serialize};

/// Mails.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Email {
    pub(crate) url: String,
    pub(crate) from: String,
    pub(crate) staff: Vec<String>,
}

impl Email {
    /// Where mails go, and who is told, of a shop with this folder that is reached under `origin`.
    ///
    /// # Errors
    /// The first key that is wrong.
    pub(crate) fn options(&self, data: &Path, origin: &str) -> anyhow::Result<MailOptions> {
        let options = MailOptions {
            url: self.url.parse().context("email.url")?,
            from: self.from.clone(),
            staff: self.staff.clone(),
            origin: origin.to_owned(),
            templates: data.join("templates"),
            mailbox: data.join("mailbox"),
        };
        options.check().map_err(anyhow::Error::msg)?;
        Ok(options)
    }
}
