//! Whose an event is: a browser's without a name, a user's, or a user's who was a browser's without a name when the visit
//! began. One who names themselves in mid-visit stays the visitor that the visit began with.
//!
//! ```text
//! the browser   is  the visitor that the client names beside the user, else the cookieless one of today or yesterday
//! with a user   1.  whose visit the user's events of this browser are in, or the browser's own, unless another named it
//!               2.  else whose visit the user's events of any browser are in that were its own at first
//!               3.  else the visitor as whom the user was named in this browser today (UTC, by receipt)
//!               4.  else the user: the same on every day and device
//! without one   5.  whose visit the browser's named events are in
//!               6.  else the browser
//! ```
//! "A visit" is one in memory that holds the event's time; for an event that opens none, the latest that began before it.
//! Rows are never changed afterwards, so what was stored without a name stays so. Records of before this rule are the visitor
//! that the client names first, else the cookieless one.

use kassa_model::{Recorded, Timestamp, names_nobody, visitor_from};

use super::names::Name;
use super::session::Sessions;

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
    let browser = asking.browser();
    let Some(user) = user else {
        let visitor = browser.map(|browser| asking.without_user(browser));
        return Who { visitor: visitor.unwrap_or(recorded.visitor_today), anonymous: None };
    };
    let visitor = asking.with_user(browser, user);
    let anonymous = browser.filter(|browser| *browser != visitor && asking.is_from_browser());
    Who { visitor, anonymous }
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
        let named = || self.name(browser).is_some_and(|name| self.visit(name.visitor).is_some());
        self.visit(browser).is_some() || (!self.recorded.is_of_before() && named())
    }

    fn with_user(&self, browser: Option<i64>, user: i64) -> i64 {
        let name = browser.and_then(|browser| self.name(browser));
        let mine = name.filter(|name| name.user == user);
        if let Some(name) = mine
            && self.visit(name.visitor).is_some()
        {
            return name.visitor;
        }
        if let Some(browser) = browser
            && let Some(visit) = self.visit(browser)
        {
            let anothers = name.is_some_and(|name| name.user != user && name.session == visit);
            if !anothers {
                return browser;
            }
        }
        if let Some(name) = self.name(user)
            && self.visit(name.visitor).is_some()
        {
            return name.visitor;
        }
        let today = |name: &Name| i64::from(name.day) == self.recorded.event.received_at.day();
        mine.filter(today).map_or(user, |name| name.visitor)
    }

    fn without_user(&self, browser: i64) -> i64 {
        if !self.is_from_browser() {
            return browser;
        }
        let named = self.name(browser).filter(|name| self.visit(name.visitor).is_some());
        named.map_or(browser, |name| name.visitor)
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

    /// The visit of `visitor` that the event would join.
    fn visit(&self, visitor: i64) -> Option<i64> {
        let event = &self.recorded.event;
        let (site, sessions) = (&event.site, self.sessions);
        let given = event.session.filter(|session| sessions.is_open(site, visitor, *session));
        given.or_else(|| match self.joins_only() {
            true => sessions.latest(site, visitor, self.time),
            false => sessions.holding(site, visitor, self.time),
        })
    }

    /// Whether it is none that opens a visit, and no money.
    fn joins_only(&self) -> bool {
        let event = &self.recorded.event;
        event.order.is_none() && !event.opens_visits()
    }
}
