//! Which engines `log.url` and `store.url` name, by their scheme. What opens them is `open/engines.rs`; whoever deals with the
//! files of an engine takes its address apart, so that an engine without files cannot be forgotten there.

use std::fmt;
use std::path::PathBuf;

use anyhow::anyhow;
use kassa_service::masked;

/// `log.url`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LogUrl {
    /// `local:PATH`: segments in a folder of this machine, which belongs to one process.
    Local(PathBuf),
}

/// `store.url`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StoreUrl {
    /// `duckdb:PATH`: one file of this machine, which belongs to one process.
    Duckdb(PathBuf),
}

impl LogUrl {
    /// # Errors
    /// The address is none that this build knows; the sentence names those that it does.
    pub(super) fn parse(url: &str) -> anyhow::Result<Self> {
        match url.split_once(':') {
            Some(("local", path)) if !path.is_empty() => Ok(Self::Local(path.into())),
            _ => Err(unknown("log.url", url, "local:PATH")),
        }
    }
}

impl StoreUrl {
    /// # Errors
    /// As [`LogUrl::parse`].
    pub(super) fn parse(url: &str) -> anyhow::Result<Self> {
        match url.split_once(':') {
            Some(("duckdb", path)) if !path.is_empty() => Ok(Self::Duckdb(path.into())),
            _ => Err(unknown("store.url", url, "duckdb:PATH")),
        }
    }
}

fn unknown(key: &str, url: &str, known: &str) -> anyhow::Error {
    anyhow!("{key} = \"{}\" is not known: this build takes {known}", masked::url(url))
}

/// As an operator knows it.
impl fmt::Display for LogUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Local(dir) = self;
        dir.display().fmt(f)
    }
}

/// As an operator knows it.
impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Duckdb(file) = self;
        file.display().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_is_named_by_its_scheme() {
        assert_eq!(LogUrl::parse("local:/srv/log").unwrap(), LogUrl::Local("/srv/log".into()));
        assert_eq!(StoreUrl::parse("duckdb:a:b").unwrap(), StoreUrl::Duckdb("a:b".into()));
        for url in ["kafka://u:pw@broker/", "local:", "local", "", "LOCAL:x"] {
            let refused = LogUrl::parse(url).unwrap_err().to_string();
            assert!(refused.ends_with("is not known: this build takes local:PATH"), "{url}: {refused}");
            assert!(refused.starts_with("log.url = \"") && !refused.contains("pw"), "{refused}");
        }
        let refused = StoreUrl::parse("clickhouse://u:pw@host/db").unwrap_err().to_string();
        assert_eq!(
            refused,
            "store.url = \"clickhouse://u:********@host/db\" is not known: this build takes duckdb:PATH"
        );
    }
}
