//! The rules in their most obvious form: for each record, look through all rows before it. Slow and plainly right.

use bytes::Bytes;
use kassa_eventlog::Offset;
use kassa_model::{
    Dialect, LogRecord, MICROS_PER_HOUR, Recorded, Timestamp, decode, names_nobody, visitor_from,
};

use crate::process::clock::FoldClock;
use crate::process::interaction::is_marked;
use crate::process::session::opened_by;

/// What the oracle says of a stored row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) offset: u128,
    pub(super) visitor: i64,
    pub(super) session: i64,
    pub(super) anonymous: Option<i64>,
    site: String,
    id: String,
    /// The hash of the user, if it names someone.
    user: Option<i64>,
    /// Whether it opens and extends visits.
    opens: bool,
    occurred: i64,
    received: Timestamp,
    money: bool,
    pub(super) visit: Option<Seen>,
    /// The partition's age when it was stored.
    age: i64,
}

/// What of a visit stands on a row: when it began, its entry page, and the referrer there.
pub(super) type Seen = (Timestamp, Option<String>, Option<String>);

/// The rows that a stream leads to.
pub(super) fn rows(records: &[(Offset, Bytes)], window_hours: i64) -> Vec<Expected> {
    let mut stored: Vec<Expected> = Vec::new();
    let mut clock: Option<FoldClock> = None;
    for (offset, payload) in records {
        let Ok(LogRecord::Event(recorded)) = decode(payload) else { continue };
        if within_limits(&recorded) && !is_duplicate(&stored, &recorded, window_hours) {
            let received = recorded.event.received_at;
            let now = clock.map_or_else(|| FoldClock::new(received), |clock| clock.with(received));
            clock = Some(now);
            let row = place(&stored, *offset, &recorded, now.age());
            stored.push(row);
        }
    }
    stored
}

fn within_limits(recorded: &Recorded) -> bool {
    let event = &recorded.event;
    let in_time = event.received_at.micros() < i64::MAX
        && event.occurred_at >= Timestamp::EARLIEST
        && event.occurred_at.micros() - event.received_at.micros() <= 24 * MICROS_PER_HOUR;
    event.dialect == Dialect::Shop
        || (!event.id.is_empty() && event.id.len() <= 200 && !event.site.is_empty() && in_time)
}

fn is_duplicate(stored: &[Expected], recorded: &Recorded, window_hours: i64) -> bool {
    let event = &recorded.event;
    stored.iter().any(|row| {
        let age = event.received_at.hour() - row.received.hour();
        row.site == event.site
            && row.id == event.id
            && (age <= window_hours || event.dialect == Dialect::Shop)
    })
}

/// What a record asks of the rows before it.
struct Ask<'a> {
    stored: &'a [Expected],
    recorded: &'a Recorded,
    age: i64,
    time: i64,
    /// It opens visits, or is money: it is in a visit that holds its time.
    holds: bool,
    /// It was written before there were names.
    before: bool,
}

impl<'a> Ask<'a> {
    /// Rows of the site that memory may know of.
    fn live(&self) -> impl Iterator<Item = &'a Expected> + use<'a> {
        let (site, age) = (&self.recorded.event.site, self.age);
        self.stored.iter().filter(move |row| row.site == *site && !row.money && age - row.age <= 24)
    }

    /// The visit of `visitor` that the record joins if it is this visitor's.
    fn visit(&self, visitor: i64) -> Option<i64> {
        let own = || self.live().filter(move |row| row.visitor == visitor && row.opens);
        if let Some(given) = self.recorded.event.session.filter(|id| own().any(|row| row.session == *id)) {
            return Some(given);
        }
        let half = if self.holds { MICROS_PER_HOUR / 2 } else { 0 };
        let spans = own().map(|one| {
            let times = || own().filter(|row| row.session == one.session).map(|row| row.occurred);
            (times().max().unwrap(), times().min().unwrap(), one.session)
        });
        let joins = |(last, first, _): &(i64, i64, i64)| {
            first - half <= self.time && (!self.holds || self.time <= last + half)
        };
        spans.filter(joins).max().map(|span| span.2)
    }

    /// The last row that tells whose events those of `key` are, a browser or a user.
    fn name(&self, key: i64) -> Option<&'a Expected> {
        let tells = |row: &&Expected| {
            let named = row.user.filter(|_| row.session != 0);
            named.is_some_and(|user| {
                let browser = row.anonymous.or((row.visitor != user).then_some(row.visitor));
                browser == Some(key) || (key == user && row.visitor != user)
            })
        };
        self.live().filter(tells).last()
    }

    fn browser(&self, user: Option<i64>) -> Option<i64> {
        let given = self.recorded.event.visitor.filter(|given| self.before || Some(*given) != user);
        let (today, yesterday) = (self.recorded.visitor_today, self.recorded.visitor_yesterday);
        let here = |browser: i64| {
            self.visit(browser).is_some()
                || !self.before && self.name(browser).is_some_and(|row| self.visit(row.visitor).is_some())
        };
        let cookieless = || match (today, here(yesterday), here(today)) {
            (0, ..) => None,
            (_, false, _) => Some(today),
            (_, true, true) if !self.holds => Some(today),
            _ => Some(yesterday),
        };
        given.or_else(cookieless)
    }

    fn visitor(&self, user: Option<i64>, browser: Option<i64>, is_browser: bool) -> i64 {
        let row = browser.filter(|_| !self.before).and_then(|browser| self.name(browser));
        let in_visit = |row: &&Expected| self.visit(row.visitor).is_some();
        let Some(user) = user.filter(|_| !self.before) else {
            let named = row.filter(|_| is_browser).filter(in_visit).map(|row| row.visitor);
            return named.or(browser).unwrap_or(self.recorded.visitor_today);
        };
        let mine = row.filter(|row| row.user == Some(user));
        let of_browser = browser.filter(|browser| {
            self.visit(*browser)
                .is_some_and(|visit| !row.is_some_and(|row| row.user != Some(user) && row.session == visit))
        });
        let day = self.recorded.event.received_at.day();
        let today = || mine.filter(|row| row.received.day() == day).map(|row| row.visitor);
        let elsewhere = || self.name(user).filter(in_visit).map(|row| row.visitor);
        let here = mine.filter(in_visit).map(|row| row.visitor);
        here.or(of_browser).or_else(elsewhere).or_else(today).unwrap_or(user)
    }
}

fn place(stored: &[Expected], offset: Offset, recorded: &Recorded, age: i64) -> Expected {
    let event = &recorded.event;
    let money = event.order.is_some();
    let time = recorded.placed_at.filter(|_| money).unwrap_or(event.occurred_at).micros();
    let before = !recorded.crawlers_are_bots && event.dialect != Dialect::Shop;
    let passive = ["time_on_page", "identify", "group", "alias"].contains(&event.name.as_str())
        || event.name.starts_with("hover_")
        || is_marked(&event.props);
    let opens = event.name == "page_view" || before || !passive;
    let ask = Ask { stored, recorded, age, time, holds: money || opens, before };
    let user = event.user.as_deref().filter(|user| !names_nobody(user));
    let user = user.map(|user| visitor_from(&event.site, user));
    let browser = ask.browser(user);
    let agent = recorded.agent.as_deref().unwrap_or_default();
    let given = event.visitor.is_some_and(|given| Some(given) != user);
    let is_browser = given || recorded.from_browser || agent.starts_with("Mozilla/");
    let visitor = ask.visitor(user, browser, is_browser);
    let joined = if ask.holds { event.session.or_else(|| ask.visit(visitor)) } else { ask.visit(visitor) };
    let opened = || if ask.holds && !money { opened_by(&event.site, visitor, &event.id) } else { 0 };
    let session = joined.unwrap_or_else(opened);
    let others = ask.live().filter(|row| row.visitor == visitor && row.opens && row.session == session);
    Expected {
        offset: offset.0,
        visitor,
        session,
        anonymous: browser.filter(|browser| user.is_some() && !before && is_browser && *browser != visitor),
        site: event.site.clone(),
        id: event.id.clone(),
        user,
        opens,
        occurred: event.occurred_at.micros(),
        received: event.received_at,
        money,
        visit: visit(others, recorded, opens && !money),
        age,
    }
}

/// What is known of a visit whose other rows, in their order, are `before`.
fn visit<'a>(before: impl Iterator<Item = &'a Expected>, recorded: &Recorded, opens: bool) -> Option<Seen> {
    let event = &recorded.event;
    match before.last().and_then(|row| row.visit.clone()) {
        found if !opens => found,
        Some(found) if found.1.is_some() || event.path.is_none() => Some(found),
        found => {
            let began = found.map_or(event.occurred_at, |(began, ..)| began);
            Some((began, event.path.clone(), event.path.as_ref().and(event.referrer.clone())))
        }
    }
}
