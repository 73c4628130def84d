//! What the shop's databases have done, as metrics, read when `/metrics` is asked for. The label `database` is `main` for
//! that of `database.url`, else the nouns that have it to themselves, as in `inventory` or `catalog+orders`.

use kassa_db::{Db, GROUP_SIZES, Stats};
use kassa_service::Metrics;
use kassa_service::metrics::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use kassa_service::metrics::{Collector, Description, MetricType};

/// What is read of [`Stats`]: the further labels, and where it stands.
type Series = &'static [(Labels, fn(&Stats) -> u64)];
/// A label beside `database`, if there is one.
type Labels = Option<(&'static str, &'static str)>;

const COMMITS: Description = Description::new("kassa_db_commits_total", "Durable commits.");
const OPERATIONS: Description =
    Description::new("kassa_db_operations_total", "Operations by the end they came to.");
const RERUNS: Description =
    Description::new("kassa_db_reruns_total", "Write operations that were run again.");
const UNKNOWNS: Description =
    Description::new("kassa_db_unknowns_total", "Commits whose outcome is unknown.");
const WAITING: Description =
    Description::new("kassa_db_waiting", "Operations that wait for a connection now.");
const GROUPS: Description =
    Description::new("kassa_db_group_operations", "Write operations that shared a commit.");

const COUNTS: [(&Description, MetricType, Series); 5] = [
    (&COMMITS, MetricType::Counter, &[(None, |stats| stats.commits)]),
    (
        &OPERATIONS,
        MetricType::Counter,
        &[
            (Some(("outcome", "committed")), |stats| stats.operations),
            (Some(("outcome", "refused")), |stats| stats.refusals),
            (Some(("outcome", "failed")), |stats| stats.failures),
            (Some(("outcome", "read")), |stats| stats.reads),
        ],
    ),
    (&RERUNS, MetricType::Counter, &[(None, |stats| stats.reruns)]),
    (&UNKNOWNS, MetricType::Counter, &[(None, |stats| stats.unknowns)]),
    (
        &WAITING,
        MetricType::Gauge,
        &[
            (Some(("for", "writer")), |stats| stats.waiting_writes),
            (Some(("for", "reader")), |stats| stats.waiting_reads),
        ],
    ),
];

/// Adds what these databases can tell.
pub(super) fn register(databases: Vec<(String, Db)>, metrics: &Metrics) {
    let mut described: Vec<_> = COUNTS.iter().map(|(description, ..)| (*description).clone()).collect();
    described.push(GROUPS);
    metrics.register_collector(&described, Figures(databases));
}

#[derive(Debug)]
struct Figures(Vec<(String, Db)>);

impl Collector for Figures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let stats: Vec<(&str, Stats)> = self.0.iter().map(|(name, db)| (name.as_str(), db.stats())).collect();
        for (description, kind, series) in COUNTS {
            let mut metric = description.begin(&mut encoder, kind)?;
            for (name, stats) in &stats {
                for (label, read) in series {
                    let mut labels = vec![("database", *name)];
                    labels.extend(label);
                    let mut metric = metric.encode_family(&labels)?;
                    match kind {
                        MetricType::Counter => {
                            metric.encode_counter::<NoLabelSet, _, f64>(&read(stats), None)?
                        }
                        _ => metric.encode_gauge(&read(stats))?,
                    }
                }
            }
        }
        let mut metric = GROUPS.begin(&mut encoder, MetricType::Histogram)?;
        for (name, stats) in &stats {
            groups(metric.encode_family(&[("database", *name)])?, stats)?;
        }
        Ok(())
    }
}

fn groups(mut metric: MetricEncoder<'_>, stats: &Stats) -> Result<(), std::fmt::Error> {
    let bounds = GROUP_SIZES.iter().map(|bound| *bound as f64).chain([f64::INFINITY]);
    let buckets: Vec<(f64, u64)> = bounds.zip(stats.group_sizes).collect();
    metric.encode_histogram::<NoLabelSet>(stats.operations as f64, stats.commits, &buckets, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_every_database_by_name() {
        let folder = kassa_db::testing::Folder::new();
        let open = |file: &str| Db::open(&format!("sqlite:{}", folder.path().join(file).display())).unwrap();
        let databases = vec![("main".to_owned(), open("a.db")), ("inventory".to_owned(), open("b.db"))];
        for _ in 0..3 {
            databases[1].1.write_blocking(|_| Ok::<_, kassa_db::Error>(())).unwrap();
        }
        let metrics = Metrics::new("test");
        register(databases, &metrics);
        let text = metrics.text();
        for line in [
            "kassa_db_commits_total{database=\"main\"} 0",
            "kassa_db_operations_total{database=\"inventory\",outcome=\"committed\"} 3",
            "kassa_db_group_operations_count{database=\"inventory\"} 3",
            "kassa_db_group_operations_bucket{le=\"1.0\",database=\"inventory\"} 3",
            "kassa_db_group_operations_bucket{le=\"+Inf\",database=\"inventory\"} 3",
            "kassa_db_waiting{database=\"main\",for=\"reader\"} 0",
        ] {
            assert!(text.lines().any(|found| found.starts_with(line)), "{line}: {text}");
        }
    }
}
