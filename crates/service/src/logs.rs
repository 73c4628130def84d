//! Logs: one JSON object per line on standard error, or text for people. Requests are logged at `debug` only.

use std::str::FromStr;

use tracing_subscriber::EnvFilter;

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// One JSON object per line, for machines.
    Json,
    /// Aligned text, for people.
    #[default]
    Text,
}

/// A name that is neither `json` nor `text`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown log format {0}: json or text")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "json" => Ok(Self::Json),
            "text" => Ok(Self::Text),
            other => Err(UnknownFormat(other.chars().take(64).collect())),
        }
    }
}

/// How and what to log.
#[derive(Debug, Clone)]
pub struct Options {
    /// The look of a line.
    pub format: Format,
    /// A level (`info`) or directives (`info,kassa_eventlog=debug`).
    pub level: String,
}

impl Default for Options {
    fn default() -> Self {
        Self { format: Format::default(), level: "info".to_owned() }
    }
}

/// Why logging could not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The level is neither a level nor directives.
    #[error("cannot log at level {level:?}: {source}")]
    Level {
        /// As given.
        level: String,
        /// What is wrong with it.
        source: tracing_subscriber::filter::ParseError,
    },
    /// The process logs already.
    #[error("cannot start logging: it was started before")]
    Started,
}

/// Starts logging for the whole process, once; panics are logged from then on too.
///
/// # Errors
/// [`Error`] for a bad level or a second call.
pub fn init(options: &Options) -> Result<(), Error> {
    let filter = EnvFilter::try_new(&options.level)
        .map_err(|source| Error::Level { level: options.level.clone(), source })?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match options.format {
        Format::Json => {
            lines.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init()
        }
        Format::Text => lines.with_target(false).try_init(),
    };
    started.map_err(|_| Error::Started)?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

fn log_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    let reason = panic.payload_as_str().unwrap_or("not a text");
    tracing::error!(reason, location, thread = thread.name().unwrap_or(""), "panicked");
}
