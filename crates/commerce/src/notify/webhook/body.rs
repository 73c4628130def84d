//! The bodies of `POST` and `PATCH /v1/webhooks`, checked.
//!
//! ```json
//! {"url":"https://erp.example/hooks/kassa","description":"the warehouse","event_types":["OrderConfirmed","OrderCancelled"]}
//! {"enabled":true}
//! ```

use kassa_service::Problem;
use kassa_service::nearest::unknown;
use serde::{Deserialize, Deserializer};

use super::connect::Reach;
use super::kinds;
use super::target::Target;
use crate::text;

/// The most characters of a description.
const DESCRIPTION_CHARS_MAX: usize = 255;

/// An endpoint to be made; without types it wants all.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBody {
    url: String,
    description: Option<String>,
    event_types: Option<Vec<String>>,
}

/// Parts of an endpoint: what is absent stays, null empties.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PartBody {
    #[serde(deserialize_with = "given")]
    url: Option<String>,
    #[serde(deserialize_with = "given")]
    description: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    event_types: Option<Option<Vec<String>>>,
    #[serde(deserialize_with = "given")]
    enabled: Option<bool>,
}

/// `{"keep_hours":24}`: for so long the secret before signs as well.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RotateBody {
    pub(super) keep_hours: Option<u32>,
}

/// An endpoint to be made.
#[derive(Debug, Clone)]
pub(super) struct NewEndpoint {
    pub(super) url: String,
    pub(super) description: Option<String>,
    pub(super) event_types: Option<Vec<String>>,
}

/// What is to change of an endpoint.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) url: Option<String>,
    pub(super) description: Option<Option<String>>,
    pub(super) event_types: Option<Option<Vec<String>>>,
    pub(super) enabled: Option<bool>,
}

impl NewBody {
    pub(super) fn checked(self, reach: Reach) -> Result<NewEndpoint, Problem> {
        let Self { url, description, event_types } = self;
        Ok(NewEndpoint {
            url: address(url, reach)?,
            description: described(description)?,
            event_types: types(event_types)?,
        })
    }
}

impl PartBody {
    pub(super) fn checked(self, reach: Reach) -> Result<Change, Problem> {
        let Self { url, description, event_types, enabled } = self;
        Ok(Change {
            url: url.map(|url| address(url, reach)).transpose()?,
            description: description.map(described).transpose()?,
            event_types: event_types.map(types).transpose()?,
            enabled,
        })
    }
}

/// A member that is there.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// What may be said of an address before its name is resolved.
fn address(url: String, reach: Reach) -> Result<String, Problem> {
    let bad = |why: &str| Problem::bad_request(format!("url {why}"));
    let target = Target::parse(&url).map_err(|why| bad(&why))?;
    match target.address().and_then(reach.judge()) {
        Some(what) => Err(bad(&format!("has an address that is {what}: nothing is sent there"))),
        None => Ok(url),
    }
}

fn described(given: Option<String>) -> Result<Option<String>, Problem> {
    let Some(given) = given else { return Ok(None) };
    let line = text::trimmed(&given);
    if line.chars().count() > DESCRIPTION_CHARS_MAX {
        return Err(Problem::bad_request(format!(
            "description has at most {DESCRIPTION_CHARS_MAX} characters"
        )));
    }
    if line.chars().any(char::is_control) {
        return Err(Problem::bad_request("description contains control characters"));
    }
    Ok(text::is_visible(line).then(|| line.to_owned()))
}

/// Each once, in the order in which there are some.
fn types(given: Option<Vec<String>>) -> Result<Option<Vec<String>>, Problem> {
    let Some(given) = given else { return Ok(None) };
    let known: Vec<&str> = kinds::names().collect();
    if let Some(other) = given.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(Problem::bad_request(unknown("event type", other, &known)));
    }
    if given.is_empty() {
        return Err(Problem::bad_request(
            "event_types names none: leave it out for all, or set enabled to false",
        ));
    }
    let wanted = known.into_iter().filter(|name| given.iter().any(|wanted| wanted == name));
    Ok(Some(wanted.map(str::to_owned).collect()))
}
