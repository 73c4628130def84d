//! Conditional requests: `If-Match` and `If-None-Match` (RFC 9110, 13.1) over ETags of ours, which hold no comma.

use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use kassa_service::Problem;

/// Which states of something its change is meant for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum IfMatch {
    /// Any: there is no header, or it says `*`.
    #[default]
    Any,
    /// Those with one of these ETags, with their quotes.
    OneOf(Vec<String>),
}

impl IfMatch {
    /// Reads the header. Weak tags never match (13.1.1), so they are left out.
    ///
    /// # Errors
    /// 400 for a header that is not printable ASCII.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut tags = Vec::new();
        let mut given = false;
        for value in headers.get_all(IF_MATCH) {
            given = true;
            let text = value.to_str().map_err(|_| Problem::bad_request("If-Match is not printable ASCII"))?;
            for tag in text.split(',').map(str::trim) {
                if tag == "*" {
                    return Ok(Self::Any);
                }
                if tag.starts_with('"') {
                    tags.push(tag.to_owned());
                }
            }
        }
        Ok(if given { Self::OneOf(tags) } else { Self::Any })
    }

    /// Whether the change is meant for a state whose ETags are those that `is_ours` knows.
    pub(crate) fn allows(&self, is_ours: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(tags) => tags.iter().any(|tag| is_ours(tag)),
        }
    }

    /// Refuses a change of `what` if it is meant for another version than this one.
    ///
    /// # Errors
    /// The 412 problem.
    pub(crate) fn require(&self, what: &str, version: i64) -> Result<(), Problem> {
        match self.allows(|tag| tag == etag(version)) {
            true => Ok(()),
            false => Err(failed(format!("{what} has version {version}: read it again, and decide again"))),
        }
    }
}

/// The ETag of what has a version, with its quotes.
pub(crate) fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// 412: what the change was meant for is no more.
pub(crate) fn failed(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::PRECONDITION_FAILED, "precondition-failed", "Somebody else has changed it since")
        .detail(detail)
}

/// Whether `If-None-Match` names `etag`: weakly, as 13.1.2 has it.
pub(crate) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let names = |known: &HeaderValue| {
        let Ok(known) = known.to_str() else { return false };
        known.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == etag)
    };
    headers.get_all(IF_NONE_MATCH).iter().any(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_if_match() {
        let check = |given: &[&str], expected: bool| {
            let mut headers = HeaderMap::new();
            for value in given {
                headers.append(IF_MATCH, value.parse().unwrap());
            }
            let seen = IfMatch::of(&headers).unwrap();
            assert_eq!(seen.allows(|tag| tag == "\"1.2\""), expected, "{given:?}");
        };
        check(&[], true);
        check(&["*"], true);
        check(&["\"1.2\""], true);
        check(&["\"1.1\", \"1.2\""], true);
        check(&["\"1.1\"", "\"1.2\""], true);
        check(&["\"1.1\""], false);
        check(&["W/\"1.2\""], false);
        check(&["1.2"], false);
        check(&[""], false);
        check(&["\"1.1\", *"], true);
    }

    #[test]
    fn reads_if_none_match() {
        let check = |given: &str, expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, given.parse().unwrap());
            assert_eq!(is_known(&headers, "\"1.2\""), expected, "{given}");
        };
        check("\"1.2\"", true);
        check("W/\"1.2\"", true);
        check("\"1.1\", \"1.2\"", true);
        check("*", true);
        check("\"1.1\"", false);
        assert!(!is_known(&HeaderMap::new(), "\"1.2\""));
    }
}
