//! An erasure.

pub(super) mod store;

use kassa_model::{Erasure, Timestamp, email_hash, user_hash, visitor_from, visitor_hash};

use super::counts::Counts;
use super::found::Found;

/// An erasure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// UUIDv7.
    pub id: String,
    /// Who was asked for, as a hash.
    pub subject: String,
    /// `email` or `user`.
    pub kind: String,
    /// Who asked for it.
    pub asked_by: String,
    /// When. What happened up to then is erased.
    pub asked_at: Timestamp,
    /// Who that is; nobody any more once it is done.
    pub found: Found,
    /// What there was to erase.
    pub counts: Counts,
    /// When it was finished.
    pub done_at: Option<Timestamp>,
}

impl Job {
    /// By what records of the log are known to be theirs.
    pub fn erasure(&self) -> Erasure {
        let Found { orders, emails, users, visitors, .. } = &self.found;
        let named = users.iter().map(|(site, user)| visitor_hash(site, visitor_from(site, user)));
        let seen = visitors.iter().map(|(site, visitor)| visitor_hash(site, *visitor));
        Erasure {
            id: self.id.clone(),
            at: self.asked_at,
            orders: orders.clone(),
            users: users.iter().map(|(site, user)| user_hash(site, user)).collect(),
            emails: emails.iter().map(|email| email_hash(email)).collect(),
            visitors: seen.chain(named).collect(),
        }
    }
}
