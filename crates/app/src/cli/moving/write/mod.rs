//! Items as the lines of a file: JSON Lines, or CSV that is safe to open in a spreadsheet.

mod cells;
mod customers;
mod parquet;
mod products;

use std::io::{self, Write};

use serde_json::value::RawValue;

pub(super) use cells::{is_formula, safe};
pub(super) use parquet::Parquet;

use super::ask::{Noun, To};
use cells::write_row;

/// Writes items.
pub(super) struct Writer<W> {
    out: W,
    format: To,
    noun: Noun,
}

impl<W: Write> Writer<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn new(mut out: W, format: To, noun: Noun) -> io::Result<Self> {
        match (format, noun) {
            (To::Csv, Noun::Products) => write_row(&mut out, &products::COLUMNS)?,
            (To::Csv, Noun::Customers) => write_row(&mut out, &customers::COLUMNS)?,
            _ => {}
        }
        Ok(Self { out, format, noun })
    }

    /// Writes an item.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn write(&mut self, item: &RawValue) -> io::Result<()> {
        match (self.format, self.noun) {
            (To::Csv, Noun::Products) => {
                let rows = products::rows(item.get()).map_err(io::Error::other)?;
                rows.iter().try_for_each(|row| write_row(&mut self.out, row))
            }
            (To::Csv, Noun::Customers) => {
                write_row(&mut self.out, &customers::row(item.get()).map_err(io::Error::other)?)
            }
            _ => {
                self.out.write_all(item.get().as_bytes())?;
                self.out.write_all(b"\n")
            }
        }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }
}
