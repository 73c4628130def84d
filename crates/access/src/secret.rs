//! Secrets: made at random, known by their SHA-256 only, and compared in constant time.

use std::io::Read;

use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::{Error, Scope, Scopes, SecretKeyOptions};

/// How a secret key begins.
pub(crate) const SECRET_PREFIX: &str = "ks_live_";

/// The hash of a secret.
#[derive(Clone, Copy)]
pub(crate) struct Hash([u8; 32]);

impl Hash {
    /// The hash of `secret`.
    pub(crate) fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// The hash of these parts after each other, the first of a fixed length: a keyed hash of the rest.
    pub(crate) fn keyed(key: &Self, text: &[u8]) -> Self {
        Self(Sha256::new().chain_update(key.0).chain_update(text).finalize().into())
    }

    /// From 64 hexadecimal digits.
    pub(crate) fn parse(hex: &str) -> Option<Self> {
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

    /// As 64 hexadecimal digits.
    pub(crate) fn hex(&self) -> String {
        to_hex(&self.0)
    }

    /// For looking it up: whoever sends a secret cannot choose the bytes of its hash.
    pub(crate) fn bytes(&self) -> [u8; 32] {
        self.0
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
    pub(crate) scopes: Scopes,
}

impl SecretKey {
    /// One that is limited to a site reads that site's reports and sends its events; the shop is not divided by site, so any other works for
    /// the whole shop. None may administer.
    pub(crate) fn from_options(options: &SecretKeyOptions) -> Result<Self, Error> {
        let hash =
            Hash::parse(options.sha256.trim()).ok_or_else(|| Error::SecretHash(options.name.clone()))?;
        let scopes = match options.site {
            Some(_) => Scopes::from_iter([Scope::Read, Scope::Collect]),
            None => Scope::ALL.into_iter().filter(|scope| *scope != Scope::Admin).collect(),
        };
        Ok(Self { name: options.name.clone(), hash, site: options.site.clone(), scopes })
    }
}

/// `N` bytes from the system's generator.
///
/// # Panics
/// When the system has none: guessable secrets would be worse than no service.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0_u8; N];
    let read = std::fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut bytes));
    read.expect("every Unix has a generator of random bytes at /dev/urandom");
    bytes
}

/// Two hexadecimal digits a byte.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
