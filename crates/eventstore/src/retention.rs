//! What is to be forgotten, and how many dead letters are kept, the same for every backend (clauses 6 and 7 of the contract).

use std::collections::BTreeSet;
use std::sync::Arc;

use kassa_model::{MICROS_PER_DAY, Timestamp, emails_in};

/// How long a dead letter is listed, counted back from the newest receipt among the events that were stored last in each
/// partition (among the letters while there are no events).
const KEPT_MICROS: i64 = 14 * MICROS_PER_DAY;

/// How many dead letters of a partition, site and UTC day of receipt are stored; the rest is only counted.
pub(crate) const LETTERS_PER_SITE_AND_DAY: u64 = 10_000;

/// Dead letters received before this are no longer listed, given that newest receipt; nor kept, given the time.
pub fn letters_since(newest: Timestamp) -> Timestamp {
    newest.plus_micros(-KEPT_MICROS)
}

/// Whose events are meant: of a site, and received, or occurred, up to a time. What became of stock is nobody's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// The site.
    pub site: String,
    /// Inclusive.
    pub until: Timestamp,
    /// Who they were as visitors.
    pub visitors: BTreeSet<i64>,
    /// Who they were as users.
    pub users: BTreeSet<String>,
    /// What they have ordered.
    pub orders: BTreeSet<String>,
    /// Their e-mail addresses in lower case: an event that holds one in its texts is theirs, and so is such a dead letter.
    pub emails: BTreeSet<String>,
}

/// Who somebody was in some of their events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownAs {
    /// As visitors.
    pub visitors: BTreeSet<i64>,
    /// As users.
    pub users: BTreeSet<String>,
}

/// Whom events and dead letters of a site name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// As users.
    pub users: BTreeSet<String>,
    /// By addresses that stand in a text, in lower case.
    pub emails: BTreeSet<String>,
}

/// Whether somebody of this name is looked for.
pub type Wanted = Arc<dyn Fn(&str) -> bool + Send + Sync>;

impl Names {
    /// Takes note of a user, if it is wanted.
    pub(crate) fn hear_user(&mut self, user: &str, wanted: &Wanted) {
        if wanted(user) {
            self.users.insert(user.to_owned());
        }
    }

    /// Takes note of the addresses in a text that are wanted.
    pub(crate) fn hear_text(&mut self, text: &str, wanted: &Wanted) {
        let text = text.to_lowercase();
        self.emails.extend(emails_in(&text).filter(|email| wanted(email)).map(str::to_owned));
    }
}

/// Which dead letters, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeadLetterFilter {
    /// Only this site's.
    pub site: Option<String>,
    /// Only of this reason's name.
    pub reason: Option<String>,
    /// Only this one, by id.
    pub id: Option<String>,
    /// Only those whose original has this text in it.
    pub has: Option<String>,
    /// At most so many.
    pub limit: u32,
}

/// What is to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forget {
    /// All of one visitor of a site.
    Visitor {
        /// The site.
        site: String,
        /// The visitor.
        visitor: i64,
    },
    /// All of a site that occurred, and were received, before. Records of money stay, and their lines, so that revenue,
    /// orders and units are what they were; what tells of the person leaves them: visitor, session, user, page, source,
    /// agent, country, properties.
    Before {
        /// The site.
        site: String,
        /// Exclusive.
        time: Timestamp,
    },
    /// All of a person: their events, and the person from records of money, which stay with their lines.
    Person(Person),
    /// Dead letters that were received before.
    DeadLetters {
        /// Exclusive.
        before: Timestamp,
    },
    /// These dead letters of those that are listed; how many there were of which outcome is counted as before.
    Discarded(DeadLetterFilter),
}
