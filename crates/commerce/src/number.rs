//! Integers of JSON by their value: `2`, `2.0` and `2e0` are one number (RFC 8259 knows no integers). Read from the number's
//! own digits, never through a float.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Digits that an `i64` has at most.
const DIGITS_MAX: i64 = 19;

/// The integer that `text`, a value of JSON, stands for; `None` for a fraction, for what an `i64` does not hold, and for what
/// is no number.
pub(crate) fn integer_of(text: &str) -> Option<i64> {
    let (sign, unsigned) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) {
        return None;
    }
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    if digits.is_empty() {
        return Some(0);
    }
    let behind = i64::try_from(fraction.len()).ok()?;
    let zeros = exponent.parse::<i64>().ok()?.checked_sub(behind)?;
    if zeros >= 0 {
        let length = i64::try_from(digits.len()).ok()?.checked_add(zeros)?;
        let zeros = usize::try_from(zeros).ok().filter(|_| length <= DIGITS_MAX)?;
        return format!("{sign}{digits}{}", "0".repeat(zeros)).parse().ok();
    }
    let cut = digits.len().checked_sub(usize::try_from(zeros.unsigned_abs()).ok()?)?;
    let (integer, rest) = digits.split_at(cut);
    let is_whole = !integer.is_empty() && rest.bytes().all(|digit| digit == b'0');
    is_whole.then(|| format!("{sign}{integer}").parse().ok()).flatten()
}

/// For `#[serde(deserialize_with = "integer")]`.
pub(crate) fn integer<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    let raw = Box::<RawValue>::deserialize(from)?;
    integer_of(raw.get()).ok_or_else(|| D::Error::custom("expected an integer"))
}

/// The same for a field that may be absent or null: `#[serde(default, deserialize_with = "integer_or_none")]`.
pub(crate) fn integer_or_none<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let Some(raw) = Option::<Box<RawValue>>::deserialize(from)? else { return Ok(None) };
    integer_of(raw.get()).map(Some).ok_or_else(|| D::Error::custom("expected an integer"))
}

/// The same for a number that is not negative.
pub(crate) fn natural_or_none<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let number = integer_or_none(from)?;
    let natural = number.map(u64::try_from).transpose();
    natural.map_err(|_| D::Error::custom("expected an integer of at least 0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_integers_by_their_value() {
        let check = |text: &str, expected: Option<i64>| assert_eq!(integer_of(text), expected, "{text}");
        check("2", Some(2));
        check("2.0", Some(2));
        check("2e0", Some(2));
        check("2E+3", Some(2_000));
        check("2000e-3", Some(2));
        check("0.02e2", Some(2));
        check("-1.50e1", Some(-15));
        check("-0.0", Some(0));
        check("0e999999999999999999999", Some(0));
        check("9007199254740993.0", Some(9_007_199_254_740_993));
        check("9223372036854775807", Some(i64::MAX));
        check("-9223372036854775808", Some(i64::MIN));
        check("9223372036854775808", None);
        check("1.5", None);
        check("2e-1", None);
        check("15e-1", None);
        check("9007199254740991.4", None);
        check("1e19", None);
        check("1e400", None);
        check("1e-999999999999999999999", None);
        check("1e9223372036854775807", None);
        check("\"2\"", None);
        check("null", None);
        check("true", None);
        check("[2]", None);
        check("", None);
    }
}
