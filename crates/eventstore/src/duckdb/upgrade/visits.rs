//! Version 3: every row gets the facts of its visit, and keeps of its own texts what differs from them (`own`). The facts
//! are those that the fold writes: of the rows of a site's visitor and session in a partition, taken in the order of the
//! log, the first opens the visit and the first with a page gives its facts to itself and to all that follow, records of
//! money among them. Visits and visitors are not cut anew.
//!
//! The rows are copied piece by piece in their order, each piece beside the few visits that reach into it: what lies in
//! memory does not grow with the store.

use duckdb::Connection;
use kassa_model::ORIGIN_NAMES;

/// Hears that so many parts of a step are done, of so many.
pub(super) type Told<'a> = &'a dyn Fn(u64, u64);

/// Rows of a piece, by their sequence.
pub(super) const PIECE_ROWS: u64 = 400_000;

/// The columns that are new, after those that are there.
const NEW_COLUMNS: &str = "own VARCHAR, visit_started_at TIMESTAMP, visit_entry_page VARCHAR, visit_host VARCHAR, visit_source VARCHAR, \
     visit_referrer VARCHAR, visit_utm_source VARCHAR, visit_utm_medium VARCHAR, visit_utm_campaign VARCHAR, \
     visit_utm_term VARCHAR, visit_utm_content VARCHAR, visit_device VARCHAR, visit_browser VARCHAR, visit_os VARCHAR, \
     visit_country VARCHAR";

/// Where each visit begins, has its first page, and ends, by sequence.
const VISITS: &str = "
CREATE TEMP TABLE visits_of_rows AS
SELECT log_partition, site, visitor, session, max(sequence) AS last,
       min(sequence) FILTER (order_id IS NULL) AS first,
       arg_min(occurred_at, sequence) FILTER (order_id IS NULL) AS started_at,
       min(sequence) FILTER (order_id IS NULL AND path IS NOT NULL) AS entry
FROM events WHERE session <> 0 GROUP BY log_partition, site, visitor, session";

/// The facts of those visits whose first page lies in a piece before and that go on after it. They are few: however long a
/// visit is, no piece looks at more rows than its own.
const OLDER: &str = "
CREATE TEMP TABLE older_entries AS
SELECT sequence, path, host, source, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content, device,
       browser, os, country
FROM events LIMIT 0";

/// The rows from sequence $1 up to $2 with their visits.
const COPY: &str = "
WITH near AS (SELECT * FROM visits_of_rows WHERE first < $2 AND last >= $1),
entries AS (
    SELECT sequence, path, host, source, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content, device,
           browser, os, country
    FROM events WHERE sequence >= $1 AND sequence < $2 AND sequence IN (SELECT entry FROM near)
    UNION ALL SELECT * FROM older_entries WHERE sequence IN (SELECT entry FROM near)
)
INSERT INTO events_with_visits
SELECT e.* EXCLUDE (OWN_NAMES), OWN_TEXTS, CASE WHEN v.first <= e.sequence THEN v.started_at END, p.* EXCLUDE (sequence)
FROM (SELECT * FROM events WHERE sequence >= $1 AND sequence < $2) e
LEFT JOIN near v ON v.log_partition = e.log_partition AND v.site = e.site AND v.visitor = e.visitor
     AND v.session = e.session
LEFT JOIN entries p ON p.sequence = CASE WHEN v.entry <= e.sequence THEN v.entry END";

/// Keeps the facts that rows from sequence $2 on need of those from $1 on.
const KEEP: &str = "
INSERT INTO older_entries
SELECT sequence, path, host, source, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content, device,
       browser, os, country
FROM events WHERE sequence >= $1 AND sequence < $2
     AND sequence IN (SELECT entry FROM visits_of_rows WHERE entry >= $1 AND entry < $2 AND last >= $2)";

/// Copies every row with its visit, and tells how many of all it has copied.
pub(super) fn write_visits(connection: &Connection, told: Told<'_>) -> duckdb::Result<()> {
    write_by(PIECE_ROWS, connection, told)
}

/// The same by pieces of so many rows.
pub(super) fn write_by(piece_rows: u64, connection: &Connection, told: Told<'_>) -> duckdb::Result<()> {
    let table = "SELECT sql FROM duckdb_tables() WHERE table_name = 'events'";
    let made: String = connection.query_row(table, [], |row| row.get(0))?;
    // From the bracket on: its name may be quoted, and stands before.
    let columns = made.find('(').map_or("", |at| &made[at..]).trim_end_matches([';', ' ', '\n']);
    let columns = columns.strip_suffix(')').unwrap_or(columns);
    connection.execute_batch(&format!(
        "CREATE TABLE events_with_visits {columns}, {NEW_COLUMNS}); {VISITS}; {OLDER};"
    ))?;
    for name in ORIGIN_NAMES {
        connection.execute_batch(&format!("ALTER TABLE events_with_visits DROP COLUMN {name}"))?;
    }
    let copy = COPY.replace("OWN_NAMES", &ORIGIN_NAMES.join(", ")).replace("OWN_TEXTS", &own_texts());
    let pieces = pieces(piece_rows, connection)?;
    for (done, (from, to)) in pieces.iter().enumerate() {
        told(done as u64, pieces.len() as u64);
        connection.execute(&copy, [from, to])?;
        connection.execute(KEEP, [from, to])?;
    }
    connection.execute_batch(
        "DROP TABLE visits_of_rows; DROP TABLE older_entries; DROP TABLE events;
         ALTER TABLE events_with_visits RENAME TO events;",
    )
}

/// What `own::write` makes of the texts of the event `e` and those of its visit `p`.
fn own_texts() -> String {
    let differs = |name: &str| {
        format!(
            "CASE WHEN e.{name} IS DISTINCT FROM p.{name} \
             THEN '\"{name}\":' || coalesce(to_json(e.{name})::VARCHAR, 'null') END"
        )
    };
    let all: Vec<String> = ORIGIN_NAMES.iter().map(|name| differs(name)).collect();
    format!("'{{' || nullif(concat_ws(',', {}), '') || '}}'", all.join(", "))
}

/// The ranges of so many sequences, in order, that have all rows: those of a partition lie close together, those of two apart.
pub(super) fn pieces(piece_rows: u64, connection: &Connection) -> duckdb::Result<Vec<(u64, u64)>> {
    let mut statement = connection.prepare(
        "SELECT min(sequence), max(sequence) FROM events GROUP BY log_partition ORDER BY log_partition",
    )?;
    let mut rows = statement.query([])?;
    let mut pieces = Vec::new();
    while let Some(row) = rows.next()? {
        let (mut from, last): (u64, u64) = (row.get(0)?, row.get(1)?);
        while from <= last {
            let to = last.saturating_add(1).min(from + piece_rows);
            pieces.push((from, to));
            from = to;
        }
    }
    Ok(pieces)
}
