//! The rules in their most obvious form: for each record, look through all rows before it. Slow and plainly right.

use bytes::Bytes;
use kassa_eventlog::Offset;
use kassa_model::{
    Dialect, LogRecord, MICROS_PER_HOUR, Naming, Recorded, Timestamp, decode, names_nobody, visitor_from,
};

use crate::process::clock::FoldClock;
use crate::process::interaction::is_marked;
use crate::process::session::opened_by;

/// What the oracle says of a stored row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) offset: u64,
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

/// What of a visit stands on a row: when it began, its entry page, and the referrer and the campaign there.
pub(super) type Seen = (Timestamp, Option<String>, [Option<String>; 2]);

/// When a visit ended, whether a name is of it, and its visitor.
type End = (i64, bool, i64);

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
    event.dialect == Dialect::SHOP
        || (!event.id.is_empty() && event.id.len() <= 200 && !event.site.is_empty() && in_time)
}

fn is_duplicate(stored: &[Expected], recorded: &Recorded, window_hours: i64) -> bool {
    let event = &recorded.event;
    stored.iter().any(|row| {
        let age = event.received_at.hour() - row.received.hour();
        row.site == event.site
            && row.id == event.id
            && (age <= window_hours || event.dialect == Dialect::SHOP)
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
    /// Names are heeded.
    heeds: bool,
}

impl<'a> Ask<'a> {
    /// Rows of the site that memory may know of.
    fn live(&self) -> impl Iterator<Item = &'a Expected> + use<'a> {
        let (site, age) = (&self.recorded.event.site, self.age);
        self.stored.iter().filter(move |row| row.site == *site && !row.money && age - row.age <= 24)
    }

    /// From the first to the last event of a visitor's session, of the rows that count.
    fn span(&self, visitor: i64, session: i64) -> Option<(i64, i64)> {
        let own = self.live().filter(|row| row.visitor == visitor && row.opens);
        let times: Vec<_> = own.filter(|row| row.session == session).map(|row| row.occurred).collect();
        Some((*times.iter().min()?, *times.iter().max()?))
    }

    /// The visit of `visitor` that the record joins if it is this visitor's, looking so far back, and when it ended.
    fn visit(&self, visitor: i64, back: i64) -> Option<(i64, i64)> {
        if let Some(given) = self.given(visitor) {
            return Some((i64::MAX, given));
        }
        let own = self.live().filter(|row| row.visitor == visitor && row.opens);
        let spans = own.filter_map(|row| Some((self.span(visitor, row.session)?, row.session)));
        let joined = spans.filter(|(span, _)| self.reaches(*span, back));
        joined.map(|((first, last), session)| (last, first, session)).max().map(|(last, _, id)| (last, id))
    }

    fn given(&self, visitor: i64) -> Option<i64> {
        self.recorded.event.session.filter(|given| self.span(visitor, *given).is_some())
    }

    fn reaches(&self, (first, last): (i64, i64), back: i64) -> bool {
        let ahead = if self.holds { MICROS_PER_HOUR / 2 } else { 0 };
        first - ahead <= self.time && self.time <= last + back
    }

    /// How far back visits are looked for: what is tried first, and last.
    fn backs(&self) -> Vec<i64> {
        let half = MICROS_PER_HOUR / 2;
        if self.holds { vec![half] } else { vec![half, 24 * MICROS_PER_HOUR] }
    }

    /// When the visit of `row` ended, if the record would be in it, or in one that it names and that is of the same visitor.
    fn end(&self, row: &Expected, back: i64) -> Option<i64> {
        if self.given(row.visitor).is_some() {
            return Some(i64::MAX);
        }
        self.span(row.visitor, row.session).filter(|span| self.reaches(*span, back)).map(|span| span.1)
    }

    /// The same of a visitor's visit, unless somebody was the last to name it who is not one of `mine`.
    fn free_end(&self, visitor: i64, mine: &[i64], back: i64) -> Option<i64> {
        let (end, visit) = self.visit(visitor, back)?;
        let namer = self.owner(visitor).filter(|row| row.session == visit).and_then(|row| row.user);
        namer.is_none_or(|user| mine.contains(&user)).then_some(end)
    }

    /// The visitor of the first of two visits that is known; where they are looked for further back, of the one that ended last.
    fn first_of(one: Option<End>, other: Option<End>, back: i64) -> Option<i64> {
        let is_past = back > MICROS_PER_HOUR / 2;
        let found = if is_past { one.max(other) } else { one.or(other) };
        found.map(|(_, _, visitor)| visitor)
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

    /// The last row that was a visitor's and names another as the user.
    fn owner(&self, visitor: i64) -> Option<&'a Expected> {
        let named = |row: &&Expected| row.session != 0 && row.user.is_some_and(|user| user != visitor);
        self.live().filter(|row| row.visitor == visitor).filter(named).last()
    }

    fn browser(&self, user: Option<i64>) -> Option<i64> {
        let given = self.recorded.event.visitor.filter(|given| self.before || Some(*given) != user);
        let (today, yesterday) = (self.recorded.visitor_today, self.recorded.visitor_yesterday);
        let back = *self.backs().last().unwrap();
        let here = |browser: i64| {
            self.visit(browser, back).is_some()
                || self.heeds && self.name(browser).is_some_and(|row| self.end(row, back).is_some())
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
        let Some(user) = user.filter(|_| self.heeds) else {
            let named = browser.filter(|_| is_browser && self.heeds).and_then(|id| self.name(id));
            let followed = named.and_then(|row| {
                let browser = browser?;
                self.backs().into_iter().find_map(|back| {
                    let own = self.visit(browser, back).map(|visit| (visit.0, false, browser));
                    let named = self.end(row, back).map(|end| (end, true, row.visitor));
                    Self::first_of(named, own, back)
                })
            });
            return followed.or(browser).unwrap_or(self.recorded.visitor_today);
        };
        let browser = browser.filter(|_| is_browser);
        let mine: Vec<i64> = [Some(user), browser].into_iter().flatten().collect();
        let of_mine = |row: &&Expected| row.user.is_some_and(|user| mine.contains(&user));
        let last = browser.and_then(|browser| self.name(browser)).filter(of_mine);
        for back in self.backs() {
            let named = last.and_then(|row| Some((self.end(row, back)?, true, row.visitor)));
            let own = browser.and_then(|id| Some((self.free_end(id, &mine, back)?, false, id)));
            if let Some(visitor) = Self::first_of(named, own, back) {
                return visitor;
            }
            let elsewhere = self.name(user).filter(|row| {
                self.end(row, back).or_else(|| self.free_end(row.visitor, &mine, back)).is_some()
            });
            if let Some(row) = elsewhere {
                return row.visitor;
            }
        }
        let day = self.recorded.event.received_at.day();
        let owner = browser.and_then(|browser| self.owner(browser)).filter(of_mine);
        let today = last.into_iter().chain(owner).find(|row| row.received.day() == day);
        today.map_or(user, |row| row.visitor)
    }
}

fn place(stored: &[Expected], offset: Offset, recorded: &Recorded, age: i64) -> Expected {
    let event = &recorded.event;
    let money = event.order.is_some();
    let time = recorded.placed_at.filter(|_| money).unwrap_or(event.occurred_at).micros();
    let before = recorded.naming == Naming::OfBefore;
    let passive = ["time_on_page", "identify", "group", "alias"].contains(&event.name.as_str())
        || event.name.starts_with("hover_")
        || is_marked(&event.props);
    let opens = event.name == "page_view" || before || !passive;
    let heeds = recorded.naming == Naming::Heeded;
    let ask = Ask { stored, recorded, age, time, holds: money || opens, before, heeds };
    let user = event.user.as_deref().filter(|user| !names_nobody(user));
    let user = user.map(|user| visitor_from(&event.site, user));
    let browser = ask.browser(user);
    let agent = recorded.agent.as_deref().unwrap_or_default();
    let given = event.visitor.is_some_and(|given| Some(given) != user);
    let is_browser = given || recorded.from_browser || agent.starts_with("Mozilla/");
    let visitor = ask.visitor(user, browser, is_browser);
    let back = *ask.backs().last().unwrap();
    let found = || ask.visit(visitor, back).map(|(_, session)| session);
    let joined = if ask.holds { event.session.or_else(found) } else { found() };
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
            let told =
                [&event.referrer, &event.utm_campaign].map(|text| event.path.as_ref().and(text.clone()));
            Some((began, event.path.clone(), told))
        }
    }
}
