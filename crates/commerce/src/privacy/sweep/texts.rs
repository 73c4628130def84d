//! What was written for others, as JSON: outbox rows, and answers that a repeated request gets again. All rows are looked at, page
//! by page; a few thousand of some days.

pub(super) mod store;
