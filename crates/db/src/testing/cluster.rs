//! A private PostgreSQL cluster: in a temporary folder, behind a Unix socket, one for all tests of a process.
//!
//! A small shell process watches a pipe that this one holds. However this process ends, the pipe closes, and the shell
//! stops the cluster and removes its folder.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// The user that owns a cluster when tests run as root, as whom PostgreSQL refuses to.
const OWNER: &str = "postgres";

/// A running PostgreSQL. Clones share it; it ends with the last of them or with the process.
#[derive(Debug, Clone)]
pub struct TestPostgres(Arc<Cluster>);

#[derive(Debug)]
struct Cluster {
    binaries: PathBuf,
    folder: PathBuf,
    databases: AtomicU64,
    // Its standard input is the pipe that holds the cluster up.
    watcher: Child,
}

static SHARED: OnceLock<Option<TestPostgres>> = OnceLock::new();
static CLUSTERS: AtomicU64 = AtomicU64::new(0);

impl TestPostgres {
    /// The process's cluster, started at the first call. `None` where PostgreSQL is not installed, with a line that says
    /// so; with `CI` set, that is a panic.
    pub fn start() -> Option<Self> {
        SHARED.get_or_init(Self::start_own).clone()
    }

    /// A cluster of one's own, to be killed and stopped without other tests feeling it. `None` as for [`Self::start`].
    pub fn start_own() -> Option<Self> {
        let Some(binaries) = binaries() else {
            let message = "the tests on PostgreSQL (no initdb found; Debian: apt-get install postgresql)";
            assert!(std::env::var_os("CI").is_none(), "missing: {message}");
            println!("skipped: {message}");
            return None;
        };
        Some(Self(Arc::new(Cluster::start(binaries))))
    }

    /// The address of a new, empty database.
    ///
    /// # Panics
    /// If the cluster refuses.
    pub fn fresh_database(&self) -> String {
        let name = format!("test{}", self.0.databases.fetch_add(1, Ordering::Relaxed));
        self.run_at(&self.url("postgres"), &format!("CREATE DATABASE {name}"));
        self.url(&name)
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        let host = self.0.folder.display().to_string().replace('/', "%2F");
        format!("postgres://kassa@{host}/{database}")
    }

    /// The folder of its Unix socket, for other programs (`psql -h FOLDER -U kassa test0`).
    pub fn socket_folder(&self) -> &Path {
        &self.0.folder
    }

    /// Runs statements at an address of [`TestPostgres::fresh_database`], outside of any pool.
    ///
    /// # Panics
    /// If they fail.
    pub fn run_at(&self, url: &str, sql: &str) {
        let outcome = connected(url, |client| client.batch_execute(sql));
        outcome.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// Ends the connections to a database, in whatever they are doing; returns how many, 0 if the server is away.
    pub fn end_connections(&self, url: &str) -> usize {
        self.backends(url, "pg_terminate_backend(pid)::int").len()
    }

    /// Kills the processes behind the connections to a database, as `kill -9`; returns how many, 0 if the server is away.
    /// PostgreSQL then ends every other connection too, recovers, and is back after a moment.
    pub fn kill_connections(&self, url: &str) -> usize {
        let backends = self.backends(url, "pid");
        for backend in &backends {
            // One that has ended by itself is no trouble.
            let _ = Command::new("kill").args(["-9", &backend.to_string()]).stderr(Stdio::null()).status();
        }
        backends.len()
    }

    fn backends(&self, url: &str, what: &str) -> Vec<i32> {
        let sql = format!(
            "SELECT {what} FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        );
        let rows = connected(url, |client| client.query(&sql, &[])).unwrap_or_default();
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Stops the server at once, as a crash of its machine would.
    ///
    /// # Panics
    /// If it cannot be stopped.
    pub fn stop(&self) {
        self.0.control(&["-m", "immediate", "-w", "stop"]);
    }

    /// Starts the server again.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn resume(&self) {
        self.0.control(&["-w", "-t", "60", "start"]);
    }
}

/// The driver must not be called on a runtime's thread, where a test may well be.
fn connected<T: Send>(
    url: &str,
    work: impl FnOnce(&mut postgres::Client) -> Result<T, postgres::Error> + Send,
) -> Result<T, postgres::Error> {
    let work = || work(&mut postgres::Client::connect(url, postgres::NoTls)?);
    std::thread::scope(|scope| scope.spawn(work).join().expect("a thread that does not panic"))
}

impl Cluster {
    fn start(binaries: PathBuf) -> Self {
        let folder = folder();
        let data = folder.join("data");
        let made = as_owner(&binaries.join("initdb"))
            .args(["--username=kassa", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(&data)
            .output();
        check("initdb", made);
        let settings = format!(
            "listen_addresses = ''\nunix_socket_directories = '{}'\nmax_connections = 500\nfsync = on\n",
            folder.display()
        );
        let written = std::fs::OpenOptions::new().append(true).open(data.join("postgresql.conf"));
        written
            .and_then(|mut file| file.write_all(settings.as_bytes()))
            .expect("the settings can be written");
        let watcher = watch(&binaries, &folder);
        let cluster = Self { binaries, folder, databases: AtomicU64::new(0), watcher };
        cluster.control(&["-w", "-t", "60", "start"]);
        cluster
    }

    fn control(&self, arguments: &[&str]) {
        let data = self.folder.join("data");
        let mut run = as_owner(&self.binaries.join("pg_ctl"));
        run.arg("-D").arg(&data).arg("-l").arg(data.join("log")).args(arguments);
        // The server keeps what it inherits, so a pipe for its output would never end.
        let status = run.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        let log = || std::fs::read_to_string(data.join("log")).unwrap_or_default();
        assert!(status.is_ok_and(|status| status.success()), "pg_ctl {arguments:?}: {}", log());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        // A watcher that is gone has done its work.
        let _ = self.watcher.wait();
    }
}

/// Stops the cluster and removes its folder when the pipe to it closes.
fn watch(binaries: &Path, folder: &Path) -> Child {
    let script =
        "trap '' INT TERM HUP; read -r _; \"$1/pg_ctl\" -D \"$2/data\" -m immediate -w stop; rm -rf \"$2\"";
    let mut shell = as_owner(Path::new("/bin/sh"));
    shell.args(["-c", script, "watch"]).arg(binaries).arg(folder);
    let shell = shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    shell.spawn().expect("a shell can be started")
}

/// A command that runs as somebody who is not root.
fn as_owner(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    let user = [format!("--reuid={OWNER}"), format!("--regid={OWNER}"), "--clear-groups".to_owned()];
    command.args(user).arg("--").arg(program).current_dir("/");
    command
}

fn is_root() -> bool {
    static ROOT: OnceLock<bool> = OnceLock::new();
    *ROOT.get_or_init(|| {
        Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
    })
}

/// Where `initdb` is: on the path, or where Debian puts it, the newest version first.
fn binaries() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    let complete = |folder: &PathBuf| folder.join("initdb").exists() && folder.join("pg_ctl").exists();
    folders.into_iter().find(complete)
}

/// A short path, for that of a Unix socket has 107 bytes at most.
fn folder() -> PathBuf {
    let number = CLUSTERS.fetch_add(1, Ordering::Relaxed);
    let folder = PathBuf::from(format!("/tmp/kassa-pg-{}-{number}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("/tmp can be written");
    if is_root() {
        check("chown", Command::new("chown").arg(format!("{OWNER}:")).arg(&folder).output());
    }
    folder
}

fn check(what: &str, outcome: std::io::Result<Output>) {
    let output = outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
}
