//! Answers that are still to come. A handler that has read its request and has nothing left to do but to wait, for a disk
//! say, gives the waiting to the server: then nothing of the request's way through the router stays in memory meanwhile.
//! With hundreds of requests waiting, that is the difference between finding the rest in the core's cache and not.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::http::header::CONTENT_LENGTH;
use axum::response::{IntoResponse, Response};

use crate::Peer;

/// An answer that is still to come.
pub(crate) struct Later(Pin<Box<dyn Future<Output = Response> + Send>>);

impl Future for Later {
    type Output = Response;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response> {
        self.0.as_mut().poll(cx)
    }
}

impl Later {
    /// Waits for the answer and gives it the headers that the layers have given `held`, its place holder.
    pub(super) async fn instead_of(self, held: Response) -> Response {
        let mut headers = held.into_parts().0.headers;
        // The router has counted a body that is not sent.
        headers.remove(CONTENT_LENGTH);
        let mut answer = self.await;
        answer.headers_mut().extend(headers);
        answer
    }
}

impl Peer {
    /// Lets the server wait for `answer` and send it; returns what holds its place on the way out through the layers. What
    /// they add to its headers is added to the answer, and replaces what is there; what they do to its status or body is
    /// lost. A handler calls it last, and at most once. When the client goes away, `answer` is dropped.
    #[must_use]
    pub fn answer_later(&self, answer: impl Future<Output = Response> + Send + 'static) -> Response {
        self.connection.note_later(Later(Box::pin(answer)));
        ().into_response()
    }
}
