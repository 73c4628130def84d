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
        let found = self.0.lookup(address.to_canonical()).ok()?;
        let code: Option<&str> = found.decode_path(&path!["country", "iso_code"]).ok()?;
        code.filter(|code| code.len() == 2).map(str::to_owned)
    }
}

#[cfg(test)]
pub(super) mod testing {
    //! A GeoIP file made by hand, after MaxMind DB's format specification 2.0: one node that sends every IPv4 address
    //! below 128.0.0.0 to a country and knows none of the others.

    /// The file's bytes; `code` has two letters.
    pub(crate) fn file(code: &str) -> Vec<u8> {
        // Left record: the first byte of the data (node count 1, separator 16); right record: nothing (node count).
        let mut bytes = vec![0, 0, 17, 0, 0, 1];
        bytes.extend([0; 16]);
        bytes.push(map(1));
        text(&mut bytes, "country");
        bytes.push(map(1));
        text(&mut bytes, "iso_code");
        text(&mut bytes, code);
        bytes.extend(b"\xab\xcd\xefMaxMind.com");
        bytes.push(map(9));
        for (name, value) in [
            ("record_size", 24),
            ("ip_version", 4),
            ("binary_format_major_version", 2),
            ("binary_format_minor_version", 0),
        ] {
            text(&mut bytes, name);
            // A number of 16 bits, in one byte.
            bytes.extend([0b101_00001, value]);
        }
        text(&mut bytes, "node_count");
        // A number of 32 bits, in one byte.
        bytes.extend([0b110_00001, 1]);
        text(&mut bytes, "build_epoch");
        // A number of 64 bits, in one byte.
        bytes.extend([0b000_00001, 2, 1]);
        text(&mut bytes, "database_type");
        text(&mut bytes, "Country");
        text(&mut bytes, "languages");
        // An empty array.
        bytes.extend([0b000_00000, 4]);
        text(&mut bytes, "description");
        bytes.push(map(0));
        bytes
    }

    fn map(pairs: u8) -> u8 {
        0b111_00000 | pairs
    }

    fn text(bytes: &mut Vec<u8>, text: &str) {
        assert!(text.len() < 29, "longer texts have another length");
        bytes.push(0b010_00000 | u8::try_from(text.len()).unwrap());
        bytes.extend(text.as_bytes());
    }
}
