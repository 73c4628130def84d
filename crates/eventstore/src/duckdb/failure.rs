//! What a DuckDB error means for the caller, told by the kind that its message begins with.

use crate::{Error, InsertError};

/// An error on the way to an answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// DuckDB's.
    Engine(duckdb::Error),
    /// Ours, with its meaning settled.
    Ours(Error),
}

/// What DuckDB's error calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The database is invalidated: close everything and open it again.
    Fatal,
    /// Not enough memory at the moment.
    OutOfMemory,
    /// The statement was interrupted.
    Interrupted,
    /// Anything else.
    Other,
}

impl From<duckdb::Error> for Failure {
    fn from(error: duckdb::Error) -> Self {
        Self::Engine(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

impl Failure {
    /// What it calls for.
    pub(super) fn trouble(&self) -> Trouble {
        match self {
            Self::Engine(error) => trouble(&error.to_string()),
            Self::Ours(_) => Trouble::Other,
        }
    }

    /// As a reading call reports it.
    pub(super) fn into_error(self) -> Error {
        let trouble = self.trouble();
        match self {
            Self::Ours(error) => error,
            Self::Engine(error) => match trouble {
                Trouble::Fatal => Error::Unavailable(format!("it is being reopened: {}", first_line(&error))),
                Trouble::OutOfMemory => Error::Unavailable(format!("out of memory: {}", first_line(&error))),
                _ => Error::Failed(first_line(&error)),
            },
        }
    }

    /// As an insert reports it that was rolled back.
    pub(super) fn into_insert_error(self) -> InsertError {
        match self.into_error() {
            Error::Unavailable(why) | Error::Failed(why) | Error::Open(why) => InsertError::Unavailable(why),
            other => InsertError::Unavailable(other.to_string()),
        }
    }
}

/// What a message calls for.
pub(super) fn trouble(message: &str) -> Trouble {
    if message.contains("FATAL Error") || message.contains("database has been invalidated") {
        Trouble::Fatal
    } else if message.contains("Out of Memory Error") {
        Trouble::OutOfMemory
    } else if message.contains("INTERRUPT Error") {
        Trouble::Interrupted
    } else {
        Trouble::Other
    }
}

/// DuckDB adds hints, positions and stack traces below its first line.
pub(super) fn first_line(error: &duckdb::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}
