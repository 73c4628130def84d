//! The one error answer of the native API: RFC 9457 problem details as `application/problem+json`.
//!
//! ```json
//! {"type":"/errors/not-found","title":"Not found","status":404,"detail":"no route for GET /nope"}
//! ```
//! `type` is stable: programs branch on it, and docs/api.md explains each.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

/// The media type of the answer.
pub const CONTENT_TYPE_PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");

/// An error as the client sees it.
#[derive(Debug, Clone)]
pub struct Problem {
    name: &'static str,
    title: &'static str,
    status: StatusCode,
    detail: String,
    extras: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem of the type `/errors/<name>`; `title` is the same for every occurrence of that type.
    pub fn new(status: StatusCode, name: &'static str, title: &'static str) -> Self {
        Self { name, title, status, detail: String::new(), extras: Map::new(), headers: Vec::new() }
    }

    /// Says what is wrong with this request in particular.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Adds a member for programs, such as `errors` or `limit`.
    #[must_use]
    pub fn extra(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extras.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a header to the answer; one that no header can hold is left out.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable name: the last part of `type`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What is wrong with this request in particular; may be empty.
    pub fn detail_text(&self) -> &str {
        &self.detail
    }

    /// 400 `/errors/bad-request`.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "Bad request").detail(detail)
    }

    /// 400 `/errors/invalid-json`.
    pub fn invalid_json(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid-json", "The body is not the JSON that was expected")
            .detail(detail)
    }

    /// 401 `/errors/unauthorized`, with the `WWW-Authenticate` that RFC 9110 demands.
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "A valid key is required")
            .detail(detail)
            .header(WWW_AUTHENTICATE, "Bearer realm=\"kassa\"")
    }

    /// 403 `/errors/forbidden`.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed").detail(detail)
    }

    /// 404 `/errors/not-found`.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found").detail(detail)
    }

    /// 405 `/errors/method-not-allowed`; the router adds `Allow`.
    pub fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Method not allowed")
            .detail("the header Allow names the methods that this path takes")
    }

    /// 408 `/errors/timeout`.
    pub fn timeout(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "timeout", "The request took too long to arrive")
            .detail(detail)
    }

    /// 409 `/errors/conflict`.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "Conflict").detail(detail)
    }

    /// 413 `/errors/body-too-large`; `limit_bytes` is what would be taken.
    pub fn body_too_large(limit_bytes: usize) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large")
            .detail(format!("a body has at most {limit_bytes} bytes"))
            .extra("limit_bytes", limit_bytes)
    }

    /// 415 `/errors/unsupported-media-type`.
    pub fn unsupported_media_type(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "Unsupported media type")
            .detail(detail)
    }

    /// 429 `/errors/too-many-requests` with `Retry-After`.
    pub fn too_many_requests(retry_after_seconds: u64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests")
            .header(RETRY_AFTER, &retry_after_seconds.to_string())
    }

    /// 500 `/errors/internal`. The cause belongs into the log, not into the answer.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error")
            .detail("the error was logged; its request id is in X-Request-Id")
    }

    /// 503 `/errors/unavailable` with `Retry-After`.
    pub fn unavailable(detail: impl Into<String>, retry_after_seconds: u64) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available just now")
            .detail(detail)
            .header(RETRY_AFTER, &retry_after_seconds.to_string())
    }

    /// The members of the answer, in RFC 9457's order.
    pub fn to_json(&self) -> Value {
        let mut members = Map::new();
        members.insert("type".to_owned(), format!("/errors/{}", self.name).into());
        members.insert("title".to_owned(), self.title.into());
        members.insert("status".to_owned(), self.status.as_u16().into());
        if !self.detail.is_empty() {
            members.insert("detail".to_owned(), self.detail.as_str().into());
        }
        members.extend(self.extras.iter().map(|(name, value)| (name.clone(), value.clone())));
        Value::Object(members)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.status.as_u16(), self.name, self.detail)
    }
}

impl std::error::Error for Problem {}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.to_json().to_string()));
        *response.status_mut() = self.status;
        response.headers_mut().insert(CONTENT_TYPE, CONTENT_TYPE_PROBLEM);
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// The handler for `Router::fallback`: 404 as JSON, never a page.
pub async fn not_found(request: Request) -> Problem {
    let path: String = request.uri().path().chars().take(200).collect();
    Problem::not_found(format!("no route for {} {path}", request.method()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_members_of_rfc_9457() {
        let problem = Problem::body_too_large(10).extra("got_bytes", 11);
        assert_eq!(
            problem.to_json(),
            serde_json::json!({"type":"/errors/body-too-large","title":"The body is too large","status":413,
                "detail":"a body has at most 10 bytes","limit_bytes":10,"got_bytes":11})
        );
        let response = Problem::unauthorized("no key").into_response();
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert_eq!(response.headers()["www-authenticate"], "Bearer realm=\"kassa\"");
        assert_eq!(Problem::unavailable("log full", 5).into_response().headers()["retry-after"], "5");
    }
}
