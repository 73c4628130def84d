//! The release binary as a child process: start, wait until it answers, read its metrics and memory, stop; and its commands.

use std::fs::DirBuilder;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::http::Client;

/// How long a start, a stop or a wait may take before the measurement is given up.
const PATIENCE: Duration = Duration::from_secs(180);

/// What takes orders and publishes them to the log.
const SHOP_ROLES: &str = "catalog,inventory,orders";

/// All that `kassa up` runs but the notifier.
const UNTOLD_ROLES: &str = "catalog,inventory,orders,collector,processor,reports";

/// A running kassa. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Kassa {
    child: Child,
    begun: Instant,
    pub(crate) address: SocketAddr,
}

/// What to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `kassa up`.
    Up,
    /// `kassa up --demo`; ready when the demo's month is stored.
    Demo,
    /// `kassa serve --roles collector`.
    Collector,
    /// `kassa serve` with the roles of the shop and without those of analytics.
    Shop,
    /// `kassa serve` with every role but the notifier: what happens is told to nobody yet.
    Untold,
    /// The same HTTP server, started as the collector, with a route that reads the body and drops it.
    Empty,
}

impl Kassa {
    /// Starts the binary beside this one on `data`, and waits until it is ready.
    pub(crate) fn start(mode: Mode, data: &Path) -> anyhow::Result<Self> {
        Self::start_with(mode, data, &[])
    }

    /// Starts it with these settings in its environment, and waits until it is ready.
    pub(crate) fn start_with(mode: Mode, data: &Path, settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let mut kassa = Self::spawn(mode, data, settings)?;
        kassa.wait(|client| Ok(is_success(&is_ready(mode, client)?)))?;
        Ok(kassa)
    }

    /// Starts it and waits for nothing.
    pub(crate) fn spawn(mode: Mode, data: &Path, settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let address = free_address()?;
        let binary = binary()?;
        let mut command = Command::new(&binary);
        match mode {
            Mode::Up => command.arg("up").arg("--data").arg(data),
            Mode::Demo => command.args(["up", "--demo", "--data"]).arg(data),
            Mode::Collector => command.args(["serve", "--roles", "collector", "--data"]).arg(data),
            Mode::Shop => command
                .args(["serve", "--roles", SHOP_ROLES, "--data"])
                .arg(data)
                .env("KASSA_ORDERS__WITHOUT_REPORTS", "true"),
            Mode::Untold => command.args(["serve", "--roles", UNTOLD_ROLES, "--data"]).arg(data),
            Mode::Empty => command.arg("bench-empty"),
        };
        command.args(["--listen", &address.to_string()]);
        command.env("KASSA_LOGS__LEVEL", "warn").env("KASSA_STORE__THREADS", "2");
        command.envs(settings.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
        let begun = Instant::now();
        let child = command.spawn().with_context(|| format!("cannot start {}", binary.display()))?;
        Ok(Self { child, begun, address })
    }

    /// Waits until `done` says so on a connection of its own; the time since the process was started. An error counts
    /// as not yet.
    pub(crate) fn wait(
        &mut self,
        done: impl Fn(&mut Client) -> anyhow::Result<bool>,
    ) -> anyhow::Result<Duration> {
        while self.begun.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                bail!("kassa ended at its start: {status}");
            }
            if self.client().and_then(|mut client| done(&mut client)).unwrap_or(false) {
                return Ok(self.begun.elapsed());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        bail!("kassa is not ready after {} s", PATIENCE.as_secs())
    }

    /// A connection to it.
    pub(crate) fn client(&self) -> anyhow::Result<Client> {
        Client::new(self.address)
    }

    /// Sum of a metric over all series whose labels contain `labels`; 0 when there is none yet.
    pub(crate) fn metric(&self, name: &str, labels: &str) -> anyhow::Result<f64> {
        let (status, text) = self.client()?.get("/metrics")?;
        if status != 200 {
            bail!("/metrics was answered {status}");
        }
        Ok(sum_of(&text, name, labels))
    }

    /// Waits until `count` events are stored.
    pub(crate) fn wait_until_stored(&self, count: u64) -> anyhow::Result<()> {
        let begin = Instant::now();
        let mut stored = 0.0;
        while begin.elapsed() < PATIENCE {
            stored = self.metric(crate::figures::STORED.0, crate::figures::STORED.1)?;
            if stored >= count as f64 {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        bail!("only {stored} of {count} events were stored after {} s", PATIENCE.as_secs())
    }

    /// Memory that it has in RAM, in millions of bytes.
    pub(crate) fn memory_mb(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").trim().parse::<f64>()? * 1024.0 / 1e6)
    }

    /// Ends it as an operator would, and waits.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        let pid = Pid::from_raw(i32::try_from(self.child.id())?).context("no process id")?;
        kill_process(pid, Signal::TERM)?;
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                return if status.success() { Ok(()) } else { bail!("kassa ended with {status}") };
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        bail!("kassa did not stop within {} s", PATIENCE.as_secs())
    }
}

impl Drop for Kassa {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command of the binary on `data`, which must go well.
pub(crate) fn command(arguments: &[&str], data: &Path) -> anyhow::Result<()> {
    let binary = binary()?;
    let mut command = Command::new(&binary);
    command.args(arguments).arg("--data").arg(data).env("KASSA_LOGS__LEVEL", "warn").stdin(Stdio::null());
    let output = command.output().with_context(|| format!("cannot start {}", binary.display()))?;
    if !output.status.success() {
        bail!("{arguments:?} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// The release binary: beside this one, or where KASSA_BIN says.
fn binary() -> anyhow::Result<PathBuf> {
    let beside = std::env::current_exe()?.with_file_name("kassa");
    let path = std::env::var_os("KASSA_BIN").map_or(beside, PathBuf::from);
    if !path.exists() {
        bail!("{} is missing: run make build", path.display());
    }
    Ok(path)
}

fn is_ready(mode: Mode, client: &mut Client) -> anyhow::Result<(u16, String)> {
    match mode {
        Mode::Empty => client.post("/event", "{}"),
        _ => client.get("/readyz"),
    }
}

/// Whether an answer's status is a success.
pub(crate) fn is_success(answer: &(u16, String)) -> bool {
    (200..300).contains(&answer.0)
}

fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn sum_of(text: &str, name: &str, labels: &str) -> f64 {
    let values = text.lines().filter_map(|line| {
        let (series, value) = line.rsplit_once(' ')?;
        let (found, found_labels) = series.split_once('{').unwrap_or((series, ""));
        (found == name && found_labels.contains(labels)).then(|| value.parse::<f64>().ok()).flatten()
    });
    values.sum()
}

/// An empty folder on a real disk, below cargo's target folder (a temporary folder may be memory, where a sync is free).
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> anyhow::Result<Self> {
        let root = match std::env::var_os("KASSA_BENCH_DIR") {
            Some(root) => PathBuf::from(root),
            None => std::env::current_exe()?.with_file_name("bench-data"),
        };
        let path = root.join(format!("{name}-{}", std::process::id()));
        if path.exists() {
            std::fs::remove_dir_all(&path)?;
        }
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind costs disk only; the next run removes what it needs itself.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_summed_by_label() {
        let text = "# HELP a b\na_total{x=\"1\",y=\"2\"} 3\na_total{x=\"2\"} 4\nb 5\na_total_more 6\n";
        assert_eq!(sum_of(text, "a_total", ""), 7.0);
        assert_eq!(sum_of(text, "a_total", "x=\"1\""), 3.0);
        assert_eq!(sum_of(text, "b", ""), 5.0);
        assert_eq!(sum_of(text, "c", ""), 0.0);
    }
}
