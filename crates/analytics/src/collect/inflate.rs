//! Compressed bodies: gzip is told by its first bytes, for clients send it without `Content-Encoding`.

use std::io::Read;

use flate2::bufread::MultiGzDecoder;

use super::INFLATED_BYTES_MAX;

/// What a body turned out to be.
#[derive(Debug, PartialEq)]
pub(super) enum Inflated {
    /// Not compressed, or so broken that it is to be read (and refused) as it is.
    Plain,
    /// The content.
    Bytes(Vec<u8>),
    /// More than [`INFLATED_BYTES_MAX`]; nothing beyond it was inflated.
    TooLarge,
}

/// Inflates `body` if it begins as gzip does. A truncated or damaged one is no UTF-8 either, so that every dialect
/// refuses it as unreadable.
pub(super) fn inflate(body: &[u8]) -> Inflated {
    if !body.starts_with(&[0x1f, 0x8b]) {
        return Inflated::Plain;
    }
    let mut bytes = Vec::with_capacity((body.len() * 4).min(INFLATED_BYTES_MAX));
    let limit = INFLATED_BYTES_MAX as u64 + 1;
    match MultiGzDecoder::new(body).take(limit).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() > INFLATED_BYTES_MAX => Inflated::TooLarge,
        Ok(_) => Inflated::Bytes(bytes),
        Err(_) => Inflated::Plain,
    }
}
