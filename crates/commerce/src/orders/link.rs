//! The link of an order, by which whoever has it sees all of that order: `/order/<uuid>?k=<key>`.
//!
//! The key is the first half of HMAC-SHA256 (RFC 2104) of the UUID under a secret of the orders' database, so nothing is kept of it,
//! orders from before have theirs, and nobody can make one who does not have that secret.

mod store;

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use kassa_db::{Db, Error};
use kassa_model::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Bytes of a secret.
const SECRET_BYTES: usize = 32;
/// Bytes of a key: half of the hash.
const KEY_BYTES: usize = 16;

/// Makes the links of orders.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Links(Arc<[u8; SECRET_BYTES]>);

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Links")
    }
}

impl Links {
    /// Those of this database of orders, which gets a secret if it has none.
    ///
    /// # Errors
    /// The database's; [`Error::Invalid`] where its secret is none.
    pub(crate) async fn read(db: &Db, now: Timestamp) -> Result<Self, Error> {
        let secret = match db.read(store::secret).await? {
            Some(secret) => secret,
            None => {
                let secret = to_hex(&random());
                db.write(move |tx| store::keep(tx, &secret, now)).await?
            }
        };
        let bytes =
            from_hex(&secret).ok_or_else(|| Error::Invalid("settings: no secret of links".to_owned()))?;
        Ok(Self(Arc::new(bytes)))
    }

    /// The link of the order with this UUID.
    pub(crate) fn link(&self, id: &str) -> String {
        let hash = self.mac(id).finalize().into_bytes();
        format!("/order/{id}?k={}", to_hex(&hash[..KEY_BYTES]))
    }

    /// Whether `key` is that of the order's link. How long it takes says nothing of how much of it is right.
    pub(crate) fn opens(&self, id: &str, key: &str) -> bool {
        from_hex::<KEY_BYTES>(key).is_some_and(|key| self.mac(id).verify_truncated_left(&key).is_ok())
    }

    fn mac(&self, id: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.0).expect("HMAC takes a key of any length");
        mac.update(id.as_bytes());
        mac
    }
}

/// A secret: two random UUIDs have 244 random bits.
fn random() -> [u8; SECRET_BYTES] {
    let seed = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
    Sha256::digest(seed).into()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of so many lower-case digits.
fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let is_plain = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != 2 * N || !text.bytes().all(is_plain) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, place) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&text[place..place + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_its_order_alone() {
        // RFC 4231, test case 1, has a key of 20 bytes; this one was made with openssl dgst -sha256 -mac hmac.
        let links = Links(Arc::new([0x0b; SECRET_BYTES]));
        let key = links.link("Hi There").trim_start_matches("/order/Hi There?k=").to_owned();
        assert_eq!(key, "198a607eb44bfbc69903a0f1cf2bbdc5");
        let check = |id: &str, key: &str, expected: bool| assert_eq!(links.opens(id, key), expected, "{key}");
        check("Hi There", &key, true);
        check("Hi there", &key, false);
        check("Hi There", &key[1..], false);
        check("Hi There", &format!("{key}0"), false);
        check("Hi There", &key.to_uppercase(), false);
        check("Hi There", "", false);
        check("Hi There", "é8a607eb44bfbc69903a0f1cf2bbdc5", false);
        let other = Links(Arc::new(random()));
        assert!(!other.opens("Hi There", &key));
        assert_eq!(from_hex::<SECRET_BYTES>(&to_hex(&*other.0)), Some(*other.0));
    }
}
