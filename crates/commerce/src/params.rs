//! Parameters of a URL: each at most once, bounded, without U+0000; a name that is not known is refused.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::http::Uri;
use jiff::civil::Date;
use jiff::fmt::temporal::{Pieces, PiecesOffset};
use jiff::tz::TimeZone;
use kassa_model::{MICROS_PER_DAY, MICROS_PER_SECOND, Timestamp};
use kassa_service::Problem;
use kassa_service::nearest::unknown;

use crate::text;

/// The most bytes of a value.
const VALUE_BYTES_MAX: usize = 2_048;

/// What stood behind the `?`.
#[derive(Debug, Default)]
pub(crate) struct Params(BTreeMap<String, String>);

impl Params {
    /// Reads the parameters of a native route: only `known` names.
    pub(crate) fn of(uri: &Uri, known: &[&str]) -> Result<Self, Problem> {
        let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else {
            return Err(Problem::bad_request("the parameters of the URL cannot be read"));
        };
        let mut params = BTreeMap::new();
        for (name, value) in pairs {
            let shown: String = name.chars().take(64).collect();
            if !known.contains(&name.as_str()) {
                return Err(Problem::bad_request(unknown("parameter", &name, known)));
            }
            if value.len() > VALUE_BYTES_MAX {
                return Err(Problem::bad_request(format!("{shown} has at most {VALUE_BYTES_MAX} bytes")));
            }
            if value.contains('\0') {
                return Err(Problem::bad_request(format!("{shown} contains U+0000")));
            }
            if params.insert(name, value).is_some() {
                return Err(Problem::bad_request(format!("{shown} is given twice")));
            }
        }
        Ok(Self(params))
    }

    /// A text; an empty one counts as absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A text that filters: one that is blank would let everything through, so it is refused.
    pub(crate) fn filter(&self, name: &str) -> Result<Option<&str>, Problem> {
        match self.0.get(name).map(|value| text::trimmed(value)) {
            Some("") => Err(Problem::bad_request(format!("{name} is blank: leave it out to see all"))),
            value => Ok(value),
        }
    }

    /// An end of a range: an RFC 3339 time, or a day of `zone`, of which `from` begins it and `to` ends it.
    pub(crate) fn time(
        &self,
        name: &str,
        (end, zone): (End, &TimeZone),
    ) -> Result<Option<Timestamp>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let is_day = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let time = match text.parse::<Date>() {
            Ok(date) if is_day => Some(match end {
                End::From => start_of(date, zone),
                // The calendar ends with 9999-12-31.
                End::To => {
                    date.tomorrow().map_or(Timestamp::from_micros(i64::MAX), |next| start_of(next, zone))
                }
            }),
            _ => instant(text),
        };
        let shown: String = text.chars().take(64).collect();
        let no_time =
            || Problem::bad_request(format!("{name} {shown:?} is neither an RFC 3339 time nor a date"));
        time.map(Some).ok_or_else(no_time)
    }

    /// `limit`: an integer of at least 1, held at `max`.
    pub(crate) fn limit(&self, default: i64, max: i64) -> Result<i64, Problem> {
        let Some(text) = self.text("limit") else { return Ok(default) };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse::<i64>() {
            Ok(limit) if digits && limit > 0 => Ok(limit.min(max)),
            // More digits than an integer holds are still a number above the limit.
            Err(_) if digits => Ok(max),
            _ => Err(Problem::bad_request("limit must be an integer of at least 1")),
        }
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, name: &str, default: bool) -> Result<bool, Problem> {
        Ok(self.flag_or_none(name)?.unwrap_or(default))
    }

    /// `true`, `false` or absent.
    pub(crate) fn flag_or_none(&self, name: &str) -> Result<Option<bool>, Problem> {
        match self.text(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Problem::bad_request(format!("{name} must be true or false"))),
        }
    }
}

/// Which end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Inclusive.
    From,
    /// Exclusive, but a day is meant whole.
    To,
}

/// When a day begins in `zone`, also where jiff's instants have ended: two days before its calendar.
fn start_of(date: Date, zone: &TimeZone) -> Timestamp {
    match date.to_zoned(zone.clone()) {
        Ok(zoned) => Timestamp::from_micros(zoned.timestamp().as_microsecond()),
        Err(_) => Timestamp::from_micros(days(date) * MICROS_PER_DAY),
    }
}

/// An RFC 3339 time, also one in the last days of the calendar.
fn instant(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let pieces = Pieces::parse(text).ok()?;
    let (time, offset) = (pieces.time()?, pieces.offset()?);
    let ahead = match offset {
        PiecesOffset::Zulu => 0,
        PiecesOffset::Numeric(numeric) => i64::from(numeric.offset().seconds()),
        _ => return None,
    };
    let of_day = i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    let micros = (of_day - ahead) * MICROS_PER_SECOND + i64::from(time.subsec_nanosecond()) / 1_000;
    Some(Timestamp::from_micros(days(pieces.date()) * MICROS_PER_DAY + micros))
}

/// Days since 1970-01-01.
fn days(date: Date) -> i64 {
    let since = date.since((jiff::Unit::Day, jiff::civil::date(1970, 1, 1)));
    since.map_or(0, |span| i64::from(span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_cannot_be_meant() {
        let check = |query: &str, fine: bool| {
            let uri: Uri = format!("/x?{query}").parse().unwrap();
            assert_eq!(Params::of(&uri, &["q", "limit"]).is_ok(), fine, "{query}");
        };
        check("", true);
        check("q=a&limit=5", true);
        check("q=a&q=b", false);
        check("p=a", false);
        check("q=%00", false);
        check(&format!("q={}", "a".repeat(3_000)), false);
    }

    #[test]
    fn reads_times_and_days_to_the_end_of_the_calendar() {
        let check = |zone: &str, text: &str, expected: Option<(i64, i64)>| {
            let uri: Uri = format!("/x?t={text}").parse().unwrap();
            let params = Params::of(&uri, &["t"]).unwrap();
            let zone = TimeZone::get(zone).unwrap();
            let read = |end| params.time("t", (end, &zone)).ok().map(|time| time.unwrap().micros());
            let (from, to) = expected.unzip();
            assert_eq!((read(End::From), read(End::To)), (from, to), "{zone:?} {text}");
        };
        let second = 1_735_689_600_000_000;
        check("UTC", "2025-01-01T00:00:00Z", Some((second, second)));
        check("UTC", "2025-01-01", Some((second, second + MICROS_PER_DAY)));
        check("Asia/Dhaka", "2025-01-01", Some((second - 21_600_000_000, second + 64_800_000_000)));
        check("UTC", "2025-01-01T02:00:00%2B02:00", Some((second, second)));
        let last = 253_402_300_799_000_000;
        check("UTC", "9999-12-31T23:59:59Z", Some((last, last)));
        check("UTC", "9999-12-31T23:59:59-01:00", Some((last + 3_600_000_000, last + 3_600_000_000)));
        check("UTC", "9999-12-31", Some((253_402_214_400_000_000, i64::MAX)));
        check("Asia/Dhaka", "9999-12-31", Some((253_402_192_800_000_000, i64::MAX)));
        for bad in ["2025-02-29", "yesterday", "2025-01-01T00:00:00", "20250101", "2025-1-1", "12:00:00Z"] {
            check("UTC", bad, None);
        }
    }

    #[test]
    fn a_blank_filter_is_refused() {
        let check = |query: &str, expected: Option<Option<&str>>| {
            let uri: Uri = format!("/x?{query}").parse().unwrap();
            let params = Params::of(&uri, &["q"]).unwrap();
            assert_eq!(params.filter("q").ok(), expected, "{query}");
        };
        check("", Some(None));
        check("q=a", Some(Some("a")));
        check("q=+a%20", Some(Some("a")));
        check("q=", None);
        check("q=%20%E2%80%8B", None);
    }

    #[test]
    fn reads_limits() {
        let check = |limit: &str, expected: Option<i64>| {
            let uri: Uri = format!("/x?limit={limit}").parse().unwrap();
            let params = Params::of(&uri, &["limit"]).unwrap();
            assert_eq!(params.limit(30, 100).ok(), expected, "{limit}");
        };
        check("", Some(30));
        check("1", Some(1));
        check("101", Some(100));
        check("99999999999999999999", Some(100));
        check("0", None);
        check("-1", None);
        check("1.5", None);
        check("abc", None);
    }
}
