//! The three headers of a request: who it is, when it was sent, and that nobody else has written it.

use axum::http::header::InvalidHeaderValue;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use kassa_model::{MICROS_PER_SECOND, Timestamp};

use super::secret::Secret;

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// The headers of a request with this body, signed with each of `secrets`.
///
/// # Errors
/// A value that no header can hold, which an id as [`header_id`] makes it never is.
pub(super) fn headers(
    (id, body): (&str, &[u8]),
    secrets: &[&Secret],
    now: Timestamp,
) -> Result<HeaderMap, InvalidHeaderValue> {
    let (id, seconds) = (header_id(id), (now.micros() / MICROS_PER_SECOND).to_string());
    let signed = |secret: &&Secret| {
        format!("v1,{}", secret.mac([id.as_bytes(), b".", seconds.as_bytes(), b".", body]))
    };
    let signatures: Vec<String> = secrets.iter().map(signed).collect();
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(ID, HeaderValue::from_str(&id)?);
    headers.insert(TIMESTAMP, HeaderValue::from_str(&seconds)?);
    headers.insert(SIGNATURE, HeaderValue::from_str(&signatures.join(" "))?);
    Ok(headers)
}

/// An event's id as a header holds it: in ids of stock stand SKUs and keys, and what is signed is divided by dots. Bytes other than
/// letters, digits and `:/_-` become `%` and two digits.
pub(super) fn header_id(id: &str) -> String {
    let mut text = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b':' | b'/' | b'_' | b'-' => {
                text.push(char::from(byte))
            }
            byte => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the specification's own libraries.
    #[test]
    fn signs_as_the_specification_does() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let at = Timestamp::from_micros(1_614_265_330 * MICROS_PER_SECOND + 999_999);
        let message = ("msg_p5jXN8AQM9LWM0D4loKWxJek", br#"{"test": 2432232314}"#.as_slice());
        let one = headers(message, &[&secret], at).unwrap();
        assert_eq!(one[ID], "msg_p5jXN8AQM9LWM0D4loKWxJek");
        assert_eq!(one[TIMESTAMP], "1614265330");
        assert_eq!(one[SIGNATURE], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let two = headers(message, &[&Secret::fresh(), &secret], at).unwrap();
        let said = two[SIGNATURE].to_str().unwrap().to_owned();
        assert!(
            said.starts_with("v1,") && said.ends_with(" v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        );
    }

    #[test]
    fn an_id_fits_into_a_header_and_stays_its_own() {
        let check = |id: &str, expected: &str| assert_eq!(header_id(id), expected);
        check("0190f3a0-1:1", "0190f3a0-1:1");
        check("low:key/till/a b.c\r\nx: y:ps5", "low:key/till/a%20b%2Ec%0D%0Ax:%20y:ps5");
        check("out:r/1:größe", "out:r/1:gr%C3%B6%C3%9Fe");
        check("a%20b", "a%2520b");
    }
}
