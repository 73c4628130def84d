//! Where each key of the configuration was set.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// Where a key stands that has the value which holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    /// Nowhere: it is the built-in default.
    Default,
    /// The configuration file.
    File,
    /// A variable `KASSA_…`.
    Environment,
    /// A flag of the command line.
    Flag,
}

/// What was set where.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    file: Option<PathBuf>,
    in_file: BTreeSet<String>,
    in_environment: BTreeSet<String>,
    by_flag: BTreeSet<String>,
}

impl Origin {
    /// Of a configuration without a file.
    pub(super) fn new(file: Option<&Path>) -> Self {
        Self { file: file.map(Path::to_owned), ..Self::default() }
    }

    /// Notes the keys of the file's text.
    pub(super) fn add_file(&mut self, text: &str) {
        if let Ok(table) = text.parse::<toml::Table>() {
            add_table("", &table, &mut self.in_file);
        }
    }

    pub(super) fn add_environment(&mut self, key: &str) {
        self.in_environment.insert(key.to_owned());
    }

    pub(super) fn add_flag(&mut self, key: &str) {
        self.by_flag.insert(key.to_owned());
    }

    /// The configuration file.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Where `key` was set last, as in `shop.currency`.
    pub(crate) fn source(&self, key: &str) -> Source {
        match key {
            _ if self.by_flag.contains(key) => Source::Flag,
            _ if self.in_environment.contains(key) => Source::Environment,
            _ if self.in_file.contains(key) => Source::File,
            _ => Source::Default,
        }
    }
}

fn add_table(above: &str, table: &toml::Table, keys: &mut BTreeSet<String>) {
    for (name, value) in table {
        let key = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        match value {
            toml::Value::Table(table) => add_table(&key, table, keys),
            _ => drop(keys.insert(key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Overrides};
    use super::*;

    #[test]
    fn says_where_a_key_was_set_last() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(
            file.path(),
            "[shop]\ncurrency = \"EUR\"\n[server]\nlisten = \":9000\"\n[assets.s3]\nregion = \"x\"",
        )
        .unwrap();
        let flags = Overrides::flags(vec![("server.listen", "127.0.0.1:9001".to_owned())]);
        let config = Config::load(Some(file.path()), &flags).unwrap();
        let of = |key: &str| config.origin.source(key);
        assert_eq!(of("shop.currency"), Source::File);
        assert_eq!(of("assets.s3.region"), Source::File);
        assert_eq!(of("server.listen"), Source::Flag);
        assert_eq!(of("shop.site"), Source::Default);
        assert_eq!(config.origin.file(), Some(file.path()));
    }
}
