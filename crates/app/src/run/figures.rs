//! The log's counts as metrics, read when `/metrics` is asked for.

use std::sync::Arc;

use kassa_eventlog::{EventLog, Stats, Stream};
use kassa_service::Metrics;
use kassa_service::metrics::encoding::{DescriptorEncoder, EncodeMetric};
use kassa_service::metrics::{Collector, ConstCounter, Description, MetricType};

use super::figures_db;
use crate::open::Parts;

/// A count of the log, and where it stands in [`Stats`].
type Count = (Description, fn(&Stats) -> u64);

const COUNTS: [Count; 8] = [
    (Description::new("kassa_log_frames_total", "Group commits made durable."), |stats| stats.frames),
    (Description::new("kassa_log_records_total", "Records made durable."), |stats| stats.records),
    (Description::new("kassa_log_bytes_total", "Bytes made durable."), |stats| stats.bytes),
    (Description::new("kassa_log_syncs_total", "Successful fsyncs of segments."), |stats| stats.syncs),
    (Description::new("kassa_log_refused_total", "Appends refused because the log was full."), |stats| {
        stats.refused_full
    }),
    (Description::new("kassa_log_failures_total", "Writes and fsyncs that failed."), |stats| stats.failures),
    (Description::new("kassa_log_segments_created_total", "Segments begun."), |stats| stats.segments_created),
    (Description::new("kassa_log_segments_deleted_total", "Segments deleted by retention."), |stats| {
        stats.segments_deleted
    }),
];

/// Adds what `parts` can tell.
pub(super) fn register(parts: &Parts, metrics: &Metrics) {
    if let Ok(log) = parts.log()
        && log.upkeep().is_some()
    {
        let described = COUNTS.map(|(description, _)| description);
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
        for (description, read) in COUNTS {
            let metric = description.begin(&mut encoder, MetricType::Counter)?;
            ConstCounter::new(read(&stats)).encode(metric)?;
        }
        Ok(())
    }
}
