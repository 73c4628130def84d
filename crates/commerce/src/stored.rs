//! JSON in a column of the shop's database.

use kassa_db::Error;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The text of `value`.
pub(crate) fn to_json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Invalid(format!("cannot write JSON: {error}")))
}

/// What a stored text says.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| Error::Invalid(format!("cannot read stored JSON: {error}")))
}
