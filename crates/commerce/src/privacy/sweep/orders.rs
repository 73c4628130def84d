//! Orders without the person: money, lines and history stay.

pub(super) mod store;
