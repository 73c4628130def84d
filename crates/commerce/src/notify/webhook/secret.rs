//! The secret of an endpoint: `whsec_` and 32 random bytes in Base64, as the specification writes it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// How a secret begins.
const PREFIX: &str = "whsec_";

/// What an endpoint's requests are signed with.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(Vec<u8>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// A new one: two random UUIDs have 244 random bits.
    pub(super) fn fresh() -> Self {
        let seed = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
        Self(Sha256::digest(seed).to_vec())
    }

    /// From its text; `None` for what is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?;
        (!bytes.is_empty()).then_some(Self(bytes))
    }

    /// As it is shown once, and kept.
    pub(super) fn text(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// HMAC-SHA256 of these parts after each other, in Base64.
    pub(super) fn mac(&self, parts: [&[u8]; 5]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        parts.into_iter().for_each(|part| mac.update(part));
        STANDARD.encode(mac.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn is_what_the_specification_calls_one() {
        let (one, other) = (Secret::fresh(), Secret::fresh());
        assert!(one != other && one.text().starts_with("whsec_") && one.0.len() == 32);
        assert_eq!(Secret::parse(&one.text()), Some(one.clone()));
        assert_eq!(format!("{one:?}"), "Secret(..)");
        for bad in ["", "whsec_", "whsec_!", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            assert_eq!(Secret::parse(bad), None, "{bad}");
        }
    }
}
