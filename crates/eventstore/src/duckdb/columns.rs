//! Rows to Arrow columns for the appender: column by column, sized ahead. A column without any value in a batch is
//! left out, the appender then fills it with NULLs at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use duckdb::arrow::array::{
    ArrayRef, BooleanArray, Int64Array, StringBuilder, TimestampMicrosecondArray, UInt32Array, UInt64Array,
};
use duckdb::arrow::datatypes::{Field, Schema};
use duckdb::arrow::record_batch::RecordBatch;
use duckdb::{Appender, Connection};
use kassa_model::{Event, OrderItem, OrderPart, Rejected, VISIT_TEXTS};

use super::own;
use super::schema::{EVENT_COLUMNS, NO_ORDER, OWN_COLUMNS};
use crate::{CountKey, DeadLetter, Row, items, properties};

/// Columns of one table by name.
#[derive(Debug, Default)]
pub(super) struct Columns {
    names: Vec<&'static str>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    /// Appends them to `table` in the connection's transaction.
    pub(super) fn append(self, connection: &Connection, table: &str) -> duckdb::Result<()> {
        let fields: Vec<Field> = self
            .names
            .iter()
            .zip(&self.arrays)
            .map(|(name, array)| Field::new(*name, array.data_type().clone(), true))
            .collect();
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), self.arrays)
            .map_err(|error| duckdb::Error::ToSqlConversionFailure(Box::new(error)))?;
        let mut appender: Appender<'_> = connection.appender_with_columns(table, &self.names)?;
        appender.append_record_batch(batch)?;
        appender.flush()
    }

    fn push(&mut self, name: &'static str, array: impl duckdb::arrow::array::Array + 'static) {
        self.names.push(name);
        self.arrays.push(Arc::new(array));
    }

    fn text<'a>(&mut self, name: &'static str, values: impl Iterator<Item = &'a str> + Clone) {
        let (rows, bytes) =
            values.clone().fold((0, 0), |(rows, bytes), value| (rows + 1, bytes + value.len()));
        let mut builder = StringBuilder::with_capacity(rows, bytes);
        values.for_each(|value| builder.append_value(value));
        self.push(name, builder.finish());
    }

    /// As [`Columns::text`], with NULLs; nothing at all when there is no value.
    fn maybe_text<'a>(&mut self, name: &'static str, values: impl Iterator<Item = Option<&'a str>> + Clone) {
        let (rows, found, bytes) = values.clone().fold((0, 0, 0), |(rows, found, bytes), value| {
            (rows + 1, found + usize::from(value.is_some()), bytes + value.map_or(0, str::len))
        });
        if found == 0 {
            return;
        }
        let mut builder = StringBuilder::with_capacity(rows, bytes);
        values.for_each(|value| builder.append_option(value));
        self.push(name, builder.finish());
    }
}

/// Columns of `events` for `rows` of `partition`, numbered from `first`.
pub(super) fn events(partition: u32, first: u64, rows: &[Row]) -> Columns {
    let mut columns = Columns::default();
    places(&mut columns, partition, rows.iter().map(|row| row.offset));
    columns.push("row_index", UInt32Array::from_iter_values(rows.iter().map(|row| row.index)));
    columns.push("sequence", UInt64Array::from_iter_values(first..first + rows.len() as u64));
    let all = rows.iter().map(|row| &row.event);
    columns.text("id", all.clone().map(|event| event.id.as_str()));
    columns.text("site", all.clone().map(|event| event.site.as_str()));
    columns.text("name", all.clone().map(|event| event.name.as_str()));
    columns.text("name_sent", all.clone().map(|event| event.name_sent.as_str()));
    columns.push("occurred_at", times(all.clone().map(|event| event.occurred_at.micros())));
    columns.push("received_at", times(all.clone().map(|event| event.received_at.micros())));
    let visitors = all.clone().map(|event| event.visitor.unwrap_or_default());
    columns.push("visitor", Int64Array::from_iter_values(visitors));
    let sessions = all.clone().map(|event| event.session.unwrap_or_default());
    columns.push("session", Int64Array::from_iter_values(sessions));
    columns.push("bot", BooleanArray::from(all.clone().map(|event| event.bot).collect::<Vec<_>>()));
    columns.text("dialect", all.clone().map(|event| event.dialect.name()));
    columns.text("props", all.clone().map(|event| event.props.as_str()));
    for (name, value) in OPTIONAL {
        columns.maybe_text(name, all.clone().map(value));
    }
    orders(&mut columns, rows);
    let facts: Vec<_> = rows.iter().map(|row| row.visit.as_ref().map(|visit| visit.facts.texts())).collect();
    let own = rows
        .iter()
        .zip(&facts)
        .map(|(row, facts)| own::write(&row.event.origin(), &own::of_visit(&facts.unwrap_or_default())));
    let own: Vec<_> = own.collect();
    columns.maybe_text("own", own.iter().map(Option::as_deref));
    let unlike: Vec<_> = all.clone().map(|event| properties::unlike(&event.props)).collect();
    columns.maybe_text("props_read", unlike.iter().map(Option::as_deref));
    let items: Vec<_> = all.clone().map(items::joined).collect();
    columns.maybe_text("item_skus", items.iter().map(Option::as_deref));
    visits(&mut columns, rows, &facts);
    if rows.iter().any(|row| row.event.non_interactive) {
        let marked = all.clone().map(|event| event.non_interactive).collect::<Vec<_>>();
        columns.push("non_interactive", BooleanArray::from(marked));
    }
    if rows.iter().any(|row| row.event.anonymous_visitor.is_some()) {
        columns.push("anonymous_visitor", all.map(|event| event.anonymous_visitor).collect::<Int64Array>());
    }
    columns
}

type Getter = fn(&Event) -> Option<&str>;

/// The columns that may be missing, and where their values are.
const OPTIONAL: [(&str, Getter); 7] = [
    ("user_id", |event| event.user.as_deref()),
    ("host", |event| event.host.as_deref()),
    ("path", |event| event.path.as_deref()),
    ("title", |event| event.title.as_deref()),
    ("component", |event| event.component.as_deref()),
    ("location_type", |event| event.location_type.as_deref()),
    ("target", |event| event.target.as_deref()),
];

fn orders(columns: &mut Columns, rows: &[Row]) {
    if rows.iter().all(|row| row.event.is_of_visitors()) {
        return;
    }
    let orders = rows.iter().map(|row| row.event.order.as_ref());
    let text = |get: fn(&OrderPart) -> &str| orders.clone().map(move |order| order.map(get));
    let order_ids = rows.iter().map(|row| match &row.event.order {
        Some(order) => Some(order.order_id.as_str()),
        None => row.event.is_of_stock().then_some(NO_ORDER),
    });
    columns.maybe_text("order_id", order_ids);
    let money: Int64Array = orders.clone().map(|order| order.map(|order| order.revenue_minor)).collect();
    columns.push("revenue_minor", money);
    columns.maybe_text("currency", text(|order| &order.currency));
    columns.maybe_text("order_status", text(|order| &order.status));
}

fn visits(columns: &mut Columns, rows: &[Row], facts: &[Option<[Option<&str>; VISIT_TEXTS]>]) {
    let visits = rows.iter().map(|row| row.visit.as_ref());
    if visits.clone().all(|visit| visit.is_none()) {
        return;
    }
    let [started_at, texts @ ..] = &EVENT_COLUMNS[OWN_COLUMNS..] else { return };
    let started: TimestampMicrosecondArray =
        visits.map(|visit| visit.map(|visit| visit.started_at.micros())).collect();
    columns.push(started_at, started);
    for (place, name) in texts.iter().enumerate() {
        columns.maybe_text(name, facts.iter().map(|texts| texts.and_then(|texts| texts[place])));
    }
}

/// Columns of `items` for the order lines of `rows`; nothing when there is none.
pub(super) fn items(first: u64, rows: &[Row]) -> Option<Columns> {
    let mut lines: Vec<(u64, u32, &str, &OrderItem)> = Vec::new();
    for (sequence, row) in (first..).zip(rows) {
        let found = row.event.order.iter().flat_map(|order| &order.items);
        lines.extend(
            (0_u32..).zip(found).map(|(index, item)| (sequence, index, row.event.site.as_str(), item)),
        );
    }
    if lines.is_empty() {
        return None;
    }
    let mut columns = Columns::default();
    columns.push("sequence", UInt64Array::from_iter_values(lines.iter().map(|line| line.0)));
    columns.push("item_index", UInt32Array::from_iter_values(lines.iter().map(|line| line.1)));
    columns.text("site", lines.iter().map(|line| line.2));
    columns.text("sku", lines.iter().map(|line| line.3.sku.as_str()));
    columns.text("name", lines.iter().map(|line| line.3.name.as_str()));
    columns.maybe_text("category", lines.iter().map(|line| line.3.category.as_deref()));
    columns.push("units", Int64Array::from_iter_values(lines.iter().map(|line| line.3.units)));
    columns
        .push("revenue_minor", Int64Array::from_iter_values(lines.iter().map(|line| line.3.revenue_minor)));
    Some(columns)
}

/// Columns of `dead_letters`.
pub(super) fn letters(partition: u32, letters: &[DeadLetter]) -> Columns {
    let mut columns = Columns::default();
    places(&mut columns, partition, letters.iter().map(|letter| letter.offset));
    let all = letters.iter().map(|letter| &letter.rejected);
    let text = |get: fn(&Rejected) -> &str| all.clone().map(get);
    columns.text("id", text(|rejected| &rejected.id));
    columns.text("site", text(|rejected| &rejected.site));
    columns.push("received_at", times(all.clone().map(|rejected| rejected.received_at.micros())));
    columns.text("reason", text(|rejected| rejected.reason.name()));
    columns.text("detail", text(|rejected| &rejected.detail));
    columns.text("dialect", text(|rejected| rejected.dialect.name()));
    columns.text("original", text(|rejected| &rejected.original));
    columns
}

/// Columns of `counts`.
pub(super) fn counts(partition: u32, counts: &BTreeMap<CountKey<String>, u64>) -> Columns {
    let mut columns = Columns::default();
    let counts = counts.iter();
    columns.push("log_partition", UInt32Array::from_iter_values(counts.clone().map(|_| partition)));
    columns.text("site", counts.clone().map(|(key, _)| key.site.as_str()));
    columns.push("day", Int64Array::from_iter_values(counts.clone().map(|(key, _)| key.day)));
    columns.text("outcome", counts.clone().map(|(key, _)| key.outcome.name()));
    columns.text("reason", counts.clone().map(|(key, _)| key.outcome.reason_name()));
    columns.push("events", UInt64Array::from_iter_values(counts.map(|(_, events)| *events)));
    columns
}

fn places(columns: &mut Columns, partition: u32, offsets: impl Iterator<Item = u64> + Clone) {
    let partitions = offsets.clone().map(|_| partition);
    columns.push("log_partition", UInt32Array::from_iter_values(partitions));
    columns.push("log_offset", UInt64Array::from_iter_values(offsets));
}

fn times(micros: impl Iterator<Item = i64>) -> TimestampMicrosecondArray {
    TimestampMicrosecondArray::from_iter_values(micros)
}
