//! The tag of a language (RFC 5646), as a client says it: whether there are texts in it is another matter.

use kassa_service::Problem;

use crate::text;

/// Bytes of a tag.
const BYTES_MAX: usize = 35;

/// A tag such as `de` or `de-AT`; an empty one counts as absent.
///
/// # Errors
/// 400 for what is none.
pub(crate) fn tag(field: &str, said: Option<String>) -> Result<Option<String>, Problem> {
    let Some(said) = said else { return Ok(None) };
    let tag = text::trimmed(&said);
    let is_tag = tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match is_tag && tag.len() <= BYTES_MAX {
        true => Ok((!tag.is_empty()).then(|| tag.to_owned())),
        false => Err(Problem::bad_request(format!("{field} must be the tag of a language such as de"))),
    }
}

#[cfg(test)]
mod tests {
    use super::tag;

    #[test]
    fn knows_a_tag() {
        let check = |said: &str, expected: Option<Option<&str>>| {
            let found = tag("language", Some(said.to_owned())).ok();
            assert_eq!(found.as_ref().map(Option::as_deref), expected, "{said:?}");
        };
        check("de", Some(Some("de")));
        check(" de-AT ", Some(Some("de-AT")));
        check("", Some(None));
        check("../de", None);
        check("d e", None);
        check("de\n", Some(Some("de")));
        check("d\u{0}e", None);
        check(&"d".repeat(36), None);
    }
}
