//! Events as text, many at a time: a part is read and written in one go, so that no event is taken apart and put together
//! in between.

use std::sync::Arc;

use kassa_model::{ORIGIN_TEXTS, OrderPart, Timestamp, VISIT_TEXTS};

use crate::batch::Row;
use crate::query::EventFilter;

/// About so much text is in a part, bytes.
pub(crate) const PART_BYTES: u64 = 8 << 20;
/// What an event takes beside its texts, bytes.
pub(crate) const ROW_BYTES: u64 = 512;

/// Appends what stands for an event to a text. Called on a thread that may block.
pub type Line = Arc<dyn Fn(&EventRef<'_>, &mut String) + Send + Sync>;

/// An event where it lies; the fields are those of [`Event`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are documented once, at the event")]
pub struct EventRef<'a> {
    pub id: &'a str,
    pub site: &'a str,
    pub name: &'a str,
    pub name_sent: &'a str,
    pub occurred_at: Timestamp,
    pub received_at: Timestamp,
    pub visitor: Option<i64>,
    pub session: Option<i64>,
    pub bot: bool,
    pub dialect: &'a str,
    pub props: &'a str,
    pub user: Option<&'a str>,
    pub host: Option<&'a str>,
    pub path: Option<&'a str>,
    pub title: Option<&'a str>,
    /// As [`Event::origin`](kassa_model::Event::origin).
    pub origin: [Option<&'a str>; ORIGIN_TEXTS],
    pub component: Option<&'a str>,
    pub location_type: Option<&'a str>,
    pub target: Option<&'a str>,
    pub order: Option<OrderRef<'a>>,
    /// When its visit began, and the texts of [`kassa_model::VisitFacts::texts`].
    pub visit: Option<(Timestamp, [Option<&'a str>; VISIT_TEXTS])>,
}

/// The part of an order in an event, without its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are documented once, at the order's part")]
pub struct OrderRef<'a> {
    pub order_id: &'a str,
    pub revenue_minor: i64,
    pub currency: &'a str,
    pub status: &'a str,
}

impl<'a> EventRef<'a> {
    /// A view of the event and the visit of `row`.
    pub fn of(row: &'a Row) -> Self {
        let event = &row.event;
        Self {
            id: &event.id,
            site: &event.site,
            name: &event.name,
            name_sent: &event.name_sent,
            occurred_at: event.occurred_at,
            received_at: event.received_at,
            visitor: event.visitor,
            session: event.session,
            bot: event.bot,
            dialect: event.dialect.name(),
            props: &event.props,
            user: event.user.as_deref(),
            host: event.host.as_deref(),
            path: event.path.as_deref(),
            title: event.title.as_deref(),
            origin: event.origin(),
            component: event.component.as_deref(),
            location_type: event.location_type.as_deref(),
            target: event.target.as_deref(),
            order: event.order.as_ref().map(OrderRef::of),
            visit: row.visit.as_ref().map(|visit| (visit.started_at, visit.facts.texts())),
        }
    }

    /// About how much memory its text takes, bytes.
    pub(crate) fn bytes(&self) -> u64 {
        let [id, name_sent, props] = [self.id, self.name_sent, self.props].map(str::len);
        let optional = [self.user, self.path, self.title, self.component, self.location_type, self.target];
        // Referrer and campaign, of the event and of its visit, and the entry page; the other texts of both are short.
        let visit = self.visit.map_or([None; VISIT_TEXTS], |(_, texts)| texts);
        let origins = self.origin[1..7].iter().chain(&visit[..1]).chain(&visit[3..9]).copied();
        let texts: usize = optional.into_iter().chain(origins).flatten().map(str::len).sum();
        ROW_BYTES + (id + name_sent + props + texts) as u64
    }
}

impl<'a> OrderRef<'a> {
    fn of(order: &'a OrderPart) -> Self {
        Self {
            order_id: &order.order_id,
            revenue_minor: order.revenue_minor,
            currency: &order.currency,
            status: &order.status,
        }
    }
}

/// Weighs the events of a filter by stretches of receipt of so many µs: which stretch, how many bytes, newest first.
type Count<'a, E> = &'a mut dyn FnMut(&EventFilter, i64) -> Result<Stretches, E>;

/// Stretches of receipt and the bytes of the events that each has.
pub(crate) type Stretches = Vec<(i64, u64)>;

/// The parts of `filter`, newest first: `count` says how many bytes each stretch of receipt has, of one unit in µs, newest
/// first. Stretches follow one another in a part until it is full; one that alone is much too large is counted by
/// the next smaller unit.
pub(crate) fn parts<E>(filter: &EventFilter, count: Count<'_, E>) -> Result<Vec<EventFilter>, E> {
    let mut parts = Vec::new();
    split(filter, &UNITS, count, &mut parts)?;
    Ok(parts)
}

/// An hour, a second, 10 ms, 1 µs.
const UNITS: [i64; 4] = [3_600_000_000, 1_000_000, 10_000, 1];

fn split<E>(
    filter: &EventFilter,
    units: &[i64],
    count: Count<'_, E>,
    parts: &mut Vec<EventFilter>,
) -> Result<(), E> {
    let [unit, smaller @ ..] = units else { return Ok(()) };
    // From, to (exclusive), bytes.
    let mut open: Option<(i64, i64, u64)> = None;
    for (stretch, bytes) in (*count)(filter, *unit)? {
        let (from, to) = (stretch * unit, (stretch + 1) * unit);
        if bytes > 2 * PART_BYTES && !smaller.is_empty() {
            parts.extend(open.take().map(|(from, to, _)| within(filter, from, to)));
            split(&within(filter, from, to), smaller, &mut *count, parts)?;
            continue;
        }
        open = match open {
            Some((_, end, sum)) if sum + bytes <= PART_BYTES => Some((from, end, sum + bytes)),
            full => {
                parts.extend(full.map(|(from, to, _)| within(filter, from, to)));
                Some((from, to, bytes))
            }
        };
    }
    parts.extend(open.map(|(from, to, _)| within(filter, from, to)));
    Ok(())
}

/// `filter`, held to what was received from one time up to another.
fn within(filter: &EventFilter, from: i64, to: i64) -> EventFilter {
    let (from, to) = (Timestamp::from_micros(from), Timestamp::from_micros(to));
    EventFilter {
        received_from: Some(filter.received_from.map_or(from, |asked| asked.max(from))),
        received_to: Some(filter.received_to.map_or(to, |asked| asked.min(to))),
        limit: u32::MAX,
        ..filter.clone()
    }
}
