//! The event in the making, one for all dialects: what a dialect has read goes in, the limits and the visitor's wish for
//! privacy are applied once, a record comes out. The collector stamps id, agent, country and cookieless hashes.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::LazyLock;

use kassa_access::{Addresses, SiteRules, Wish};
use kassa_model::{
    Dialect, Event, LogRecord, Naming, Reason, Recorded, Rejected, Timestamp, id_of_client, names_nobody,
    session_from, visitor_from,
};
use serde_json::value::RawValue;

use super::props::{Props, without_person};
use super::scrub::{Exceptions, scrub};
use super::settle::{Rest, as_sent, settle, settle_props};
use super::text::{Scalar, cut, scalar, too_deep};
use super::{Context, EVENT_BYTES_MAX, ID_BYTES_MAX, ORIGINAL_BYTES_MAX, TEXT_BYTES_MAX, names, time};

/// Those of a site that has none.
static NO_RULES: LazyLock<SiteRules> = LazyLock::new(SiteRules::default);

/// Why an event is refused, and what of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) reason: Reason,
    /// The field or limit, for a person.
    pub(crate) detail: &'static str,
}

impl Flaw {
    pub(crate) const fn new(reason: Reason, detail: &'static str) -> Self {
        Self { reason, detail }
    }
}

/// An event in the making.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    /// Columns read so far.
    pub(crate) event: Event,
    /// All else.
    pub(crate) props: Props,
    /// The visitor that the client names: the first present of anonymousId (of Segment's alias, previousId), for A
    /// sessionId, and userId.
    visitor: Option<Cow<'a, str>>,
    /// The session that the client names.
    session: Option<Cow<'a, str>>,
    /// The User-Agent in the body, if it differs from the request's.
    pub(crate) agent: Option<String>,
    /// Sent by kassa's tracker or one of Segment's browser libraries.
    pub(crate) from_browser: bool,
    /// The browser says that a program drives it.
    pub(crate) automated: bool,
    /// What host and path leave of the page's address.
    pub(crate) rest: Rest,
}

impl<'a> Draft<'a> {
    /// An event of `site` that happened at its receipt, and of which nothing else is known.
    pub(crate) fn new(dialect: Dialect, site: String, name_sent: &str, received_at: Timestamp) -> Self {
        let event = Event {
            site,
            name: names::canonical(name_sent).to_owned(),
            name_sent: name_sent.to_owned(),
            received_at,
            ..Event::blank(dialect, received_at)
        };
        Self {
            event,
            props: Props::default(),
            visitor: None,
            session: None,
            agent: None,
            from_browser: false,
            automated: false,
            rest: Rest::default(),
        }
    }

    /// Names the visitor, unless one is named already. An id that names nobody is none; the dialect keeps it as a property.
    pub(crate) fn set_visitor(&mut self, visitor: Cow<'a, str>) {
        if self.visitor.is_none() && !names_nobody(&visitor) {
            self.visitor = Some(visitor);
        }
    }

    /// Names the customer, who is the visitor too unless one is named already. The column holds what was sent, for E's
    /// `/stats` counts it, whoever it names.
    pub(crate) fn set_user(&mut self, user: Cow<'a, str>) {
        self.event.user = Some(user.clone().into_owned());
        self.set_visitor(user);
    }

    /// Names the session, but not by an id that names nobody.
    pub(crate) fn set_session(&mut self, session: Cow<'a, str>) {
        if !names_nobody(&session) {
            self.session = Some(session);
        }
    }

    /// Applies the limits and the visitor's wish.
    pub(crate) fn finish(mut self, ctx: &Context<'_>) -> Result<LogRecord, Flaw> {
        self.event.id = id_of_client(std::mem::take(&mut self.event.id));
        self.check(ctx)?;
        let site = ctx.sites.site(&self.event.site);
        let addresses = Addresses::new(site.as_ref().map_or(&NO_RULES, |site| &site.rules), wish(ctx));
        let referrer_ignored = settle(&mut self.event, self.rest, &mut self.props, &addresses);
        let event = &mut self.event;
        event.props = settle_props(event.dialect, self.props.finish(), &addresses);
        if ctx.private {
            event.user = None;
            if event.props.len() > 2 {
                event.props = without_person(&event.props);
            }
        } else {
            event.visitor = self.visitor.map(|visitor| visitor_from(&event.site, &visitor));
            event.session = self.session.map(|session| session_from(&event.site, &session));
        }
        Ok(LogRecord::Event(Box::new(Recorded {
            event: self.event,
            agent: self.agent,
            from_browser: self.from_browser,
            visitor_today: 0,
            visitor_yesterday: 0,
            placed_at: None,
            crawlers_are_bots: true,
            automated: self.automated,
            referrer_ignored,
            naming: if ctx.private { Naming::Private } else { Naming::Heeded },
        })))
    }

    fn check(&self, ctx: &Context<'_>) -> Result<(), Flaw> {
        let event = &self.event;
        if event.id.len() > ID_BYTES_MAX {
            return Err(Flaw::new(Reason::IdTooLong, "the event's id is over 200 bytes"));
        }
        if event.user.as_ref().is_some_and(|user| user.len() > ID_BYTES_MAX) {
            return Err(Flaw::new(Reason::IdTooLong, "the user's id is over 200 bytes"));
        }
        if event.name_sent.len() > TEXT_BYTES_MAX {
            return Err(Flaw::new(Reason::NameTooLong, "the event's name is over 255 bytes"));
        }
        if self.props.too_many() {
            return Err(Flaw::new(Reason::TooManyProperties, "more than 64 properties"));
        }
        if !time::in_range(event.occurred_at, ctx.received_at) {
            let detail = "the time is before 2000 or more than 24 h ahead of receipt";
            return Err(Flaw::new(Reason::TimeOutOfRange, detail));
        }
        Ok(())
    }
}

/// Reads `value` into a column of at most `bytes_max` bytes. What is no text, or too long, stays a property, so that
/// nothing is lost; of a text that is too long the column holds the beginning.
pub(crate) fn put_column(
    slot: &mut Option<String>,
    props: &mut Props,
    bytes_max: usize,
    (key, value): (&str, &RawValue),
) {
    if let Scalar::Text(text) = scalar(value) {
        *slot = Some(cut(&text, bytes_max).to_owned());
        if text.len() <= bytes_max {
            return;
        }
    }
    props.push_uncounted(key, value.get());
}

/// The dead letter of a refused event. The collector stamps its id.
pub(crate) fn refused(
    dialect: Dialect,
    site: &str,
    flaw: Flaw,
    original: &[u8],
    ctx: &Context<'_>,
) -> LogRecord {
    let original = if ctx.private { without_names(original) } else { beginning(original) };
    let addresses = Addresses::new(&NO_RULES, wish(ctx));
    let as_sent = as_sent(dialect, &addresses);
    let hides = |member: &str, text: &str| match member {
        "writeKey" if ctx.sites.is_secret(text) => Some("(key)"),
        "ip" if text.trim().parse::<IpAddr>().is_ok() => Some("(address)"),
        _ => None,
    };
    let exceptions = Exceptions { stays: &|member| as_sent.contains(&member), hides: &hides };
    let original = scrub(&original, &addresses, &exceptions).unwrap_or(original);
    LogRecord::Rejected(Box::new(Rejected {
        id: String::new(),
        site: site.to_owned(),
        received_at: ctx.received_at,
        reason: flaw.reason,
        detail: flaw.detail.to_owned(),
        dialect,
        original,
    }))
}

fn wish(ctx: &Context<'_>) -> Wish {
    if ctx.private { Wish::Privacy } else { Wish::None }
}

/// As much of the original as is kept, as text that every store takes.
fn beginning(original: &[u8]) -> String {
    let kept = &original[..original.len().min(ORIGINAL_BYTES_MAX)];
    let text = String::from_utf8_lossy(kept).replace('\0', "\u{fffd}");
    cut(&text, ORIGINAL_BYTES_MAX).to_owned()
}

/// The original without what names a person; nothing of it when that cannot be told.
fn without_names(original: &[u8]) -> String {
    let text = std::str::from_utf8(original).unwrap_or_default().trim();
    let readable = original.len() <= EVENT_BYTES_MAX
        && !too_deep(text)
        && serde_json::from_str::<&RawValue>(text).is_ok();
    if readable { beginning(without_person(text).as_bytes()) } else { String::new() }
}
