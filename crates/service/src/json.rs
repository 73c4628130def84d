//! JSON in and out: a body that cannot be read is a problem with a clear sentence, never a plain-text refusal.

use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::nearest::unknown;
use crate::{Problem, body, wording};

/// Extracts a JSON body, and answers with one.
///
/// Whether the `Content-Type` must be JSON is the route class's business (415 there); here it is not consulted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Json<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let bytes = body::read(request.into_body()).await?;
        parse(&bytes).map(Self)
    }
}

/// Parses `bytes` as JSON.
///
/// # Errors
/// A 400 problem that says what was expected and where.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        _ if bytes.is_empty() => Problem::invalid_json("the body is empty"),
        serde_json::error::Category::Data => Problem::invalid_json(explain(&error)),
        _ => Problem::invalid_json(format!("not JSON: {error}")),
    })
}

/// What a JSON parser says, without the names of types of this program; of a member that is not known also the one that
/// was probably meant.
pub fn explain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    unknown_member(&text).unwrap_or_else(|| wording::plain(&text))
}

/// serde's sentence about a member that is not known, with the one that was probably meant; `None` for any other
/// sentence. serde quotes names by backticks: ``unknown field `a`, expected `b` or `c` ``.
fn unknown_member(text: &str) -> Option<String> {
    let rest = text.strip_prefix("unknown field `")?;
    let end = rest.rfind("`, expected ").or_else(|| rest.rfind("`, there are no fields"))?;
    let known: Vec<&str> = rest[end + 1..].split('`').skip(1).step_by(2).collect();
    Some(unknown("member", &rest[..end], &known))
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(bytes) => {
                let content_type = HeaderValue::from_static("application/json");
                ([(CONTENT_TYPE, content_type)], bytes).into_response()
            }
            Err(error) => {
                tracing::error!(%error, "cannot write an answer as JSON");
                Problem::internal().into_response()
            }
        }
    }
}

/// Whether `Content-Type` is `application/json` or `application/<anything>+json`, with any parameters.
pub fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(value)) = headers.get(CONTENT_TYPE).map(HeaderValue::to_str) else { return false };
    let essence = value.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let check = |bytes: &[u8], expected: &str| {
            let problem = parse::<std::collections::BTreeMap<String, u8>>(bytes).unwrap_err();
            assert_eq!(problem.status(), 400);
            assert!(problem.detail_text().contains(expected), "{}", problem.detail_text());
        };
        check(b"", "the body is empty");
        check(b"{", "not JSON: EOF");
        check(br#"{"a":"b"}"#, "invalid type: string");
        check(br#"{"a":300}"#, "expected a whole number from 0 to 255");
        assert!(parse::<Vec<u8>>(b"[1,2]").is_ok());
    }

    #[test]
    fn names_the_member_that_was_meant() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(unknown_member(text).as_deref(), expected, "{text}");
        };
        let both = Some(r#"unknown member "quantty": did you mean "quantity"? known are sku, quantity"#);
        check("unknown field `quantty`, expected `sku` or `quantity` at line 1 column 9", both);
        let odd = Some(r#"unknown member "a`, expected `b": known are sku"#);
        check("unknown field `a`, expected `b`, expected `sku` at line 1 column 9", odd);
        let none = Some(r#"unknown member "x": none is known here"#);
        check("unknown field `x`, there are no fields at line 1 column 2", none);
        check("missing field `sku` at line 1 column 2", None);
    }

    #[test]
    fn knows_json_content_types() {
        let check = |text: &'static str, expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(text));
            assert_eq!(is_json(&headers), expected, "{text}");
        };
        check("application/json", true);
        check("Application/JSON; charset=utf-8", true);
        check("application/merge-patch+json", true);
        check("text/plain", false);
        check("text/json", false);
        check("application/jsonp", false);
        assert!(!is_json(&HeaderMap::new()));
    }
}
