//! Who is let in, before anything of a body is read.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use kassa_access::Caller;
use kassa_service::{Problem, RouteClass};

use std::sync::Arc;

use crate::Shop;

/// A caller whom a route of class `Native` lets in. What the caller may do there is the handler's question.
#[derive(Debug)]
pub(crate) struct Admitted(pub(crate) Caller);

impl FromRequestParts<Arc<Shop>> for Admitted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Problem> {
        let caller = shop.access.authorize(&parts.headers, RouteClass::Native)?;
        Ok(Self(caller))
    }
}
