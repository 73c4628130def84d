//! How much of what a client sends is taken: the limits that all dialects share.

/// The most bytes of one event's JSON, a batch's shared fields included.
pub const EVENT_BYTES_MAX: usize = 64 << 10;
/// The most events of a batch; those beyond are refused as `batch_too_long`.
pub const BATCH_EVENTS_MAX: usize = 10_000;
/// The most properties of an event.
pub const PROPERTIES_MAX: usize = 64;
/// The most levels of an event's JSON, its outermost object being the first.
pub const DEPTH_MAX: usize = 16;
/// The most bytes of an event's or a customer's id.
pub const ID_BYTES_MAX: usize = 200;
/// The most bytes of a site, an event's name, and of most columns.
pub const TEXT_BYTES_MAX: usize = 255;
/// The most bytes of a path or a referrer.
pub const PATH_BYTES_MAX: usize = 2_048;
/// The most bytes of a User-Agent that are kept.
pub(crate) const AGENT_BYTES_MAX: usize = 1_024;
/// How much of a refused event is kept.
pub const ORIGINAL_BYTES_MAX: usize = 8 << 10;
/// Of the events beyond [`BATCH_EVENTS_MAX`], so many become dead letters; the others are only counted.
pub const BEYOND_KEPT_MAX: usize = 100;
