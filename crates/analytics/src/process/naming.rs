//! Whose an event is: a browser's without a name, a user's, or a user's who was a browser's without a name when the visit
//! began. One who names themselves in mid-visit stays the visitor that the visit began with.
//!
//! ```text
//! the browser   is  the visitor that the client names beside the user, else the cookieless one of today or yesterday; a
//!                   server's events with a user have none, for it sends those of many
//! with a user   1.  whose visit this browser's last events of the user are in, or the browser's own, unless another named it
//!               2.  else whose visit the user's last events as somebody else are in, or that one's own, unless another named it
//!               3.  else the visitor as whom the user was named in this browser today (UTC, by receipt)
//!               4.  else the user: the same on every day and device
//! without one   5.  whose visit the browser's last named events are in, or the browser's own
//!               6.  else the browser, and where the visitor asked for privacy always that
//! ```
//! "A visit" is one in memory that holds the event's time, else, for an event that opens none, one that began before it and
//! ended at most 24 hours before, of two the one that ended last. An alias is of the user that it names as the one before, who
//! stands for the browser. Rows are never changed afterwards, so what was stored without a name stays so. Records of before
//! this rule are the visitor that the client names first, else the cookieless one.

use kassa_model::{Naming, Recorded, Timestamp, names_nobody, visitor_from};

use super::names::Name;
use super::session::Sessions;
use super::slices::Reach;

/// How the agents of browsers begin, and of hardly anything else.
const BROWSERS: &str = "Mozilla/";

/// Whose an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Who {
    pub(super) visitor: i64,
    /// The browser's own visitor, of an event with a user that is another visitor's.
    pub(super) anonymous: Option<i64>,
}

/// Whose the event is, given its time as sessions see it.
pub(super) fn who(sessions: &Sessions, recorded: &Recorded, time: Timestamp) -> Who {
    let event = &recorded.event;
    let named = event.user.as_deref().filter(|user| !names_nobody(user));
    let user = named.map(|user| visitor_from(&event.site, user));
    let asking = Asking { sessions, recorded, time, user };
    if recorded.is_of_before() {
        let visitor = event.visitor.or_else(|| asking.cookieless());
        return Who { visitor: visitor.unwrap_or(recorded.visitor_today), anonymous: None };
    }
    let is_from_browser = asking.is_from_browser();
    let Some(user) = user else {
        let browser = asking.browser().unwrap_or(recorded.visitor_today);
        let follows = is_from_browser && recorded.naming == Naming::Heeded;
        let visitor = if follows { asking.without_user(browser) } else { browser };
        return Who { visitor, anonymous: None };
    };
    let browser = if is_from_browser { asking.browser() } else { None };
    let visitor = asking.with_user(browser, user);
    Who { visitor, anonymous: browser.filter(|browser| *browser != visitor) }
}

struct Asking<'a> {
    sessions: &'a Sessions,
    recorded: &'a Recorded,
    time: Timestamp,
    user: Option<i64>,
}

impl Asking<'_> {
    /// The visitor that the client names beside the user; else the cookieless one, as far as there is one.
    fn browser(&self) -> Option<i64> {
        self.given().or_else(|| self.cookieless())
    }

    fn given(&self) -> Option<i64> {
        self.recorded.event.visitor.filter(|given| Some(*given) != self.user)
    }

    /// That of the day of receipt, or of the day before while it is in a visit.
    fn cookieless(&self) -> Option<i64> {
        let (today, yesterday) = (self.recorded.visitor_today, self.recorded.visitor_yesterday);
        if today == 0 {
            return None;
        }
        // The latest visit may have begun hours ago, and today's goes before yesterday's.
        let today_goes_first = self.joins_only() && self.is_here(today);
        let was_here = yesterday != today && !today_goes_first && self.is_here(yesterday);
        Some(if was_here { yesterday } else { today })
    }

    fn is_here(&self, browser: i64) -> bool {
        let reach = self.reaches().last().unwrap_or_else(|| Reach::holding(self.time.micros()));
        let named = || self.name(browser).is_some_and(|name| self.end(&name, reach).is_some());
        self.visit(browser, reach).is_some() || (self.recorded.naming == Naming::Heeded && named())
    }

    fn with_user(&self, browser: Option<i64>, user: i64) -> i64 {
        // Of an alias the browser is the user of before, whose last name is its own.
        let is_mine = |name: &Name| name.user == user || Some(name.user) == browser;
        let last = browser.and_then(|browser| self.name(browser)).filter(is_mine);
        for reach in self.reaches() {
            let here = browser.and_then(|browser| self.here((browser, last), is_mine, reach));
            let elsewhere = || {
                let name = self.name(user)?;
                let end = self.end(&name, reach).or_else(|| self.free_end(name.visitor, is_mine, reach));
                end.map(|_| name.visitor)
            };
            if let Some(visitor) = here.or_else(elsewhere) {
                return visitor;
            }
        }
        let day = self.recorded.event.received_at.day();
        let owner = browser.and_then(|browser| self.owner(browser));
        let mine = last.into_iter().chain(owner.filter(is_mine));
        mine.filter(|name| i64::from(name.day) == day).map(|name| name.visitor).next().unwrap_or(user)
    }

    fn without_user(&self, browser: i64) -> i64 {
        let last = self.name(browser);
        if last.is_none() {
            return browser;
        }
        self.reaches().find_map(|reach| self.here((browser, last), |_| true, reach)).unwrap_or(browser)
    }

    /// Whose visit the event is in, as far as they are in reach: that of the browser's last name, or else the browser's own,
    /// which counts unless its last name is not `is_mine`. Of two that are over it is the one that ended last.
    fn here(
        &self,
        (browser, last): (i64, Option<Name>),
        is_mine: impl Fn(&Name) -> bool,
        reach: Reach,
    ) -> Option<i64> {
        let named = last.and_then(|name| Some((self.end(&name, reach)?, name.visitor)));
        if named.is_some_and(|(_, visitor)| visitor == browser) {
            return Some(browser);
        }
        let own = self.free_end(browser, is_mine, reach).map(|end| (end, browser));
        let is_past = reach == Reach::latest(self.time.micros());
        match (named, own) {
            (Some(named), Some(own)) if is_past && own.0 > named.0 => Some(own.1),
            (named, own) => named.or(own).map(|(_, visitor)| visitor),
        }
    }

    /// When the visit ended that the name is of, if it is in reach. Not just any visit of that visitor's: the same may be
    /// elsewhere by now.
    fn end(&self, name: &Name, reach: Reach) -> Option<i64> {
        if self.given_visit(name.visitor).is_some() {
            return Some(i64::MAX);
        }
        let span = self.sessions.span(&self.recorded.event.site, name.visitor, name.session)?;
        reach.has(span).then_some(span.last)
    }

    /// When the visit of `visitor` ended that is in reach, if nobody named it or its last name `is_mine`.
    fn free_end(&self, visitor: i64, is_mine: impl Fn(&Name) -> bool, reach: Reach) -> Option<i64> {
        let visit = self.visit(visitor, reach)?;
        let owner = self.owner(visitor).filter(|owner| owner.session == visit);
        if owner.is_some_and(|owner| !is_mine(&owner)) {
            return None;
        }
        let event = &self.recorded.event;
        match event.session == Some(visit) {
            true => Some(i64::MAX),
            false => self.sessions.span(&event.site, visitor, visit).map(|span| span.last),
        }
    }

    /// A server sends for many people from one address, so that only of browsers it says who sends.
    fn is_from_browser(&self) -> bool {
        let agent = self.recorded.agent.as_deref();
        self.given().is_some()
            || self.recorded.from_browser
            || agent.is_some_and(|agent| agent.starts_with(BROWSERS))
    }

    fn name(&self, visitor: i64) -> Option<Name> {
        self.sessions.name(&self.recorded.event.site, visitor)
    }

    fn owner(&self, visitor: i64) -> Option<Name> {
        self.sessions.owner(&self.recorded.event.site, visitor)
    }

    /// The visit of `visitor` that the event would join.
    fn visit(&self, visitor: i64, reach: Reach) -> Option<i64> {
        let joined = || self.sessions.joined(&self.recorded.event.site, visitor, reach);
        self.given_visit(visitor).or_else(joined)
    }

    /// The session that the client names, if it is one of `visitor`'s.
    fn given_visit(&self, visitor: i64) -> Option<i64> {
        let event = &self.recorded.event;
        event.session.filter(|session| self.sessions.is_open(&event.site, visitor, *session))
    }

    /// Which visits are looked at, one after the other: those that hold its time, and for what nobody did the latest of before.
    fn reaches(&self) -> impl Iterator<Item = Reach> + use<> {
        let time = self.time.micros();
        let (first, then) = match self.joins_only() {
            true => (Reach::under_way(time), Some(Reach::latest(time))),
            false => (Reach::holding(time), None),
        };
        std::iter::once(first).chain(then)
    }

    /// Whether it is none that opens a visit, and no money.
    fn joins_only(&self) -> bool {
        let event = &self.recorded.event;
        event.order.is_none() && !event.opens_visits()
    }
}
