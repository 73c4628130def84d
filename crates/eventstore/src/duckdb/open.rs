//! Opening the file: the settings in their order, the tables, the compaction of what grows by appending.

use std::path::Path;

use duckdb::{AccessMode, Config, Connection};

use super::failure::first_line;
use super::options::{Options, Purpose};
use super::{schema, upgrade};
use crate::Error;

/// How large the write-ahead log grows at most before it is worked into the tables; as a rule the writer does so earlier, by
/// rows. A larger one costs a longer reading of the write-ahead log after a kill.
const CHECKPOINT_MIB: u32 = 64;

/// Opens the database of `options`, ready to use.
pub(super) fn open(options: &Options) -> Result<Connection, Error> {
    let mut config =
        Config::default().with("temp_directory", temp_dir(options)).map_err(|error| settings(&error))?;
    if options.purpose == Purpose::Reading {
        config = config.access_mode(AccessMode::ReadOnly).map_err(|error| settings(&error))?;
    }
    let connection =
        Connection::open_with_flags(&options.path, config).map_err(|error| refusal(&options.path, &error))?;
    configure(&connection, options).map_err(|error| settings(&error))?;
    match options.purpose {
        Purpose::All => schema::prepare(&connection, options)?,
        Purpose::Reading => upgrade::bring_up(&connection, options, upgrade::STEPS)?,
    }
    Ok(connection)
}

fn temp_dir(options: &Options) -> String {
    let beside = || {
        let mut path = options.path.clone().into_os_string();
        path.push(".tmp");
        path.into()
    };
    options.temp_dir.clone().unwrap_or_else(beside).display().to_string()
}

/// The engine's own words for its limit of memory.
pub(super) fn memory_limit(options: &Options) -> String {
    format!("{} MiB", options.memory_limit_mb.max(32))
}

/// The order matters: nothing can be set after the last one, and no file be named after the one before.
fn configure(connection: &Connection, options: &Options) -> duckdb::Result<()> {
    let mut settings = vec![
        format!("SET temp_directory = {}", quoted(&temp_dir(options))),
        format!("SET memory_limit = '{}'", memory_limit(options)),
    ];
    // Memory that a load or a report took goes back to the system when it is over, not at the next one.
    settings.push("SET allocator_background_threads = true".to_owned());
    settings.push(format!("SET checkpoint_threshold = '{CHECKPOINT_MIB} MiB'"));
    if let Some(threads) = options.threads {
        settings.push(format!("SET threads = {}", threads.max(1)));
    }
    settings.push("SET autoinstall_known_extensions = false".to_owned());
    settings.push("SET autoload_known_extensions = false".to_owned());
    if let Some(exports) = &options.exports_dir {
        settings.push(format!("SET allowed_directories = [{}]", quoted(&exports.display().to_string())));
    }
    settings.push("SET enable_external_access = false".to_owned());
    // But for the limit, which `resume` lowers for a moment.
    settings.push("SET allowed_configs = ['memory_limit']".to_owned());
    settings.push("SET lock_configuration = true".to_owned());
    connection.execute_batch(&settings.join(";"))
}

/// A path of the operator's configuration as a SQL literal; `SET` takes no parameters.
pub(super) fn quoted(path: &str) -> String {
    format!("'{}'", path.replace('\'', "''"))
}

fn settings(error: &duckdb::Error) -> Error {
    Error::Open(format!("its settings are refused: {}", first_line(error)))
}

/// One clear sentence for the two things that go wrong with files.
fn refusal(path: &Path, error: &duckdb::Error) -> Error {
    let line = first_line(error);
    let path = path.display();
    let why = if line.contains("lock on file") {
        format!("another process holds {path}{}", holder(&line))
    } else if line.contains("Permission denied") || line.contains("Read-only file system") {
        format!("{path} cannot be written: {line}")
    } else if line.contains("No such file or directory") || line.contains("does not exist") {
        format!("the folder of {path} does not exist")
    } else {
        format!("{path} is broken or of another kind: {line}")
    };
    Error::Open(why)
}

/// `… Conflicting lock is held in /usr/bin/kassa (PID 4711). …` → ` (process 4711)`.
fn holder(line: &str) -> String {
    let pid = line.split("(PID ").nth(1).and_then(|rest| rest.split(')').next());
    pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
}
