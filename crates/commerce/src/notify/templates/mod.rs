//! Letters: a template for each kind of message, in plain text and in HTML, in the languages of the storefront. Whoever runs the
//! shop may put templates of their own over them, in `data/templates/<language>/<template>.txt` and `.html`.

pub(crate) mod engine;
pub mod http;
mod own;
mod preview;
mod values;
pub(super) mod words;

use std::path::Path;

use serde_json::Value;

use self::engine::{Into, write as fill};
use self::own::{Flaw, Own, Part};
use super::email::letter::Letter;

pub(crate) use values::{About, TO_STAFF, moment};
#[cfg(test)]
pub(crate) use words::TEMPLATES;

const TEXT: &str = include_str!("letter.txt");
const HTML: &str = include_str!("letter.html");
/// Characters of a subject.
const SUBJECT_CHARS_MAX: usize = 200;

/// A letter, and what whoever runs the shop has put over what is built in.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) letter: Letter,
    /// The parts that are theirs.
    own: Vec<Part>,
    /// What of theirs could not be taken.
    flaws: Vec<Flaw>,
}

/// The letter of a template about `payload`; what is in `folder` goes before what is built in. What there cannot be filled is
/// passed over, and the log says so: a mail is never held up by it.
///
/// # Errors
/// No template is named so.
pub(crate) async fn letter(
    folder: &Path,
    about: &About,
    template: &str,
    payload: &Value,
) -> Result<Letter, String> {
    let written = written(folder, about, template, payload).await?;
    for Flaw { part, line, why } in &written.flaws {
        tracing::warn!(
            template,
            part = part.name(),
            line,
            why,
            "a template cannot be used; the one that is built in is"
        );
    }
    Ok(written.letter)
}

/// The same, with what was wrong.
async fn written(folder: &Path, about: &About, template: &str, payload: &Value) -> Result<Written, String> {
    let words = words::of(&about.language);
    let built_in = words.letter(template).ok_or_else(|| format!("no template is named {template}"))?;
    let mut values = values::of(words, about, template, payload);
    let filled = |text: &str, values: &Value| fill(text, values, Into::Text).unwrap_or_default();
    let paragraphs: Vec<_> = built_in.paragraphs.iter().map(|text| filled(text, &values)).collect();
    values["paragraphs"] = paragraphs.into();
    let mut given = own::read(folder, words.language, template).await;
    let subject = given.fill(Part::Subject, &values, Into::Text);
    let subject = one_line(&subject.unwrap_or_else(|| filled(built_in.subject, &values)));
    values["subject"] = subject.as_str().into();
    let text = given.fill(Part::Text, &values, Into::Text);
    let html = given.fill(Part::Html, &values, Into::Html);
    let letter = Letter {
        subject,
        text: text.unwrap_or_else(|| filled(TEXT, &values)),
        html: html.unwrap_or_else(|| fill(HTML, &values, Into::Html).unwrap_or_default()),
    };
    let Own { parts, flaws } = given;
    Ok(Written { letter, own: parts.into_keys().collect(), flaws })
}

/// A text as a subject: one line, not too long.
fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().chars().take(SUBJECT_CHARS_MAX).collect()
}
