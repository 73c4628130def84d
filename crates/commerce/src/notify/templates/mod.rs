//! Letters: a template for each kind of message, in plain text and in HTML, in the languages of the storefront. Whoever runs the
//! shop may put templates of their own over them, in `data/templates/<language>/<template>.txt` and `.html`.

pub(crate) mod engine;
mod own;
mod values;
pub(super) mod words;

use std::path::Path;

use serde_json::Value;

use self::engine::{Into, write as fill};
use super::email::letter::Letter;

pub(crate) use values::{About, TO_STAFF, moment};
#[cfg(test)]
pub(crate) use words::TEMPLATES;

const TEXT: &str = include_str!("letter.txt");
const HTML: &str = include_str!("letter.html");
/// Characters of a subject.
const SUBJECT_CHARS_MAX: usize = 200;

/// The letter of a template about `payload`; what is in `folder` goes before what is built in.
///
/// # Errors
/// No template is named so.
pub(crate) async fn letter(
    folder: &Path,
    about: &About,
    template: &str,
    payload: &Value,
) -> Result<Letter, String> {
    let words = words::of(&about.language);
    let own = words.letter(template).ok_or_else(|| format!("no template is named {template}"))?;
    let mut values = values::of(words, about, template, payload);
    let filled = |text: &str, values: &Value| fill(text, values, Into::Text).unwrap_or_default();
    let paragraphs: Vec<_> = own.paragraphs.iter().map(|text| filled(text, &values)).collect();
    values["paragraphs"] = paragraphs.into();
    let given = own::read(folder, words.language, template).await;
    let subject =
        given.subject.as_deref().and_then(|text| own::or_say(template, fill(text, &values, Into::Text)));
    let subject = one_line(&subject.unwrap_or_else(|| filled(own.subject, &values)));
    values["subject"] = subject.as_str().into();
    let text = given.text.and_then(|text| own::or_say(template, fill(&text, &values, Into::Text)));
    let html = given.html.and_then(|html| own::or_say(template, fill(&html, &values, Into::Html)));
    Ok(Letter {
        subject,
        text: text.unwrap_or_else(|| filled(TEXT, &values)),
        html: html.unwrap_or_else(|| fill(HTML, &values, Into::Html).unwrap_or_default()),
    })
}

/// A text as a subject: one line, not too long.
fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().chars().take(SUBJECT_CHARS_MAX).collect()
}
