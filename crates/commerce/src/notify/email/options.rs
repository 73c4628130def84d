//! What can be set about mails.

use std::path::PathBuf;

use super::letter::Sender;
use super::url::MailUrl;

/// From whom mails are where nothing is set: enough for a folder on this machine.
const NOBODY: &str = "shop@localhost";

/// What can be set about mails and who is told.
#[derive(Debug, Clone, Default)]
pub struct MailOptions {
    /// `email.url`.
    pub url: MailUrl,
    /// `email.from`; empty: `shop@localhost`.
    pub from: String,
    /// `email.staff`: who runs the shop.
    pub staff: Vec<String>,
    /// `storefront.origin`; empty: the first of the shop's site, if it has one.
    pub origin: String,
    /// The folder of templates that go over those that are built in.
    pub templates: PathBuf,
    /// The folder of mails that go to no server.
    pub mailbox: PathBuf,
}

impl MailOptions {
    /// Whether mails can be sent as it says.
    ///
    /// # Errors
    /// The first address that is none.
    pub fn check(&self) -> Result<(), String> {
        self.sender().map_err(|why| format!("email.from: {why}"))?;
        for staff in &self.staff {
            let parsed: Result<lettre::Address, _> = staff.parse();
            parsed.map_err(|error| format!("email.staff: {staff} is no address: {error}"))?;
        }
        match (&self.url, self.from.is_empty()) {
            (MailUrl::Smtp(_), true) => {
                Err("email.from is empty: a server asks from whom mails are".to_owned())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn sender(&self) -> Result<Sender, String> {
        Sender::parse(if self.from.is_empty() { NOBODY } else { &self.from })
    }
}
