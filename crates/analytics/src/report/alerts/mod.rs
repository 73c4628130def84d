//! Alerts: a number that somebody wants to hear of, measured over the last whole window and compared with a bound or with the same
//! window of the weeks before. A task measures all of them every minute; how they stand is kept and listed, and a pager hears of
//! those that fire.

mod baseline;
mod evaluate;
mod gauges;
mod http;
mod pager;
mod rule;
mod series;
mod watch;

pub use gauges::Gauges;
pub(crate) use gauges::NoGauges;
pub(crate) use http::post_evaluate;
#[cfg(test)]
pub(crate) use pager::NoPager;
pub use pager::{Fired, Pager};
pub(crate) use rule::{MEMBERS, draft};
#[cfg(test)]
pub(crate) use watch::look;
pub use watch::watch_alerts;
