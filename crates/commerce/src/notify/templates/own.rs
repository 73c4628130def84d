//! Templates of whoever runs the shop. A text begins with its subject, if it has one of its own:
//!
//! ```text
//! Subject: Thank you, {{customer.name}}
//!
//! We have your order {{order.number}}.
//! ```
//! One that cannot be filled is passed over for the one that is built in, and the log says so: a mail is never held up by it.

use std::io::ErrorKind;
use std::path::Path;

use super::engine::Error;

/// Bytes of a template.
const BYTES_MAX: u64 = 256 << 10;

/// What there is of one.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) subject: Option<String>,
    pub(super) text: Option<String>,
    pub(super) html: Option<String>,
}

/// Reads what there is of a template, whose name and language are known ones.
pub(super) async fn read(folder: &Path, language: &str, template: &str) -> Given {
    let folder = folder.join(language);
    let text = file(&folder.join(format!("{template}.txt"))).await;
    let html = file(&folder.join(format!("{template}.html"))).await;
    let Some(text) = text else { return Given { html, ..Given::default() } };
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    match first.strip_prefix("Subject:") {
        Some(subject) => Given {
            subject: Some(subject.trim().to_owned()),
            text: Some(rest.trim_start_matches(['\r', '\n']).to_owned()),
            html,
        },
        None => Given { subject: None, text: Some(text), html },
    }
}

async fn file(path: &Path) -> Option<String> {
    let read = async {
        match tokio::fs::metadata(path).await?.len() {
            bytes if bytes > BYTES_MAX => {
                Err(std::io::Error::other(format!("it has more than {BYTES_MAX} bytes")))
            }
            _ => tokio::fs::read_to_string(path).await,
        }
    };
    match read.await {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "cannot read a template; the one that is built in is used");
            None
        }
    }
}

/// What was written, or a word of why not.
pub(super) fn or_say(template: &str, written: Result<String, Error>) -> Option<String> {
    written
        .inspect_err(|error| {
            tracing::warn!(template, %error, "a template cannot be filled; the one that is built in is used");
        })
        .ok()
}
