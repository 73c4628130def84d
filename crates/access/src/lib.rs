//! Who may do what: sites, keys, callers and salts, from the configuration and the data folder.
//!
//! Everything is answered from memory: [`Access`] is a snapshot behind one atomic pointer, [`Salts`] a cached value.
//! The database behind it comes with the shop; the questions stay the same.

mod budget;
mod caller;
mod error;
mod file;
mod mode;
mod options;
mod salts;
mod secret;
mod site;
mod snapshot;

pub use budget::PerSecondBudget;
pub use caller::{Caller, Denied};
pub use error::Error;
pub use mode::{Mode, is_known_default};
pub use options::{Options, SecretKeyOptions, SiteOptions};
pub use salts::{DaySalts, Salts};
pub use site::{Site, UnknownSite};
pub use snapshot::{Access, SITES_MAX};
