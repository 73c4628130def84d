//! The nouns of kassa: events, log records, outcomes, money, time, hashes. No I/O, no async, no HTTP, no SQL.
//!
//! Everything else depends on this crate and this crate on nothing of ours.

mod channel;
mod clock;
mod codec;
mod erasure;
mod event;
pub mod failpoint;
mod goods;
mod hash;
mod money;
mod nobody;
mod outcome;
mod progress;
mod shop_id;
mod source;
mod timestamp;
mod visit;

pub use channel::{CHANNEL_RULES, Channel, ChannelRule, ChannelTest, PAID};
pub use clock::{Clock, ManualClock, SystemClock, believed, clock_was, micros_set_ahead, uptime};
pub use codec::{CodecError, decode, encode};
pub use erasure::{Erasure, Erasures, Names, blank, email_hash, emails_in, user_hash, visitor_hash};
pub use event::{
    Dialect, Event, LABEL, LogRecord, NON_INTERACTIVE_NAMES, NON_INTERACTIVE_PREFIX, Naming, OrderItem,
    OrderPart, PATH_SENT, Recorded, Rejected, UnknownDialect,
};
pub use goods::{CHECKOUT_FAILED, STOCK_BACK, STOCK_OUT};
pub use hash::{
    PartitionBy, RouteKey, Salt, VISITOR_KEY, cookieless_visitor, dedupe_hash, partition_of, session_from,
    visitor_from,
};
pub use money::{Currency, Money, MoneyError};
pub use nobody::names_nobody;
pub use outcome::{Outcome, Reason, UnknownReason};
pub use progress::{Progress, Silent};
pub use shop_id::{MONEY_IDS, id_as_sent, id_of_client, money_id, record_id};
pub use source::{Source, SourceKind};
pub use timestamp::{MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_SECOND, Timestamp, TimestampError};
pub use visit::{ORIGIN_NAMES, ORIGIN_TEXTS, VISIT_TEXTS, Visit, VisitFacts};
