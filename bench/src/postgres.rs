//! PostgreSQL and its own benchmark, `pgbench`: the yardstick for orders.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use kassa_db::testing::TestPostgres;

/// Connections and threads of `pgbench`, as the target says.
const CLIENTS: [&str; 4] = ["-c", "16", "-j", "2"];
/// Rows of the accounts of its own tables: 50 × 100,000.
const SCALE: &str = "50";

/// A private server with the defaults, fsync on.
pub(crate) struct Postgres(TestPostgres);

impl Postgres {
    /// Starts it; its files must be on the disk of `folder`, whose syncs the other side waits for.
    pub(crate) fn start(folder: &Path) -> anyhow::Result<Self> {
        let server = TestPostgres::start_own().context("cannot measure without PostgreSQL")?;
        let (own, other) = (server.socket_folder().metadata()?.dev(), folder.metadata()?.dev());
        ensure!(
            own == other,
            "{} and {} are not on one disk: set KASSA_BENCH_DIR to a folder on that of the first",
            server.socket_folder().display(),
            folder.display()
        );
        Ok(Self(server))
    }

    /// The address of a new database.
    pub(crate) fn database(&self) -> String {
        self.0.fresh_database()
    }

    /// Fills the tables of `pgbench` itself in a new database; returns its address.
    pub(crate) fn accounts(&self) -> anyhow::Result<String> {
        let url = self.database();
        self.pgbench(&url, &["-i", "-q", "-s", SCALE])?;
        Ok(url)
    }

    /// Transactions a second of the simple update: one UPDATE of an account, one SELECT, one INSERT.
    pub(crate) fn simple_updates(&self, url: &str, measured: Duration) -> anyhow::Result<f64> {
        self.rate(url, measured, &["-N", "-s", SCALE])
    }

    /// Transactions a second of the script at `script`.
    pub(crate) fn script(
        &self,
        url: &str,
        measured: Duration,
        script: &Path,
        skus: usize,
    ) -> anyhow::Result<f64> {
        let script = script.to_str().context("the path of the script is not UTF-8")?;
        self.rate(url, measured, &["-n", "-f", script, "-D", &format!("skus={skus}")])
    }

    fn rate(&self, url: &str, measured: Duration, more: &[&str]) -> anyhow::Result<f64> {
        let seconds = measured.as_secs().max(1).to_string();
        let mut arguments = vec!["-M", "prepared", "-T", &seconds];
        arguments.extend(CLIENTS);
        arguments.extend(more);
        tps(&self.pgbench(url, &arguments)?)
    }

    fn pgbench(&self, url: &str, arguments: &[&str]) -> anyhow::Result<String> {
        let output =
            Command::new(pgbench()).args(arguments).arg(url).output().context("cannot run pgbench")?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() || said.contains("aborted") {
            bail!("pgbench {arguments:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(said)
    }
}

fn tps(said: &str) -> anyhow::Result<f64> {
    let line = said.lines().find_map(|line| line.strip_prefix("tps = ")).context("pgbench says no tps")?;
    Ok(line.split(' ').next().unwrap_or_default().parse()?)
}

/// On the path, or where Debian puts it, the newest version first.
fn pgbench() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|version| version.path().join("bin/pgbench")).collect();
    found.retain(|path| path.exists());
    found.sort();
    found.pop().unwrap_or_else(|| PathBuf::from("pgbench"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_pgbench_says() {
        let said = "latency average = 2.4 ms\ntps = 6722.123 (without initial connection time)\n";
        assert_eq!(tps(said).unwrap(), 6_722.123);
        assert!(tps("nothing").is_err());
    }
}
