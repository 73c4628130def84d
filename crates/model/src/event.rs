//! The event: the one struct into which every dialect parses, and the records of the log.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Reason, Timestamp};

/// Something that happened in a shop (design: analytics.md).
///
/// The collector fills it as far as the wire tells; the processor fills the rest (`visitor`, `session`, `source`,
/// agent fields, `bot`) before it is stored. Texts are at most 255 bytes unless said otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The client's message id, else a UUIDv7 made at the collector: the dedupe key within a site. 1 to 200 bytes.
    pub id: String,
    /// Which shop.
    pub site: String,
    /// Canonical name: `page_view`, `click`, `hover_enter`, `hover_leave`, else as sent.
    pub name: String,
    /// The name as the client sent it.
    pub name_sent: String,
    /// When it happened, corrected for the client's clock where the dialect allows it.
    pub occurred_at: Timestamp,
    /// When the collector had it.
    pub received_at: Timestamp,
    /// 63-bit hash of the visitor that the client named; `None` until the processor chooses the cookieless one.
    pub visitor: Option<i64>,
    /// The customer's id, when known.
    pub user: Option<String>,
    /// 63-bit hash of the session that the client named; `None` until the processor assigns one.
    pub session: Option<i64>,
    /// Host of the page.
    pub host: Option<String>,
    /// Path of the page in its normal form, at most 2,048 bytes.
    pub path: Option<String>,
    /// Title of the page.
    pub title: Option<String>,
    /// The referring page's address, at most 2,048 bytes.
    pub referrer: Option<String>,
    /// The channel, from referrer and campaign.
    pub source: Option<String>,
    /// `utm_source` of the campaign.
    pub utm_source: Option<String>,
    /// `utm_medium` of the campaign.
    pub utm_medium: Option<String>,
    /// `utm_campaign` of the campaign.
    pub utm_campaign: Option<String>,
    /// `utm_term` of the campaign.
    pub utm_term: Option<String>,
    /// `utm_content` of the campaign.
    pub utm_content: Option<String>,
    /// Kind of device: `desktop`, `mobile`, `tablet`…
    pub device: Option<String>,
    /// The browser's family.
    pub browser: Option<String>,
    /// The operating system's family.
    pub os: Option<String>,
    /// ISO 3166-1 alpha-2 code.
    pub country: Option<String>,
    /// Sent by a crawler.
    pub bot: bool,
    /// Nobody did it, by its name or because the client says so (`"interactive": false`): it opens and extends no visit. The
    /// processor sets it; in rows of before it is false.
    pub non_interactive: bool,
    /// The visitor that it would be without its user, where that is another: what the browser was named by. Later events of
    /// that browser find its visit by this.
    pub anonymous_visitor: Option<i64>,
    /// The component that was clicked or hovered.
    pub component: Option<String>,
    /// `PAGE`, `COMPONENT`, or as sent.
    pub location_type: Option<String>,
    /// What was clicked: its text.
    pub target: Option<String>,
    /// The money change; only on records from the shop's outbox.
    pub order: Option<OrderPart>,
    /// All else, as the text of one JSON object. Two members are kassa's own: [`PATH_SENT`] and [`LABEL`].
    pub props: String,
    /// Which wire format it came by.
    pub dialect: Dialect,
}

impl Event {
    /// An event of which nothing is known but when and by which format it came: every text empty, every option `None`.
    /// Whoever makes one names the rest.
    pub fn blank(dialect: Dialect, received_at: Timestamp) -> Self {
        Self {
            id: String::new(),
            site: String::new(),
            name: String::new(),
            name_sent: String::new(),
            occurred_at: received_at,
            received_at,
            visitor: None,
            user: None,
            session: None,
            host: None,
            path: None,
            title: None,
            referrer: None,
            source: None,
            utm_source: None,
            utm_medium: None,
            utm_campaign: None,
            utm_term: None,
            utm_content: None,
            device: None,
            browser: None,
            os: None,
            country: None,
            bot: false,
            non_interactive: false,
            anonymous_visitor: None,
            component: None,
            location_type: None,
            target: None,
            order: None,
            props: String::new(),
            dialect,
        }
    }
}

/// The property that has the path as it was sent, where `path` is another; at most 2,048 bytes.
pub const PATH_SENT: &str = "$path";

/// The property that has the site's word for the address that the event came from.
pub const LABEL: &str = "$label";

/// Canonical names of events that nobody does: they are measured, or sent by a program.
pub const NON_INTERACTIVE_NAMES: [&str; 4] = ["time_on_page", "identify", "group", "alias"];
/// How the names of others like these begin.
pub const NON_INTERACTIVE_PREFIX: &str = "hover_";

impl Event {
    /// Whether it is a view of a page.
    pub fn is_page_view(&self) -> bool {
        self.name == "page_view"
    }

    /// Whether its name says that nobody did it.
    pub fn is_passive_by_name(&self) -> bool {
        NON_INTERACTIVE_NAMES.contains(&self.name.as_str()) || self.name.starts_with(NON_INTERACTIVE_PREFIX)
    }

    /// Whether somebody did something beside viewing a page: such an event makes its visit no bounce.
    pub fn is_interactive(&self) -> bool {
        !self.is_page_view() && !self.non_interactive && !self.is_passive_by_name()
    }

    /// Whether it opens and extends visits: views of pages do, however they are marked, and what somebody did. Others join a
    /// visit at most.
    pub fn opens_visits(&self) -> bool {
        self.is_page_view() || !self.non_interactive
    }
}

/// A signed money change of an order; its JSON is that of the log's records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPart {
    /// The order's UUID.
    #[serde(rename = "id")]
    pub order_id: String,
    /// Signed change in minor units.
    #[serde(rename = "m")]
    pub revenue_minor: i64,
    /// ISO 4217 code.
    #[serde(rename = "c")]
    pub currency: String,
    /// The status that the change led to.
    #[serde(rename = "s")]
    pub status: String,
    /// Lines that changed.
    #[serde(rename = "i")]
    pub items: Vec<OrderItem>,
}

/// A line of a money change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderItem {
    /// The product's SKU.
    #[serde(rename = "k")]
    pub sku: String,
    /// The product's name as it was.
    #[serde(rename = "n")]
    pub name: String,
    /// The product's category as it was.
    #[serde(rename = "g", skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Signed change of units.
    #[serde(rename = "u")]
    pub units: i64,
    /// Signed change in minor units.
    #[serde(rename = "m")]
    pub revenue_minor: i64,
}

/// The name of the wire format by which an event came, as log, store and metrics have it. Which formats there are is the
/// business of whoever reads them (`analytics::wire`); a log or store of a newer version may have names of others.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Dialect([u8; DIALECT_BYTES_MAX]);

/// The most bytes of a dialect's name.
const DIALECT_BYTES_MAX: usize = 15;

/// What the log carries: an event with what only the collector could know, or a refused one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogRecord {
    /// An accepted event.
    Event(Box<Recorded>),
    /// A refused event, kept as a dead letter.
    Rejected(Box<Rejected>),
}

/// An accepted event and what the processor needs to finish it without address or salt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The event as parsed.
    pub event: Event,
    /// The raw User-Agent, cut to 1,024 bytes.
    pub agent: Option<String>,
    /// Sent by kassa's tracker or one of Segment's browser libraries: a program's library is a bot there.
    pub from_browser: bool,
    /// Whether a crawler is a bot whatever sent it. Of records that were written before that was so it is one only
    /// `from_browser`, so that their log gives the rows that it gave.
    pub crawlers_are_bots: bool,
    /// The cookieless visitor by the salt of the day of receipt; 0 where the client named the visitor and none is needed.
    pub visitor_today: i64,
    /// The cookieless visitor by the salt of the day before; 0 likewise.
    pub visitor_yesterday: i64,
    /// On records of money: when the order's request arrived. They find their visit by it, however late the change is.
    pub placed_at: Option<Timestamp>,
    /// The browser says that a program drives it.
    pub automated: bool,
    /// The referrer is one of the site's own hosts, or one that it ignores: no source.
    pub referrer_ignored: bool,
    /// Whether visits heed who it says it is of.
    pub naming: Naming,
}

/// Whether visits heed what somebody did and who they say they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// It was written by 0.2.0 or before: the rules of that time hold for it, so that its log gives the rows that it gave.
    OfBefore,
    /// They do.
    Heeded,
    /// They do, but its visitor asked for privacy: it is never of one who is known for longer than the day.
    Private,
}

/// A refused event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// A UUIDv7 made at the collector.
    pub id: String,
    /// The site, as far as it could be told; else empty.
    pub site: String,
    /// When the collector had it.
    pub received_at: Timestamp,
    /// Why.
    pub reason: Reason,
    /// What exactly was wrong, for a person: which field, which limit.
    pub detail: String,
    /// The dialect it was read as.
    pub dialect: Dialect,
    /// The original bytes, as text (invalid UTF-8 replaced), cut to 8 KiB.
    pub original: String,
}

impl Recorded {
    /// Whether the rules of 0.2.0 hold for it.
    pub fn is_of_before(&self) -> bool {
        self.naming == Naming::OfBefore
    }
}

impl LogRecord {
    /// The site; empty where a refused event named none.
    pub fn site(&self) -> &str {
        match self {
            Self::Event(recorded) => &recorded.event.site,
            Self::Rejected(rejected) => &rejected.site,
        }
    }

    /// When the collector had it: the clock of every rule of the processor.
    pub fn received_at(&self) -> Timestamp {
        match self {
            Self::Event(recorded) => recorded.event.received_at,
            Self::Rejected(rejected) => rejected.received_at,
        }
    }
}

impl Dialect {
    /// Segment's. Its bots count as no other's do.
    pub const SEGMENT: Self = Self::named("segment");
    /// The shop's own outbox.
    pub const SHOP: Self = Self::named("shop");

    /// The dialect of this name: lower-case letters, at most 15.
    ///
    /// # Panics
    /// For any other name; where it is a constant that does not compile.
    pub const fn named(name: &str) -> Self {
        match Self::checked(name.as_bytes()) {
            Some(dialect) => dialect,
            None => panic!("no name of a dialect"),
        }
    }

    const fn checked(name: &[u8]) -> Option<Self> {
        if name.is_empty() || name.len() > DIALECT_BYTES_MAX {
            return None;
        }
        let (mut bytes, mut place) = ([0; DIALECT_BYTES_MAX], 0);
        while place < name.len() {
            if !name[place].is_ascii_lowercase() {
                return None;
            }
            bytes[place] = name[place];
            place += 1;
        }
        Some(Self(bytes))
    }

    /// The name.
    pub fn name(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(DIALECT_BYTES_MAX);
        str::from_utf8(&self.0[..end]).expect("they were lower-case letters")
    }
}

impl fmt::Debug for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What can be no [`Dialect`]'s name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no name of a dialect: {0}")]
pub struct UnknownDialect(pub String);

impl FromStr for Dialect {
    type Err = UnknownDialect;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::checked(name.as_bytes()).ok_or_else(|| UnknownDialect(name.to_owned()))
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
