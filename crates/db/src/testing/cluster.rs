//! A private PostgreSQL cluster: in a temporary folder, behind a Unix socket, one for all tests of a process.
//!
//! A small shell process watches a pipe that this one holds. However this process ends, the pipe closes, and the shell
//! stops the cluster and removes its folder.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The user that owns a cluster when tests run as root, as whom PostgreSQL refuses to.
const OWNER: &str = "postgres";

/// A running PostgreSQL. Clones share it; it ends with the process.
#[derive(Debug, Clone, Copy)]
pub struct TestPostgres(&'static Cluster);

#[derive(Debug)]
struct Cluster {
    folder: PathBuf,
    databases: AtomicU64,
    // Its standard input is the pipe that holds the cluster up.
    _watcher: Child,
}

static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();

impl TestPostgres {
    /// The process's cluster, started at the first call. `None` where PostgreSQL is not installed, with a line that says
    /// so; with `CI` set, that is a panic.
    pub fn start() -> Option<Self> {
        CLUSTER.get_or_init(start).as_ref().map(Self)
    }

    /// The address of a new, empty database.
    ///
    /// # Panics
    /// If the cluster refuses.
    pub fn fresh_database(&self) -> String {
        let name = format!("test{}", self.0.databases.fetch_add(1, Ordering::Relaxed));
        self.run("postgres", &format!("CREATE DATABASE {name}"));
        self.url(&name)
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        let host = self.0.folder.display().to_string().replace('/', "%2F");
        format!("postgres://kassa@{host}/{database}")
    }

    /// The folder of its Unix socket, for other programs.
    pub fn socket_folder(&self) -> &Path {
        &self.0.folder
    }

    /// Runs statements in a database, outside of any pool.
    ///
    /// # Panics
    /// If they fail.
    pub fn run(&self, database: &str, sql: &str) {
        self.run_at(&self.url(database), sql);
    }

    /// Runs statements at an address of [`TestPostgres::fresh_database`].
    ///
    /// # Panics
    /// If they fail.
    pub fn run_at(&self, url: &str, sql: &str) {
        // The driver must not be called on a runtime's thread, where a test may well be.
        let outcome = std::thread::scope(|scope| {
            let work = || postgres::Client::connect(url, postgres::NoTls)?.batch_execute(sql);
            scope.spawn(work).join().expect("a thread that does not panic")
        });
        outcome.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// Ends the connections to a database as `kill` of their backends does; returns how many.
    ///
    /// # Panics
    /// If the cluster refuses.
    pub fn end_connections(&self, url: &str) -> usize {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let outcome = std::thread::scope(|scope| {
            let work = || postgres::Client::connect(url, postgres::NoTls)?.query(sql, &[]);
            scope.spawn(work).join().expect("a thread that does not panic")
        });
        outcome.unwrap_or_else(|error| panic!("{error:?}")).len()
    }
}

fn start() -> Option<Cluster> {
    let Some(binaries) = binaries() else {
        let message = "the tests on PostgreSQL (no initdb found; Debian: apt-get install postgresql)";
        assert!(std::env::var_os("CI").is_none(), "missing: {message}");
        println!("skipped: {message}");
        return None;
    };
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
    written.and_then(|mut file| file.write_all(settings.as_bytes())).expect("the settings can be written");
    let watcher = watch(&binaries, &folder);
    let mut run = as_owner(&binaries.join("pg_ctl"));
    run.arg("-D").arg(&data).arg("-l").arg(data.join("log")).args(["-w", "-t", "60", "start"]);
    // The server keeps what it inherits, so a pipe for its output would never end.
    let status = run.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let log = || std::fs::read_to_string(data.join("log")).unwrap_or_default();
    assert!(status.is_ok_and(|status| status.success()), "pg_ctl start: {}", log());
    Some(Cluster { folder, databases: AtomicU64::new(0), _watcher: watcher })
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
    let folder = PathBuf::from(format!("/tmp/kassa-pg-{}", std::process::id()));
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
