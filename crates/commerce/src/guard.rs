//! Who is let in, before anything of a body is read, and what a body must be.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use kassa_access::Caller;
use kassa_service::{Problem, RawBody, RouteClass, json};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

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

/// A body that is a JSON object. serde alone would take an array with the fields in their order, too.
#[derive(Debug)]
pub(crate) struct Object<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Object<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let RawBody(bytes) = RawBody::from_request(request, state).await?;
        match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'[') => Err(Problem::invalid_json("the body must be a JSON object")),
            _ => json::parse(&bytes).map(Self),
        }
    }
}

/// The same for a field: `#[serde(deserialize_with = "object")]`.
pub(crate) fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<T, D::Error> {
    let raw = Box::<RawValue>::deserialize(from)?;
    match raw.get().starts_with('[') {
        true => Err(D::Error::custom("invalid type: array, expected an object")),
        false => serde_json::from_str(raw.get()).map_err(D::Error::custom),
    }
}
