//! A file, row by row.

use std::path::Path;

use duckdb::Connection;

use super::{Column, Kind, cannot, failed, open, quoted};
use crate::Error;
use crate::duckdb::failure::Failure;
use crate::duckdb::stream::{some, stream};

/// Columns of a file that are looked at.
const COLUMNS_MAX: usize = 1_000;

/// Gives each row of `file` to `each`, with its number from 1 and its texts in the order of `columns`, until that wants no more.
///
/// # Errors
/// It is no Parquet file, it has other columns, it is damaged, or its rows need more memory than there is.
pub fn read(
    file: &Path,
    columns: &[Column],
    mut each: impl FnMut(u64, &[Option<&str>]) -> bool,
) -> Result<(), Error> {
    let connection = open(Path::new(":memory:"), None, file)?;
    let from = format!("read_parquet([{}])", quoted(&file.display().to_string()));
    let found = found(&connection, &from).map_err(failed)?;
    if let Some((name, _)) = found.iter().find(|(name, _)| columns.iter().all(|column| column.name != name)) {
        let name: String = name.chars().take(64).collect();
        return Err(Error::Failed(format!("the file has a column {name:?}, which is none of these rows")));
    }
    let chosen: Vec<String> = columns.iter().map(|column| chosen(column, &found)).collect();
    let ask = format!("SELECT {} FROM {from}", chosen.join(","));
    let (mut row, mut wanted) = (0, true);
    let read = stream(&connection, &ask, Vec::new(), |piece| {
        let texts = (0..columns.len()).map(|place| piece.text(place)).collect::<Result<Vec<_>, _>>()?;
        let mut line = Vec::with_capacity(texts.len());
        for place in 0..piece.rows() {
            row += 1;
            line.clear();
            line.extend(texts.iter().map(|text| some(text, place)));
            wanted = wanted && each(row, &line);
        }
        if wanted { Ok(()) } else { Err(Failure::Ours(Error::Failed("nobody reads on".to_owned()))) }
    });
    if wanted { read.map_err(failed) } else { Ok(()) }
}

/// How many rows `file` has.
///
/// # Errors
/// It is no Parquet file.
pub fn rows(file: &Path) -> Result<u64, Error> {
    let connection = open(Path::new(":memory:"), None, file)?;
    let ask = format!("SELECT num_rows FROM parquet_file_metadata({})", quoted(&file.display().to_string()));
    connection.query_row(&ask, [], |row| row.get(0)).map_err(|error| cannot(&error))
}

/// The columns of the file and their types.
fn found(connection: &Connection, from: &str) -> Result<Vec<(String, String)>, Failure> {
    let mut statement = connection.prepare(&format!("DESCRIBE SELECT * FROM {from}"))?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((row.get(0)?, row.get(1)?));
        if found.len() > COLUMNS_MAX {
            return Err(Error::Failed(format!("the file has more than {COLUMNS_MAX} columns")).into());
        }
    }
    Ok(found)
}

fn chosen(Column { name, kind }: &Column, found: &[(String, String)]) -> String {
    match found.iter().find(|(found, _)| found == name) {
        None => "CAST(NULL AS VARCHAR)".to_owned(),
        Some((_, sort)) if *kind == Kind::Time && sort.starts_with("TIMESTAMP") => {
            format!("strftime(make_timestamp(epoch_us(\"{name}\")), '%Y-%m-%dT%H:%M:%S.%fZ')")
        }
        Some(_) => format!("CAST(\"{name}\" AS VARCHAR)"),
    }
}
