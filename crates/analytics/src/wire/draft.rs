//! The event in the making, one for all dialects: what a dialect has read goes in, the limits and the visitor's wish for
//! privacy are applied once, a record comes out. The collector stamps id, agent, country and cookieless hashes.

use std::borrow::Cow;

use kassa_model::{
    Event, LogRecord, Naming, Reason, Recorded, Timestamp, id_of_client, names_nobody, session_from,
    visitor_from,
};
use serde_json::value::RawValue;

use super::flaw::Flaw;
use super::format::Format;
use super::limits::{ID_BYTES_MAX, TEXT_BYTES_MAX};
use super::props::{Props, without_person};
use super::reading::Context;
use super::settle::{Manner, Rest, settle, settle_props};
use super::text::{Scalar, cut, scalar};
use super::{names, time};

/// An event in the making.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    format: &'static Format,
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
    pub(crate) fn new(
        format: &'static Format,
        site: String,
        name_sent: &str,
        received_at: Timestamp,
    ) -> Self {
        let event = Event {
            site,
            name: names::canonical(name_sent).to_owned(),
            name_sent: name_sent.to_owned(),
            received_at,
            ..Event::blank(format.dialect, received_at)
        };
        Self {
            format,
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
        let addresses = ctx.addresses(site.as_ref().map(|site| &site.rules));
        let manner = Manner { format: self.format, addresses: &addresses };
        let referrer_ignored = settle(&mut self.event, self.rest, &mut self.props, manner);
        let event = &mut self.event;
        event.props = settle_props(self.props.finish(), manner);
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
    key: &str,
    value: &RawValue,
) {
    if let Scalar::Text(text) = scalar(value) {
        *slot = Some(cut(&text, bytes_max).to_owned());
        if text.len() <= bytes_max {
            return;
        }
    }
    props.push_uncounted(key, value.get());
}
