//! Where a line stands that is brought in, and what it is brought into.

use kassa_model::Timestamp;

/// Whether stock is in the database of products.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StockIs {
    Here,
    Elsewhere,
}

/// Of which batch a line is, and what time it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) batch: &'a str,
    pub(crate) line: i64,
    pub(crate) now: Timestamp,
    pub(crate) stock: StockIs,
    /// Whether products are in the same database as orders.
    pub(crate) knows_products: bool,
}
