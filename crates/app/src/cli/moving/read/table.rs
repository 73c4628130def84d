//! CSV below a header: rows whose cells are found by the names of their columns.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::bail;

use super::Input;
use super::csv::Csv;

/// A table, row by row.
pub(super) struct Table {
    csv: Csv,
    columns: Arc<HashMap<String, usize>>,
    /// A row that was looked at and not taken.
    next: Option<TableRow>,
}

/// A row, or why it is none.
#[derive(Debug, Clone)]
pub(super) struct TableRow {
    pub(super) line: u64,
    pub(super) cells: Result<Cells, String>,
}

/// Cells by the names of their columns.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    columns: Arc<HashMap<String, usize>>,
    cells: Vec<String>,
}

/// Rows that are one thing together, and the line of the first; or why they are none.
pub(super) type Rows = (u64, Result<Vec<Cells>, String>);

impl Table {
    /// The table of `input`, below its first line.
    ///
    /// # Errors
    /// It cannot be read, or has no header.
    pub(super) fn new(input: Input) -> anyhow::Result<Self> {
        let mut csv = Csv::new(input)?;
        let Some(header) = csv.next()? else { bail!("the file is empty: it has no header") };
        let names = header.cells.map_err(|why| anyhow::anyhow!("the header cannot be read: {why}"))?;
        let mut columns = HashMap::new();
        for (place, name) in names.iter().enumerate() {
            let name = name.trim().to_owned();
            if !name.is_empty() && columns.insert(name.clone(), place).is_some() {
                bail!("two columns are called {name:?}");
            }
        }
        Ok(Self { csv, columns: Arc::new(columns), next: None })
    }

    /// Whether there is a column of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.columns.contains_key(name)
    }

    /// Refuses a table that lacks a column.
    ///
    /// # Errors
    /// It does.
    pub(super) fn require(&self, names: &[&str], what: &str) -> anyhow::Result<()> {
        match names.iter().find(|name| !self.has(name)) {
            Some(name) => bail!("{what} has a column {name:?}, and this file has none"),
            None => Ok(()),
        }
    }

    /// The next row, which stays.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn peek(&mut self) -> anyhow::Result<Option<&TableRow>> {
        if self.next.is_none() {
            self.next = self.read()?;
        }
        Ok(self.next.as_ref())
    }

    /// The next row.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<TableRow>> {
        match self.next.take() {
            Some(row) => Ok(Some(row)),
            None => self.read(),
        }
    }

    /// The next row, and those behind it that have the same word in `column`; alone where it has none. More than `most` of them are
    /// no `what`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn rows_of(
        &mut self,
        column: &str,
        (most, what): (usize, &str),
    ) -> anyhow::Result<Option<Rows>> {
        let Some(first) = self.next()? else { return Ok(None) };
        let (line, word) = (first.line, first.word(column).map(str::to_owned));
        let (mut rows, mut count) = (first.cells.map(|cells| vec![cells]), 1);
        while word.is_some() && self.peek()?.is_some_and(|next| next.word(column) == word.as_deref()) {
            let Some(next) = self.next()? else { break };
            count += 1;
            match (&mut rows, next.cells) {
                (Ok(_), _) if count > most => rows = Err(format!("{what} has at most {most} rows")),
                (Ok(rows), Ok(cells)) => rows.push(cells),
                (Ok(_), Err(why)) => rows = Err(format!("line {}: {why}", next.line)),
                (Err(_), _) => {}
            }
        }
        Ok(Some((line, rows)))
    }

    fn read(&mut self) -> anyhow::Result<Option<TableRow>> {
        let Some(row) = self.csv.next()? else { return Ok(None) };
        let columns = Arc::clone(&self.columns);
        let cells = row.cells.map(|cells| Cells { columns, cells });
        Ok(Some(TableRow { line: row.line, cells }))
    }
}

impl Cells {
    /// The text of a cell; `None` where it is empty, or there is no such column.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let cell = self.cells.get(*self.columns.get(name)?)?;
        Some(cell.as_str()).filter(|cell| !cell.trim().is_empty())
    }

    /// The same without space around it.
    pub(super) fn word(&self, name: &str) -> Option<&str> {
        self.get(name).map(str::trim)
    }
}

impl TableRow {
    /// The word of a cell of a row that is one.
    pub(super) fn word(&self, name: &str) -> Option<&str> {
        self.cells.as_ref().ok()?.word(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_word_are_one_thing_and_rows_without_one_are_alone() {
        let text = "key,x\na,1\na,2\n,3\n,4\nb,5\nb,6\nb,7\na,8\n";
        let mut table = Table::new(Box::new(std::io::Cursor::new(text.as_bytes().to_vec()))).unwrap();
        let mut found = Vec::new();
        while let Some((line, rows)) = table.rows_of("key", (2, "a thing")).unwrap() {
            let words = rows.map(|rows| rows.iter().map(|row| row.word("x").unwrap().to_owned()).collect());
            found.push((line, words.unwrap_or_else(|why| vec![why])));
        }
        let expected = [
            (2, vec!["1", "2"]),
            (4, vec!["3"]),
            (5, vec!["4"]),
            (6, vec!["a thing has at most 2 rows"]),
            (9, vec!["8"]),
        ];
        let expected = expected.map(|(line, words)| (line, words.into_iter().map(str::to_owned).collect()));
        assert_eq!(found, expected);
    }
}
