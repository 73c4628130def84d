//! An endpoint, and what is known of how it does.

use kassa_model::Timestamp;

use super::secret::Secret;
use super::target::Target;

/// Somebody's address that wants to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) id: String,
    pub(super) url: String,
    pub(super) description: Option<String>,
    /// Which types it wants; `None`: all, also those that are yet to come.
    pub(super) event_types: Option<Vec<String>>,
    pub(super) secret: Secret,
    /// The secret before, which signs as well until then.
    pub(super) before: Option<(Secret, Timestamp)>,
    /// Why nothing is sent to it, and since when.
    pub(super) disabled: Option<(Reason, Timestamp)>,
    pub(super) health: Health,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    /// How often it has been changed, and one; how it does counts for nothing.
    pub(super) version: i64,
}

/// How it does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Health {
    /// When something has arrived last, to within a minute.
    pub(super) delivered_at: Option<Timestamp>,
    /// Since when nothing has.
    pub(super) failing_since: Option<Timestamp>,
    /// When it failed last, to within ten seconds, and how.
    pub(super) failed: Option<(Timestamp, String)>,
}

/// Why nothing is sent to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Somebody has switched it off.
    Asked,
    /// It has failed for days.
    Failing,
    /// It has answered 410.
    Gone,
}

/// An endpoint that has just been disabled, for a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Disabled {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) reason: Reason,
    /// Since when it had failed.
    pub(crate) since: Timestamp,
}

impl Endpoint {
    /// What its requests are signed with now, the newest first.
    pub(super) fn secrets(&self, now: Timestamp) -> Vec<&Secret> {
        let before = self.before.iter().filter(|(_, until)| *until > now).map(|(secret, _)| secret);
        std::iter::once(&self.secret).chain(before).collect()
    }

    /// Where it is. What is kept was checked when it came; another version may have checked otherwise.
    pub(super) fn target(&self) -> Result<Target, String> {
        Target::parse(&self.url)
    }
}

impl Reason {
    const ALL: [Self; 3] = [Self::Asked, Self::Failing, Self::Gone];

    /// Its stable name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Failing => "failing",
            Self::Gone => "gone",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}
