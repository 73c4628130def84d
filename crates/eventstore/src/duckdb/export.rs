//! Writes events as text straight from the columns of a result.

use duckdb::Connection;
use duckdb::arrow::array::{Array, BooleanArray, Int64Array, StringArray, TimestampMicrosecondArray};
use kassa_model::{Timestamp, VISIT_TEXTS};

use super::dialect::DuckDb;
use super::failure::Failure;
use super::own::{self, Own};
use super::read::values;
use super::schema::{EVENT_COLUMNS, NO_ORDER, OWN, OWN_COLUMNS};
use super::stream::{Piece, some, stream};
use crate::export::{EventRef, Line, OrderRef, parts};
use crate::query::EventFilter;
use crate::sql::events::{list_events, weigh_events};

/// The parts in which the events of `filter` are written.
pub(super) fn export_parts(
    connection: &Connection,
    filter: &EventFilter,
) -> Result<Vec<EventFilter>, Failure> {
    parts(filter, &mut |filter, unit| {
        let statement = weigh_events(&DuckDb, filter, unit)?;
        let mut stretches = Vec::new();
        stream(connection, &statement.text, values(statement.values), |piece| {
            let (stretch, bytes) = (piece.int(0)?, piece.int(1)?);
            let pairs = (0..piece.rows()).map(|row| (stretch.value(row), bytes.value(row).unsigned_abs()));
            stretches.extend(pairs);
            Ok(())
        })?;
        Ok(stretches)
    })
}

/// The events of a part as text.
pub(super) fn export(connection: &Connection, part: &EventFilter, line: &Line) -> Result<String, Failure> {
    let statement = list_events(&DuckDb, part, EVENT_COLUMNS)?;
    let mut text = String::new();
    stream(connection, &statement.text, values(statement.values), |piece| {
        let columns = Columns::of(piece)?;
        for row in 0..piece.rows() {
            let own = Own::read(some(columns.own, row))?;
            line(&columns.event(row, &own), &mut text);
        }
        Ok(())
    })?;
    Ok(text)
}

/// The columns of `EVENT_COLUMNS` that are written.
struct Columns<'a> {
    /// id, site, name, name_sent, dialect, props.
    texts: [&'a StringArray; 6],
    occurred_at: &'a TimestampMicrosecondArray,
    received_at: &'a TimestampMicrosecondArray,
    visitor: &'a Int64Array,
    session: &'a Int64Array,
    bot: &'a BooleanArray,
    /// From `user_id` to `target`.
    optional: Vec<&'a StringArray>,
    /// order_id, currency, order_status.
    order: [&'a StringArray; 3],
    revenue: &'a Int64Array,
    own: &'a StringArray,
    visit_started_at: &'a TimestampMicrosecondArray,
    visit_texts: [&'a StringArray; VISIT_TEXTS],
}

impl<'a> Columns<'a> {
    fn of(piece: &Piece<'a>) -> Result<Self, Failure> {
        let mut visit_texts = [piece.text(4)?; VISIT_TEXTS];
        for (text, column) in visit_texts.iter_mut().zip(OWN_COLUMNS + 1..) {
            *text = piece.text(column)?;
        }
        Ok(Self {
            texts: [
                piece.text(4)?,
                piece.text(5)?,
                piece.text(6)?,
                piece.text(7)?,
                piece.text(13)?,
                piece.text(14)?,
            ],
            occurred_at: piece.time(8)?,
            received_at: piece.time(9)?,
            visitor: piece.int(10)?,
            session: piece.int(11)?,
            bot: piece.flag(12)?,
            optional: (15..22).map(|column| piece.text(column)).collect::<Result<_, _>>()?,
            order: [piece.text(22)?, piece.text(24)?, piece.text(25)?],
            revenue: piece.int(23)?,
            own: piece.text(OWN)?,
            visit_started_at: piece.time(OWN_COLUMNS)?,
            visit_texts,
        })
    }

    fn event<'b>(&'b self, row: usize, own: &'b Own) -> EventRef<'b> {
        let visit = self.visit(row);
        let facts = visit.map(|(_, texts)| texts).unwrap_or_default();
        let optional = |column: usize| some(self.optional[column - 15], row);
        let [id, site, name, name_sent, dialect, props] = self.texts.map(|column| column.value(row));
        EventRef {
            id,
            site,
            name,
            name_sent,
            occurred_at: Timestamp::from_micros(self.occurred_at.value(row)),
            received_at: Timestamp::from_micros(self.received_at.value(row)),
            visitor: Some(self.visitor.value(row)),
            session: Some(self.session.value(row)),
            bot: self.bot.value(row),
            dialect,
            props,
            user: optional(15),
            host: optional(16),
            path: optional(17),
            title: optional(18),
            origin: own.over(&own::of_visit(&facts)),
            component: optional(19),
            location_type: optional(20),
            target: optional(21),
            order: self.order(row),
            visit,
        }
    }

    fn visit(&self, row: usize) -> Option<(Timestamp, [Option<&'a str>; VISIT_TEXTS])> {
        let began = self.visit_started_at.is_valid(row).then(|| self.visit_started_at.value(row))?;
        Some((Timestamp::from_micros(began), self.visit_texts.map(|column| some(column, row))))
    }

    fn order(&self, row: usize) -> Option<OrderRef<'a>> {
        let [order_id, currency, status] = self.order.map(|column| some(column, row));
        Some(OrderRef {
            order_id: order_id.filter(|id| *id != NO_ORDER)?,
            revenue_minor: self.revenue.value(row),
            currency: currency.unwrap_or_default(),
            status: status.unwrap_or_default(),
        })
    }
}
