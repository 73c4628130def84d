//! Items sent to the admin API, as many at a time as fit into one request.

use serde_json::{Value, json};

use super::ask::Noun;
use super::read::Item;
use crate::cli::admin_access::Admin;

/// Items of one request: what is written within one transaction, and events, which are appended.
const ITEMS_MAX: usize = 250;
const EVENTS_MAX: usize = 1_000;
/// Bytes of one request, unless a single item has more.
const BYTES_MAX: usize = 1 << 20;

/// What became of lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) made: u64,
    pub(super) changed: u64,
    pub(super) same: u64,
    pub(super) refused: u64,
}

/// Lines that wait to be sent.
pub(super) struct Sending<'a> {
    admin: &'a Admin,
    noun: Noun,
    /// The batch; `None`: they are only looked at.
    batch: Option<String>,
    done_to: u64,
    lines: Vec<String>,
    bytes: usize,
    last: u64,
    pub(super) counts: Counts,
}

impl<'a> Sending<'a> {
    /// Behind the line `done_to` of a batch; without one everything is only looked at.
    pub(super) fn new(admin: &'a Admin, noun: Noun, batch: Option<(String, u64)>) -> Self {
        let (batch, done_to) = batch.map_or((None, 0), |(batch, done_to)| (Some(batch), done_to));
        let counts = Counts::default();
        Self { admin, noun, batch, done_to, lines: Vec::new(), bytes: 0, last: done_to, counts }
    }

    /// Takes an item, unless its line was taken before; the lines that were refused by now.
    ///
    /// # Errors
    /// The admin API's.
    pub(super) async fn push(&mut self, item: Item) -> anyhow::Result<Vec<Value>> {
        if item.line <= self.done_to {
            return Ok(Vec::new());
        }
        let line = match item.value {
            Ok(value) => format!("{{\"line\":{},\"item\":{}}}", item.line, value.get()),
            Err(why) => json!({"line": item.line, "refused": why}).to_string(),
        };
        let bytes = line.len();
        let mut refused = Vec::new();
        if !self.lines.is_empty() && (self.lines.len() >= self.items_max() || self.bytes + bytes > BYTES_MAX)
        {
            refused = self.send(false).await?;
        }
        self.bytes += bytes;
        self.last = item.line;
        self.lines.push(line);
        Ok(refused)
    }

    fn items_max(&self) -> usize {
        if self.noun == Noun::Events { EVENTS_MAX } else { ITEMS_MAX }
    }

    /// Sends what is left and ends the batch.
    ///
    /// # Errors
    /// The admin API's.
    pub(super) async fn finish(&mut self) -> anyhow::Result<Vec<Value>> {
        self.send(true).await
    }

    async fn send(&mut self, finished: bool) -> anyhow::Result<Vec<Value>> {
        let lines = std::mem::take(&mut self.lines).join(",");
        self.bytes = 0;
        let mut answer = match &self.batch {
            Some(batch) => {
                let (from, to) = (self.done_to, self.last);
                let body =
                    format!("{{\"from\":{from},\"to\":{to},\"lines\":[{lines}],\"finished\":{finished}}}");
                self.admin.post_text(&format!("/v1/admin/imports/{batch}"), body).await?
            }
            None if lines.is_empty() => return Ok(Vec::new()),
            None => {
                let body = format!("{{\"kind\":\"{}\",\"lines\":[{lines}]}}", self.noun.name());
                self.admin.post_text("/v1/admin/imports/check", body).await?
            }
        };
        self.done_to = self.last.max(answer["done_to"].as_u64().unwrap_or(0));
        let count = |name: &str| answer[name].as_u64().unwrap_or(0);
        let Counts { made, changed, same, refused } = &mut self.counts;
        for (counted, name) in [(made, "made"), (changed, "changed"), (same, "same"), (refused, "refused")] {
            *counted += count(name);
        }
        match answer["refused_lines"].take() {
            Value::Array(lines) => Ok(lines),
            _ => Ok(Vec::new()),
        }
    }
}
