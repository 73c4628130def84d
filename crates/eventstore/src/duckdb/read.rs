//! Reads events back as rows, and what is told of the store as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use duckdb::Connection;
use duckdb::arrow::array::Array;
use duckdb::types::Value;
use kassa_model::{Event, OrderItem, OrderPart, Timestamp, VISIT_TEXTS, Visit, VisitFacts};

use super::dialect::DuckDb;
use super::failure::Failure;
use super::letters;
use super::own::{self, Own};
use super::schema::{EVENT_COLUMNS, NO_ORDER, OWN, OWN_COLUMNS};
use super::stream::{Piece, maybe, some, stream};
use crate::fingerprint::Fingerprint;
use crate::query::EventFilter;
use crate::sql::events::list_events;
use crate::{Row, StoreStatus};

/// A row as it lies in the table.
struct Found {
    sequence: u64,
    row: Row,
}

/// Events of `filter`, newest received first.
pub(super) fn events(connection: &Connection, filter: &EventFilter) -> Result<Vec<Row>, Failure> {
    let statement = list_events(&DuckDb, filter, EVENT_COLUMNS)?;
    let mut found = Vec::new();
    stream(connection, &statement.text, values(statement.values), |piece| read_rows(piece, &mut found))?;
    add_items(connection, &mut found)?;
    Ok(found.into_iter().map(|found| found.row).collect())
}

/// Values of a statement as DuckDB binds them.
pub(super) fn values(values: Vec<crate::sql::dialect::Value>) -> Vec<Value> {
    let value = |value| match value {
        crate::sql::dialect::Value::Text(text) => Value::Text(text),
        crate::sql::dialect::Value::Int(number) => Value::BigInt(number),
        crate::sql::dialect::Value::Unsigned(number) => Value::UBigInt(number),
        crate::sql::dialect::Value::Time(time) => letters::time(time),
    };
    values.into_iter().map(value).collect()
}

fn read_rows(piece: &Piece<'_>, found: &mut Vec<Found>) -> Result<(), Failure> {
    let (partitions, offsets) = (piece.small(0)?, piece.unsigned(1)?);
    let (indexes, sequences) = (piece.small(2)?, piece.unsigned(3)?);
    let visits = read_visits(piece, OWN_COLUMNS)?;
    let events = read_events(piece, &visits)?;
    for (at, (event, visit)) in events.into_iter().zip(visits).enumerate() {
        found.push(Found {
            sequence: sequences.value(at),
            row: Row {
                partition: partitions.value(at),
                offset: offsets.value(at),
                index: indexes.value(at),
                event,
                visit,
            },
        });
    }
    Ok(())
}

fn read_events(piece: &Piece<'_>, visits: &[Option<Visit>]) -> Result<Vec<Event>, Failure> {
    let (id, site, name, name_sent) = (piece.text(4)?, piece.text(5)?, piece.text(6)?, piece.text(7)?);
    let (occurred, received) = (piece.time(8)?, piece.time(9)?);
    let (visitor, session, bot) = (piece.int(10)?, piece.int(11)?, piece.flag(12)?);
    let (dialect, props) = (piece.text(13)?, piece.text(14)?);
    let (marked, anonymous) = (piece.flag(26)?, piece.int(27)?);
    let texts = (15..22).map(|column| piece.text(column)).collect::<Result<Vec<_>, _>>()?;
    let own = piece.text(OWN)?;
    let mut events = Vec::with_capacity(piece.rows());
    for (row, visit) in visits.iter().enumerate() {
        let own = Own::read(some(own, row))?;
        let facts = visit.as_ref().map(|visit| visit.facts.texts()).unwrap_or_default();
        let text = |column: usize| maybe(texts[column - 15], row);
        let dialect = dialect.value(row).parse().map_err(letters::unknown)?;
        let mut event = Event {
            id: id.value(row).to_owned(),
            site: site.value(row).to_owned(),
            name: name.value(row).to_owned(),
            name_sent: name_sent.value(row).to_owned(),
            occurred_at: Timestamp::from_micros(occurred.value(row)),
            visitor: Some(visitor.value(row)),
            session: Some(session.value(row)),
            bot: bot.value(row),
            non_interactive: marked.is_valid(row) && marked.value(row),
            anonymous_visitor: anonymous.is_valid(row).then(|| anonymous.value(row)),
            props: props.value(row).to_owned(),
            user: text(15),
            host: text(16),
            path: text(17),
            title: text(18),
            component: text(19),
            location_type: text(20),
            target: text(21),
            order: read_order(piece, row)?,
            ..Event::blank(dialect, Timestamp::from_micros(received.value(row)))
        };
        event.set_origin(own.over(&own::of_visit(&facts)));
        events.push(event);
    }
    Ok(events)
}

/// The visits of a piece, whose beginnings are in column `first` and whose texts follow.
pub(super) fn read_visits(piece: &Piece<'_>, first: usize) -> Result<Vec<Option<Visit>>, Failure> {
    let started = piece.time(first)?;
    let mut texts = Vec::with_capacity(VISIT_TEXTS);
    for column in first + 1..=first + VISIT_TEXTS {
        texts.push(piece.text(column)?);
    }
    let visit = |row: usize| {
        let facts = VisitFacts::from_texts(std::array::from_fn(|place| some(texts[place], row)));
        let started_at = Timestamp::from_micros(started.value(row));
        started.is_valid(row).then(|| Visit { started_at, facts: Arc::new(facts) })
    };
    Ok((0..piece.rows()).map(visit).collect())
}

/// The order's part without its items, which lie in a table of their own.
fn read_order(piece: &Piece<'_>, row: usize) -> Result<Option<OrderPart>, Failure> {
    let order_id = maybe(piece.text(22)?, row).filter(|id| id != NO_ORDER);
    let Some(order_id) = order_id else { return Ok(None) };
    Ok(Some(OrderPart {
        order_id,
        revenue_minor: piece.int(23)?.value(row),
        currency: maybe(piece.text(24)?, row).unwrap_or_default(),
        status: maybe(piece.text(25)?, row).unwrap_or_default(),
        items: Vec::new(),
    }))
}

/// Gives the rows with an order their items.
fn add_items(connection: &Connection, found: &mut [Found]) -> Result<(), Failure> {
    let wanted: BTreeSet<u64> =
        found.iter().filter(|found| found.row.event.order.is_some()).map(|found| found.sequence).collect();
    let (Some(first), Some(last)) = (wanted.first(), wanted.last()) else { return Ok(()) };
    let mut items = read_items(connection, *first, *last)?;
    for found in found {
        if let Some(order) = &mut found.row.event.order {
            order.items = items.remove(&found.sequence).unwrap_or_default();
        }
    }
    Ok(())
}

fn read_items(
    connection: &Connection,
    first: u64,
    last: u64,
) -> Result<BTreeMap<u64, Vec<OrderItem>>, Failure> {
    let sql = "SELECT sequence, sku, name, category, units, revenue_minor FROM items
               WHERE sequence BETWEEN $1 AND $2 ORDER BY sequence, item_index";
    let mut items: BTreeMap<u64, Vec<OrderItem>> = BTreeMap::new();
    stream(connection, sql, vec![Value::UBigInt(first), Value::UBigInt(last)], |piece| {
        let (sequence, sku, name, category) =
            (piece.unsigned(0)?, piece.text(1)?, piece.text(2)?, piece.text(3)?);
        let (units, money) = (piece.int(4)?, piece.int(5)?);
        for row in 0..piece.rows() {
            items.entry(sequence.value(row)).or_default().push(OrderItem {
                sku: sku.value(row).to_owned(),
                name: name.value(row).to_owned(),
                category: maybe(category, row),
                units: units.value(row),
                revenue_minor: money.value(row),
            });
        }
        Ok(())
    })?;
    Ok(items)
}

/// How much the store holds.
pub(super) fn status(connection: &Connection, path: &Path) -> Result<StoreStatus, Failure> {
    let events = connection.query_row("SELECT count(*) FROM events", [], |row| row.get(0))?;
    let log = path.with_added_extension("wal");
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
    Ok(StoreStatus { events, bytes: size(path) + size(&log) })
}

/// The hash over everything, read in one transaction so that it is of one moment.
pub(super) fn fingerprint(connection: &Connection) -> Result<String, Failure> {
    connection.execute_batch("BEGIN TRANSACTION")?;
    let mut fingerprint = Fingerprint::default();
    let all = format!("SELECT {} FROM events", EVENT_COLUMNS.join(", "));
    let items = &mut read_items(connection, 0, u64::MAX)?;
    stream(connection, &all, Vec::new(), |piece| {
        let mut found = Vec::new();
        read_rows(piece, &mut found)?;
        for Found { sequence, mut row } in found {
            if let Some(order) = &mut row.event.order {
                order.items = items.remove(&sequence).unwrap_or_default();
            }
            fingerprint.add_row(&row);
        }
        Ok(())
    })?;
    letters::all(connection, |partition, letter| fingerprint.add_letter(partition, letter))?;
    for (key, count) in letters::counts(connection)? {
        fingerprint.add_count(&key, count);
    }
    connection.execute_batch("COMMIT")?;
    Ok(fingerprint.finish())
}
