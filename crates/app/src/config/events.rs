//! From the collector to the reports: limits, the log, the store. What each key means stands in `config/default.toml`.

use kassa_model::PartitionBy;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Collector {
    pub(crate) rate_per_second: u32,
    pub(crate) burst: u32,
    pub(crate) site_rate_per_second: u32,
    pub(crate) site_burst: u32,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Log {
    pub(crate) url: String,
    pub(crate) partitions: u32,
    pub(crate) partition_by: PartitionBy,
    pub(crate) segment_bytes: u64,
    pub(crate) keep_hours: u64,
    pub(crate) max_bytes: u64,
    pub(crate) reserve_bytes: u64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Store {
    pub(crate) url: String,
    pub(crate) memory_mb: u32,
    pub(crate) threads: u32,
    pub(crate) query_timeout_s: u64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Dedupe {
    pub(crate) window_hours: u64,
    pub(crate) memory_max: usize,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Sessions {
    pub(crate) memory_max: usize,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct GeoIp {
    pub(crate) path: String,
}
