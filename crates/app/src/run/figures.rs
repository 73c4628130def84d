//! The log's counts as metrics, read when `/metrics` is asked for.

use std::sync::Arc;

use kassa_eventlog::{EventLog, Stats, Stream};
use kassa_service::Metrics;
use kassa_service::metrics::encoding::{DescriptorEncoder, EncodeMetric};
use kassa_service::metrics::{Collector, ConstCounter};
use kassa_service::metrics::{Description, Unit};

use super::figures_db;
use crate::open::Parts;

/// A count of the log: its name, what it counts, where it stands in [`Stats`].
type Count = (&'static str, &'static str, fn(&Stats) -> u64);

const COUNTS: [Count; 8] = [
    ("kassa_log_frames_total", "Group commits made durable.", |stats| stats.frames),
    ("kassa_log_records_total", "Records made durable.", |stats| stats.records),
    ("kassa_log_bytes_total", "Bytes made durable.", |stats| stats.bytes),
    ("kassa_log_syncs_total", "Successful fsyncs of segments.", |stats| stats.syncs),
    ("kassa_log_refused_total", "Appends refused because the log was full.", |stats| stats.refused_full),
    ("kassa_log_failures_total", "Writes and fsyncs that failed.", |stats| stats.failures),
    ("kassa_log_segments_created_total", "Segments begun.", |stats| stats.segments_created),
    ("kassa_log_segments_deleted_total", "Segments deleted by retention.", |stats| stats.segments_deleted),
];

/// Adds what `parts` can tell.
pub(super) fn register(parts: &Parts, metrics: &Metrics) {
    if let Ok(log) = parts.log()
        && log.upkeep().is_some()
    {
        let described: Vec<_> =
            COUNTS.iter().map(|(name, help, _)| Description { name, help, unit: Unit::None }).collect();
        metrics.register_collector(&described, LogCounts(log));
    }
    if let Some(databases) = parts.databases() {
        figures_db::register(databases.all().to_vec(), metrics);
    }
}

#[derive(Debug)]
struct LogCounts(Arc<dyn EventLog>);

impl Collector for LogCounts {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let stats = self.0.upkeep().map(|upkeep| upkeep.stats(Stream::Events)).unwrap_or_default();
        for (name, help, read) in COUNTS {
            let counter = ConstCounter::new(read(&stats));
            let name = name.trim_end_matches("_total");
            let metric =
                encoder.encode_descriptor(name, help.trim_end_matches('.'), None, counter.metric_type())?;
            counter.encode(metric)?;
        }
        Ok(())
    }
}
