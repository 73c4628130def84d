//! Why access control cannot start.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::RuleError;

/// Why access control cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Anyone on the network could read and administer.
    #[error("cannot listen on {0} without an admin token: set access.admin_token, or listen on 127.0.0.1")]
    NeedsAdminToken(SocketAddr),
    /// A secret that stands in documentation or in everyone's list of passwords.
    #[error("cannot listen on {0} with a known default as access.admin_token: choose a random one")]
    DefaultAdminToken(SocketAddr),
    /// A site's time zone is not in the IANA database.
    #[error("cannot use the time zone {timezone:?} of site {site}: not in the IANA database")]
    TimeZone {
        /// The site.
        site: String,
        /// As configured.
        timezone: String,
    },
    /// A site's rules cannot be applied.
    #[error("cannot use the rules of site {site}: {why}")]
    Rules {
        /// The site.
        site: String,
        /// Which one, and why.
        why: RuleError,
    },
    /// A site without an id, or with one of more than 255 bytes.
    #[error("cannot use the site id {0:?}: 1 to 255 bytes")]
    SiteId(String),
    /// Two sites with one id.
    #[error("cannot use two sites named {0}")]
    SiteTwice(String),
    /// One write key for two sites.
    #[error("cannot use one write key for the sites {0} and {1}")]
    WriteKeyTwice(String, String),
    /// More sites than there may be.
    #[error("cannot use {0} sites: at most 1000")]
    TooManySites(usize),
    /// A secret key's hash is not 64 hexadecimal digits.
    #[error("cannot use the secret key {0}: sha256 must be 64 hexadecimal digits")]
    SecretHash(String),
    /// A file of the data folder cannot be read or written.
    #[error("cannot use {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A newer kassa wrote a file of the data folder.
    #[error(
        "a newer kassa wrote {path}: its version is {found}, this one knows up to {known}; start that one, or restore the \
         backup from before its upgrade"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest that this build reads.
        known: u32,
    },
    /// A file of the data folder does not have the shape that kassa writes.
    #[error("cannot read {path}: {}; move it away to start afresh", kassa_service::json::explain(.source))]
    Shape {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The database cannot serve: its schema is not ours.
    #[error("cannot read sites and keys: {0}")]
    Database(kassa_db::Error),
    /// A second database.
    #[error("cannot attach a second database to one access control")]
    AttachedTwice,
    /// No thread can be had.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
}
