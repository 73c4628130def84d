//! Files within a zip, unpacked into files without a name: bounded, and checked against what the zip says of them, before anything is
//! made of them. Their names are compared and never used as paths.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Seek, Write};

use ::zip::ZipArchive;
use anyhow::{Context, bail};

use crate::cli::moving::source::{Source, nameless};

/// The most files of a zip.
const FILES_MAX: usize = 1_000;
/// The most bytes of all that is unpacked of one.
const BYTES_MAX: u64 = 1 << 30;
/// Bytes that are read at once.
const AT_ONCE: usize = 256 << 10;

/// A zip.
pub(super) struct Archive {
    zip: ZipArchive<File>,
    name: String,
    /// Bytes that may still be unpacked.
    left: u64,
}

impl Archive {
    /// # Errors
    /// It is no zip, or has too many files.
    pub(super) fn open(source: &Source) -> anyhow::Result<Self> {
        let name = source.name.clone();
        let file = File::open(source.path()).with_context(|| format!("cannot read {name}"))?;
        let zip = ZipArchive::new(file).with_context(|| format!("{name} is no zip, or is not whole"))?;
        if zip.len() > FILES_MAX {
            bail!("{name} has {} files, at most {FILES_MAX} are read", zip.len());
        }
        Ok(Self { zip, name, left: BYTES_MAX })
    }

    /// The names of its files that are texts, in order.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.zip.file_names().flatten().map(Cow::into_owned).collect();
        names.sort_unstable();
        names
    }

    /// A file of it, from its beginning.
    ///
    /// # Errors
    /// It is damaged, encrypted, packed in a way that is not known, or too large.
    pub(super) fn unpack(&mut self, name: &str) -> anyhow::Result<File> {
        let Self { zip, name: of, left } = self;
        let cannot = || format!("cannot unpack {name} of {of}");
        let mut packed = zip.by_name(name).with_context(cannot)?;
        let mut file = nameless()?;
        let mut part = vec![0; AT_ONCE];
        loop {
            let read = packed.read(&mut part).with_context(cannot)?;
            if read == 0 {
                break;
            }
            *left = left.checked_sub(read as u64).with_context(|| {
                format!("{of} holds more than {} MiB: {name} is not read", BYTES_MAX >> 20)
            })?;
            file.write_all(&part[..read]).context("cannot unpack into the folder for temporary files")?;
        }
        file.rewind()?;
        Ok(file)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Cursor;

    use ::zip::write::SimpleFileOptions;
    use ::zip::{CompressionMethod, ZipWriter};

    use super::*;

    /// A zip of these files.
    pub(in super::super) fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in files {
            let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
            zip.start_file(*name, options).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    /// The same as a file that is brought in.
    pub(in super::super) fn source(bytes: &[u8]) -> Source {
        Source::spooled(&mut &*bytes).unwrap()
    }

    #[test]
    fn a_file_comes_back_as_it_was_and_a_damaged_one_does_not() {
        let text = "date,visitors\n2024-05-01,3\n".repeat(1_000);
        let whole = zipped(&[("b.csv", "b"), ("a.csv", &text)]);
        let mut archive = Archive::open(&source(&whole)).unwrap();
        assert_eq!(archive.names(), ["a.csv", "b.csv"]);
        let mut found = String::new();
        archive.unpack("a.csv").unwrap().read_to_string(&mut found).unwrap();
        assert_eq!(found, text);
        assert!(archive.unpack("c.csv").is_err());
        assert!(Archive::open(&source(&whole[..whole.len() / 2])).is_err());
        assert!(Archive::open(&source(b"PK\x03\x04")).is_err());
        for at in (30..whole.len()).step_by(7) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x55;
            // Whatever was changed: nothing else comes out of it, and nothing panics.
            let Ok(mut archive) = Archive::open(&source(&bytes)) else { continue };
            let Ok(mut file) = archive.unpack("a.csv") else { continue };
            let mut found = String::new();
            file.read_to_string(&mut found).unwrap();
            assert_eq!(found, text, "{at}");
        }
    }

    #[test]
    fn what_unpacks_without_end_is_refused() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        zip.start_file("a.csv", options).unwrap();
        let zeros = vec![0; 1 << 20];
        for _ in 0..4 {
            zip.write_all(&zeros).unwrap();
        }
        let bytes = zip.finish().unwrap().into_inner();
        assert!(bytes.len() < 8 << 10, "{}", bytes.len());
        let mut archive = Archive::open(&source(&bytes)).unwrap();
        archive.left = 3 << 20;
        let error = archive.unpack("a.csv").unwrap_err().to_string();
        assert!(error.contains("holds more than 1024 MiB"), "{error}");
    }
}
