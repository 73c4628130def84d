//! When something is old that must not be lost too early.

use kassa_model::{Timestamp, micros_set_ahead};

/// By what time something is old that must not be lost: a clock that was set ahead by mistake makes nothing old.
pub(crate) fn believed(now: Timestamp) -> Timestamp {
    now.plus_micros(micros_set_ahead().saturating_neg())
}
