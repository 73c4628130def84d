//! Secrets: known by their SHA-256 only and compared in constant time.

use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::{Error, SecretKeyOptions};

/// The hash of a secret.
#[derive(Clone, Copy)]
pub(crate) struct Hash([u8; 32]);

impl Hash {
    /// The hash of `secret`.
    pub(crate) fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// From 64 hexadecimal digits.
    fn parse(hex: &str) -> Option<Self> {
        let digits = hex.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut hash = [0_u8; 32];
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            let high = char::from(pair[0]).to_digit(16)?;
            let low = char::from(pair[1]).to_digit(16)?;
            *byte = u8::try_from(high * 16 + low).ok()?;
        }
        Some(Self(hash))
    }

    pub(crate) fn same(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hash(..)")
    }
}

/// A secret key of the configuration.
#[derive(Debug, Clone)]
pub(crate) struct SecretKey {
    pub(crate) name: String,
    pub(crate) hash: Hash,
    pub(crate) site: Option<String>,
}

impl SecretKey {
    pub(crate) fn from_options(options: &SecretKeyOptions) -> Result<Self, Error> {
        let hash =
            Hash::parse(options.sha256.trim()).ok_or_else(|| Error::SecretHash(options.name.clone()))?;
        Ok(Self { name: options.name.clone(), hash, site: options.site.clone() })
    }
}
