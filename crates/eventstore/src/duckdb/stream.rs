//! Reads a result piece by piece as Arrow arrays, without holding it whole.

use duckdb::Connection;
use duckdb::arrow::array::{
    Array, BooleanArray, Int32Array, Int64Array, StringArray, StructArray, TimestampMicrosecondArray,
    UInt32Array, UInt64Array,
};
use duckdb::types::Value;

use super::failure::Failure;
use crate::Error;

/// Runs `sql` and gives each piece of its result to `each`.
pub(super) fn stream(
    connection: &Connection,
    sql: &str,
    values: Vec<Value>,
    mut each: impl FnMut(&Piece<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut statement = connection.prepare(sql)?;
    // The iterator of the crate panics when a piece cannot be fetched; `step` says why instead.
    let _iterator = statement.stream_arrow(duckdb::params_from_iter(values))?;
    while let Some(array) = statement.step()? {
        each(&Piece { array: &array })?;
    }
    Ok(())
}

/// Some rows of a result.
pub(super) struct Piece<'a> {
    array: &'a StructArray,
}

impl<'a> Piece<'a> {
    /// How many rows.
    pub(super) fn rows(&self) -> usize {
        self.array.len()
    }

    /// Column `index` as text.
    pub(super) fn text(&self, index: usize) -> Result<&'a StringArray, Failure> {
        self.column(index)
    }

    /// Column `index`, a `BIGINT`.
    pub(super) fn int(&self, index: usize) -> Result<&'a Int64Array, Failure> {
        self.column(index)
    }

    /// Column `index`, an `INTEGER`.
    pub(super) fn number(&self, index: usize) -> Result<&'a Int32Array, Failure> {
        self.column(index)
    }

    /// Column `index`, a `UBIGINT`.
    pub(super) fn unsigned(&self, index: usize) -> Result<&'a UInt64Array, Failure> {
        self.column(index)
    }

    /// Column `index`, a `UINTEGER`.
    pub(super) fn small(&self, index: usize) -> Result<&'a UInt32Array, Failure> {
        self.column(index)
    }

    /// Column `index`, a `TIMESTAMP`.
    pub(super) fn time(&self, index: usize) -> Result<&'a TimestampMicrosecondArray, Failure> {
        self.column(index)
    }

    /// Column `index`, a `BOOLEAN`.
    pub(super) fn flag(&self, index: usize) -> Result<&'a BooleanArray, Failure> {
        self.column(index)
    }

    fn column<T: 'static>(&self, index: usize) -> Result<&'a T, Failure> {
        let column = self.array.columns().get(index);
        column.and_then(|column| column.as_any().downcast_ref()).ok_or_else(|| {
            let kind = column.map(|column| column.data_type().to_string()).unwrap_or_default();
            Error::Failed(format!("column {index} of a result has the type {kind}")).into()
        })
    }
}

/// The text of row `row`, or nothing.
pub(super) fn maybe(column: &StringArray, row: usize) -> Option<String> {
    some(column, row).map(str::to_owned)
}

/// The same where it lies.
pub(super) fn some(column: &StringArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}
