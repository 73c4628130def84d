//! Why a site, a key or something else that is kept cannot be made, changed or ended.

use kassa_service::Problem;

use crate::Access;
use crate::attached::Attached;

/// Why it cannot.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ManageError {
    /// Nothing is kept by this process.
    #[error("sites and keys cannot be changed: this role has no database")]
    NoDatabase,
    /// What was given cannot be meant.
    #[error("{0}")]
    Invalid(String),
    /// There is none of that name.
    #[error("{0}")]
    Unknown(String),
    /// Something stands against it.
    #[error("{0}")]
    Conflict(String),
    /// The database did not do it.
    #[error("cannot change sites and keys: {0}")]
    Database(#[from] kassa_db::Error),
}

impl From<ManageError> for Problem {
    fn from(error: ManageError) -> Self {
        let text = error.to_string();
        match error {
            ManageError::NoDatabase => Self::unavailable(text, 60),
            ManageError::Invalid(_) => Self::bad_request(text),
            ManageError::Unknown(_) => Self::not_found(text),
            ManageError::Conflict(_) => Self::conflict(text),
            ManageError::Database(error) => {
                tracing::warn!(%error, "the database did not answer an admin route");
                Self::unavailable("the database does not answer", 2)
            }
        }
    }
}

impl Access {
    /// The database that is written to.
    pub(crate) fn database(&self) -> Result<&Attached, ManageError> {
        self.attached().ok_or(ManageError::NoDatabase)
    }
}

/// Whether a text has what nobody types.
pub(crate) fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

/// Another was faster: there is a newer version than the one that was read.
pub(crate) fn outdated(newest: i64) -> ManageError {
    ManageError::Conflict(format!("version {newest} is newer: read it and try again"))
}

/// There is no such thing.
pub(crate) fn unknown(what: &str, id: &str) -> ManageError {
    let id: String = id.chars().take(100).collect();
    ManageError::Unknown(format!("no {what} {id}"))
}
