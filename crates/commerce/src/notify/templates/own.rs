//! Templates of whoever runs the shop. A text begins with its subject, if it has one of its own:
//!
//! ```text
//! Subject: Thank you, {{customer.name}}
//!
//! We have your order {{order.number}}.
//! ```
//! One that cannot be read or filled is passed over for the one that is built in.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use serde_json::Value;

use super::engine::{self, Into};

/// Bytes of a template.
const BYTES_MAX: u64 = 256 << 10;

/// A part of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Subject,
    Text,
    Html,
}

impl Part {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Text => "text",
            Self::Html => "html",
        }
    }
}

/// Why a part is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) part: Part,
    /// Of the file, from 1; where it is known.
    pub(super) line: Option<usize>,
    pub(super) why: String,
}

/// What there is of a template.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// Each with the line of its file on which it begins, from 1.
    pub(super) parts: BTreeMap<Part, (usize, String)>,
    pub(super) flaws: Vec<Flaw>,
}

impl Own {
    /// A part with these values; nothing where there is none of their own, or none that can be filled.
    pub(super) fn fill(&mut self, part: Part, values: &Value, into: Into) -> Option<String> {
        let (first, text) = self.parts.get(&part)?;
        match engine::write(text, values, into) {
            Ok(written) => Some(written),
            Err(error) => {
                let line = error.line_in(text).map(|line| first + line);
                self.flaws.push(Flaw { part, line, why: error.to_string() });
                None
            }
        }
    }

    fn take(&mut self, part: Part, read: std::io::Result<Option<String>>) -> Option<String> {
        read.unwrap_or_else(|error| {
            self.flaws.push(Flaw { part, line: None, why: error.to_string() });
            None
        })
    }
}

/// Reads what there is of a template, whose name and language are known ones.
pub(super) async fn read(folder: &Path, language: &str, template: &str) -> Own {
    let folder = folder.join(language);
    let mut own = Own::default();
    let text = own.take(Part::Text, file(&folder.join(format!("{template}.txt"))).await);
    let html = own.take(Part::Html, file(&folder.join(format!("{template}.html"))).await);
    if let Some(html) = html {
        own.parts.insert(Part::Html, (1, html));
    }
    let Some(text) = text else { return own };
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    match first.strip_prefix("Subject:") {
        Some(subject) => {
            let body = rest.trim_start_matches(['\r', '\n']);
            let blank = rest[..rest.len() - body.len()].matches('\n').count();
            own.parts.insert(Part::Subject, (1, subject.trim().to_owned()));
            own.parts.insert(Part::Text, (2 + blank, body.to_owned()));
        }
        None => {
            own.parts.insert(Part::Text, (1, text));
        }
    }
    own
}

async fn file(path: &Path) -> std::io::Result<Option<String>> {
    let read = async {
        match tokio::fs::metadata(path).await?.len() {
            bytes if bytes > BYTES_MAX => {
                Err(std::io::Error::other(format!("it has more than {BYTES_MAX} bytes")))
            }
            _ => tokio::fs::read_to_string(path).await,
        }
    };
    match read.await {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
