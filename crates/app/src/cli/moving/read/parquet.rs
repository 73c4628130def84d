//! Events of a Parquet file as kassa writes it: a row is an event, its columns are the members of a line.

use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

use anyhow::{Context, bail};
use kassa_eventstore::Error;
use kassa_eventstore::duckdb::parquet::{self, Column, Kind};
use serde_json::value::RawValue;

use super::{Item, Items, LINE_BYTES_MAX};
use crate::cli::moving::columns::columns;
use crate::cli::moving::source::{Reached, Source};

/// Rows that wait to be taken.
const WAITING: usize = 64;

/// Events of such a file, which a thread reads.
pub(super) struct Parquet {
    rows: Receiver<Item>,
    thread: Option<JoinHandle<Result<(), Error>>>,
}

impl Parquet {
    /// # Errors
    /// The file is no Parquet file.
    pub(super) fn new(source: &Source, reached: &Reached) -> anyhow::Result<Self> {
        let (path, bytes, reached) = (source.path(), source.bytes, reached.clone());
        let of = parquet::rows(&path).with_context(|| format!("cannot read {}", source.name))?;
        let (send, rows) = sync_channel(WAITING);
        let read = move || {
            read(&path, |item| {
                reached.set(bytes / of.max(1) * item.line);
                send.send(item).is_ok()
            })
        };
        let thread = std::thread::Builder::new().name("parquet".to_owned()).spawn(read)?;
        Ok(Self { rows, thread: Some(thread) })
    }
}

impl Items for Parquet {
    fn next(&mut self) -> anyhow::Result<Option<Item>> {
        if let Ok(item) = self.rows.recv() {
            return Ok(Some(item));
        }
        match self.thread.take().map(JoinHandle::join) {
            None | Some(Ok(Ok(()))) => Ok(None),
            Some(Ok(Err(error))) => Err(error.into()),
            Some(Err(_)) => bail!("the file cannot be read any further"),
        }
    }
}

fn read(path: &Path, mut each: impl FnMut(Item) -> bool) -> Result<(), Error> {
    let columns = columns();
    parquet::read(path, &columns, |line, texts| each(Item { line, value: item(&columns, texts) }))
}

fn item(columns: &[Column], texts: &[Option<&str>]) -> Result<Box<RawValue>, String> {
    let mut line = String::from("{");
    for (column, text) in columns.iter().zip(texts) {
        let Some(text) = text else { continue };
        if line.len() > 1 {
            line.push(',');
        }
        line.push_str(&format!("\"{}\":", column.name));
        // A flag and the properties are JSON as they stand.
        match column.kind == Kind::Flag || column.name == "props" {
            true => line.push_str(text),
            false => line.push_str(&serde_json::to_string(text).map_err(|error| error.to_string())?),
        }
        if line.len() > LINE_BYTES_MAX {
            return Err(format!("the row has more than {LINE_BYTES_MAX} bytes"));
        }
    }
    line.push('}');
    RawValue::from_string(line).map_err(|error| format!("props is no JSON: {error}"))
}
