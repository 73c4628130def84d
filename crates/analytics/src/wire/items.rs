//! The items of a batch: a flaw of one takes none of the others with it, and what they share cannot blow the body up.

use std::borrow::Cow;

use kassa_model::{LogRecord, Reason};
use serde_json::value::RawValue;

use super::flaw::{Flaw, refused};
use super::format::Format;
use super::limits::BATCH_EVENTS_MAX;
use super::object::Members;
use super::reading::{Answer, Context};

/// The most bytes into which one body may grow when a batch's shared fields are merged into each of its events…
const MERGED_BYTES_MAX: usize = 32 << 20;
/// …and so much for each of its own bytes, beside [`MERGED_BYTES_FREE`]: a small body with large shared fields and very many
/// tiny events must not cost what a large one does.
const MERGED_BYTES_PER_BYTE: usize = 10;
/// Every body may grow to so much.
const MERGED_BYTES_FREE: usize = 1 << 20;

/// What the events of a batch share, and what is left of the bytes into which a body may grow.
#[derive(Debug)]
pub(crate) struct Sharing {
    pub(crate) shared_bytes: usize,
    left_bytes: usize,
}

impl Sharing {
    pub(crate) fn new(shared: &Members<'_>, items: &[&RawValue]) -> Self {
        let shared_bytes: usize =
            shared.entries.iter().map(|(key, value)| key.len() + value.get().len()).sum();
        let body_bytes = items.iter().fold(shared_bytes, |sum, item| sum + item.get().len());
        let grown = MERGED_BYTES_FREE + body_bytes.saturating_mul(MERGED_BYTES_PER_BYTE);
        Self { shared_bytes, left_bytes: grown.min(MERGED_BYTES_MAX) }
    }

    /// Takes the bytes of one more event with its share.
    pub(crate) fn take(&mut self, item: &RawValue) -> Result<(), Flaw> {
        let bytes = self.shared_bytes.saturating_add(item.get().len());
        match self.left_bytes.checked_sub(bytes) {
            Some(left) => {
                self.left_bytes = left;
                Ok(())
            }
            None => Err(Flaw::new(Reason::EventTooLarge, "the batch's shared fields make it too large")),
        }
    }
}

/// Reads every item of a batch; a flaw refuses only its own item, and all beyond the limit of events.
pub(crate) fn read_items(
    format: &Format,
    site: Option<&str>,
    items: &[&RawValue],
    ctx: &Context<'_>,
    mut parse: impl FnMut(&RawValue, &str) -> Result<LogRecord, Flaw>,
) -> Vec<LogRecord> {
    let mut records = Vec::with_capacity(items.len());
    for (place, item) in items.iter().enumerate() {
        let record = match site {
            None => Err(Flaw::new(Reason::UnknownSite, "no such site or write key")),
            Some(_) if place >= BATCH_EVENTS_MAX => {
                Err(Flaw::new(Reason::BatchTooLong, "the batch has more than 10000 events"))
            }
            Some(site) => parse(item, site),
        };
        records.push(record.unwrap_or_else(|flaw| {
            refused(format, site.unwrap_or_default(), flaw, item.get().as_bytes(), ctx)
        }));
    }
    records
}

/// `{"status":"ok"}` as it stands, or with the counts when something was refused.
pub(crate) fn counted_answer(plain: &'static str, records: &[LogRecord], dropped: u64) -> Answer {
    let refused = records.iter().filter(|record| matches!(record, LogRecord::Rejected(_))).count();
    let rejected = refused as u64 + dropped;
    if rejected == 0 {
        return Answer::json(200, plain);
    }
    let accepted = records.len() - refused;
    let open = plain.trim_end_matches('}');
    let body = format!("{open},\"accepted\":{accepted},\"rejected\":{rejected}}}");
    Answer { status: 200, body: Cow::Owned(body), json: true }
}
