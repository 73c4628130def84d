//! Events as a Parquet file: their lines are taken as they come, and the file is made at the end.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use kassa_eventstore::duckdb::parquet::{Column, Writer};
use serde_json::value::RawValue;

use crate::cli::moving::columns::columns;
use crate::cli::moving::fingerprint::Lines;

/// What the folder holds while there is one.
const MADE_OF: [&str; 3] = ["rows.duckdb", "rows.duckdb.wal", "rows.parquet"];

/// Takes lines.
pub(in crate::cli::moving) struct Parquet {
    writer: Writer,
    columns: Vec<Column>,
    lines: Lines,
    folder: Folder,
}

/// A folder that goes when it is no longer needed.
#[derive(Debug)]
pub(in crate::cli::moving) struct Folder(PathBuf);

impl Parquet {
    /// In the folder `at`, which is made.
    ///
    /// # Errors
    /// It cannot be made.
    pub(in crate::cli::moving) fn new(at: &Path) -> anyhow::Result<Self> {
        let folder = Folder::new(at).with_context(|| format!("cannot write in {}", at.display()))?;
        let columns = columns();
        let writer =
            Writer::new(at, &columns).with_context(|| format!("cannot write in {}", at.display()))?;
        Ok(Self { writer, columns, lines: Lines::default(), folder })
    }

    /// The file, and its folder, with which it goes.
    ///
    /// # Errors
    /// It cannot be written.
    pub(in crate::cli::moving) fn finish(self) -> anyhow::Result<(PathBuf, Folder)> {
        anyhow::ensure!(self.lines.is_at_end(), "the events ended within a line");
        Ok((self.writer.finish()?, self.folder))
    }

    fn line(&mut self, line: &[u8]) -> io::Result<()> {
        let members: HashMap<&str, &RawValue> = serde_json::from_slice(line)?;
        let text = |column: &Column| members.get(column.name).map(|raw| text(raw.get())).transpose();
        let texts = self.columns.iter().map(text).collect::<Result<Vec<_>, _>>()?;
        let row: Vec<Option<&str>> = texts.iter().map(Option::as_deref).collect();
        self.writer.push(&row).map_err(io::Error::other)
    }
}

impl Write for Parquet {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let mut lines = std::mem::take(&mut self.lines);
        lines.cut(piece, |line| self.line(line))?;
        self.lines = lines;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a member says: a text without its quotes, anything else as it is written.
fn text(raw: &str) -> serde_json::Result<Cow<'_, str>> {
    if raw.starts_with('"') { serde_json::from_str(raw).map(Cow::Owned) } else { Ok(Cow::Borrowed(raw)) }
}

impl Folder {
    fn new(at: &Path) -> io::Result<Self> {
        if at.is_dir() {
            empty(at);
        }
        std::fs::create_dir(at).map(|()| Self(at.to_owned()))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        empty(&self.0);
    }
}

/// Removes what it is made of, and then the folder, unless something else is in it.
fn empty(folder: &Path) {
    for name in MADE_OF {
        let _absent = std::fs::remove_file(folder.join(name));
    }
    let _not_empty = std::fs::remove_dir(folder);
}
