//! Templates: texts with places for values.
//!
//! ```text
//! Hello {{customer.name}}! {{#items}}{{quantity}} × {{name}} {{/items}}{{^items}}Nothing.{{/items}}
//! ```
//! `{{a.b}}` is a value; `{{#a}}…{{/a}}` is there once for each element of a list, or once if there is something else; `{{^a}}…{{/a}}`
//! is there if there is nothing. A value is only ever a value: it is escaped in HTML, and what looks like a place in it is none. A
//! template reaches nothing but the values that it is given: it names no file and calls nothing.

use serde_json::Value;

/// How deep parts may lie in parts.
const DEPTH_MAX: usize = 8;
/// Bytes of what may be written.
const WRITTEN_BYTES_MAX: usize = 1 << 20;

/// Into what values are put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Into {
    Text,
    Html,
}

/// Why nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    #[error("a place begins with {{{{ and does not end: {0}")]
    Open(String),
    #[error("a part begins and does not end, or ends and does not begin: {0}")]
    Part(String),
    #[error("its parts lie deeper than {DEPTH_MAX} in each other")]
    Depth,
    #[error("it writes more than {WRITTEN_BYTES_MAX} bytes")]
    Size,
}

impl Error {
    /// The line of `template`, from 0, on which it is; nothing where it is of the whole.
    pub(super) fn line_in(&self, template: &str) -> Option<usize> {
        let at = match self {
            Self::Open(rest) => template.rfind(rest.as_str())?,
            Self::Part(name) => {
                let name = name.trim_start_matches('/').trim();
                ["{{#", "{{^", "{{/"].iter().find_map(|mark| template.find(&format!("{mark}{name}")))?
            }
            Self::Depth | Self::Size => return None,
        };
        Some(template[..at].matches('\n').count())
    }
}

/// Writes `template` with these values.
pub(crate) fn write(template: &str, values: &Value, into: Into) -> Result<String, Error> {
    let mut written = String::with_capacity(template.len() * 2);
    part(template, &mut vec![values], into, &mut written)?;
    Ok(written)
}

/// The values around a place, the nearest last.
type Around<'a> = Vec<&'a Value>;

fn part<'a>(template: &str, around: &mut Around<'a>, into: Into, written: &mut String) -> Result<(), Error> {
    if around.len() > DEPTH_MAX {
        return Err(Error::Depth);
    }
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        push(written, before)?;
        let (place, after) = after.split_once("}}").ok_or_else(|| Error::Open(shown(after)))?;
        rest = after;
        let place = place.trim();
        if let Some(name) = place.strip_prefix('#') {
            let (inner, after) = inside(rest, name.trim())?;
            rest = after;
            each(inner, found(around, name.trim()), around, into, written)?;
        } else if let Some(name) = place.strip_prefix('^') {
            let (inner, after) = inside(rest, name.trim())?;
            rest = after;
            if found(around, name.trim()).is_none_or(is_nothing) {
                part(inner, around, into, written)?;
            }
        } else if place.starts_with('/') {
            return Err(Error::Part(shown(place)));
        } else if let Some(value) = found(around, place) {
            push(written, &value_text(value, into))?;
        }
    }
    push(written, rest)
}

/// A part for each element of a list, or for something.
fn each<'a>(
    inner: &str,
    value: Option<&'a Value>,
    around: &mut Around<'a>,
    into: Into,
    written: &mut String,
) -> Result<(), Error> {
    let Some(value) = value.filter(|value| !is_nothing(value)) else { return Ok(()) };
    let elements = match value {
        Value::Array(elements) => elements.iter().collect(),
        other => vec![other],
    };
    for element in elements {
        around.push(element);
        part(inner, around, into, written)?;
        around.pop();
    }
    Ok(())
}

/// What stands in the part that has just begun, and what comes after its end.
fn inside<'t>(rest: &'t str, name: &str) -> Result<(&'t str, &'t str), Error> {
    let (mut depth, mut from) = (1, 0);
    while let Some(at) = rest[from..].find("{{") {
        let begin = from + at;
        let end = rest[begin..].find("}}").ok_or_else(|| Error::Open(shown(&rest[begin..])))? + begin + 2;
        let place = rest[begin + 2..end - 2].trim();
        let is_it = |mark: char| place.strip_prefix(mark).is_some_and(|other| other.trim() == name);
        if is_it('#') || is_it('^') {
            depth += 1;
        } else if is_it('/') {
            depth -= 1;
            if depth == 0 {
                return Ok((&rest[..begin], &rest[end..]));
            }
        }
        from = end;
    }
    Err(Error::Part(shown(name)))
}

/// The value of this name, in the nearest of the values around that has one.
fn found<'a>(around: &Around<'a>, name: &str) -> Option<&'a Value> {
    if name == "." {
        return around.last().copied();
    }
    let (first, more) = name.split_once('.').map_or((name, None), |(first, more)| (first, Some(more)));
    let value = around.iter().rev().find_map(|value| value.get(first))?;
    more.into_iter().flat_map(|more| more.split('.')).try_fold(value, |value, name| value.get(name))
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Number(_) | Value::Object(_) => false,
    }
}

fn value_text(value: &Value, into: Into) -> String {
    let text = match value {
        Value::String(text) => plain(text),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    };
    if into == Into::Html { escaped(&text) } else { text }
}

/// A text without what steers instead of being read: control characters, and those that turn the direction of what follows.
fn plain(text: &str) -> String {
    let steers = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
    };
    text.chars().filter(|c| !steers(*c)).collect()
}

/// A text as it stands in HTML, also within quotes.
pub(crate) fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\'' => written.push_str("&#39;"),
            c => written.push(c),
        }
    }
    written
}

fn push(written: &mut String, text: &str) -> Result<(), Error> {
    if written.len() + text.len() > WRITTEN_BYTES_MAX {
        return Err(Error::Size);
    }
    written.push_str(text);
    Ok(())
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn writes_values_and_parts() {
        let values = json!({"name": "Ann", "n": 7, "none": null, "empty": "", "order": {"total": "9 EUR", "number": 4},
            "items": [{"name": "Mug", "n": 1, "sizes": ["s", "m"]}, {"name": "Cup"}], "no": []});
        let check = |template: &str, expected: &str| {
            assert_eq!(write(template, &values, Into::Text).as_deref(), Ok(expected), "{template}");
        };
        check("", "");
        check("{{name}} {{ order.total }} {{order.nothing}}{{nothing.at.all}}", "Ann 9 EUR ");
        check("{{#items}}{{n}}×{{name}} {{/items}}", "1×Mug 7×Cup ");
        check("{{#items}}{{#sizes}}{{.}}{{name}};{{/sizes}}{{/items}}", "sMug;mMug;");
        check("{{#no}}x{{/no}}{{^no}}y{{/no}}{{^nothing}}z{{/nothing}}{{^name}}x{{/name}}", "yz");
        check("{{#order}}{{number}}{{/order}}{{#none}}x{{/none}}{{#empty}}x{{/empty}}", "4");
        check("{{#items}}{{#items}}{{/items}}{{/items}}.", ".");
    }

    #[test]
    fn what_is_no_template_writes_nothing() {
        let check = |template: &str| {
            assert!(write(template, &json!({"a": [1]}), Into::Text).is_err(), "{template}");
        };
        check("{{");
        check("{{a");
        check("{{#a}}");
        check("{{/a}}");
        check("{{#a}}{{^b}}{{/a}}");
        check("{{#a}}{{#b}}{{/a}}{{/b}}");
        check(&"{{#a}}".repeat(12));
        let many = json!({"a": vec![1; 2_000]});
        assert_eq!(write("{{#a}}{{#a}}x{{/a}}{{/a}}", &many, Into::Text), Err(Error::Size));
    }

    #[test]
    fn an_error_says_on_which_line_it_is() {
        let check = |template: &str, expected: Option<usize>| {
            let error = write(template, &json!({"a": [1]}), Into::Text).unwrap_err();
            assert_eq!(error.line_in(template), expected, "{template:?}: {error}");
        };
        check("{{a", Some(0));
        check("Hello\n\n{{name", Some(2));
        check("Hello\n{{#a}}\nx\n", Some(1));
        check("Hello\n{{name}}\n{{/a}}", Some(2));
        check("{{#a}}\n{{^b}}\n{{/a}}", Some(1));
        check(&"{{#a}}".repeat(12), Some(0));
        check(&format!("{}{}", "{{#a}}".repeat(12), "{{/a}}".repeat(12)), None);
    }

    #[test]
    fn a_value_is_only_ever_a_value() {
        let evil =
            "{{order.total}}<script>alert('x')</script>\"onload=\"&\r\nBcc: e@b.test\u{202e}\u{0}{{#a}}";
        let values = json!({"name": evil, "order": {"total": "secret"}});
        let html = write("<a title=\"{{name}}\">{{name}}</a>", &values, Into::Html).unwrap();
        assert!(
            !html.contains("secret") && !html.contains("<script") && !html.contains("\"onload"),
            "{html}"
        );
        assert!(!html.contains('\u{202e}') && !html.contains('\r') && !html.contains('\u{0}'), "{html}");
        let text = write("{{name}}", &values, Into::Text).unwrap();
        assert!(text.starts_with("{{order.total}}<script>") && !text.contains("secret"), "{text}");
        assert!(!text.contains('\r') && !text.contains('\u{202e}'), "{text}");
    }
}
