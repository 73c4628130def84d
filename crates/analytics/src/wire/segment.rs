//! Dialect S, Segment's vocabulary: `POST /v1/{track,page,identify,screen,group,alias,batch}` and `/v1/{t,p,i,s,g,a,b}`.
//!
//! ```json
//! {"batch":[{"type":"track","messageId":"m-1","anonymousId":"a-1","userId":"u-1","event":"Product Viewed",
//!   "timestamp":"2025-01-01T12:00:00.000Z","properties":{"product_id":"mug","price":9.50},
//!   "context":{"page":{"path":"/p/mug","url":"https://shop.test/p/mug","title":"Mug","referrer":"https://a.test/"},
//!     "campaign":{"source":"news","medium":"email","name":"spring"},"sessionId":"s-1","locale":"de-DE",
//!     "userAgent":"Mozilla/5.0"}}],
//!  "sentAt":"2025-01-01T12:00:05.000Z","writeKey":"demo","context":{"library":{"name":"kassa","version":"1"}}}
//! ```
//! 200 `{"success":true}` for all that could be read, with `accepted` and `rejected` when something was refused; 400
//! only for a body that is no JSON object, or a batch without an array `batch`.
//!
//! Members of `properties` become properties; `target`, `component_name` and `location_type`, by which kassa's tracker says
//! what was clicked or hovered, fill their columns too. `context` becomes the property `context` without what has a column (page,
//! campaign, sessionId, userAgent, webdriver) and without `ip`, for no address is stored. What `ip` and `userAgent` say is believed
//! of a sender with a secret key alone. `traits`, `groupId`, `previousId`, `name`,
//! `category` and fields that Segment does not know become properties of their own name, unless `properties` has it.
//! `integrations`, `writeKey` and the send times are not kept; `anonymousId` only as the visitor's hash. An id
//! that names nobody becomes a property of its own name, too.

use kassa_model::{Dialect, LogRecord, Reason, Timestamp};
use serde_json::value::RawValue;

use super::draft::Draft;
use super::flaw::{Flaw, refused};
use super::format::{Door, Format};
use super::items::{Sharing, counted_answer, read_items};
use super::object::{List, Members};
use super::reading::{Answer, Context, Reading};
use super::received::{Received, required};
use super::text::{id_text, plain_text, too_deep};
use super::{text, time};

mod context;

pub(super) static FORMAT: Format = Format {
    dialect: Dialect::SEGMENT,
    example_path: "v1/batch",
    doors: &DOORS,
    page_members: &[],
    visitor_members: &[],
    cleans_names: true,
};

const SUCCESS: &str = r#"{"success":true}"#;
/// One for each kind, by two names, and two for batches.
static DOORS: [Door; 14] = [
    door("v1/track", |body, ctx| read(Some(Kind::Track), body, ctx)),
    door("v1/t", |body, ctx| read(Some(Kind::Track), body, ctx)),
    door("v1/page", |body, ctx| read(Some(Kind::Page), body, ctx)),
    door("v1/p", |body, ctx| read(Some(Kind::Page), body, ctx)),
    door("v1/identify", |body, ctx| read(Some(Kind::Identify), body, ctx)),
    door("v1/i", |body, ctx| read(Some(Kind::Identify), body, ctx)),
    door("v1/screen", |body, ctx| read(Some(Kind::Screen), body, ctx)),
    door("v1/s", |body, ctx| read(Some(Kind::Screen), body, ctx)),
    door("v1/group", |body, ctx| read(Some(Kind::Group), body, ctx)),
    door("v1/g", |body, ctx| read(Some(Kind::Group), body, ctx)),
    door("v1/alias", |body, ctx| read(Some(Kind::Alias), body, ctx)),
    door("v1/a", |body, ctx| read(Some(Kind::Alias), body, ctx)),
    door("v1/batch", |body, ctx| read(None, body, ctx)),
    door("v1/b", |body, ctx| read(None, body, ctx)),
];

const fn door(path: &'static str, read: fn(&[u8], &Context<'_>) -> Reading) -> Door {
    Door { path, read, too_many: |_| TOO_MANY }
}

const TOO_MANY: Answer = Answer::json(429, r#"{"success":false,"error":"too_many_requests"}"#);
const UNREADABLE: Answer = Answer::json(400, r#"{"success":false,"error":"invalid_payload"}"#);

/// Kinds of a Segment message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Something happened: `event` and `properties`.
    Track,
    /// A page was seen.
    Page,
    /// Who the visitor is: `traits`.
    Identify,
    /// A screen of an app was seen.
    Screen,
    /// Which group the user belongs to.
    Group,
    /// Two ids are one user.
    Alias,
}

impl Kind {
    /// The event's name as sent, where the message has none of its own.
    const fn name_sent(self) -> &'static str {
        match self {
            Self::Track => "track",
            Self::Page => "page_view",
            Self::Identify => "identify",
            Self::Screen => "screen",
            Self::Group => "group",
            Self::Alias => "alias",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "track" => Self::Track,
            "page" => Self::Page,
            "identify" => Self::Identify,
            "screen" => Self::Screen,
            "group" => Self::Group,
            "alias" => Self::Alias,
            _ => return None,
        })
    }
}

/// What a batch's messages have in common.
#[derive(Debug, Default)]
struct Envelope<'a> {
    context: Members<'a>,
    sent_at: Option<Timestamp>,
    others: Members<'a>,
    /// What the sender says of its visitors' addresses and agents is believed.
    trusted: bool,
}

/// Reads a message, or a batch when the path has no kind.
pub(super) fn read(kind: Option<Kind>, body: &[u8], ctx: &Context<'_>) -> Reading {
    let text = text::clean(body);
    let list_key = if kind.is_none() { Some("batch") } else { None };
    match (text.as_deref().map(|text| (text, Members::read(text, list_key))), kind) {
        (Some((json, Ok(members))), Some(kind)) => read_one(kind, &Received { json, members }, ctx),
        (Some((_, Ok(mut members))), None) if matches!(members.list, List::Items { .. }) => {
            let list = std::mem::take(&mut members.list);
            read_batch(list, members, ctx)
        }
        _ => {
            let flaw = Flaw::new(Reason::InvalidPayload, "the body is no JSON object of this path's shape");
            let site = ctx.site(None, None).unwrap_or_default();
            Reading::one(FORMAT.dialect, refused(&FORMAT, &site, flaw, body, ctx), UNREADABLE)
        }
    }
}

fn read_one(kind: Kind, message: &Received<'_>, ctx: &Context<'_>) -> Reading {
    let site = ctx.site(message.key().as_deref(), None);
    let trusted = site.as_deref().is_some_and(|site| ctx.trusts(message.key().as_deref(), site));
    let envelope = Envelope { trusted, ..Envelope::default() };
    let mut address = None;
    let parsed = match &site {
        None => Err(Flaw::new(Reason::UnknownSite, "no such site or write key")),
        Some(site) => {
            address = context::address_of(message, &envelope.context).filter(|_| envelope.trusted);
            message.check_limits(0).and_then(|()| parse(Some(kind), message, &envelope, site, ctx))
        }
    };
    let record = parsed.unwrap_or_else(|flaw| {
        refused(&FORMAT, site.as_deref().unwrap_or_default(), flaw, message.json.as_bytes(), ctx)
    });
    let records = [record];
    let answer = counted_answer(SUCCESS, &records, 0);
    let [record] = records;
    let addresses = address.map(|address| (0, address)).into_iter().collect();
    Reading { addresses, ..Reading::one(FORMAT.dialect, record, answer) }
}

fn read_batch(list: List<'_>, members: Members<'_>, ctx: &Context<'_>) -> Reading {
    let (items, dropped) = match list {
        List::Items { kept, dropped } => (kept, dropped),
        List::Absent | List::Other => (Vec::new(), 0),
    };
    let key = members.get("writeKey").and_then(plain_text);
    let site = ctx.site(key.as_deref(), None);
    let shared_flaw = members.entries.iter().any(|(_, value)| too_deep(value.get()));
    let mut sharing = Sharing::new(&members, &items);
    let trusted = site.as_deref().is_some_and(|site| ctx.trusts(key.as_deref(), site));
    let envelope = if shared_flaw { Envelope::default() } else { Envelope::of(members) };
    let envelope = Envelope { trusted, ..envelope };
    let (mut place, mut addresses) = (0, Vec::new());
    let records = read_items(&FORMAT, site.as_deref(), &items, ctx, |item, site| {
        place += 1;
        if shared_flaw {
            return Err(Flaw::new(Reason::TooDeep, "a field beside batch nests deeper than 16 levels"));
        }
        let message = Received::item(item)?;
        message.check_limits(sharing.shared_bytes)?;
        sharing.take(item)?;
        if trusted {
            let address = context::address_of(&message, &envelope.context);
            addresses.extend(address.map(|address| (place - 1, address)));
        }
        parse(None, &message, &envelope, site, ctx)
    });
    let answer = counted_answer(SUCCESS, &records, dropped);
    Reading { dialect: FORMAT.dialect, records, addresses, dropped, single: false, answer }
}

impl<'a> Envelope<'a> {
    fn of(mut members: Members<'a>) -> Self {
        let context = members.get("context").and_then(Members::of).unwrap_or_default();
        let sent_at = time::field(members.get("sentAt")).ok().flatten();
        // What is left is no business of a single message, but a field that Segment does not know is a property.
        members.retain(|key| !is_known(key));
        Self { context, sent_at, others: members, trusted: false }
    }
}

/// Fields of Segment's own, in a message or around a batch.
fn is_known(key: &str) -> bool {
    matches!(
        key,
        "type"
            | "messageId"
            | "userId"
            | "anonymousId"
            | "timestamp"
            | "sentAt"
            | "originalTimestamp"
            | "event"
            | "properties"
            | "context"
            | "integrations"
            | "writeKey"
    )
}

fn parse(
    kind: Option<Kind>,
    message: &Received<'_>,
    envelope: &Envelope<'_>,
    site: &str,
    ctx: &Context<'_>,
) -> Result<LogRecord, Flaw> {
    let members = &message.members;
    let type_sent = if kind.is_some() { None } else { required(members.get("type"), "type is no text")? };
    let kind = kind.or_else(|| type_sent.as_deref().and_then(Kind::parse));
    let event = required(members.get("event"), "event is no text")?;
    let name = match (kind, &event, &type_sent) {
        (Some(Kind::Track) | None, Some(event), _) => event,
        (Some(kind), _, _) => kind.name_sent(),
        (None, None, Some(sent)) => sent,
        (None, None, None) => Kind::Track.name_sent(),
    };
    let mut draft = Draft::new(&FORMAT, site.to_owned(), name, ctx.received_at);
    draft.event.occurred_at = occurred_at(members, envelope, ctx)?;
    // Taken as an id, `undefined` would make duplicates of all events that have none.
    if let Some(id) = members.get("messageId").filter(|id| text::names_someone(id)).and_then(id_text) {
        draft.event.id = id.into_owned();
    }
    // Who it was until now: the alias says that the user is the same.
    if let Some(previous) = members.get("previousId").filter(|_| kind == Some(Kind::Alias)).and_then(id_text)
    {
        draft.set_visitor(previous);
    }
    if let Some(visitor) = members.get("anonymousId").and_then(id_text) {
        draft.set_visitor(visitor);
    }
    if let Some(user) = members.get("userId").and_then(id_text) {
        draft.set_user(user);
    }
    let properties = members.get("properties").and_then(Members::of);
    match (&properties, kind) {
        (Some(properties), Some(Kind::Page)) => context::put_page(&mut draft, properties),
        (Some(properties), _) => {
            draft.props.push_all(properties);
            context::put_clicked(&mut draft.event, properties);
        }
        (None, _) => {}
    }
    let own = members.get("context").and_then(Members::of).unwrap_or_default();
    context::put(&mut draft, &own, &envelope.context, &properties);
    if !envelope.trusted {
        draft.agent = None;
    }
    put_others(&mut draft, members, envelope, &properties);
    draft.finish(ctx)
}

/// When it happened, corrected for the client's clock: received − (sentAt − timestamp).
fn occurred_at(members: &Members<'_>, envelope: &Envelope<'_>, ctx: &Context<'_>) -> Result<Timestamp, Flaw> {
    let stated = match time::field(members.get("timestamp"))? {
        Some(timestamp) => Some(timestamp),
        None => time::field(members.get("originalTimestamp"))?,
    };
    let Some(stated) = stated else { return Ok(ctx.received_at) };
    // An unreadable send time only means that the clock cannot be corrected.
    let sent_at = time::field(members.get("sentAt")).ok().flatten().or(envelope.sent_at);
    Ok(time::corrected(stated, sent_at, ctx.received_at))
}

/// Keeps what has no column: the message's own fields first, then those around the batch.
fn put_others(
    draft: &mut Draft<'_>,
    members: &Members<'_>,
    envelope: &Envelope<'_>,
    properties: &Option<Members<'_>>,
) {
    let has = |key: &str| properties.as_ref().is_some_and(|properties| properties.get(key).is_some());
    let unreadable = |key: &str, value: &RawValue| match key {
        "properties" => properties.is_none() && value.get() != "null",
        "context" => !value.get().starts_with('{') && value.get() != "null",
        "messageId" => text::is_of_nobody(value),
        "userId" | "anonymousId" => {
            !matches!(text::scalar(value), text::Scalar::Absent) && !text::names_someone(value)
        }
        _ => false,
    };
    for (key, value) in &members.entries {
        if (!is_known(key) || unreadable(key, value)) && !has(key) {
            draft.props.push_uncounted(key, value.get());
        }
    }
    for (key, value) in &envelope.others.entries {
        if members.get(key).is_none() && !has(key) {
            draft.props.push_uncounted(key, value.get());
        }
    }
    if envelope.others.overflow {
        draft.props.overflow();
    }
}
