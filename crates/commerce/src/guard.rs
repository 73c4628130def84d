//! Whose routes these are, and what a body must be.

use kassa_access::{Access, Guarded};
pub(crate) use kassa_service::Object;
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

/// [`Object`] for a field: `#[serde(deserialize_with = "object")]`.
pub(crate) fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<T, D::Error> {
    let raw = Box::<RawValue>::deserialize(from)?;
    match raw.get().starts_with('[') {
        true => Err(D::Error::custom("invalid type: array, expected an object")),
        false => serde_json::from_str(raw.get()).map_err(D::Error::custom),
    }
}
