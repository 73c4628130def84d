//! Outbox rows as records of the log: the public event for the stream `orders`, and for the stream `events` what analytics
//! counts: money, with the visit that the order's request came from, and that a product has sold out or is back.

use bytes::Bytes;
use kassa_eventlog::{RECORD_BYTES_MAX, Record};
use kassa_model::{
    CHECKOUT_FAILED, CodecError, Dialect, Event, LogRecord, Naming, OrderItem, OrderPart, Recorded, RouteKey,
    STOCK_BACK, STOCK_OUT, Timestamp, encode, record_id,
};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::money::MoneyRecord;
use super::store::Waiting;
use crate::inventory::crossings;
use crate::notes::NoteKind;
use crate::visit::Context;

/// Why a row cannot become a record. Nothing is published beyond it: a person has to look.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// Its JSON is not what this build writes.
    #[error("its money cannot be read: {0}")]
    Money(#[source] serde_json::Error),
    /// Nor is what it says of stock.
    #[error("what it says of stock cannot be read: {0}")]
    Stock(#[source] serde_json::Error),
    /// It cannot be written as a record.
    #[error(transparent)]
    Encode(#[from] CodecError),
    /// It is larger than a record may be.
    #[error("it has {0} bytes, a record has at most {RECORD_BYTES_MAX}")]
    TooLarge(usize),
}

/// The records of a row.
#[derive(Debug)]
pub(super) struct Records {
    pub(super) order: Record,
    /// What analytics counts or knows by.
    pub(super) event: Option<Record>,
}

/// What a row says of a product that has sold out or is back.
#[derive(Debug)]
pub(super) struct StockSaid {
    pub(super) id: String,
    pub(super) kind: NoteKind,
    pub(super) sku: String,
    pub(super) on_hand: i64,
    pub(super) at: Timestamp,
}

impl Records {
    /// What is published of `row`; what it says of stock is of `site`.
    pub(super) fn of(row: Waiting, site: &str) -> Result<Self, RowError> {
        let event = match (&row.money, &row.order_id) {
            (Some(text), _) => {
                let money: MoneyRecord = serde_json::from_str(text).map_err(RowError::Money)?;
                Some(event_record(RouteKey(money.context.route_key), recorded(money))?)
            }
            (None, None) => match StockSaid::of(&row.body)? {
                Some(said) => Some(said.record(site)?),
                None => None,
            },
            (None, Some(_)) => None,
        };
        // Changes of one order stay in their order, and so do those of all stock.
        let key = RouteKey::given("order", row.order_id.as_deref().unwrap_or_default());
        let order = fitting(Record { key, payload: Bytes::from(row.body) })?;
        Ok(Self { order, event })
    }

    /// Bytes of payload.
    pub(super) fn bytes(&self) -> usize {
        self.order.payload.len() + self.event.as_ref().map_or(0, |event| event.payload.len())
    }
}

fn event_record(key: RouteKey, recorded: Recorded) -> Result<Record, RowError> {
    let payload = encode(&LogRecord::Event(Box::new(recorded)))?;
    fitting(Record { key, payload: Bytes::from(payload) })
}

/// The public event of stock, as far as analytics wants to know it.
#[derive(Debug, Deserialize)]
struct StockEvent {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    occurred_at: String,
    stock: StockState,
}

#[derive(Debug, Deserialize)]
struct StockState {
    sku: String,
    on_hand: i64,
}

impl StockSaid {
    /// Nothing where `body` says that something is low.
    pub(super) fn of(body: &str) -> Result<Option<Self>, RowError> {
        let said: StockEvent = serde_json::from_str(body).map_err(RowError::Stock)?;
        let kind = match said.kind.as_str() {
            crossings::OUT => NoteKind::StockOut,
            crossings::BACK => NoteKind::StockBack,
            _ => return Ok(None),
        };
        let at: Result<Timestamp, _> = said.occurred_at.parse();
        let at = at.map_err(|error| RowError::Stock(serde::de::Error::custom(error)))?;
        Ok(Some(Self { id: said.id, kind, sku: said.stock.sku, on_hand: said.stock.on_hand, at }))
    }

    fn record(self, site: &str) -> Result<Record, RowError> {
        let name = if self.kind == NoteKind::StockOut { STOCK_OUT } else { STOCK_BACK };
        let event = Event {
            id: record_id(&self.id),
            site: site.to_owned(),
            name: name.to_owned(),
            name_sent: name.to_owned(),
            props: json!({ "sku": self.sku, "on_hand": self.on_hand }).to_string(),
            ..Event::blank(Dialect::SHOP, self.at)
        };
        // All stock of a site in one partition, in its order.
        event_record(RouteKey::given("stock", site), of_nobody(event))
    }
}

/// The record of an order that was refused in the visit of `context`: why, and for which product if for one.
///
/// # Errors
/// [`RowError`].
pub(crate) fn failure_record(
    context: &Context,
    (reason, sku): (&str, Option<&str>),
    at: Timestamp,
) -> Result<Record, RowError> {
    let mut props = json!({ "reason": reason });
    if let Some(sku) = sku {
        props["sku"] = sku.into();
    }
    let id = record_id(&format!("failed:{}", Uuid::now_v7()));
    let event = Event { props: props.to_string(), ..of_visit(context, (id, CHECKOUT_FAILED), at) };
    event_record(RouteKey(context.route_key), by_visit(context, event))
}

/// An event of the visit of `context`.
fn of_visit(context: &Context, (id, name): (String, &str), at: Timestamp) -> Event {
    Event {
        id,
        site: context.site.clone(),
        name: name.to_owned(),
        name_sent: name.to_owned(),
        visitor: context.visitor,
        user: context.user.clone(),
        session: context.session,
        host: context.host.clone(),
        path: context.path.clone(),
        props: "{}".to_owned(),
        ..Event::blank(Dialect::SHOP, at)
    }
}

/// The record of an event of that visit.
fn by_visit(context: &Context, event: Event) -> Recorded {
    Recorded {
        agent: context.agent.clone(),
        visitor_today: context.visitor_today,
        visitor_yesterday: context.visitor_yesterday,
        naming: if context.private { Naming::Private } else { Naming::Heeded },
        ..of_nobody(event)
    }
}

/// A record that is of no visitor in particular.
fn of_nobody(event: Event) -> Recorded {
    Recorded {
        event,
        agent: None,
        from_browser: false,
        visitor_today: 0,
        visitor_yesterday: 0,
        placed_at: None,
        crawlers_are_bots: false,
        automated: false,
        referrer_ignored: false,
        naming: Naming::Heeded,
    }
}

fn fitting(record: Record) -> Result<Record, RowError> {
    match record.payload.len() {
        bytes if bytes > RECORD_BYTES_MAX => Err(RowError::TooLarge(bytes)),
        _ => Ok(record),
    }
}

/// The same for the same row, whenever it is made: a record that is appended twice is a duplicate of itself.
fn recorded(money: MoneyRecord) -> Recorded {
    let context = money.context;
    let items = money.lines.into_iter().map(|line| OrderItem {
        sku: line.sku,
        name: line.name,
        category: line.category,
        units: line.units_delta,
        revenue_minor: line.revenue_delta_minor,
    });
    let order = OrderPart {
        order_id: money.order_id,
        revenue_minor: money.revenue_delta_minor,
        currency: money.currency,
        status: money.status,
        items: items.collect(),
    };
    let props = money.customer_type.map_or_else(|| json!({}), |kind| json!({ "customer_type": kind }));
    let event = of_visit(&context, (money.id, &money.name), money.occurred_at);
    // What a file tells of happened on its own day and is received when it came, as the processor's clock wants it.
    let received_at = money.told_at.unwrap_or(event.received_at);
    let event = Event { order: Some(order), props: props.to_string(), received_at, ..event };
    let placed_at = Some(context.received_at).filter(|at| *at != Timestamp::default());
    Recorded { placed_at, ..by_visit(&context, event) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What reports know of an order's customer, and nothing of one without.
    #[test]
    fn money_says_whether_its_customer_had_ordered_before() {
        let check = |customer_type: Option<&str>, expected: &str| {
            let mut written = json!({"id": "order:o:1", "name": "Order Completed", "occurred_at": 7, "order_id": "o",
                "revenue_delta_minor": 5, "currency": "EUR", "status": "confirmed", "lines": [], "context": {"site": "s"}});
            if let Some(customer_type) = customer_type {
                written["customer_type"] = customer_type.into();
            }
            let money: MoneyRecord = serde_json::from_value(written).unwrap();
            assert_eq!(recorded(money).event.props, expected);
        };
        check(None, "{}");
        check(Some("new"), r#"{"customer_type":"new"}"#);
    }
}
