//! Rows of CSV (RFC 4180), as spreadsheets write it: commas, semicolons or tabs; quotes around cells that hold them, line breaks or
//! quotes, which are doubled. A row of more than a megabyte is passed over, whatever it holds.

use std::io::{self, BufRead};

use super::{Input, LINE_BYTES_MAX};

/// The most cells of a row.
const CELLS_MAX: usize = 2_000;

/// Rows of a file.
pub(super) struct Csv {
    input: Input,
    separator: u8,
    /// Of the next line.
    number: u64,
    row: Building,
}

/// A row.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Its first line, from 1.
    pub(super) line: u64,
    /// Its cells, or why there are none.
    pub(super) cells: Result<Vec<String>, String>,
}

/// A row that is being read.
#[derive(Default)]
struct Building {
    cells: Vec<Vec<u8>>,
    cell: Vec<u8>,
    bytes: usize,
    place: Place,
    is_begun: bool,
}

/// Where in a cell the reader stands.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before its first character.
    #[default]
    Start,
    /// Outside of quotes.
    Plain,
    /// Between them.
    Quoted,
    /// Behind a quote that ends the text, or is the first of two.
    Quote,
}

impl Csv {
    /// Rows of `input`, whose separator is what the first line has most of.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn new(mut input: Input) -> io::Result<Self> {
        let begun = input.fill_buf()?;
        let bom = usize::from(begun.starts_with(b"\xef\xbb\xbf")) * 3;
        let separator = separator(&begun[bom..]);
        input.consume(bom);
        Ok(Self { input, separator, number: 1, row: Building::default() })
    }

    /// The next row that is not empty.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn next(&mut self) -> io::Result<Option<Row>> {
        loop {
            let line = self.number;
            match self.read()? {
                None => return Ok(None),
                Some(cells) if cells.as_ref().is_ok_and(|cells| cells.iter().all(String::is_empty)) => {}
                Some(cells) => return Ok(Some(Row { line, cells })),
            }
        }
    }

    fn read(&mut self) -> io::Result<Option<Result<Vec<String>, String>>> {
        loop {
            let part = self.input.fill_buf()?;
            if part.is_empty() {
                return Ok(self.row.is_begun.then(|| self.row.finish()));
            }
            let mut taken = 0;
            let mut is_done = false;
            for byte in part {
                taken += 1;
                self.number += u64::from(*byte == b'\n');
                is_done = self.row.take(*byte, self.separator);
                if is_done {
                    break;
                }
            }
            self.input.consume(taken);
            if is_done {
                return Ok(Some(self.row.finish()));
            }
        }
    }
}

impl Building {
    /// Takes a byte; whether the row ends with it.
    fn take(&mut self, byte: u8, separator: u8) -> bool {
        self.is_begun = true;
        match (self.place, byte) {
            (Place::Start, b'"') => self.place = Place::Quoted,
            (Place::Quoted, b'"') => self.place = Place::Quote,
            (Place::Quoted, byte) => self.push(byte),
            (Place::Quote, b'"') => {
                self.push(b'"');
                self.place = Place::Quoted;
            }
            (_, b'\n') => return true,
            (_, byte) if byte == separator => self.end_cell(),
            (Place::Quote, b'\r') => {}
            (_, byte) => {
                self.push(byte);
                self.place = Place::Plain;
            }
        }
        false
    }

    fn push(&mut self, byte: u8) {
        self.bytes += 1;
        if self.bytes <= LINE_BYTES_MAX {
            self.cell.push(byte);
        }
    }

    fn end_cell(&mut self) {
        if self.cells.len() <= CELLS_MAX {
            self.cells.push(std::mem::take(&mut self.cell));
        }
        self.cell.clear();
        self.place = Place::Start;
    }

    fn finish(&mut self) -> Result<Vec<String>, String> {
        if self.place != Place::Quote && self.cell.ends_with(b"\r") {
            self.cell.pop();
        }
        let is_open = self.place == Place::Quoted;
        self.end_cell();
        let Self { cells, bytes, .. } = std::mem::take(self);
        if bytes > LINE_BYTES_MAX || is_open {
            let why = if is_open { "a quote is not closed" } else { "a quote may not be closed" };
            return Err(format!("the row has {bytes} bytes, at most {LINE_BYTES_MAX} are read: {why}"));
        }
        if cells.len() > CELLS_MAX {
            return Err(format!("the row has more than {CELLS_MAX} cells"));
        }
        let text = |(place, cell): (usize, Vec<u8>)| {
            String::from_utf8(cell).map_err(|_| format!("cell {} is not UTF-8", place + 1))
        };
        cells.into_iter().enumerate().map(text).collect()
    }
}

/// What stands most often between the names of the first line.
fn separator(begun: &[u8]) -> u8 {
    let line = begun.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |separator: &u8| {
        let mut quoted = false;
        line.iter()
            .filter(|byte| {
                quoted ^= **byte == b'"';
                !quoted && *byte == separator
            })
            .count()
    };
    // The last of equals is taken: the comma.
    [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: impl Into<Vec<u8>>) -> Vec<Row> {
        let mut csv = Csv::new(Box::new(io::Cursor::new(text.into()))).unwrap();
        let mut rows = Vec::new();
        while let Some(row) = csv.next().unwrap() {
            rows.push(row);
        }
        rows
    }

    fn check(text: &str, expected: &[(u64, &[&str])]) {
        let expected = expected.iter().map(|(line, cells)| Row {
            line: *line,
            cells: Ok(cells.iter().map(|cell| (*cell).to_owned()).collect()),
        });
        assert_eq!(rows(text), expected.collect::<Vec<_>>(), "{text:?}");
    }

    #[test]
    fn reads_what_spreadsheets_write() {
        check("a,b\r\n1,2\r\n", &[(1, &["a", "b"]), (2, &["1", "2"])]);
        check("a,b\n1,\n\n,3", &[(1, &["a", "b"]), (2, &["1", ""]), (4, &["", "3"])]);
        check("\u{feff}a;b\n\"1;2\";3", &[(1, &["a", "b"]), (2, &["1;2", "3"])]);
        check("a\tb\n1\t2", &[(1, &["a", "b"]), (2, &["1", "2"])]);
        check(
            "a,b\n\"x \"\"y\"\"\nz\",2\nc,d",
            &[(1, &["a", "b"]), (2, &["x \"y\"\nz", "2"]), (4, &["c", "d"])],
        );
        check("\"a\r\nb\"\r\n", &[(1, &["a\r\nb"])]);
        check("a\"b,c", &[(1, &["a\"b", "c"])]);
        check("", &[]);
        check("\n\n", &[]);
    }

    #[test]
    fn what_is_no_row_is_passed_over() {
        let mut bytes = b"a,b\n\xff,2\n1,".to_vec();
        bytes.extend(vec![b'x'; 2 * LINE_BYTES_MAX]);
        bytes.extend(b"\n3,4\n");
        let found = rows(bytes);
        assert_eq!(found[1].cells, Err("cell 1 is not UTF-8".to_owned()));
        assert!(found[2].cells.as_ref().is_err_and(|why| why.contains("at most")), "{:?}", found[2]);
        assert_eq!((found[3].line, found[3].cells.clone().unwrap().len()), (4, 2));
        let open = rows("a,b\n1,\"2\n3,4\n");
        assert!(open[1].cells.as_ref().is_err_and(|why| why.contains("not closed")), "{open:?}");
        let wide = rows(format!("a\n{}", ",".repeat(5_000)));
        assert!(wide.len() == 1 || wide[1].cells.is_err(), "{}", wide.len());
    }
}
