//! UUIDs as texts of requests, in a path, a parameter or a cursor, and as they are stored.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use kassa_service::Problem;
use uuid::Uuid;

use crate::params::Params;

/// What a path names, where it has one part.
pub(crate) type PathId = Result<Path<String>, PathRejection>;

/// An id as it is stored. The nil UUID is nobody's (RFC 9562, 5.9).
pub(crate) fn id(text: &str) -> Option<String> {
    Uuid::try_parse(text).ok().filter(|id| !id.is_nil()).map(|id| id.as_hyphenated().to_string())
}

/// The id in a path. A text that can be no id names nothing: that is what `unknown` says of it.
pub(crate) fn path_id(path: PathId, unknown: fn(&str) -> Problem) -> Result<String, Problem> {
    let Ok(Path(text)) = path else { return Err(Problem::bad_request("the path is not UTF-8")) };
    id(&text).ok_or_else(|| unknown(&text))
}

/// The id behind which a page begins.
pub(crate) fn cursor_id(params: &Params) -> Result<Option<String>, Problem> {
    params.text("cursor").map(|text| id(text).ok_or_else(bad_cursor)).transpose()
}

/// A cursor that no page of this question ended with.
pub(crate) fn bad_cursor() -> Problem {
    Problem::bad_request("cursor is none that was given out for this question")
}

/// There is no such thing.
pub(crate) fn unknown(what: &str, id: &str) -> Problem {
    let shown: String = id.chars().take(64).collect();
    Problem::not_found(format!("no {what} {shown}"))
}
