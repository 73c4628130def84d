//! Request bodies within bounds: at most so many bytes, all of them by a deadline, whoever reads them.

use std::error::Error as StdError;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::time::Sleep;

use crate::Problem;
use crate::http::connection::{Connection, Limits};

/// Why a body could not be read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// More bytes than the limit.
    #[error("the body has more than {limit_bytes} bytes")]
    TooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// Not all there within the time that a body has.
    #[error("the body was not there within {0:?}")]
    TooSlow(Duration),
    /// Cut off, or broken framing.
    #[error("the body ended early or is broken")]
    Broken,
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge { limit_bytes } => Self::body_too_large(limit_bytes),
            BodyError::TooSlow(_) => Self::timeout(error.to_string()),
            BodyError::Broken => Self::bad_request(error.to_string()),
        }
    }
}

/// The body of a request as handlers get it from our server: it fails with [`BodyError`] beyond its bounds.
pub(crate) struct Bounded {
    incoming: Incoming,
    left: usize,
    limit_bytes: usize,
    timeout: Duration,
    /// Made at the first wait: nearly every body arrives with its head and needs no timer.
    deadline: Option<Pin<Box<Sleep>>>,
    /// Told of waits, so that a stop does not wait along.
    connection: Arc<Connection>,
    awaited: bool,
}

impl Bounded {
    /// The body of a request at `path` on `connection`, by whose limits it goes.
    pub(crate) fn new(incoming: Incoming, connection: Arc<Connection>, path: &str) -> Self {
        let Limits { body_bytes_max: limit_bytes, body_timeout: timeout } = connection.body_limits(path);
        let awaited = false;
        Self { incoming, left: limit_bytes, limit_bytes, timeout, deadline: None, connection, awaited }
    }

    fn note(&mut self, awaited: bool) {
        if self.awaited != awaited {
            self.awaited = awaited;
            self.connection.note_body(awaited);
        }
    }
}

impl Drop for Bounded {
    fn drop(&mut self) {
        self.note(false);
    }
}

impl HttpBody for Bounded {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        let polled = Pin::new(&mut this.incoming).poll_frame(cx);
        this.note(polled.is_pending());
        match polled {
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                let Some(left) = this.left.checked_sub(bytes) else {
                    return Poll::Ready(Some(Err(BodyError::TooLarge { limit_bytes: this.limit_bytes })));
                };
                this.left = left;
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(_))) => Poll::Ready(Some(Err(BodyError::Broken))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => {
                let timeout = this.timeout;
                let deadline = this.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
                ready!(deadline.as_mut().poll(cx));
                Poll::Ready(Some(Err(BodyError::TooSlow(timeout))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// The whole body of `request`, within the server's bounds.
///
/// # Errors
/// [`BodyError`], which is a [`Problem`] of status 413, 408 or 400.
pub async fn read(body: Body) -> Result<Bytes, BodyError> {
    let mut body = body;
    let first = match next_data(&mut body).await? {
        None => return Ok(Bytes::new()),
        Some(first) => first,
    };
    // Most bodies are one frame, which then needs no copy.
    let Some(second) = next_data(&mut body).await? else { return Ok(first) };
    let mut all = BytesMut::with_capacity((first.len() + second.len()) * 2);
    all.extend_from_slice(&first);
    all.extend_from_slice(&second);
    while let Some(more) = next_data(&mut body).await? {
        all.extend_from_slice(&more);
    }
    Ok(all.freeze())
}

/// The whole body if it has at most `bytes_max` bytes; `None` for a longer one, whose rest is not waited for.
///
/// # Errors
/// As [`read`].
pub async fn read_short(body: Body, bytes_max: usize) -> Result<Option<Bytes>, BodyError> {
    if body.size_hint().lower() > bytes_max as u64 {
        return Ok(None);
    }
    let (mut body, mut all) = (body, BytesMut::new());
    while let Some(more) = next_data(&mut body).await? {
        if all.len() + more.len() > bytes_max {
            return Ok(None);
        }
        all.extend_from_slice(&more);
    }
    Ok(Some(all.freeze()))
}

async fn next_data(body: &mut Body) -> Result<Option<Bytes>, BodyError> {
    loop {
        if body.is_end_stream() {
            return Ok(None);
        }
        match body.frame().await {
            None => return Ok(None),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
            Some(Err(error)) => return Err(cause(&error)),
        }
    }
}

/// The [`BodyError`] inside of axum's wrapping.
fn cause(error: &axum::Error) -> BodyError {
    let mut source: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = source {
        if let Some(found) = error.downcast_ref::<BodyError>() {
            return *found;
        }
        source = error.source();
    }
    BodyError::Broken
}

/// Extracts the body's bytes, whatever the `Content-Type`. Use it in place of [`Bytes`], whose own limit is 2 MB and
/// whose refusals are plain text.
#[derive(Debug, Clone, Default)]
pub struct RawBody(pub Bytes);

impl<S: Sync> FromRequest<S> for RawBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        Ok(Self(read(request.into_body()).await?))
    }
}
