//! Answers as they are kept and sent again, and what a repeat gets where there is none.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kassa_service::Problem;
use serde::Serialize;

/// The header that tells a repeated answer from a first one.
pub(crate) const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// An answer as it is kept and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// Headers, `content-type` among them; lower-case names.
    pub(crate) headers: Vec<(String, String)>,
    /// The body's text.
    pub(crate) body: String,
    /// The order that it is about.
    pub(crate) order_id: Option<String>,
}

impl Answer {
    /// Where what was made is.
    pub(crate) fn location(&self) -> Option<&str> {
        self.headers.iter().find(|(name, _)| name == "location").map(|(_, place)| place.as_str())
    }
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It ran, and this is its answer.
    Fresh(Answer),
    /// It ran before, and this was its answer.
    Replayed(Answer),
    /// The first with this key still runs: 409 with `Retry-After`.
    InFlight,
    /// The key belongs to another request: 422.
    Reused,
}

/// Whether an answer of this status is kept.
pub(crate) fn is_kept(status: u16) -> bool {
    matches!(status, 200..=299 | 404 | 422)
}

impl Answer {
    /// A JSON answer.
    pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Self {
        // Answers are structs with named fields, which serde_json always writes.
        let body = serde_json::to_string(body).unwrap_or_default();
        Self::new(status, "application/json", body)
    }

    /// A problem as an answer, without headers of its own.
    pub(crate) fn problem(problem: &Problem) -> Self {
        Self::new(problem.status(), "application/problem+json", problem.to_json().to_string())
    }

    /// An answer of this media type.
    pub(crate) fn new(status: StatusCode, content_type: &str, body: String) -> Self {
        let headers = vec![(CONTENT_TYPE.as_str().to_owned(), content_type.to_owned())];
        Self { status: status.as_u16(), headers, body, order_id: None }
    }

    /// About this order.
    #[must_use]
    pub(crate) fn about(self, order_id: &str) -> Self {
        Self { order_id: Some(order_id.to_owned()), ..self }
    }

    /// The answer to a repeat whose first answer is no longer kept: marked as one.
    #[must_use]
    pub(crate) fn replayed(self) -> Self {
        self.header(IDEMPOTENT_REPLAYED.as_str(), "true")
    }

    /// With another header; `name` in lower case.
    #[must_use]
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in self.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

impl Outcome {
    /// The problem of an outcome that has no answer of its own; the old dialects shape theirs.
    pub(crate) fn refusal(&self) -> Option<Problem> {
        match self {
            Self::Fresh(_) | Self::Replayed(_) => None,
            Self::InFlight => Some(in_flight()),
            Self::Reused => Some(reused()),
        }
    }
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        match self {
            Self::Fresh(answer) => answer.into_response(),
            Self::Replayed(answer) => {
                let mut response = answer.into_response();
                response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
                response
            }
            Self::InFlight => in_flight().into_response(),
            Self::Reused => reused().into_response(),
        }
    }
}

/// 409: the first request with this key has no answer yet.
pub(crate) fn in_flight() -> Problem {
    Problem::new(StatusCode::CONFLICT, "request-in-flight", "The first request with this key still runs")
        .detail("repeat it with the same Idempotency-Key")
        .header(RETRY_AFTER, "1")
}

/// 422: the key belongs to another request.
pub(crate) fn reused() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "idempotency-key-reused",
        "The Idempotency-Key belongs to another request",
    )
    .detail("this key was first sent with another body or to another route")
}
