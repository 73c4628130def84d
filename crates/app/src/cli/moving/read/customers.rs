//! Customers as CSV: `email,name,phone,marketing_consent_at,created_at`, and perhaps `id`.

use std::collections::BTreeMap;

use super::cells::text;
use super::table::Table;
use super::{Input, Item, Items, raw};

/// Columns that are taken.
const COLUMNS: [&str; 6] = ["id", "email", "name", "phone", "marketing_consent_at", "created_at"];

/// Customers of such a file.
pub(super) struct Customers(Table);

impl Customers {
    /// # Errors
    /// The file cannot be read, or lacks a column.
    pub(super) fn new(input: Input) -> anyhow::Result<Self> {
        let table = Table::new(input)?;
        table.require(&["email"], "kassa's CSV of customers")?;
        Ok(Self(table))
    }
}

impl Items for Customers {
    fn next(&mut self) -> anyhow::Result<Option<Item>> {
        let Some(row) = self.0.next()? else { return Ok(None) };
        let value = row.cells.and_then(|cells| {
            let said = COLUMNS.iter().filter_map(|name| Some((*name, text(&cells, name)?)));
            raw(&said.collect::<BTreeMap<_, _>>())
        });
        Ok(Some(Item { line: row.line, value }))
    }
}
