//! What SQLite's errors mean.

use std::path::Path;

use rusqlite::{Connection, ErrorCode};

use crate::Error;
use crate::tx::{Doom, Failure};

pub(super) fn cannot_open(path: &Path, why: &str) -> Error {
    Error::Unavailable(format!("cannot open {}: {why}", path.display()))
}

/// What a failure means for the transaction: SQLite may have rolled all of it back.
pub(super) fn failure(connection: &Connection, error: &rusqlite::Error) -> Failure {
    let explained = on_file(connection, explain(error));
    if connection.is_autocommit() {
        Failure::Doomed(Doom::Gone(explained))
    } else {
        Failure::Spoilt(explained)
    }
}

pub(super) fn explain(error: &rusqlite::Error) -> Error {
    let text = said(error);
    match error.sqlite_error_code() {
        Some(
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::OutOfMemory
            | ErrorCode::CannotOpen
            | ErrorCode::FileLockingProtocolFailed,
        ) => Error::Unavailable(text),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Busy(text),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::Invalid(text),
        _ => Error::Statement(text),
    }
}

/// Names the database's file where its disk is at fault: "database or disk is full" leaves open which.
pub(super) fn on_file(connection: &Connection, error: Error) -> Error {
    let named = |why: String| match connection.path() {
        Some(path) if !why.contains(path) => format!("{path}: {why}"),
        _ => why,
    };
    match error {
        Error::Unavailable(why) => Error::Unavailable(named(why)),
        Error::Unknown(why) => Error::Unknown(named(why)),
        other => other,
    }
}

/// What SQLite says, with the extended code, which tells causes apart.
pub(super) fn said(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(code, text) => {
            let text = text.clone().unwrap_or_else(|| code.to_string());
            format!("{text} (SQLite code {})", code.extended_code)
        }
        other => other.to_string(),
    }
}
