//! Logs: lines on standard error or in a file; text with colour for people at a terminal, one JSON object per line
//! otherwise. A line that cannot be written is dropped and counted, never an error and never a panic.
//!
//! A request is one line: at `info` when it failed, at `debug` otherwise.

mod file;
mod level;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing_subscriber::EnvFilter;

use crate::console;
use file::LogFile;
pub use level::{UnknownLevel, check_level};

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Text where a terminal shows them, JSON otherwise.
    #[default]
    Auto,
    /// One JSON object per line, for machines.
    Json,
    /// Aligned text with the time, for people; in colour on a terminal, unless `NO_COLOR` is set.
    Text,
}

/// A name that is none of the formats'.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no format of logs: auto, json or text")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "auto" => Ok(Self::Auto),
            "json" => Ok(Self::Json),
            "text" => Ok(Self::Text),
            other => Err(UnknownFormat(other.chars().take(64).collect())),
        }
    }
}

/// How, what and where to log.
#[derive(Debug, Clone)]
pub struct Options {
    /// The look of a line.
    pub format: Format,
    /// A level (`info`) or directives (`info,kassa_eventlog=debug`).
    pub level: String,
    /// The file to append to, made with mode 0600; `None`: standard error.
    pub file: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { format: Format::default(), level: "info".to_owned(), file: None }
    }
}

/// Why logging could not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The level is neither a level nor directives.
    #[error(transparent)]
    Level(#[from] UnknownLevel),
    /// The directives are not of their form.
    #[error("cannot log at level {level:?}: {why}")]
    Directives {
        /// As given.
        level: String,
        /// What is wrong with it.
        why: tracing_subscriber::filter::ParseError,
    },
    /// The file cannot be written.
    #[error("cannot write logs to {}: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        why: std::io::Error,
    },
    /// The process logs already.
    #[error("cannot start logging: it was started before")]
    Started,
}

/// Whether there is somebody who takes lines of the log.
static STARTED: AtomicBool = AtomicBool::new(false);
/// The file that lines go to, where they go to one.
static FILE: OnceLock<LogFile> = OnceLock::new();

/// Whether logging could start so, as far as that is known without making a file.
///
/// # Errors
/// [`Error`] as [`init`] has it.
pub fn check(options: &Options) -> Result<(), Error> {
    filter(&options.level)?;
    let Some(path) = &options.file else { return Ok(()) };
    file::check(path).map_err(|why| Error::File { path: path.clone(), why })
}

fn filter(level: &str) -> Result<EnvFilter, Error> {
    check_level(level)?;
    EnvFilter::try_new(level).map_err(|why| Error::Directives { level: level.to_owned(), why })
}

/// Starts logging for the whole process, once.
///
/// # Errors
/// [`Error`] for a bad level, a file that cannot be written, or a second call.
pub fn init(options: &Options) -> Result<(), Error> {
    let filter = filter(&options.level)?;
    if let Some(path) = &options.file {
        let opened = LogFile::open(path).map_err(|why| Error::File { path: path.clone(), why })?;
        FILE.set(opened).map_err(|_| Error::Started)?;
    }
    let terminal = options.file.is_none() && std::io::stderr().is_terminal();
    // The writer never fails; were it to, the subscriber would print that, and panic where printing fails.
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).log_internal_errors(false);
    let started = match options.format {
        Format::Auto if terminal => lines.with_target(false).with_ansi(wants_colour()).try_init(),
        Format::Text => lines.with_target(false).with_ansi(terminal && wants_colour()).try_init(),
        Format::Auto | Format::Json => {
            lines.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init()
        }
    };
    started.map_err(|_| Error::Started)?;
    STARTED.store(true, Ordering::Release);
    Ok(())
}

/// Opens the file of the log again, under its name: whoever moved it away finds no more lines in it. Without a file there
/// is nothing to do.
pub fn reopen() {
    let Some(file) = FILE.get() else { return };
    match file.reopen() {
        Ok(()) => tracing::info!(file = %file.path().display(), "the log's file is opened again"),
        Err(error) => {
            tracing::error!(%error, file = %file.path().display(), "cannot open the log's file again; the old one goes on");
        }
    }
}

/// From here on a panic is a line of the log, or one on standard error while there is no log; saying so never panics.
pub fn note_panics() {
    std::panic::set_hook(Box::new(note_panic));
}

fn note_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("");
    let reason = panic.payload_as_str().unwrap_or("not a text");
    if STARTED.load(Ordering::Acquire) {
        tracing::error!(reason, location, thread, "panicked");
    } else {
        console::complain(format_args!("kassa: panicked at {location}: {reason}"));
    }
}

fn writer() -> Box<dyn Write> {
    match FILE.get() {
        Some(file) => Box::new(file.writer()),
        None => Box::new(console::Stderr),
    }
}

/// <https://no-color.org>: set to anything, it asks for none.
fn wants_colour() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
}
