//! The steps that every event takes, as a literal list: what happens to an event, and in which order, can be read here.
//!
//! A step passes the event on, or ends its way as a duplicate or with a reason. Steps that use the memory of the
//! partition run once per event; the others depend on nothing but the record (and on the data in the binary), so that
//! they can be run again when the same batch must be built a second time.

use std::sync::Arc;
use std::time::Instant;

use kassa_model::{Dialect, Event, MICROS_PER_DAY, MONEY_IDS, OrderItem, Reason, Recorded, Timestamp, Visit};

use super::agent::{Agent, Agents};
use super::bots::Machine;
use super::clock::FoldClock;
use super::dedupe::{Candidate, Dedupe};
use super::interaction::is_marked;
use super::naming::{Who, who};
use super::session::{Sessions, opened_by};
use super::slices::Reach;
use super::source::{Referrer, source_of};

/// Every step, in order. Those that reject come before those that remember, and what a visit takes from its event is known
/// before its session is.
pub(super) const STEPS: &[Step] = &[
    Step { name: "drop_forged_money", uses: Uses::Record, run: drop_forged_money },
    Step { name: "check_limits", uses: Uses::Record, run: check_limits },
    Step { name: "drop_duplicate", uses: Uses::Memory, run: drop_duplicate },
    Step { name: "mark_interaction", uses: Uses::Record, run: mark_interaction },
    Step { name: "parse_agent", uses: Uses::Record, run: parse_agent },
    Step { name: "mark_bot", uses: Uses::Record, run: mark_bot },
    Step { name: "classify_source", uses: Uses::Record, run: classify_source },
    Step { name: "choose_visitor", uses: Uses::Memory, run: choose_visitor },
    Step { name: "assign_session", uses: Uses::Memory, run: assign_session },
    Step { name: "expand_items", uses: Uses::Record, run: expand_items },
];

/// The earliest and latest receipt that is believed: 2000 and 2200.
const RECEIVED: std::ops::Range<i64> = Timestamp::EARLIEST.micros()..7_258_118_400_000_000;

/// One in so many events is timed, so that the clock costs nothing.
const TIMED_ONE_IN: u64 = 64;

/// A named step.
#[derive(Debug)]
pub(super) struct Step {
    /// The stable name, a metric's label.
    pub(super) name: &'static str,
    /// What it depends on.
    pub(super) uses: Uses,
    run: fn(&mut Memory, &mut Tools, &mut Work) -> Flow,
}

/// What a step depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Uses {
    /// On the record alone.
    Record,
    /// On what was stored before, too.
    Memory,
}

/// How an event goes on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// To the next step.
    Continue,
    /// It was stored before.
    Duplicate,
    /// It becomes a dead letter; the text says what exactly was wrong.
    Rejected(Reason, String),
}

/// What a partition remembers.
#[derive(Debug)]
pub(super) struct Memory {
    /// Ids that were stored.
    pub(super) dedupe: Dedupe,
    /// Sessions of the last day.
    pub(super) sessions: Sessions,
    /// The clock by the receipts of stored rows; rejected records and duplicates do not move it, because a restart could
    /// not know of them.
    pub(super) clock: Option<FoldClock>,
}

/// What all partitions share: results of pure functions, and the time that steps take.
#[derive(Debug, Default)]
pub(super) struct Tools {
    agents: Agents,
    events: u64,
    nanos: [u64; STEPS.len()],
}

/// An event on its way.
#[derive(Debug)]
pub(super) struct Work {
    /// The offset of its record.
    offset: u64,
    /// The event and what the collector knew of it.
    pub(super) recorded: Box<Recorded>,
    /// How it is looked up among the ids.
    pub(super) id: Candidate,
    /// The store's answer to that, where it was asked.
    pub(super) stored_hour: Option<i64>,
    /// What is known of its visit, once it has a session.
    pub(super) visit: Option<Visit>,
    agent: Option<Arc<Agent>>,
}

impl Work {
    /// An event before its first step.
    pub(super) fn new(offset: u64, recorded: Box<Recorded>, id: Candidate, stored_hour: Option<i64>) -> Self {
        Self { offset, recorded, id, stored_hour, visit: None, agent: None }
    }

    /// When it happened, as sessions see it: stock may be decided, or an order be edited, long after the visit in which it was
    /// placed.
    fn time(&self) -> Timestamp {
        let event = &self.recorded.event;
        self.recorded.placed_at.filter(|_| event.order.is_some()).unwrap_or(event.occurred_at)
    }

    /// Takes every step, or only those that depend on the record alone.
    pub(super) fn take(&mut self, memory: &mut Memory, tools: &mut Tools, record_only: bool) -> Flow {
        tools.events += 1;
        let mut timed = tools.events.is_multiple_of(TIMED_ONE_IN).then(Instant::now);
        for (step, at) in STEPS.iter().zip(0..) {
            if record_only && step.uses == Uses::Memory {
                continue;
            }
            let flow = (step.run)(memory, tools, self);
            if let Some(started) = &mut timed {
                let nanos = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
                tools.nanos[at] = tools.nanos[at].saturating_add(nanos.saturating_mul(TIMED_ONE_IN));
                *started = Instant::now();
            }
            if flow != Flow::Continue {
                return flow;
            }
        }
        Flow::Continue
    }
}

impl Tools {
    /// Estimated seconds that each step has taken since the start, by name.
    pub(super) fn seconds(&self) -> impl Iterator<Item = (&'static str, f64)> {
        STEPS.iter().zip(self.nanos).map(|(step, nanos)| (step.name, nanos as f64 / 1e9))
    }
}

impl Memory {
    /// The partition's clock with a record taken in that was received at `received`.
    pub(super) fn clock_at(&self, received: Timestamp) -> FoldClock {
        self.clock.map_or_else(|| FoldClock::new(received), |clock| clock.with(received))
    }
}

/// Whether a time of receipt can be believed.
pub(super) fn is_believable(received: Timestamp) -> bool {
    RECEIVED.contains(&received.micros())
}

/// Whether `check_limits` lets site and id pass, so that the store may be asked about them.
pub(super) fn has_usable_key(event: &Event) -> bool {
    let usable = |text: &str, bytes_max| (1..=bytes_max).contains(&text.len()) && !text.contains('\0');
    usable(&event.id, 200) && usable(&event.site, 255)
}

/// Money comes from the shop's outbox and from nobody else, whatever lies in the log.
fn drop_forged_money(_: &mut Memory, _: &mut Tools, work: &mut Work) -> Flow {
    let event = &mut work.recorded.event;
    if event.dialect != Dialect::SHOP {
        event.order = None;
    }
    Flow::Continue
}

/// What the collector refuses is refused here too, since anything may write to the log. The shop's records pass.
fn check_limits(_: &mut Memory, _: &mut Tools, work: &mut Work) -> Flow {
    let event = &work.recorded.event;
    if event.dialect == Dialect::SHOP {
        return Flow::Continue;
    }
    let refuse = |reason, detail: &str| Flow::Rejected(reason, detail.to_owned());
    if event.id.contains('\0') || event.site.contains('\0') {
        return refuse(Reason::InvalidField, "id or site: U+0000");
    }
    if event.id.starts_with(MONEY_IDS) {
        return refuse(Reason::InvalidField, "id: begins with order:, as only the shop's do");
    }
    let latest = event.received_at.plus_micros(MICROS_PER_DAY);
    if event.id.is_empty() {
        return refuse(Reason::MissingField, "id");
    }
    if event.id.len() > 200 {
        return refuse(Reason::IdTooLong, "id: more than 200 bytes");
    }
    if event.site.is_empty() || event.site.len() > 255 {
        return refuse(Reason::UnknownSite, "site: empty or more than 255 bytes");
    }
    if event.name.len() > 255 || event.name_sent.len() > 255 {
        return refuse(Reason::NameTooLong, "name: more than 255 bytes");
    }
    if !is_believable(event.received_at) {
        return refuse(Reason::TimeOutOfRange, "received_at: not between 2000 and 2200");
    }
    if event.occurred_at < Timestamp::EARLIEST || event.occurred_at > latest {
        return refuse(Reason::TimeOutOfRange, "occurred_at: before 2000 or more than 24 h after receipt");
    }
    Flow::Continue
}

fn drop_duplicate(memory: &mut Memory, _: &mut Tools, work: &mut Work) -> Flow {
    if memory.dedupe.is_duplicate(work.id, work.stored_hour) { Flow::Duplicate } else { Flow::Continue }
}

/// What nobody did, by its name or by what the client says, or because the shop says it. A view of a page is one, however it is marked.
fn mark_interaction(_: &mut Memory, _: &mut Tools, work: &mut Work) -> Flow {
    let before = work.recorded.is_of_before();
    let event = &mut work.recorded.event;
    let is_of_shop = event.dialect == Dialect::SHOP && event.order.is_none();
    let passive = || is_of_shop || event.is_passive_by_name() || is_marked(&event.props);
    event.non_interactive = !before && !event.is_page_view() && passive();
    Flow::Continue
}

/// See [`super::naming`].
fn choose_visitor(memory: &mut Memory, _: &mut Tools, work: &mut Work) -> Flow {
    // From here on it is certain that the event will be stored.
    memory.sessions.advance(work.offset, memory.clock_at(work.recorded.event.received_at).age());
    let Who { visitor, anonymous } = who(&memory.sessions, &work.recorded, work.time());
    let event = &mut work.recorded.event;
    (event.visitor, event.anonymous_visitor) = (Some(visitor), anonymous);
    Flow::Continue
}

/// The session that the client named, else the one that holds the event's time, else a new one; and with it the visit. Money
/// joins but neither opens nor extends a session, and its time is that of its order's request. What nobody did joins the latest
/// session that began before it, or has none; what became of stock has none.
fn assign_session(memory: &mut Memory, _: &mut Tools, work: &mut Work) -> Flow {
    let time = work.time();
    let event = &mut work.recorded.event;
    if event.is_of_stock() {
        event.session = Some(0);
        return Flow::Continue;
    }
    let visitor = event.visitor.unwrap_or_default();
    if event.order.is_none() && !event.opens_visits() {
        let sessions = &memory.sessions;
        let given = event.session.filter(|session| sessions.is_open(&event.site, visitor, *session));
        let latest = Reach::latest(time.micros());
        let joined = given.or_else(|| sessions.joined(&event.site, visitor, latest));
        work.visit = joined.and_then(|session| sessions.visit(&event.site, visitor, session));
        event.session = Some(joined.unwrap_or(0));
        return Flow::Continue;
    }
    let holding = Reach::holding(time.micros());
    let joined = event.session.or_else(|| memory.sessions.joined(&event.site, visitor, holding));
    if event.order.is_some() {
        event.session = Some(joined.unwrap_or(0));
        work.visit = joined.and_then(|session| memory.sessions.visit(&event.site, visitor, session));
        return Flow::Continue;
    }
    let session = joined.unwrap_or_else(|| opened_by(&event.site, visitor, &event.id));
    work.visit = Some(memory.sessions.extend(event, session, time));
    event.session = Some(session);
    Flow::Continue
}

fn parse_agent(_: &mut Memory, tools: &mut Tools, work: &mut Work) -> Flow {
    let Some(text) = work.recorded.agent.as_deref().filter(|text| !text.is_empty()) else {
        return Flow::Continue;
    };
    let agent = tools.agents.parse(text);
    let event = &mut work.recorded.event;
    event.device = agent.device.map(str::to_owned);
    event.browser.clone_from(&agent.browser);
    event.os.clone_from(&agent.os);
    work.agent = Some(agent);
    Flow::Continue
}

/// A crawler, or a browser that a program drives, is a bot whatever it sends; a program's library only where a page was to be
/// seen by a person, for elsewhere it is a legitimate sender. The shop's own records are nobody's visit.
fn mark_bot(_: &mut Memory, _: &mut Tools, work: &mut Work) -> Flow {
    let recorded = &mut work.recorded;
    recorded.event.bot = match work.agent.as_ref().map(|agent| agent.machine) {
        _ if recorded.event.dialect == Dialect::SHOP => false,
        _ if recorded.automated => true,
        Some(Machine::Crawler) => recorded.from_browser || recorded.crawlers_are_bots,
        Some(Machine::Library) => recorded.from_browser,
        Some(Machine::No) | None => false,
    };
    Flow::Continue
}

fn classify_source(_: &mut Memory, _: &mut Tools, work: &mut Work) -> Flow {
    let referrer = if work.recorded.referrer_ignored { Referrer::Ignored } else { Referrer::Counts };
    work.recorded.event.source = source_of(&work.recorded.event, referrer);
    Flow::Continue
}

/// Money that no line accounts for (a refund by amount) becomes a line of the product `(none)`, so that the products'
/// revenue adds up to the order's.
fn expand_items(_: &mut Memory, _: &mut Tools, work: &mut Work) -> Flow {
    if let Some(order) = &mut work.recorded.event.order {
        let lines = order.items.iter().fold(0_i64, |sum, item| sum.saturating_add(item.revenue_minor));
        let rest = order.revenue_minor.saturating_sub(lines);
        if rest != 0 {
            let (sku, name) = ("(none)".to_owned(), "(none)".to_owned());
            order.items.push(OrderItem { sku, name, category: None, units: 0, revenue_minor: rest });
        }
    }
    Flow::Continue
}
