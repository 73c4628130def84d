//! Texts that somebody typed, and what they must not hold.

use kassa_service::Problem;

use crate::text;

/// A text without spaces around it; an empty one counts as absent.
pub(super) fn trimmed(
    field: &str,
    text: Option<String>,
    bytes_max: usize,
) -> Result<Option<String>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let text = text::trimmed(&text);
    if text.len() > bytes_max {
        return Err(Problem::bad_request(format!("{field} has at most {bytes_max} bytes")));
    }
    if text.chars().any(char::is_control) {
        return Err(Problem::bad_request(format!("{field} contains control characters")));
    }
    visible(field, text)
}

/// The same of at most so many characters.
pub(super) fn short(field: &str, text: Option<String>, chars_max: usize) -> Result<Option<String>, Problem> {
    let text = trimmed(field, text, chars_max * 4)?;
    match text.as_ref().is_some_and(|text| text.chars().count() > chars_max) {
        true => Err(Problem::bad_request(format!("{field} has at most {chars_max} characters"))),
        false => Ok(text),
    }
}

/// A text of several lines, which end as they do everywhere.
pub(super) fn lines(field: &str, text: Option<String>, chars_max: usize) -> Result<Option<String>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text::trimmed(&text);
    if text.chars().count() > chars_max {
        return Err(Problem::bad_request(format!("{field} has at most {chars_max} characters")));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(Problem::bad_request(format!("{field} contains control characters")));
    }
    visible(field, text)
}

fn visible(field: &str, text: &str) -> Result<Option<String>, Problem> {
    match text.is_empty() || text::is_visible(text) {
        true => Ok((!text.is_empty()).then(|| text.to_owned())),
        false => Err(Problem::bad_request(format!("{field} needs a character that shows"))),
    }
}
