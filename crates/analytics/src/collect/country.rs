//! The country of an address, by a file that the operator supplies: GeoLite2 must not be shipped.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use maxminddb::{Reader, path};

/// The GeoIP file cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the GeoIP file {path}: {source}")]
pub struct CountryError {
    path: PathBuf,
    source: maxminddb::MaxMindDbError,
}

/// An open GeoIP file, held in memory.
#[derive(Debug)]
pub(super) struct Countries(Reader<Vec<u8>>);

impl Countries {
    pub(super) fn open(path: &Path) -> Result<Self, CountryError> {
        let failed = |source| CountryError { path: path.to_owned(), source };
        Reader::open_readfile(path).map(Self).map_err(failed)
    }

    /// The ISO 3166-1 alpha-2 code of the country where `address` is used.
    pub(super) fn code(&self, address: IpAddr) -> Option<String> {
        let found = self.0.lookup(address).ok()?;
        let code: Option<&str> = found.decode_path(&path!["country", "iso_code"]).ok()?;
        code.filter(|code| code.len() == 2).map(str::to_owned)
    }
}
