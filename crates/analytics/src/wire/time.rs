//! Times as the dialects write them: ISO 8601 with or without an offset (none is UTC), and Unix milliseconds.

use kassa_model::{MICROS_PER_DAY, Reason, Timestamp};
use serde_json::value::RawValue;

use super::flaw::Flaw;
use super::text::{Scalar, scalar};

/// How far ahead of receipt a time may be.
const AHEAD_MICROS_MAX: i64 = MICROS_PER_DAY;

/// ISO 8601: `2025-11-12T19:30:01Z`, an offset, no offset (UTC), a space for the `T`, or a date alone.
pub(crate) fn iso(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(plain) = plain_iso(text.as_bytes()) {
        return Some(plain);
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok()?;
    let instant = jiff::tz::Offset::UTC.to_timestamp(civil).ok()?;
    Some(Timestamp::from_micros(instant.as_microsecond()))
}

/// The form that nearly all clients send, `YYYY-MM-DD?HH:MM:SS[.f…][Z]`, without the general parser's cost.
fn plain_iso(text: &[u8]) -> Option<Timestamp> {
    let digits = |from: usize, to: usize| {
        let part = text.get(from..to)?;
        part.iter().try_fold(0_i64, |sum, d| d.is_ascii_digit().then(|| sum * 10 + i64::from(d - b'0')))
    };
    let marks = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    if text.len() < 19
        || marks.iter().any(|(place, mark)| text[*place] != *mark)
        || !b"T ".contains(&text[10])
    {
        return None;
    }
    let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
    let (hour, minute, second) = (digits(11, 13)?, digits(14, 16)?, digits(17, 19)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let end = text.len() - usize::from(text.ends_with(b"Z"));
    let micros = match text.get(19..end)? {
        [] => 0,
        [b'.', fraction @ ..] if (1..=6).contains(&fraction.len()) => {
            digits(20, end)? * 10_i64.pow(6 - u32::try_from(fraction.len()).ok()?)
        }
        _ => return None,
    };
    let seconds = days_of(year, month, day)? * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(Timestamp::from_micros(seconds * 1_000_000 + micros))
}

/// Days since 1970-01-01 of a date of the Gregorian calendar.
fn days_of(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=days).contains(&day) {
        return None;
    }
    // Counts from March, so that the leap day is the last of its year (H. Hinnant, "chrono-compatible low-level date
    // algorithms").
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Unix milliseconds, as a whole or a decimal number.
pub(crate) fn unix_millis(number: &str) -> Option<Timestamp> {
    if let Ok(millis) = number.parse::<i64>() {
        return Timestamp::from_millis(millis);
    }
    let micros = number.parse::<f64>().ok()? * 1_000.0;
    // Beyond 2^53 a float no longer tells milliseconds apart; no accepted time comes near.
    (micros.abs() < 9.0e15).then(|| {
        #[expect(clippy::cast_possible_truncation, reason = "bounded above")]
        Timestamp::from_micros(micros.round() as i64)
    })
}

/// A field's time: absent is `None`, a text is ISO 8601, a number Unix milliseconds.
pub(crate) fn field(raw: Option<&RawValue>) -> Result<Option<Timestamp>, Flaw> {
    let Some(raw) = raw else { return Ok(None) };
    let time = match scalar(raw) {
        Scalar::Absent => return Ok(None),
        Scalar::Text(text) => iso(&text),
        Scalar::Number(number) => unix_millis(number),
        Scalar::Other => None,
    };
    time.map(Some).ok_or(Flaw::new(Reason::InvalidTime, "the timestamp cannot be read"))
}

/// A client's time by the server's clock: as long before the receipt as it was before the client sent it. Without a time of sending
/// the client's clock is believed.
pub(crate) fn corrected(stated: Timestamp, sent_at: Option<Timestamp>, received_at: Timestamp) -> Timestamp {
    sent_at.map_or(stated, |sent_at| {
        let age = sent_at.micros().saturating_sub(stated.micros());
        received_at.plus_micros(age.saturating_neg())
    })
}

/// Whether a time is one that wire.md accepts: from 2000 to 24 h ahead of receipt.
pub(crate) fn in_range(time: Timestamp, received_at: Timestamp) -> bool {
    time >= Timestamp::EARLIEST && time <= received_at.plus_micros(AHEAD_MICROS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_clients_write() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(iso(text).map(|time| time.to_string()).as_deref(), expected, "{text}");
        };
        check("2025-01-01 12:00:00", Some("2025-01-01T12:00:00Z"));
        check("2025-11-12T19:30:01Z", Some("2025-11-12T19:30:01Z"));
        check("2025-11-12T19:30:01.5", Some("2025-11-12T19:30:01.5Z"));
        check("2025-11-12T19:30:01.123456+00:00", Some("2025-11-12T19:30:01.123456Z"));
        check("2025-11-12T19:30:01.123456789Z", Some("2025-11-12T19:30:01.123456Z"));
        check("2025-11-12T19:30:01+0100", Some("2025-11-12T18:30:01Z"));
        check("2025-11-12", Some("2025-11-12T00:00:00Z"));
        check("2025-11-12T19:30", Some("2025-11-12T19:30:00Z"));
        check("2024-02-29T00:00:00Z", Some("2024-02-29T00:00:00Z"));
        check("2025-02-29T00:00:00Z", None);
        check("2025-13-01T00:00:00Z", None);
        check("2025-01-01T24:00:00Z", None);
        check("yesterday", None);
        check("12/11/2025", None);
        check("1735732800000", None);
        check("", None);
    }

    #[test]
    fn the_quick_form_agrees_with_the_general_one() {
        for day in (-200_000..200_000).step_by(97) {
            let time = Timestamp::from_micros(day * MICROS_PER_DAY + 43_201_000_000);
            let text = time.to_string();
            assert_eq!(plain_iso(text.as_bytes()).or_else(|| text.parse().ok()), Some(time), "{text}");
            if text.len() == 20 {
                assert_eq!(plain_iso(text.as_bytes()), Some(time), "{text}");
            }
        }
    }

    #[test]
    fn reads_milliseconds() {
        let check = |text: &str, expected: Option<i64>| {
            assert_eq!(unix_millis(text).map(Timestamp::micros), expected, "{text}");
        };
        check("1735732800000", Some(1_735_732_800_000_000));
        check("1735732800000.25", Some(1_735_732_800_000_250));
        check("1.7357328e12", Some(1_735_732_800_000_000));
        check("-1", Some(-1_000));
        check("1e999", None);
        check("99999999999999999999", None);
        check("9223372036854775807", None);
    }
}
