//! A range of time as it is written: a keyword, `7d`, `12mo`, two dates, or two RFC 3339 times.

use jiff::civil::Date;
use jiff::fmt::temporal::Pieces;
use kassa_model::Timestamp;
use kassa_service::nearest::unknown;
use serde_json::Value;

use super::ask::{Invalid, RangeAsk};
use super::calendar::{FAR_AHEAD, from_jiff};
use super::json::text;

/// The most days of `<n>d`.
const DAYS_MAX: u16 = 3_660;
/// The most months of `<n>mo`.
const MONTHS_MAX: u16 = 120;
/// Years that a date may have: far enough for every event, near enough that no arithmetic overflows.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2200;

const KNOWN: &[&str] = &[
    "realtime",
    "day",
    "24h",
    "7d",
    "28d",
    "30d",
    "91d",
    "month",
    "6mo",
    "12mo",
    "year",
    "all",
    "[from, to]",
];

/// Understands `date_range`.
pub(crate) fn parse_range(value: &Value) -> Result<RangeAsk, Invalid> {
    match value {
        Value::String(name) => parse_named(name),
        Value::Array(ends) => match ends.as_slice() {
            [from, to] => {
                parse_ends(text(from, "the start of date_range")?, text(to, "the end of date_range")?)
            }
            _ => Invalid::because("date_range has two ends: [from, to]"),
        },
        _ => Invalid::because(format!("date_range is one of {}", KNOWN.join(", "))),
    }
}

/// Understands two ends: dates (both inclusive, in the site's time zone) or RFC 3339 times (half-open).
pub(crate) fn parse_ends(from: &str, to: &str) -> Result<RangeAsk, Invalid> {
    match (parse_date(from), parse_last_date(to)) {
        (Some(first), Some(last)) if first <= last => Ok(RangeAsk::Dates(first, last)),
        (Some(_), Some(_)) => Invalid::because("date_range ends before it starts"),
        (Some(_), None) | (None, Some(_)) => {
            Invalid::because("date_range has two dates (YYYY-MM-DD) or two RFC 3339 times")
        }
        (None, None) => {
            let (start, end) = (parse_time(from)?, parse_last_time(to)?);
            if start >= end {
                return Invalid::because("date_range ends before it starts");
            }
            Ok(RangeAsk::Instants(start, end))
        }
    }
}

/// The last day of a range. What lies behind the years that reports know is after every event, such as 9999-12-31: the range
/// then ends with these years.
pub(crate) fn parse_last_date(text: &str) -> Option<Date> {
    Some(civil_date(text)?.min(jiff::civil::date(*YEARS.end(), 12, 31)))
        .filter(|date| date.year() >= *YEARS.start())
}

/// The end of a range, as [`parse_last_date`] for times.
pub(crate) fn parse_last_time(text: &str) -> Result<Timestamp, Invalid> {
    match Pieces::parse(text) {
        Ok(pieces) if pieces.offset().is_some() && pieces.date().year() > *YEARS.end() + 1 => {
            Ok(from_jiff(FAR_AHEAD))
        }
        _ => parse_time(text),
    }
}

/// A date of exactly the form `YYYY-MM-DD` that exists, within the years that reports know.
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    civil_date(text).filter(|date| YEARS.contains(&date.year()))
}

fn civil_date(text: &str) -> Option<Date> {
    let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    text.parse::<Date>().ok().filter(|_| plain)
}

/// An RFC 3339 time within the years that reports know, and a year at either end: the first and last days of these years
/// begin and end in another year elsewhere.
pub(crate) fn parse_time(text: &str) -> Result<Timestamp, Invalid> {
    let short: String = text.chars().take(64).collect();
    let Ok(time) = text.parse::<Timestamp>() else {
        return Invalid::because(format!(
            "not a date (YYYY-MM-DD) of {YEARS:?} or an RFC 3339 time: {short:?}"
        ));
    };
    let date = jiff::Timestamp::from_microsecond(time.micros())
        .map(|instant| jiff::tz::Offset::UTC.to_datetime(instant).date());
    match date {
        Ok(date) if (YEARS.start() - 1..=YEARS.end() + 1).contains(&date.year()) => Ok(time),
        _ => Invalid::because(format!("the year of {short:?} is not within {YEARS:?}")),
    }
}

fn parse_named(name: &str) -> Result<RangeAsk, Invalid> {
    Ok(match name {
        "realtime" => RangeAsk::Realtime,
        "day" => RangeAsk::Day,
        "24h" => RangeAsk::Hours24,
        "month" => RangeAsk::Month,
        "year" => RangeAsk::Year,
        "all" => RangeAsk::All,
        _ => return parse_counted(name),
    })
}

fn parse_counted(name: &str) -> Result<RangeAsk, Invalid> {
    let counted = |suffix: &str, max: u16| {
        let digits = name.strip_suffix(suffix)?;
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse::<u16>().ok().filter(|count| plain && (1..=max).contains(count))
    };
    if let Some(months) = counted("mo", MONTHS_MAX) {
        return Ok(RangeAsk::Months(months));
    }
    match counted("d", DAYS_MAX) {
        Some(days) => Ok(RangeAsk::Days(days)),
        None => Invalid::because(unknown("date_range", name, KNOWN)),
    }
}
