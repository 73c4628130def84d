//! What a report is answered.

/// An answer: the rows asked for and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Dimensions first, then metrics, in the query's order.
    pub rows: Vec<Vec<Cell>>,
    /// Rows before limit and offset.
    pub total_rows: u64,
    /// Where an amount was asked for: the first and the last currency, by code, of all records of money that count.
    /// None when there is no record, one when all have the same. Amounts of rows are only sums of one currency if there
    /// is one, or if the rows are grouped by currency.
    pub currencies: Vec<String>,
}

/// One value of a table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A count or an amount, or a time bucket's index.
    Int(i64),
    /// `numerator / denominator`; the denominator may be 0 (shown as null).
    Ratio(i64, i64),
    /// A dimension's value.
    Text(String),
}
