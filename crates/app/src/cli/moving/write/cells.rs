//! Cells of CSV (RFC 4180).
//!
//! A spreadsheet runs a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return as a formula. A text like this gets an
//! apostrophe before it, and so does one that has apostrophes before such a letter: taking one away gives the text again.

use std::borrow::Cow;
use std::io::{self, Write};

/// Whether a spreadsheet would run the text, with however many apostrophes before it.
pub(in crate::cli::moving) fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// The text as a cell that no spreadsheet runs.
pub(in crate::cli::moving) fn safe(text: &str) -> Cow<'_, str> {
    if is_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Writes a row of cells as they are.
pub(super) fn write_row(out: &mut impl Write, cells: &[impl AsRef<str>]) -> io::Result<()> {
    for (place, cell) in cells.iter().map(AsRef::as_ref).enumerate() {
        if place > 0 {
            out.write_all(b",")?;
        }
        match cell.contains([',', '"', '\n', '\r', ';', '\t']) {
            true => write!(out, "\"{}\"", cell.replace('"', "\"\""))?,
            false => out.write_all(cell.as_bytes())?,
        }
    }
    out.write_all(b"\r\n")
}
