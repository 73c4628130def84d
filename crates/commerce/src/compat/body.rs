//! Bodies of the old dialects: a JSON object whose fields are read one by one, so that the answer can name the one that
//! is wrong. Fields that are not known are left alone: these clients send more than kassa needs.

use std::marker::PhantomData;

use axum::extract::{FromRequest, Request};
use kassa_model::{Currency, Money};
use kassa_service::{RawBody, json};
use serde::de::DeserializeOwned;
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::refusal::{Dialect, Refusal};
use crate::number::integer_of;

/// A field with the text that it was sent as; null counts as absent.
pub(super) type Field = Option<Box<RawValue>>;

/// The most characters of a value that an answer repeats.
const SHOWN_CHARS_MAX: usize = 40;

/// A body that is a JSON object.
#[derive(Debug)]
pub(super) struct Body<L, T>(pub(super) T, pub(super) PhantomData<L>);

impl<L: Dialect, T: DeserializeOwned, S: Sync> FromRequest<S> for Body<L, T> {
    type Rejection = Refusal<L>;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal<L>> {
        let RawBody(bytes) = RawBody::from_request(request, state).await?;
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
            return Err(Refusal::bad("Invalid JSON").detail("the body must be a JSON object"));
        }
        match json::parse(&bytes) {
            Ok(body) => Ok(Self(body, PhantomData)),
            Err(problem) => Err(Refusal::bad("Invalid JSON").detail(problem.detail_text())),
        }
    }
}

/// The elements of an array.
pub(super) fn elements(raw: &RawValue) -> Option<Vec<Box<RawValue>>> {
    serde_json::from_str(raw.get()).ok()
}

/// A string.
pub(super) fn text(raw: &RawValue) -> Option<String> {
    serde_json::from_str(raw.get()).ok()
}

/// An integer, by its value: `2.0` is one.
pub(super) fn integer(raw: &RawValue) -> Option<i64> {
    integer_of(raw.get())
}

/// A price of at least 0, from the number's own text and never through a float.
pub(super) fn price(raw: &RawValue, currency: Currency) -> Option<Money> {
    Money::parse(raw.get(), currency).ok().filter(|price| price.amount_minor >= 0)
}

/// A value as an answer repeats it.
pub(super) fn shown(raw: &RawValue) -> String {
    raw.get().chars().take(SHOWN_CHARS_MAX).collect()
}

/// An amount as a JSON number with the fewest digits: `400`, `9.5`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimal(pub(super) Money);

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digits = RawValue::from_string(self.0.to_decimal()).map_err(S::Error::custom)?;
        digits.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_keep_their_digits() {
        let check = |text: &str, code: &str, expected: Option<&str>| {
            let raw = RawValue::from_string(text.to_owned()).unwrap();
            let price = price(&raw, code.parse().unwrap());
            let written = price.map(|price| serde_json::to_string(&Decimal(price)).unwrap());
            assert_eq!(written.as_deref(), expected, "{text} {code}");
        };
        check("400", "USD", Some("400"));
        check("9.50", "USD", Some("9.5"));
        check("0.29", "USD", Some("0.29"));
        check("90071992547409.91", "USD", Some("90071992547409.91"));
        check("90071992547409.92", "USD", None);
        check("9.501", "USD", None);
        check("9.501", "KWD", Some("9.501"));
        check("9.5", "JPY", None);
        check("-0", "USD", Some("0"));
        check("-1", "USD", None);
        check("1e2", "USD", None);
        check("\"9.5\"", "USD", None);
        check("true", "USD", None);
    }
}
