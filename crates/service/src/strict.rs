//! Requests of the native API say nothing that is not known: a parameter or member that nobody would look at is refused,
//! because its sender means something by it. A handler takes one of
//!
//! | extractor | body | parameters |
//! |---|---|---|
//! | [`Object`] | a JSON object | none |
//! | [`OptionalObject`] | a JSON object, or none | none |
//! | [`Bare`] | none, or `{}` | none |
//!
//! or reads its parameters by a list of known names. GET, HEAD and DELETE take no body on any route below `/v1` of the
//! classes `Native` and `Storefront`; there the class's layer asks before anything else does, so that a body of any size costs
//! as much as a short one.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::Uri;
use serde::de::DeserializeOwned;

use crate::nearest::unknown;
use crate::{Problem, RawBody, body, json};

/// Bytes of a body that says nothing: no client sends more than `{}` and some spaces. Of a longer one no more is read.
const BARE_BYTES_MAX: usize = 1_024;

/// A body that is a JSON object, in a request without parameters. serde alone would take an array with the fields in
/// their order, too. `T` refuses members that it does not know by `#[serde(deny_unknown_fields)]`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Object<T>(pub T);

/// As [`Object`], of a body that may be left out: then it is `T`'s default.
#[derive(Debug, Clone, Copy, Default)]
pub struct OptionalObject<T>(pub T);

/// A request without parameters and without a body; an empty object says nothing and passes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bare;

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Object<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        no_parameters(request.uri())?;
        let RawBody(bytes) = RawBody::from_request(request, state).await?;
        object(&bytes).map(Self)
    }
}

impl<S: Sync, T: DeserializeOwned + Default> FromRequest<S> for OptionalObject<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        no_parameters(request.uri())?;
        let RawBody(bytes) = RawBody::from_request(request, state).await?;
        if bytes.iter().all(u8::is_ascii_whitespace) { Ok(Self::default()) } else { object(&bytes).map(Self) }
    }
}

fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') => Err(Problem::invalid_json("the body must be a JSON object")),
        _ => json::parse(bytes),
    }
}

impl<S: Sync> FromRequest<S> for Bare {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        no_parameters(request.uri())?;
        read_bare(request.into_body()).await.map(|()| Self)
    }
}

/// Refuses any parameter behind the `?`.
///
/// # Errors
/// 400 that names the first one.
pub fn no_parameters(uri: &Uri) -> Result<(), Problem> {
    match first_parameter(uri.query().unwrap_or("")) {
        Some(name) => Err(Problem::bad_request(unknown("parameter", &name, &[]))),
        None => Ok(()),
    }
}

/// Reads a body where none is taken: it is empty, or an empty object.
///
/// # Errors
/// 400 for any other; of a short one it names the first member.
pub(crate) async fn read_bare(body: Body) -> Result<(), Problem> {
    match body::read_short(body, BARE_BYTES_MAX).await? {
        Some(bytes) if is_bare(&bytes) => Ok(()),
        Some(bytes) => Err(body_refused(&bytes)),
        None => Err(no_body_taken()),
    }
}

fn is_bare(body: &[u8]) -> bool {
    let mut said = body.iter().filter(|byte| !byte.is_ascii_whitespace());
    matches!((said.next(), said.next(), said.next()), (None, ..) | (Some(b'{'), Some(b'}'), None))
}

/// The problem of a body where none is taken: names its first member, if it has one.
fn body_refused(body: &[u8]) -> Problem {
    match serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body) {
        Ok(members) => {
            let first = members.keys().next().map_or("", String::as_str);
            Problem::invalid_json(unknown("member", first, &[]))
        }
        Err(_) => no_body_taken(),
    }
}

fn no_body_taken() -> Problem {
    Problem::invalid_json("this route takes no body")
}

fn first_parameter(query: &str) -> Option<String> {
    let first = query.split('&').find(|part| !part.is_empty())?;
    let name = first.split('=').next().unwrap_or(first);
    let decoded = axum::http::Uri::try_from(format!("/?{name}=")).ok().and_then(|uri| {
        let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri).ok()?;
        pairs.0.into_iter().next().map(|(name, _)| name)
    });
    Some(decoded.unwrap_or_else(|| name.to_owned()))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Cancel {
        #[serde(default)]
        #[allow(dead_code, reason = "only whether it is read matters here")]
        restock: Option<bool>,
    }

    fn request(query: &str, body: &str) -> Request {
        Request::builder().uri(format!("/x{query}")).body(Body::from(body.to_owned())).unwrap()
    }

    #[tokio::test]
    async fn refuses_what_nobody_would_look_at() {
        let bare = async |query: &str, body: &str, expected: &str| {
            let said = match Bare::from_request(request(query, body), &()).await {
                Ok(Bare) => String::new(),
                Err(problem) => format!("{} {}", problem.status().as_u16(), problem.detail_text()),
            };
            assert_eq!(said, expected, "{query} {body}");
        };
        bare("", "", "").await;
        bare("?", " \n", "").await;
        bare("", " { } ", "").await;
        bare("?dry_run=true", "", r#"400 unknown parameter "dry_run": none is known here"#).await;
        bare("?&%64ry", "", r#"400 unknown parameter "dry": none is known here"#).await;
        bare("", r#"{"lines":[]}"#, r#"400 unknown member "lines": none is known here"#).await;
        bare("", "null", "400 this route takes no body").await;
        bare("", "{}{}", "400 this route takes no body").await;
        bare("", &" ".repeat(1_024), "").await;
        bare("", &format!(r#"{{"a":"{}"}}"#, "x".repeat(1_024)), "400 this route takes no body").await;
        let object = async |query: &str, body: &str, expected: &str| {
            let said = match Object::<Cancel>::from_request(request(query, body), &()).await {
                Ok(_) => String::new(),
                Err(problem) => format!("{} {}", problem.status().as_u16(), problem.detail_text()),
            };
            assert_eq!(said, expected, "{query} {body}");
        };
        object("", r#"{"restock":true}"#, "").await;
        object("?a=1", "{}", r#"400 unknown parameter "a": none is known here"#).await;
        object("", "[true]", "400 the body must be a JSON object").await;
        let meant = r#"400 unknown member "restok": did you mean "restock"? known are restock"#;
        object("", r#"{"restok":false}"#, meant).await;
    }
}
