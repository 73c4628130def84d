//! The members of a body, taken one by one: what is left over at the end is not known.

use kassa_model::Timestamp;
use serde_json::{Map, Value};

use super::super::ask::Invalid;
use super::super::json::{kind, known_keys};

/// The most characters of a name.
const NAME_CHARS_MAX: usize = 100;

/// What a body has.
#[derive(Debug)]
pub(crate) struct Members(Map<String, Value>);

impl Members {
    /// Those of `body`, all of which are `known`.
    pub(crate) fn of(body: Map<String, Value>, known: &[&str]) -> Result<Self, Invalid> {
        known_keys("member", &body, known)?;
        Ok(Self(body))
    }

    /// Any value; null counts as absent.
    pub(crate) fn any(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// Any value that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&Value, Invalid> {
        self.any(name).ok_or_else(|| Invalid(format!("{name} is required")))
    }

    /// A text of 1 to `most` characters, none of them a control character, if it is there.
    pub(crate) fn text(&self, name: &str, most: usize) -> Result<Option<&str>, Invalid> {
        let Some(value) = self.any(name) else { return Ok(None) };
        let text = value.as_str().filter(|text| (1..=most).contains(&text.chars().count()));
        match text.filter(|text| !text.chars().any(char::is_control) && !text.trim().is_empty()) {
            Some(text) => Ok(Some(text)),
            None => Invalid::because(format!(
                "{name} is a text of 1 to {most} characters, none of them a control character"
            )),
        }
    }

    /// Its name.
    pub(crate) fn name(&self) -> Result<String, Invalid> {
        self.text("name", NAME_CHARS_MAX)?
            .map(str::to_owned)
            .ok_or_else(|| Invalid("name is required".to_owned()))
    }

    /// True or false.
    pub(crate) fn flag(&self, name: &str, default: bool) -> Result<bool, Invalid> {
        match self.any(name) {
            None => Ok(default),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Invalid::because(format!("{name} must be true or false, not {}", kind(other))),
        }
    }

    /// A whole number within these bounds, if it is there.
    pub(crate) fn whole(
        &self,
        name: &str,
        within: std::ops::RangeInclusive<i64>,
    ) -> Result<Option<i64>, Invalid> {
        let Some(value) = self.any(name) else { return Ok(None) };
        match value.as_i64().filter(|number| within.contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Invalid::because(format!(
                "{name} must be a whole number from {} to {}",
                within.start(),
                within.end()
            )),
        }
    }

    /// A time of RFC 3339, if it is there.
    pub(crate) fn time(&self, name: &str) -> Result<Option<Timestamp>, Invalid> {
        let Some(value) = self.any(name) else { return Ok(None) };
        match value.as_str().and_then(|text| text.parse::<Timestamp>().ok()) {
            Some(time) if time.micros() >= 0 => Ok(Some(time)),
            _ => Invalid::because(format!("{name} must be a time such as 2026-11-29T10:00:00Z")),
        }
    }
}
