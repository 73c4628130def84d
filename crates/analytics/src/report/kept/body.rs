//! A body that is a JSON object, in a request without parameters.

use axum::extract::Request;
use kassa_service::body;
use serde_json::{Map, Value};

use crate::report::ask::Invalid;
use crate::report::json::Strict;
use crate::report::params::Params;
use crate::report::refusal::Refusal;

/// Reads it.
///
/// # Errors
/// 400 for anything else.
pub(crate) async fn object(request: Request) -> Result<Map<String, Value>, Refusal> {
    Params::of(request.uri(), &[])?;
    let bytes = body::read(request.into_body()).await?;
    let parsed = serde_json::from_slice(&bytes);
    let Strict(value) = parsed.map_err(|error| Invalid(format!("the body is no JSON: {error}")))?;
    match value {
        Value::Object(map) => Ok(map),
        _ => Err(Invalid("the body must be a JSON object".to_owned()).into()),
    }
}
