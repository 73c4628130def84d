//! The tables. Append-only, no keys, no indexes; DDL only here and in `upgrade`, at start, followed by a checkpoint.
//!
//! `sequence` numbers the rows of a partition in the order of the log (partition in the upper 16 bits), so that events
//! of one instant have an order that fits one column; items hang on it.

use duckdb::Connection;

use super::failure::first_line;
use super::options::Options;
use super::upgrade;
use crate::Error;

/// Positions and counts are compacted when they have more rows than this.
const COMPACT_ABOVE: i64 = 1_000;

/// The `order_id` of a record of the shop that belongs to no order: what became of stock. So `order_id IS NULL` is what visitors
/// do, and `order_id <> ''` is money.
pub(super) const NO_ORDER: &str = "";

/// Columns of `events` that make a row; reading goes by this list. Beside them are the texts of properties that the engine
/// would read in another way, `props_read`, and the products that an event names, `item_skus`.
pub(super) const EVENT_COLUMNS: &[&str] = &[
    "log_partition",
    "log_offset",
    "row_index",
    "sequence",
    "id",
    "site",
    "name",
    "name_sent",
    "occurred_at",
    "received_at",
    "visitor",
    "session",
    "bot",
    "dialect",
    "props",
    "user_id",
    "host",
    "path",
    "title",
    "component",
    "location_type",
    "target",
    "order_id",
    "revenue_minor",
    "currency",
    "order_status",
    "non_interactive",
    "anonymous_visitor",
    "own",
    "visit_started_at",
    "visit_entry_page",
    "visit_host",
    "visit_source",
    "visit_referrer",
    "visit_utm_source",
    "visit_utm_medium",
    "visit_utm_campaign",
    "visit_utm_term",
    "visit_utm_content",
    "visit_device",
    "visit_browser",
    "visit_os",
    "visit_country",
];

/// The place of `own` among them.
pub(super) const OWN: usize = OWN_COLUMNS - 1;

/// How many of them are the event's own; those of its visit follow, its texts in the order of [`kassa_model::VisitFacts::texts`].
pub(super) const OWN_COLUMNS: usize = 29;

const TABLES: &str = "
CREATE TABLE kassa_store (version BIGINT NOT NULL);
CREATE TABLE events (
    log_partition UINTEGER NOT NULL,
    log_offset UBIGINT NOT NULL,
    row_index UINTEGER NOT NULL,
    sequence UBIGINT NOT NULL,
    id VARCHAR NOT NULL,
    site VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    name_sent VARCHAR NOT NULL,
    occurred_at TIMESTAMP NOT NULL,
    received_at TIMESTAMP NOT NULL,
    visitor BIGINT NOT NULL,
    session BIGINT NOT NULL,
    bot BOOLEAN NOT NULL,
    dialect VARCHAR NOT NULL,
    props VARCHAR NOT NULL,
    user_id VARCHAR,
    host VARCHAR,
    path VARCHAR,
    title VARCHAR,
    component VARCHAR,
    location_type VARCHAR,
    target VARCHAR,
    order_id VARCHAR,
    revenue_minor BIGINT,
    currency VARCHAR,
    order_status VARCHAR,
    visit_started_at TIMESTAMP,
    visit_entry_page VARCHAR,
    visit_host VARCHAR,
    visit_source VARCHAR,
    visit_referrer VARCHAR,
    visit_utm_source VARCHAR,
    visit_utm_medium VARCHAR,
    visit_utm_campaign VARCHAR,
    visit_utm_term VARCHAR,
    visit_utm_content VARCHAR,
    visit_device VARCHAR,
    visit_browser VARCHAR,
    visit_os VARCHAR,
    visit_country VARCHAR,
    non_interactive BOOLEAN,
    anonymous_visitor BIGINT,
    own VARCHAR,
    props_read VARCHAR,
    item_skus VARCHAR
);
CREATE TABLE items (
    sequence UBIGINT NOT NULL,
    item_index UINTEGER NOT NULL,
    site VARCHAR NOT NULL,
    sku VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    category VARCHAR,
    units BIGINT NOT NULL,
    revenue_minor BIGINT NOT NULL
);
CREATE TABLE dead_letters (
    log_partition UINTEGER NOT NULL,
    log_offset UBIGINT NOT NULL,
    id VARCHAR NOT NULL,
    site VARCHAR NOT NULL,
    received_at TIMESTAMP NOT NULL,
    reason VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    dialect VARCHAR NOT NULL,
    original VARCHAR NOT NULL
);
CREATE TABLE counts (
    log_partition UINTEGER NOT NULL,
    site VARCHAR NOT NULL,
    day BIGINT NOT NULL,
    outcome VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    events UBIGINT NOT NULL
);
CREATE TABLE positions (
    log_partition UINTEGER NOT NULL,
    log_position UBIGINT NOT NULL,
    epoch UBIGINT NOT NULL,
    next_sequence UBIGINT NOT NULL,
    log_id VARCHAR NOT NULL,
    state VARCHAR
);
CREATE TABLE owner (
    shop_id VARCHAR NOT NULL
);";

/// The newest row of `positions` of each partition: positions and epochs never fall, and of two rows for the same one the
/// later counts.
pub(super) const NEWEST_POSITIONS: &str = "
SELECT log_partition, newest.log_position, newest.epoch, newest.next_sequence, newest.log_id, newest.state
FROM (
    SELECT log_partition, max(struct_pack(
        log_position := log_position, epoch := epoch, next_sequence := next_sequence, written := rowid,
        log_id := log_id, state := state)) AS newest
    FROM positions GROUP BY log_partition
) ORDER BY log_partition";

/// Makes the tables of a new file, brings those of an old one up to date, and compacts what grows by appending.
pub(super) fn prepare(connection: &Connection, options: &Options) -> Result<(), Error> {
    let path = &options.path;
    let broken =
        |error: duckdb::Error| Error::Open(format!("{} is broken: {}", path.display(), first_line(&error)));
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM duckdb_tables()", [], |row| row.get(0)).map_err(broken)?;
    if tables == 0 {
        let version = upgrade::VERSION;
        let make = format!("BEGIN; {TABLES} INSERT INTO kassa_store VALUES ({version}); COMMIT; CHECKPOINT;");
        return connection.execute_batch(&make).map_err(broken);
    }
    upgrade::bring_up(connection, options, upgrade::STEPS)?;
    if keep_house(connection).map_err(broken)? > 0 {
        connection.execute_batch("CHECKPOINT").map_err(broken)?;
    }
    Ok(())
}

/// Compacts what grows by appending; returns how many rows went.
pub(super) fn keep_house(connection: &Connection) -> duckdb::Result<u64> {
    let rows = |connection: &Connection| -> duckdb::Result<u64> {
        connection.query_row(
            "SELECT (SELECT count(*) FROM counts) + (SELECT count(*) FROM positions)",
            [],
            |row| row.get(0),
        )
    };
    let before = rows(connection)?;
    connection.execute_batch("BEGIN TRANSACTION")?;
    compact(connection)?;
    connection.execute_batch("COMMIT")?;
    Ok(before.saturating_sub(rows(connection)?))
}

/// Replaces the rows of `counts` and `positions` by their sums and newest ones where they have become many, within the
/// caller's transaction.
fn compact(connection: &Connection) -> duckdb::Result<()> {
    let long = |table: &str| -> duckdb::Result<bool> {
        let count = format!("SELECT count(*) FROM {table}");
        Ok(connection.query_row(&count, [], |row| row.get::<_, i64>(0))? > COMPACT_ABOVE)
    };
    if long("counts")? {
        connection.execute_batch(
            "CREATE TEMP TABLE sums AS
             SELECT log_partition, site, day, outcome, reason, sum(events)::UBIGINT AS events FROM counts GROUP BY ALL;
             DELETE FROM counts; INSERT INTO counts SELECT * FROM sums; DROP TABLE sums;",
        )?;
    }
    if long("positions")? {
        connection.execute_batch(&format!(
            "CREATE TEMP TABLE newest AS {NEWEST_POSITIONS};
             DELETE FROM positions; INSERT INTO positions SELECT * FROM newest; DROP TABLE newest;"
        ))?;
    }
    Ok(())
}
