//! Whose routes these are, and what a body must be.

use axum::extract::{FromRequest, Request};
use kassa_access::{Access, Guarded};
use kassa_service::{Problem, RawBody, json};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::Shop;

/// The shop is one site's: a key that is limited to another finds nothing in it.
impl Guarded for Shop {
    fn access(&self) -> &Access {
        &self.access
    }

    fn site(&self) -> Option<&str> {
        Some(&self.options.site)
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
