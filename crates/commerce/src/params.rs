//! Parameters of a URL: each at most once, bounded, without U+0000; a name that is not known is refused.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::http::Uri;
use kassa_service::Problem;
use kassa_service::nearest::unknown;

/// The most bytes of a value.
const VALUE_BYTES_MAX: usize = 2_048;

/// What stood behind the `?`.
#[derive(Debug, Default)]
pub(crate) struct Params(BTreeMap<String, String>);

impl Params {
    /// Reads the parameters of a native route: only `known` names.
    pub(crate) fn of(uri: &Uri, known: &[&str]) -> Result<Self, Problem> {
        let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else {
            return Err(Problem::bad_request("the parameters of the URL cannot be read"));
        };
        let mut params = BTreeMap::new();
        for (name, value) in pairs {
            let shown: String = name.chars().take(64).collect();
            if !known.contains(&name.as_str()) {
                return Err(Problem::bad_request(unknown("parameter", &name, known)));
            }
            if value.len() > VALUE_BYTES_MAX {
                return Err(Problem::bad_request(format!("{shown} has at most {VALUE_BYTES_MAX} bytes")));
            }
            if value.contains('\0') {
                return Err(Problem::bad_request(format!("{shown} contains U+0000")));
            }
            if params.insert(name, value).is_some() {
                return Err(Problem::bad_request(format!("{shown} is given twice")));
            }
        }
        Ok(Self(params))
    }

    /// A text; an empty one counts as absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// `limit`: an integer of at least 1, held at `max`.
    pub(crate) fn limit(&self, default: i64, max: i64) -> Result<i64, Problem> {
        let Some(text) = self.text("limit") else { return Ok(default) };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse::<i64>() {
            Ok(limit) if digits && limit > 0 => Ok(limit.min(max)),
            // More digits than an integer holds are still a number above the limit.
            Err(_) if digits => Ok(max),
            _ => Err(Problem::bad_request("limit must be an integer of at least 1")),
        }
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, name: &str, default: bool) -> Result<bool, Problem> {
        match self.text(name) {
            None => Ok(default),
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(_) => Err(Problem::bad_request(format!("{name} must be true or false"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_cannot_be_meant() {
        let check = |query: &str, fine: bool| {
            let uri: Uri = format!("/x?{query}").parse().unwrap();
            assert_eq!(Params::of(&uri, &["q", "limit"]).is_ok(), fine, "{query}");
        };
        check("", true);
        check("q=a&limit=5", true);
        check("q=a&q=b", false);
        check("p=a", false);
        check("q=%00", false);
        check(&format!("q={}", "a".repeat(3_000)), false);
    }

    #[test]
    fn reads_limits() {
        let check = |limit: &str, expected: Option<i64>| {
            let uri: Uri = format!("/x?limit={limit}").parse().unwrap();
            let params = Params::of(&uri, &["limit"]).unwrap();
            assert_eq!(params.limit(30, 100).ok(), expected, "{limit}");
        };
        check("", Some(30));
        check("1", Some(1));
        check("101", Some(100));
        check("99999999999999999999", Some(100));
        check("0", None);
        check("-1", None);
        check("1.5", None);
        check("abc", None);
    }
}
