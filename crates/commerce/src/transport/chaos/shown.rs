//! `inventory_chaos_enabled{type}`: found when asked for, since chaos ends by itself.

use std::sync::Arc;

use kassa_service::Metrics;
use kassa_service::metrics::encoding::{DescriptorEncoder, EncodeMetric};
use kassa_service::metrics::{Collector, Description, Family, Gauge, Unit};

use super::switch::{Chaos, NONE};

const ENABLED: Description = Description {
    name: "inventory_chaos_enabled",
    help: "Whether stock is disturbed on purpose: 1 for each kind of fault that is on",
    unit: Unit::None,
};

/// Shows it on `/metrics`; once per process.
pub fn export(chaos: &Arc<Chaos>, metrics: &Metrics) {
    chaos.count_on(metrics);
    metrics.register_collector(&[ENABLED], Shown(Arc::clone(chaos)));
}

#[derive(Debug)]
struct Shown(Arc<Chaos>);

impl Collector for Shown {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        let faults = self.0.current().map_or(NONE, |(faults, _)| faults);
        let enabled: Family<[(&'static str, &'static str); 1], Gauge> = Family::default();
        for (kind, on) in [
            ("latency", faults.latency_ms > 0),
            ("crash", faults.crash_rate > 0.0),
            ("partial_failure", faults.partial_failure_rate > 0.0),
        ] {
            enabled.get_or_create(&[("type", kind)]).set(on.into());
        }
        enabled.encode(encoder.encode_descriptor(ENABLED.name, ENABLED.help, None, enabled.metric_type())?)
    }
}
