//! Who may do what: sites, keys, sessions, callers and salts, from the configuration, the data folder and the database.
//!
//! Everything is answered from memory: [`Access`] is a snapshot behind one atomic pointer, [`Salts`] a cached value. With a
//! database ([`Access::attach`]) a thread reads it every 5 s, and what was read outlasts an outage.

mod address;
mod admit;
mod attached;
mod authorize;
mod budget;
mod caller;
pub mod changes;
mod cookie;
mod error;
mod file;
mod guesses;
mod http;
mod keeper;
mod kept;
mod link;
mod login;
mod manage;
mod manage_error;
mod manage_site;
mod mode;
mod options;
mod password;
mod poll;
mod rules;
mod salts;
mod schema;
mod scope;
mod secret;
mod share;
mod site;
mod sites;
mod snapshot;
mod store;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod totals;
mod weak;

pub use address::{Addresses, PAGE_BYTES_MAX, Wish, campaign_word, is_absolute, origin_and_path};
pub use authorize::bearer_token;
pub use budget::PerSecondBudget;
pub use caller::{Caller, Denied};
pub use error::Error;
pub use http::{Allowed, Anyone, Asker, By, Guarded, Need, admin_routes, need, session_routes};
pub use kept::{Draft, Kept, KeptKind, KeptVersion};
pub use link::ShareDraft;
pub use manage_error::ManageError;
pub use mode::{Mode, is_known_default};
pub use options::{Options, SecretKeyOptions, SiteOptions};
pub use rules::{RuleError, RuleOptions, SiteRules, TrailingSlash};
pub use salts::{DaySalts, Salts};
pub use schema::MIGRATIONS;
pub use scope::{Scope, Scopes, UnknownScope};
pub use share::{PANELS, Share};
pub use site::{Site, UnknownSite};
pub use sites::SITES_MAX;
pub use snapshot::Access;
pub use totals::{DayCounts, DaySum, DayTotal, Origin, TotalsBy, TotalsKind};
pub use weak::weakness;
