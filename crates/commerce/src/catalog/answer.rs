//! Answers that are kept: made of a value, and shown to who has another.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use kassa_service::Problem;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::cache::CachedAnswer;
use crate::precondition;

impl CachedAnswer {
    /// An answer that has no version of its own: its ETag is of its bytes.
    pub(crate) fn of(value: &impl Serialize) -> Result<Arc<Self>, Problem> {
        let body = json(value)?;
        let hash = Sha256::digest(&body);
        let hex: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        Ok(Arc::new(Self { etag: header(&format!("\"{hex}\""))?, body }))
    }

    /// An answer with an ETag, with its quotes, that says which version it is.
    pub(crate) fn versioned(value: &impl Serialize, etag: &str) -> Result<Arc<Self>, Problem> {
        Ok(Arc::new(Self { body: json(value)?, etag: header(etag)? }))
    }

    /// The answer, or 304 for a client who has it.
    pub(crate) fn show(&self, headers: &HeaderMap, caching: &'static str) -> Response {
        let is_known = self.etag.to_str().is_ok_and(|etag| precondition::is_known(headers, etag));
        let mut response = match is_known {
            true => Response::new(Body::empty()),
            false => Response::new(Body::from(self.body.clone())),
        };
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        response.headers_mut().insert(ETAG, self.etag.clone());
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(caching));
        response
    }
}

fn json(value: &impl Serialize) -> Result<Bytes, Problem> {
    match serde_json::to_vec(value) {
        Ok(bytes) => Ok(bytes.into()),
        Err(error) => {
            tracing::error!(%error, "cannot write an answer as JSON");
            Err(Problem::internal())
        }
    }
}

fn header(text: &str) -> Result<HeaderValue, Problem> {
    HeaderValue::from_str(text).map_err(|_| Problem::internal())
}
