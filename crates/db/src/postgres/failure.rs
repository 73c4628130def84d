//! What the server's errors mean.

use postgres::error::{DbError, SqlState};

use crate::Error;
use crate::tx::{Doom, Failure};

/// What a failed statement means for its transaction.
pub(super) fn failure(error: &postgres::Error) -> Failure {
    let explained = explain(error);
    let Some(cause) = error.as_db_error() else {
        return Failure::Doomed(Doom::Gone(explained));
    };
    if is_fatal(cause) {
        Failure::Doomed(Doom::Gone(explained))
    } else if is_to_run_again(cause) {
        Failure::Doomed(Doom::Again(explained))
    } else {
        Failure::Spoilt(explained)
    }
}

/// The server ended the connection.
pub(super) fn is_fatal(cause: &DbError) -> bool {
    let code = cause.code();
    matches!(cause.severity(), "FATAL" | "PANIC")
        || code.code().starts_with("08")
        || [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW].contains(code)
}

/// Somebody else was faster; or the schema changed under a prepared statement, which goes with its session.
pub(super) fn is_to_run_again(cause: &DbError) -> bool {
    let code = cause.code();
    [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(code)
        || is_stale_plan(cause)
}

fn is_stale_plan(cause: &DbError) -> bool {
    *cause.code() == SqlState::FEATURE_NOT_SUPPORTED && cause.message().contains("cached plan")
}

pub(super) fn explain(error: &postgres::Error) -> Error {
    let Some(cause) = error.as_db_error() else {
        return Error::Unavailable(said(error));
    };
    let text = said(error);
    let code = cause.code();
    if *code == SqlState::LOCK_NOT_AVAILABLE {
        Error::LockTimeout(text)
    } else if *code == SqlState::QUERY_CANCELED || is_to_run_again(cause) {
        Error::Busy(text)
    } else if is_fatal(cause) || code.code().starts_with("53") || code.code().starts_with("58") {
        Error::Unavailable(text)
    } else {
        Error::Statement(text)
    }
}

/// What the server or the driver says, on one line.
pub(super) fn said(error: &postgres::Error) -> String {
    if let Some(cause) = error.as_db_error() {
        let detail = cause.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
        return format!("{}{detail} (SQLSTATE {})", cause.message(), cause.code().code());
    }
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
