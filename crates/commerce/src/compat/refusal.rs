//! Who is let in by a dialect, and how it says no: the same statuses and headers as everywhere, in the dialect's words.
//!
//! ```json
//! {"error":"Game not found"}
//! {"success":false,"error":"Order not found","message":"no order 7"}
//! ```
//! The first is A's and C's, the second D's.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use kassa_access::{Access, Caller, Denied, Guarded, Need};
use kassa_service::{Permit, Problem};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::idempotency::Answer;
use crate::refuse::problem_of;
use crate::shop::Shop;

/// A dialect: whom it lets in, and how it says no.
pub(super) trait Dialect: Send + Sync + 'static {
    /// Its letters in `compat.open`: any of them lets its callers in.
    const LETTERS: &'static [&'static str];

    /// Decides who is calling.
    fn admit(access: &Access, parts: &Parts) -> Result<Caller, Denied> {
        access.admit_compat(parts, Self::LETTERS)
    }

    /// The body of an answer that says no.
    fn no(refusal: &Refusal<Self>) -> Answer
    where
        Self: Sized;
}

/// An answer that says no.
#[derive(Debug)]
pub(super) struct Refusal<L> {
    status: StatusCode,
    error: Cow<'static, str>,
    detail: String,
    more: Map<String, Value>,
    headers: Vec<(&'static str, String)>,
    dialect: PhantomData<L>,
}

impl<L: Dialect> Refusal<L> {
    /// `error` is what programs look at.
    pub(super) fn new(status: StatusCode, error: impl Into<Cow<'static, str>>) -> Self {
        let (detail, more, headers) = (String::new(), Map::new(), Vec::new());
        Self { status, error: error.into(), detail, more, headers, dialect: PhantomData }
    }

    /// 400.
    pub(super) fn bad(error: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    /// Says more to people, where the dialect has room for it.
    pub(super) fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// Says more to programs, where the dialect has room for it.
    pub(super) fn extra(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// The same under another name.
    pub(super) fn named(self, error: &'static str) -> Self {
        Self { error: error.into(), ..self }
    }

    /// As an answer that can be kept.
    pub(super) fn answer(&self) -> Answer {
        let answer = L::no(self);
        self.headers.iter().fold(answer, |answer, (name, value)| answer.header(name, value))
    }
}

impl<L: Dialect> IntoResponse for Refusal<L> {
    fn into_response(self) -> Response {
        self.answer().into_response()
    }
}

impl<L: Dialect> From<Problem> for Refusal<L> {
    fn from(problem: Problem) -> Self {
        let error: Cow<'static, str> = match problem.status() {
            StatusCode::UNAUTHORIZED => "Unauthorized".into(),
            // What to set is said in every dialect, also where there is room for one sentence only.
            StatusCode::FORBIDDEN if problem.name() == "forwarded" => problem.detail_text().to_owned().into(),
            StatusCode::FORBIDDEN => "Forbidden".into(),
            StatusCode::NOT_FOUND => "Not found".into(),
            StatusCode::PAYLOAD_TOO_LARGE => "Body too large".into(),
            StatusCode::TOO_MANY_REQUESTS => "Too many requests".into(),
            StatusCode::SERVICE_UNAVAILABLE => "Service unavailable".into(),
            StatusCode::INTERNAL_SERVER_ERROR => "Internal server error".into(),
            _ => problem.name().into(),
        };
        let mut refusal = Self::new(problem.status(), error).detail(problem.detail_text());
        let headers = problem.into_response().into_parts().0.headers;
        for name in [RETRY_AFTER, WWW_AUTHENTICATE] {
            if let Some(value) = headers.get(&name).and_then(|value| value.to_str().ok()) {
                let name = if name == RETRY_AFTER { "retry-after" } else { "www-authenticate" };
                refusal.headers.push((name, value.to_owned()));
            }
        }
        refusal
    }
}

impl<L: Dialect> From<kassa_db::Error> for Refusal<L> {
    fn from(error: kassa_db::Error) -> Self {
        problem_of(&error).into()
    }
}

/// A caller whom the dialect lets in, and who may do what `N` is for in this shop; decided before anything of a body is
/// read.
#[derive(Debug)]
pub(super) struct Allowed<L, N>(pub(super) Caller, pub(super) PhantomData<(L, N)>);

impl<L: Dialect, N: Need> Permit for Allowed<L, N> {}

impl<L: Dialect, N: Need> FromRequestParts<Arc<Shop>> for Allowed<L, N> {
    type Rejection = Refusal<L>;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Refusal<L>> {
        let caller = L::admit(&shop.access, parts).map_err(Problem::from)?;
        caller.require_by_dialect(N::SCOPE)?;
        caller.require_shop(shop.site())?;
        Ok(Self(caller, PhantomData))
    }
}

/// A caller whom the dialect lets in, whatever its key is for: where nothing of the shop is shown.
#[derive(Debug)]
pub(super) struct Known<L>(PhantomData<L>);

impl<L: Dialect> Permit for Known<L> {}

impl<L: Dialect> FromRequestParts<Arc<Shop>> for Known<L> {
    type Rejection = Refusal<L>;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Refusal<L>> {
        L::admit(&shop.access, parts).map_err(Problem::from)?;
        Ok(Self(PhantomData))
    }
}

#[derive(Serialize)]
struct Short<'a> {
    error: &'a str,
}

#[derive(Serialize)]
struct Long<'a> {
    success: bool,
    error: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    message: &'a str,
    #[serde(flatten)]
    more: &'a Map<String, Value>,
}

/// Says no in one sentence.
pub(super) fn short<L>(refusal: &Refusal<L>) -> Answer {
    Answer::json(refusal.status, &Short { error: &refusal.error })
}

/// Says no to programs and, where there is more to say, to people.
pub(super) fn long<L>(refusal: &Refusal<L>) -> Answer {
    let Refusal { error, detail, more, .. } = refusal;
    Answer::json(refusal.status, &Long { success: false, error, message: detail, more })
}
