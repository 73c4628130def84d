//! The things themselves, as they are in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kassa_model::Timestamp;
use serde_json::{Map, Value};

use crate::secret::Hash;

/// Versions that are kept of a thing.
pub(super) const VERSIONS_MAX: i64 = 100;

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeptKind {
    /// A list of filters with a name.
    Segment,
    /// Events that are to happen, by filters.
    Goal,
    /// A note at a time.
    Annotation,
    /// What becomes of paths, or which events do not count.
    Rule,
    /// A link by which anyone who has it may read.
    Share,
    /// A number that somebody wants to hear of.
    Alert,
}

impl KeptKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Segment, Self::Goal, Self::Annotation, Self::Rule, Self::Share, Self::Alert];

    /// Its name in the database and in sentences.
    pub fn name(self) -> &'static str {
        match self {
            Self::Segment => "segment",
            Self::Goal => "goal",
            Self::Annotation => "annotation",
            Self::Rule => "rule",
            Self::Share => "share",
            Self::Alert => "alert",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A thing in its newest version.
#[derive(Debug, Clone)]
pub struct Kept {
    /// A UUID.
    pub id: String,
    /// The site that it belongs to.
    pub site: String,
    /// What it is.
    pub kind: KeptKind,
    /// By whom alone it is seen, as [`Caller::identity`](crate::Caller::identity) has it; `None`: by all of the site.
    pub owner: Option<String>,
    /// Its name, or whatever it is listed by.
    pub name: String,
    /// From 1.
    pub version: i64,
    /// Its own members.
    pub body: Map<String, Value>,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom, as [`Caller::identity`](crate::Caller::identity) has it.
    pub created_by: String,
    /// When this version was made.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: String,
    pub(crate) secret: Option<Secret>,
    pub(crate) last_used_at: Option<Timestamp>,
    /// When this process last saw it used, µs; 0: not yet.
    pub(crate) used: Arc<AtomicI64>,
}

/// What only a share link has.
#[derive(Debug, Clone)]
pub(crate) struct Secret {
    /// The hash of the token.
    pub(crate) token: Hash,
    /// The password as `password.rs` writes it down.
    pub(crate) password: Option<String>,
}

/// A version of a thing as it was.
#[derive(Debug, Clone)]
pub struct KeptVersion {
    /// From 1.
    pub version: i64,
    /// Its own members; `None`: it was removed.
    pub body: Option<Map<String, Value>>,
    /// When it was made.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: String,
    /// The site that it belongs to.
    pub site: String,
    /// By whom alone it is seen.
    pub owner: Option<String>,
}

/// What is to be written down, checked before.
#[derive(Debug, Clone)]
pub struct Draft {
    /// See [`Kept::owner`].
    pub owner: Option<String>,
    /// See [`Kept::name`].
    pub name: String,
    /// See [`Kept::body`].
    pub body: Map<String, Value>,
}

impl Kept {
    /// Whether `identity` may see it.
    pub fn is_seen_by(&self, identity: &str) -> bool {
        self.owner.as_deref().is_none_or(|owner| owner == identity)
    }

    /// Whether a password is asked for; only share links have one.
    pub fn has_password(&self) -> bool {
        self.secret.as_ref().is_some_and(|secret| secret.password.is_some())
    }

    /// When it was last used, exact to a minute or so; of share links.
    pub fn last_used_at(&self) -> Option<Timestamp> {
        let used = Some(self.used.load(Ordering::Relaxed)).filter(|used| *used > 0);
        used.map(Timestamp::from_micros).max(self.last_used_at)
    }
}
