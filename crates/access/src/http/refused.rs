//! What the routes refuse, and how; and the shape of their lists.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use kassa_service::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::login::LogInError;
use crate::manage_error::ManageError;

/// A refusal as the routes answer it.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) Problem);

impl From<kassa_db::Error> for Refused {
    fn from(error: kassa_db::Error) -> Self {
        tracing::warn!(%error, "the database did not answer an admin route");
        Self(Problem::unavailable("the database does not answer", 2))
    }
}

impl From<ManageError> for Refused {
    fn from(error: ManageError) -> Self {
        Self(error.into())
    }
}

impl From<LogInError> for Refused {
    fn from(error: LogInError) -> Self {
        let text = error.to_string();
        match error {
            LogInError::Wrong | LogInError::WrongPassword | LogInError::LinkEnded => {
                Self(Problem::unauthorized(text))
            }
            LogInError::Locked { seconds } => Self(Problem::too_many_requests(seconds).detail(text)),
            LogInError::NoDatabase => Self(Problem::unavailable(text, 60)),
            LogInError::Database(error) => error.into(),
        }
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

/// A list as the routes answer it.
#[derive(Serialize)]
pub(super) struct List<T> {
    pub(super) results: Vec<T>,
}

/// The path's variables; what is no UTF-8 is refused as a problem.
pub(super) struct Named<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::from_request_parts(parts, state).await;
        path.map(|Path(named)| Self(named)).map_err(|refused| Problem::bad_request(refused.body_text()))
    }
}
