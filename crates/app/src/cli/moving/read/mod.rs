//! Files as items, one after the other: what a line, or some of them, hold, or why nothing can be made of it.
//!
//! Memory does not grow with the file: a line, a cell's text and a group of lines are bounded.

mod cells;
mod csv;
mod customers;
mod format;
mod ga4;
mod html;
mod jsonl;
mod lines;
mod matomo;
mod mongo;
mod mongo_orders;
mod parquet;
mod plausible;
mod products;
mod shopify_orders;
mod shopify_products;
mod sold;
mod system_a;
mod system_d;
mod system_events;
mod table;
#[cfg(test)]
mod testing;
mod times;
mod umami;
mod woo_orders;
mod woo_products;
mod zip;

use std::io::BufRead;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

pub(super) use format::{Wanted, open};

/// The most bytes of a line, or of a row of CSV with all its lines.
const LINE_BYTES_MAX: usize = 1 << 20;

/// What stands at a line.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// The number of the first line that it takes.
    pub(super) line: u64,
    /// As the admin API takes it, or why it is none. A text of JSON: numbers keep their digits.
    pub(super) value: Result<Box<RawValue>, String>,
}

/// What a reader has put together, as JSON.
fn raw(value: &impl Serialize) -> Result<Box<RawValue>, String> {
    to_raw_value(value).map_err(|error| error.to_string())
}

/// Items of a file in their order; the numbers of their lines ascend.
pub(super) trait Items {
    /// The next item; `None` at the end.
    ///
    /// # Errors
    /// The file cannot be read any further.
    fn next(&mut self) -> anyhow::Result<Option<Item>>;
}

/// What files are read by.
type Input = Box<dyn BufRead>;
