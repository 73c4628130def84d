//! The process: memory, files, CPU time, start, build and lines of its logs that were lost. Read from `/proc` when asked;
//! absent where there is none.

use std::time::{SystemTime, UNIX_EPOCH};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};

use super::registry::{Description, Registered};
use crate::console;

const RESIDENT: Description =
    Description::new("process_resident_memory_bytes", "Memory of the process that is in RAM");
const FILES: Description = Description::new("process_open_fds", "Open file descriptors");
const FILES_MAX: Description = Description::new("process_max_fds", "The limit of open file descriptors");
const STARTED: Description =
    Description::new("process_start_time_seconds", "When the process started, since the Unix epoch");
const UPTIME: Description = Description::new("kassa_uptime_seconds", "How long the process has been running");

const CPU: Description = Description::new(
    "process_cpu_seconds_total",
    "Processor time of the process, of the user and the system",
);
const LINES_DROPPED: Description = Description::new(
    "kassa_logs_lines_dropped_total",
    "Lines of the process's logs and output that could not be written",
);

pub(super) fn register(registered: &Registered, version: &str) {
    let process = Process { started: SystemTime::now() };
    let described = [RESIDENT, FILES, FILES_MAX, STARTED, UPTIME, CPU, LINES_DROPPED];
    registered.register_collector(&described, process);
    let build: Family<Vec<(String, String)>, Gauge> = Family::default();
    build.get_or_create(&vec![("version".to_owned(), version.to_owned())]).set(1);
    registered.register("kassa_build_info", "Always 1; the labels tell the build.", build);
}

#[derive(Debug)]
struct Process {
    started: SystemTime,
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        let mut put = |description: &Description, value: Option<f64>| match value {
            Some(value) => ConstGauge::new(value).encode(description.begin(&mut encoder, MetricType::Gauge)?),
            None => Ok(()),
        };
        let started = self.started.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs_f64());
        put(&RESIDENT, resident_bytes())?;
        put(&FILES, open_files())?;
        put(
            &FILES_MAX,
            rustix::process::getrlimit(rustix::process::Resource::Nofile).current.map(|n| n as f64),
        )?;
        put(&STARTED, started)?;
        put(&UPTIME, self.started.elapsed().ok().map(|since| since.as_secs_f64()))?;
        if let Some(seconds) = cpu_seconds() {
            ConstCounter::new(seconds).encode(CPU.begin(&mut encoder, MetricType::Counter)?)?;
        }
        let dropped = ConstCounter::new(console::dropped());
        dropped.encode(LINES_DROPPED.begin(&mut encoder, MetricType::Counter)?)
    }
}

/// From `/proc/self/stat`: what the user's code took and what the system took for it, in ticks of the clock.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program stands in parentheses, and may hold any character.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: f64 =
        fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    Some(ticks / rustix::param::clock_ticks_per_second() as f64)
}

fn resident_bytes() -> Option<f64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: f64 = statm.split(' ').nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as f64)
}

fn open_files() -> Option<f64> {
    // The listing itself is one open file.
    Some(std::fs::read_dir("/proc/self/fd").ok()?.count().saturating_sub(1) as f64)
}
