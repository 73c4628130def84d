//! Outbox rows as records of the log: the public event for the stream `orders`, and for the stream `events` what analytics
//! counts, with the visit that the order's request came from.

use bytes::Bytes;
use kassa_eventlog::{RECORD_BYTES_MAX, Record};
use kassa_model::{
    CodecError, Dialect, Event, LogRecord, Naming, OrderItem, OrderPart, Recorded, RouteKey, Timestamp,
    encode,
};

use super::money::MoneyRecord;
use super::store::Waiting;

/// Why a row cannot become a record. Nothing is published beyond it: a person has to look.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// Its JSON is not what this build writes.
    #[error("its money cannot be read: {0}")]
    Money(#[from] serde_json::Error),
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
    pub(super) money: Option<Record>,
}

impl Records {
    /// What is published of `row`.
    pub(super) fn of(row: Waiting) -> Result<Self, RowError> {
        // Changes of one order stay in their order, and so do those of all stock.
        let key = RouteKey::given("order", row.order_id.as_deref().unwrap_or_default());
        let order = fitting(Record { key, payload: Bytes::from(row.body) })?;
        let money = match row.money {
            None => None,
            Some(text) => Some(money_record(serde_json::from_str(&text)?)?),
        };
        Ok(Self { order, money })
    }

    /// Bytes of payload.
    pub(super) fn bytes(&self) -> usize {
        self.order.payload.len() + self.money.as_ref().map_or(0, |money| money.payload.len())
    }
}

fn money_record(money: MoneyRecord) -> Result<Record, RowError> {
    let key = RouteKey(money.context.route_key);
    let payload = encode(&LogRecord::Event(Box::new(recorded(money))))?;
    fitting(Record { key, payload: Bytes::from(payload) })
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
    let event = Event {
        id: money.id,
        site: context.site,
        name_sent: money.name.clone(),
        name: money.name,
        visitor: context.visitor,
        user: context.user,
        session: context.session,
        host: context.host,
        path: context.path,
        order: Some(order),
        props: "{}".to_owned(),
        ..Event::blank(Dialect::SHOP, money.occurred_at)
    };
    Recorded {
        event,
        agent: context.agent,
        from_browser: false,
        visitor_today: context.visitor_today,
        visitor_yesterday: context.visitor_yesterday,
        placed_at: Some(context.received_at).filter(|at| *at != Timestamp::default()),
        crawlers_are_bots: false,
        automated: false,
        referrer_ignored: false,
        naming: if context.private { Naming::Private } else { Naming::Heeded },
    }
}
