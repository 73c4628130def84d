//! The metrics of a running kassa that the measurements wait for.

/// The counter of stored events: name on `/metrics`, and a part of its labels.
pub(crate) const STORED: (&str, &str) = ("kassa_process_events_total", "outcome=\"stored\"");
/// How many records of the log the processor has not read yet.
pub(crate) const LAG: &str = "kassa_process_lag_records";
