//! Rows of texts as a Parquet file, and back: what events are written and read as.
//!
//! Each happens in a database of its own, which reaches no other file, asks no network and has little memory.

mod read;
mod write;

use std::path::Path;

use duckdb::{Config, Connection};

pub use read::{read, rows};
pub use write::Writer;

use super::failure::{Failure, first_line};
use super::open::quoted;
use crate::Error;

/// What the database may use, in MiB.
const MEMORY_MIB: u32 = 96;

/// A column of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name: letters and `_`.
    pub name: &'static str,
    /// What its texts say.
    pub kind: Kind,
}

/// What the texts of a column say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Anything.
    Text,
    /// A time by RFC 3339, which the file has as one in UTC.
    Time,
    /// `true` or `false`; without a text false.
    Flag,
}

/// A database at `at` that reaches the file `allowed` and what is in the folder `spill`, if it has one.
fn open(at: &Path, spill: Option<&Path>, allowed: &Path) -> Result<Connection, Error> {
    let spill = spill.map(|spill| spill.display().to_string()).unwrap_or_default();
    let config = Config::default().with("temp_directory", spill).map_err(|error| cannot(&error))?;
    let connection = Connection::open_with_flags(at, config).map_err(|error| cannot(&error))?;
    let settings = [
        format!("SET memory_limit = '{MEMORY_MIB} MiB'"),
        // Rows in their order, and a group of them in memory at a time.
        "SET threads = 1".to_owned(),
        "SET autoinstall_known_extensions = false".to_owned(),
        "SET autoload_known_extensions = false".to_owned(),
        format!("SET allowed_paths = [{}]", quoted(&allowed.display().to_string())),
        "SET enable_external_access = false".to_owned(),
        "SET lock_configuration = true".to_owned(),
    ];
    connection.execute_batch(&settings.join(";")).map_err(|error| cannot(&error))?;
    Ok(connection)
}

fn cannot(error: &duckdb::Error) -> Error {
    Error::Failed(first_line(error))
}

fn failed(failure: Failure) -> Error {
    failure.into_error()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 4] = [
        Column { name: "name", kind: Kind::Text },
        Column { name: "at", kind: Kind::Time },
        Column { name: "bot", kind: Kind::Flag },
        Column { name: "props", kind: Kind::Text },
    ];

    type Found = Vec<(u64, Vec<Option<String>>)>;

    fn all(file: &Path, columns: &[Column]) -> Result<Found, Error> {
        let mut found = Vec::new();
        read(file, columns, |row, texts| {
            found.push((row, texts.iter().map(|text| text.map(str::to_owned)).collect()));
            true
        })?;
        Ok(found)
    }

    fn file(folder: &Path, rows: u64) -> std::path::PathBuf {
        let mut writer = Writer::new(folder, &COLUMNS).unwrap();
        for row in 0..rows {
            let (name, at) = (format!("n'{row}"), format!("2024-05-01T10:00:00.{row:06}Z"));
            let bot = (row % 2 == 1).then_some("true");
            writer.push(&[Some(&name), Some(&at), bot, Some(r#"{"a":1.50}"#)]).unwrap();
        }
        writer.finish().unwrap()
    }

    #[test]
    fn rows_come_back_as_they_were_and_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(folder.path(), 50_000);
        let found = all(&file, &COLUMNS).unwrap();
        assert_eq!(found.len(), 50_000);
        for (row, (number, texts)) in (0..).zip(&found) {
            let bot = if row % 2 == 1 { "true" } else { "false" };
            let expected =
                [&format!("n'{row}"), &format!("2024-05-01T10:00:00.{row:06}Z"), bot, r#"{"a":1.50}"#];
            let texts: Vec<&str> = texts.iter().map(|text| text.as_deref().unwrap()).collect();
            assert_eq!((*number, texts), (row + 1, expected.to_vec()));
        }
    }

    #[test]
    fn a_file_is_read_by_the_columns_that_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(folder.path(), 1);
        let more = [&COLUMNS[..], &[Column { name: "user", kind: Kind::Text }]].concat();
        assert_eq!(all(&file, &more).unwrap()[0].1[4], None);
        let why = all(&file, &COLUMNS[..3]).unwrap_err().to_string();
        assert!(why.contains("props"), "{why}");
    }

    #[test]
    fn what_is_no_whole_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let whole = std::fs::read(file(folder.path(), 30_000)).unwrap();
        let path = folder.path().join("hostile.parquet");
        let check = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            all(&path, &COLUMNS)
        };
        assert!(check(b"PAR1").is_err());
        assert!(check(b"PAR1 nothing of the kind PAR1").is_err());
        assert!(check(&whole[..whole.len() / 2]).is_err());
        // A byte here and there: an error or other texts, and nothing else.
        for place in (4..whole.len() - 4).step_by(whole.len() / 60) {
            let mut bytes = whole.clone();
            bytes[place] ^= 0xff;
            let _either = check(&bytes);
        }
        assert_eq!(check(&whole).unwrap().len(), 30_000);
    }

    #[test]
    fn no_other_file_is_reached() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let other = elsewhere.path().join("other.csv");
        std::fs::write(&other, "a\n1\n").unwrap();
        let connection =
            open(Path::new(":memory:"), Some(folder.path()), &folder.path().join("mine")).unwrap();
        let ask = format!("SELECT * FROM read_csv({})", quoted(&other.display().to_string()));
        let why = connection.execute_batch(&ask).unwrap_err().to_string();
        assert!(why.contains("disabled by configuration"), "{why}");
        assert!(connection.execute_batch("SET enable_external_access = true").is_err());
    }
}
