//! Why a report is not answered, and how that looks: problem+json on native routes, `{"error":…}` on compat ones.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use kassa_eventstore::Error as StoreError;
use kassa_service::Problem;
use kassa_service::body::BodyError;
use serde_json::json;

use super::ask::Invalid;

/// Seconds after which a client may try again.
const RETRY_AFTER_SECONDS: u64 = 1;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// The question cannot be understood.
    #[error("{0}")]
    Invalid(String),
    /// Amounts of several currencies would have to be added.
    #[error("{0}")]
    MixedCurrencies(String),
    /// What is asked for does not exist, or not for this key.
    #[error("{0}")]
    NotFound(String),
    /// The key is missing, unknown, or of another kind.
    #[error("{0}")]
    Access(Problem),
    /// Too many already.
    #[error("{0}")]
    Busy(String),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Invalid> for Refusal {
    fn from(Invalid(why): Invalid) -> Self {
        Self::Invalid(why)
    }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        Self::Access(error.into())
    }
}

impl Refusal {
    /// As a problem.
    pub(crate) fn into_problem(self) -> Problem {
        match self {
            Self::Invalid(why) | Self::Store(StoreError::Invalid(why)) => {
                Problem::new(StatusCode::BAD_REQUEST, "invalid-query", "The question cannot be understood")
                    .detail(why)
            }
            Self::MixedCurrencies(why) => {
                Problem::new(StatusCode::BAD_REQUEST, "mixed_currencies", "Currencies cannot be added")
                    .detail(why)
            }
            Self::NotFound(what) => Problem::not_found(what),
            Self::Access(problem) => problem,
            Self::Busy(why) => Problem::unavailable(why, RETRY_AFTER_SECONDS),
            Self::Store(error) => store_problem(&error),
        }
    }

    /// In words, for whoever may be told no more than an answer tells.
    pub(crate) fn told(self) -> String {
        let problem = self.into_problem();
        match problem.status() {
            StatusCode::INTERNAL_SERVER_ERROR => "the error was logged".to_owned(),
            _ => words(&problem).to_owned(),
        }
    }

    /// As the compat dialects say it.
    pub(crate) fn into_compat(self) -> Response {
        let problem = self.into_problem();
        let text = match problem.status() {
            StatusCode::UNAUTHORIZED => "Unauthorized",
            _ => words(&problem),
        };
        let mut response = (problem.status(), Json(json!({"error": text}))).into_response();
        // What a problem says in headers (Retry-After, WWW-Authenticate) holds in every dialect.
        let headers = problem.into_response().headers().clone();
        for name in [RETRY_AFTER, axum::http::header::WWW_AUTHENTICATE] {
            if let Some(value) = headers.get(&name) {
                response.headers_mut().insert(name, value.clone());
            }
        }
        response
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.into_problem().into_response()
    }
}

fn words(problem: &Problem) -> &str {
    if problem.detail_text().is_empty() { problem.name() } else { problem.detail_text() }
}

fn store_problem(error: &StoreError) -> Problem {
    match error {
        StoreError::Unavailable(_) => {
            Problem::unavailable("the event store is not available just now", RETRY_AFTER_SECONDS)
        }
        StoreError::Busy(why) => Problem::unavailable(why.as_str(), RETRY_AFTER_SECONDS),
        StoreError::Timeout(seconds) => Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            "query-timeout",
            "The question takes too long to answer",
        )
        .detail(format!("interrupted after {seconds} s: ask for less time, or for fewer dimensions")),
        StoreError::Open(_) => {
            tracing::error!(%error, "cannot answer a report");
            Problem::unavailable("the event store cannot be opened", RETRY_AFTER_SECONDS)
        }
        StoreError::Invalid(_) | StoreError::Failed(_) => {
            tracing::error!(%error, "cannot answer a report");
            Problem::internal()
        }
    }
}
