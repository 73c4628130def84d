//! Rows into a table, and the table into a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use duckdb::Connection;
use duckdb::arrow::array::{ArrayRef, StringBuilder};
use duckdb::arrow::datatypes::{DataType, Field, Schema};
use duckdb::arrow::record_batch::RecordBatch;

use super::{Column, Kind, cannot, open};
use crate::Error;

/// Rows that are appended at once.
const ROWS: usize = 10_240;
/// Rows of a group: what a reader holds at once.
const GROUP_ROWS: usize = 20_480;

/// Takes rows and makes a file of them.
#[derive(Debug)]
pub struct Writer {
    connection: Connection,
    file: PathBuf,
    columns: Vec<Column>,
    waiting: Vec<StringBuilder>,
    rows: usize,
}

impl Writer {
    /// In `folder`, which is there, is empty, and has room for some gigabytes.
    ///
    /// # Errors
    /// Nothing can be made there.
    pub fn new(folder: &Path, columns: &[Column]) -> Result<Self, Error> {
        let file = folder.join("rows.parquet");
        let connection = open(&folder.join("rows.duckdb"), Some(folder), &file)?;
        let listed: Vec<String> =
            columns.iter().map(|column| format!("\"{}\" VARCHAR", column.name)).collect();
        let make = format!("BEGIN; CREATE TABLE rows ({})", listed.join(","));
        connection.execute_batch(&make).map_err(|error| cannot(&error))?;
        let waiting = columns.iter().map(|_| StringBuilder::new()).collect();
        Ok(Self { connection, file, columns: columns.to_vec(), waiting, rows: 0 })
    }

    /// Takes a row: the text of each column, in their order.
    ///
    /// # Errors
    /// It cannot be kept.
    pub fn push(&mut self, row: &[Option<&str>]) -> Result<(), Error> {
        for (column, text) in self.waiting.iter_mut().zip(row) {
            column.append_option(*text);
        }
        self.rows += 1;
        if self.rows < ROWS { Ok(()) } else { self.append() }
    }

    /// The file, whole; it lies in the folder.
    ///
    /// # Errors
    /// It cannot be written; a text is not what its column says.
    pub fn finish(mut self) -> Result<PathBuf, Error> {
        self.append()?;
        let chosen: Vec<String> = self.columns.iter().map(chosen).collect();
        let path = super::quoted(&self.file.display().to_string());
        let copy = format!(
            "COPY (SELECT {} FROM rows) TO {path} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {GROUP_ROWS})",
            chosen.join(",")
        );
        self.connection.execute_batch(&copy).map_err(|error| cannot(&error))?;
        Ok(self.file)
    }

    fn append(&mut self) -> Result<(), Error> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let fields: Vec<Field> =
            self.columns.iter().map(|column| Field::new(column.name, DataType::Utf8, true)).collect();
        let arrays: Vec<ArrayRef> =
            self.waiting.iter_mut().map(|texts| Arc::new(texts.finish()) as ArrayRef).collect();
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
            .map_err(|error| Error::Failed(error.to_string()))?;
        let appended = self.connection.appender("rows").and_then(|mut appender| {
            appender.append_record_batch(batch)?;
            appender.flush()
        });
        appended.map_err(|error| cannot(&error))
    }
}

fn chosen(Column { name, kind }: &Column) -> String {
    match kind {
        Kind::Text => format!("\"{name}\""),
        Kind::Time => format!("CAST(\"{name}\" AS TIMESTAMP) AS \"{name}\""),
        Kind::Flag => format!("coalesce(CAST(\"{name}\" AS BOOLEAN), false) AS \"{name}\""),
    }
}
