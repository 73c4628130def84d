//! The columns of events in a Parquet file: the members of their lines.

use kassa_analytics::moving::MEMBERS;
use kassa_eventstore::duckdb::parquet::{Column, Kind};

/// All of them, in their order.
pub(super) fn columns() -> Vec<Column> {
    let kind = |name| match name {
        "occurred_at" => Kind::Time,
        "bot" => Kind::Flag,
        _ => Kind::Text,
    };
    MEMBERS.iter().map(|name| Column { name, kind: kind(*name) }).collect()
}
