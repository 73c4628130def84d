//! Failures of the database as answers.

use axum::http::header::RETRY_AFTER;
use kassa_db::{Db, Error, Tx};
use kassa_service::Problem;

/// Reads from `db`; what that fails with is the answer.
pub(crate) async fn read<T: Send + 'static>(
    db: &Db,
    op: impl FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Problem> {
    db.read(op).await.map_err(|error| problem_of(&error))
}

/// A database of this process; its routes are there only where it is.
pub(crate) fn here<'a>(db: &'a Option<Db>, what: &str) -> Result<&'a Db, Problem> {
    db.as_ref().ok_or_else(|| Problem::not_found(format!("no {what} here")))
}

/// The answer to a request whose transaction did not go through. What is our fault is logged here, once.
pub fn problem_of(error: &Error) -> Problem {
    match error {
        Error::Busy(_) => Problem::unavailable("the shop has more to do than it can; send it again", 1),
        Error::LockTimeout(_) => {
            Problem::conflict("another request is changing the same; send it again").header(RETRY_AFTER, "1")
        }
        Error::Unavailable(why) => {
            tracing::warn!(%why, "the shop's database is unavailable");
            Problem::unavailable("the shop's database is unavailable; nothing was changed", 5)
        }
        Error::Unknown(why) => {
            tracing::warn!(%why, "nobody knows whether a transaction was committed");
            Problem::unavailable("nobody knows whether it was done: send it again with the same key", 1)
        }
        Error::Nul => Problem::bad_request(error.to_string()),
        Error::Statement(_) | Error::Invalid(_) => {
            tracing::error!(%error, "a transaction of the shop failed");
            Problem::internal()
        }
    }
}
