//! Passwords as they are written down: PBKDF2 with HMAC-SHA-256 (RFC 8018, section 5.2; RFC 2104), one block, with a salt of its own.
//!
//! ```text
//! pbkdf2-sha256$200000$<salt, 32 hexadecimal digits>$<hash, 64 of them>
//! ```

use sha2::{Digest, Sha256};

use crate::secret::{Hash, random, to_hex};

/// Rounds of a new one.
const ROUNDS: u32 = 200_000;

const BLOCK: usize = 64;

/// `password` as it is written down. Takes some tenths of a second.
pub(crate) fn hashed(password: &str) -> String {
    let salt = to_hex(&random::<16>());
    let hash = to_hex(&derived(password.as_bytes(), salt.as_bytes(), ROUNDS));
    format!("pbkdf2-sha256${ROUNDS}${salt}${hash}")
}

/// Whether `password` is the one that was written down. Takes as long as [`hashed`].
pub(crate) fn is_right(password: &str, written: &str) -> bool {
    #[cfg(test)]
    tests::CHECKED.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let parts: Vec<&str> = written.split('$').collect();
    let ["pbkdf2-sha256", rounds, salt, hash] = parts.as_slice() else { return false };
    let (Ok(rounds), Some(hash)) = (rounds.parse(), Hash::parse(hash)) else { return false };
    let found = Hash::parse(&to_hex(&derived(password.as_bytes(), salt.as_bytes(), rounds)));
    found.is_some_and(|found| bool::from(found.same(&hash)))
}

/// The first block of the key that PBKDF2 derives.
fn derived(password: &[u8], salt: &[u8], rounds: u32) -> [u8; 32] {
    let mac = Hmac::new(password);
    let mut step = mac.of(&[salt, &1_u32.to_be_bytes()]);
    let mut sum = step;
    for _ in 1..rounds {
        step = mac.of(&[&step]);
        for (byte, next) in sum.iter_mut().zip(step) {
            *byte ^= next;
        }
    }
    sum
}

/// HMAC-SHA-256 with a key, both of whose first blocks are hashed already.
struct Hmac {
    inner: Sha256,
    outer: Sha256,
}

impl Hmac {
    fn new(key: &[u8]) -> Self {
        let mut block = [0_u8; BLOCK];
        if key.len() > BLOCK {
            block[..32].copy_from_slice(&Sha256::digest(key));
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        let begun = |pad: u8| Sha256::new().chain_update(block.map(|byte| byte ^ pad));
        Self { inner: begun(0x36), outer: begun(0x5c) }
    }

    fn of(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut inner = self.inner.clone();
        parts.iter().for_each(|part| inner.update(part));
        self.outer.clone().chain_update(inner.finalize()).finalize().into()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;

    /// How many passwords were checked.
    pub(crate) static CHECKED: AtomicU64 = AtomicU64::new(0);

    /// RFC 7914, section 11, and RFC 4231's way with long keys by the same derivation.
    #[test]
    fn derives_what_the_rfc_has() {
        let check = |password: &[u8], salt: &[u8], rounds: u32, expected: &str| {
            assert_eq!(to_hex(&derived(password, salt, rounds)), expected);
        };
        check(b"passwd", b"salt", 1, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
        check(
            b"Password",
            b"NaCl",
            80_000,
            "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56",
        );
        let long = [0xaa_u8; 131];
        let mac = Hmac::new(&long).of(&[b"Test Using Larger Than Block-Size Key - Hash Key First"]);
        assert_eq!(to_hex(&mac), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }

    #[test]
    fn knows_the_right_one() {
        let written = hashed("open sesame");
        assert!(is_right("open sesame", &written));
        assert!(!is_right("open barley", &written));
        assert_ne!(written, hashed("open sesame"), "each has a salt of its own");
        for broken in ["", "pbkdf2-sha256$x$y$z", "md5$1$a$b"] {
            assert!(!is_right("open sesame", broken), "{broken}");
        }
    }
}
