//! Parameters of a URL: each at most once, bounded, without U+0000; native routes refuse names that they do not know.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::http::Uri;
use kassa_eventstore::query::TimeRange;
use kassa_service::nearest::unknown;

use super::ask::{Invalid, RangeAsk};
use super::calendar::{Calendar, FAR_AHEAD, from_jiff};
use super::parse_range::{parse_date, parse_last_date, parse_last_time, parse_time};

/// The most bytes of a value; the longest legitimate one is a path.
const VALUE_BYTES_MAX: usize = 2_048;

/// What stood behind the `?`.
#[derive(Debug, Default)]
pub(crate) struct Params(BTreeMap<String, String>);

impl Params {
    /// Reads the parameters of a compat route, which passes over those it does not know.
    pub(crate) fn any(uri: &Uri) -> Result<Self, Invalid> {
        let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else {
            return Invalid::because("the parameters of the URL cannot be read");
        };
        let mut params = BTreeMap::new();
        for (name, value) in pairs {
            let shown: String = name.chars().take(64).collect();
            if value.len() > VALUE_BYTES_MAX {
                return Invalid::because(format!("{shown} has at most {VALUE_BYTES_MAX} bytes"));
            }
            if value.contains('\0') {
                return Invalid::because(format!("{shown} contains U+0000"));
            }
            if params.insert(name, value).is_some() {
                return Invalid::because(format!("{shown} is given twice"));
            }
        }
        Ok(Self(params))
    }

    /// Reads the parameters of a native route: only `known` names.
    pub(crate) fn of(uri: &Uri, known: &[&str]) -> Result<Self, Invalid> {
        let params = Self::any(uri)?;
        match params.0.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Invalid::because(unknown("parameter", name, known)),
            None => Ok(params),
        }
    }

    /// A text; an empty one counts as absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A text that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Invalid> {
        self.text(name).ok_or_else(|| Invalid(format!("{name} is required")))
    }

    /// An integer of at least 1, held at `max`.
    pub(crate) fn limit(&self, default: u32, max: u32) -> Result<u32, Invalid> {
        let Some(text) = self.text("limit") else { return Ok(default) };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse::<u32>() {
            Ok(limit) if digits && limit > 0 => Ok(limit.min(max)),
            // More digits than an integer holds are still a number above the limit.
            Err(_) if digits => Ok(max),
            _ => Invalid::because("limit must be an integer of at least 1"),
        }
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, name: &str, default: bool) -> Result<bool, Invalid> {
        match self.text(name) {
            None => Ok(default),
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(_) => Invalid::because(format!("{name} must be true or false")),
        }
    }

    /// 16 hex digits, as answers show visitors and sessions.
    pub(crate) fn hex(&self, name: &str) -> Result<Option<i64>, Invalid> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let plain = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match i64::from_str_radix(text, 16) {
            Ok(value) if plain => Ok(Some(value)),
            _ => Invalid::because(format!("{name} must be 16 hex digits, at most 7fffffffffffffff")),
        }
    }

    /// `from` and `to`, each a date (both inclusive, in site time) or an RFC 3339 time (`from` inclusive, `to` not).
    pub(crate) fn bounds(&self, calendar: &Calendar) -> Result<TimeRange, Invalid> {
        let end = |name: &str, otherwise: jiff::Timestamp| match self.text(name) {
            None => Ok(from_jiff(otherwise)),
            Some(text) if name == "from" => match parse_date(text) {
                Some(date) => Ok(calendar.resolve(RangeAsk::Dates(date, date)).range.from),
                None => parse_time(text),
            },
            Some(text) => match parse_last_date(text) {
                Some(date) => Ok(calendar.resolve(RangeAsk::Dates(date, date)).range.to),
                None => parse_last_time(text),
            },
        };
        let (from, to) = (end("from", LONG_AGO)?, end("to", FAR_AHEAD)?);
        if from >= to {
            return Invalid::because("to must be after from");
        }
        Ok(TimeRange { from, to })
    }
}

/// Before every event: the dialects accept times from 2000.
pub(crate) const LONG_AGO: jiff::Timestamp = jiff::Timestamp::UNIX_EPOCH;

/// All of time, for questions without a range.
pub(crate) fn always() -> TimeRange {
    TimeRange { from: from_jiff(LONG_AGO), to: from_jiff(FAR_AHEAD) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(query: &str) -> Result<Params, Invalid> {
        let uri: Uri = format!("/x?{query}").parse().expect("a URI");
        Params::of(&uri, &["site_id", "limit", "visitor", "from", "to"])
    }

    #[test]
    fn refuses_what_cannot_be_meant() {
        let check = |query: &str, fine: bool| assert_eq!(params(query).is_ok(), fine, "{query}");
        check("site_id=a&limit=5", true);
        check("site_id=a&site_id=b", false);
        check("site=a", false);
        check("site_id=%00", false);
        check(&format!("site_id={}", "a".repeat(3_000)), false);
        check("site_id=%ff", true);
        check("", true);
    }

    #[test]
    fn reads_limits() {
        let check = |limit: &str, expected: Option<u32>| {
            assert_eq!(params(&format!("limit={limit}")).unwrap().limit(30, 1_000).ok(), expected, "{limit}");
        };
        check("", Some(30));
        check("1", Some(1));
        check("1000", Some(1_000));
        check("1001", Some(1_000));
        check("99999999999999999999", Some(1_000));
        check("0", None);
        check("-1", None);
        check("1.5", None);
        check("abc", None);
        check("+5", None);
    }

    #[test]
    fn reads_visitors() {
        let check = |hex: &str, expected: Option<i64>| {
            assert_eq!(
                params(&format!("visitor={hex}")).unwrap().hex("visitor").ok().flatten(),
                expected,
                "{hex}"
            );
        };
        check("0000000000000010", Some(16));
        check("7fffffffffffffff", Some(i64::MAX));
        check("8000000000000000", None);
        check("10", None);
        check("-00000000000000f", None);
    }
}
