//! Instants: µs since the Unix epoch, UTC, in an `i64`. Formats and parses RFC 3339; no time zones (reports have them).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// µs in a second.
pub const MICROS_PER_SECOND: i64 = 1_000_000;
/// µs in an hour.
pub const MICROS_PER_HOUR: i64 = 3_600 * MICROS_PER_SECOND;
/// µs in a day of 24 hours.
pub const MICROS_PER_DAY: i64 = 24 * MICROS_PER_HOUR;

/// An instant: µs since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// A text that is no RFC 3339 instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time: {0}")]
pub struct TimestampError(String);

impl Timestamp {
    /// The earliest time that any dialect accepts: 2000-01-01T00:00:00Z (wire.md).
    pub const EARLIEST: Self = Self(946_684_800 * MICROS_PER_SECOND);

    /// From µs since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From ms since the epoch; `None` on overflow.
    pub fn from_millis(millis: i64) -> Option<Self> {
        millis.checked_mul(1_000).map(Self)
    }

    /// µs since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// This time moved by `micros` µs, held at the ends of the range.
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// Whole hours since the epoch, rounded down.
    pub const fn hour(self) -> i64 {
        self.0.div_euclid(MICROS_PER_HOUR)
    }

    /// Whole UTC days since the epoch, rounded down.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(MICROS_PER_DAY)
    }

    /// ISO 8601 with ms and `Z`, as the compat dialects answer: `2025-01-01T12:00:00.000Z`.
    pub fn to_iso_millis(self) -> String {
        format!("{:.3}", self.jiff())
    }

    fn jiff(self) -> jiff::Timestamp {
        let bounded =
            self.0.clamp(jiff::Timestamp::MIN.as_microsecond(), jiff::Timestamp::MAX.as_microsecond());
        jiff::Timestamp::from_microsecond(bounded).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with as many decimals as it takes: `2025-01-01T12:00:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.jiff().fmt(f)
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Parses RFC 3339 with an offset (`2025-01-01T12:00:00Z`, `…+01:00`); ns are cut to µs.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<jiff::Timestamp>() {
            Ok(instant) => Ok(Self(instant.as_microsecond())),
            Err(_) => Err(TimestampError(text.chars().take(64).collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_parses() {
        let check = |text: &str, micros: i64| {
            assert_eq!(text.parse::<Timestamp>().map(Timestamp::micros), Ok(micros), "{text}");
        };
        check("1970-01-01T00:00:00Z", 0);
        check("2025-01-01T13:00:00+01:00", 1_735_732_800_000_000);
        check("2025-01-01T12:00:00.000001Z", 1_735_732_800_000_001);
        assert_eq!(Timestamp::from_micros(1_735_732_800_000_000).to_string(), "2025-01-01T12:00:00Z");
        assert_eq!(Timestamp::from_micros(1_735_732_800_120_000).to_iso_millis(), "2025-01-01T12:00:00.120Z");
        assert!("yesterday".parse::<Timestamp>().is_err());
        assert_eq!(Timestamp::EARLIEST.to_string(), "2000-01-01T00:00:00Z");
    }

    #[test]
    fn survives_the_ends_of_the_range() {
        for micros in [i64::MIN, i64::MAX] {
            assert!(!Timestamp::from_micros(micros).to_string().is_empty());
        }
        assert_eq!(Timestamp::from_micros(-1).hour(), -1);
        assert_eq!(Timestamp::from_millis(i64::MAX), None);
    }
}
