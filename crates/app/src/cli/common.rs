//! What every command that reads the configuration takes.

use std::path::PathBuf;

use clap::Args;

use crate::config::{Config, Overrides};

/// What every command that reads the configuration takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// Configuration file (TOML) over the built-in defaults.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder that holds everything [default: data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Common {
    /// The effective configuration, `flags` over it.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub(crate) fn load(&self, flags: Vec<(&'static str, String)>) -> anyhow::Result<Config> {
        self.load_over(Vec::new(), flags)
    }

    /// The same, with defaults of the command.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub(crate) fn load_over(
        &self,
        defaults: Vec<(&'static str, String)>,
        flags: Vec<(&'static str, String)>,
    ) -> anyhow::Result<Config> {
        let mut overrides = Overrides { defaults, flags };
        if let Some(data) = &self.data {
            overrides.flags.push(("data", data.display().to_string()));
        }
        Config::load(self.config.as_deref(), &overrides)
    }
}
