//! Answers that are held back. A handler that has read its request and knows its answer, but may not give it before
//! something is done (a disk has written, say), leaves the waiting to the server: then nothing of the request's way through
//! the router stays in memory meanwhile. With hundreds of requests waiting, that is the difference between finding the
//! rest in the core's cache and not.

use std::pin::Pin;

use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// What an answer waits for.
pub(crate) struct Until(Pin<Box<dyn Future<Output = Result<(), Problem>> + Send>>);

impl Until {
    pub(crate) fn new(until: impl Future<Output = Result<(), Problem>> + Send + 'static) -> Self {
        Self(Box::pin(until))
    }

    /// Gives `held` once it may be sent, or the problem in its place, with the headers of `held` that are not its body's.
    pub(super) async fn release(self, held: Response) -> Response {
        match self.0.await {
            Ok(()) => held,
            Err(problem) => instead_of(held, problem),
        }
    }
}

fn instead_of(held: Response, problem: Problem) -> Response {
    let mut headers = held.into_parts().0.headers;
    // These speak of the body that is not sent.
    headers.remove(CONTENT_LENGTH);
    headers.remove(CONTENT_TYPE);
    let mut answer = problem.into_response();
    answer.headers_mut().extend(headers);
    answer
}
