//! A total of a day as a line of a file, as another tool counted it. It is no event and becomes none.
//!
//! ```json
//! {"day":"2024-05-01","by":"page","value":"/mugs","host":"shop.example","visitors":3,"visits":4,"pageviews":5}
//! {"day":"2024-05-01","by":"source","value":"Google","utm_medium":"cpc","visitors":3,"visits":4,"pageviews":9,"bounces":1,"seconds":340}
//! ```
//! `by` is `all`, `page`, `entry_page`, `exit_page`, `source`, `country`, `device`, `browser`, `os` or `event`. What is not said of a
//! count is 0; `seconds` is the length of all visits together.

use jiff::civil::Date;
use kassa_access::{DayCounts, DayTotal, Origin, TotalsKind};
use kassa_model::{Channel, Timestamp};
use serde::Deserialize;

use super::record::{Bring, word};

/// The most of anything on a day.
const COUNT_MAX: i64 = 1_000_000_000_000;

/// The line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TotalLine {
    site: Option<String>,
    day: String,
    by: String,
    value: Option<String>,
    host: Option<String>,
    referrer: Option<String>,
    utm_source: Option<String>,
    utm_medium: Option<String>,
    utm_campaign: Option<String>,
    utm_term: Option<String>,
    utm_content: Option<String>,
    #[serde(default)]
    visitors: i64,
    #[serde(default)]
    visits: i64,
    #[serde(default)]
    pageviews: i64,
    #[serde(default)]
    bounces: i64,
    #[serde(default)]
    seconds: i64,
    #[serde(default)]
    events: i64,
}

/// Whether a line is a total and no event, which always says when it happened.
pub fn is_total(raw: &str) -> bool {
    raw.contains("\"day\"") && !raw.contains("\"occurred_at\"")
}

/// The total of a line.
///
/// # Errors
/// Why it is none.
pub fn total(raw: &str, bring: Bring<'_>) -> Result<DayTotal, String> {
    let line: TotalLine = serde_json::from_str(raw).map_err(|error| kassa_service::json::explain(&error))?;
    let kind = TotalsKind::EACH.into_iter().find(|kind| kind.name() == line.by);
    let kind = kind.ok_or_else(|| format!("by is {}", names()))?;
    let counts = counts(&line)?;
    let (value, host) = (word("value", line.value)?, word("host", line.host)?);
    if kind == TotalsKind::All && value.is_some() {
        return Err("a total of all has no value".to_owned());
    }
    if kind == TotalsKind::Event && value.is_none() {
        return Err("a total of events has no name: say it in value".to_owned());
    }
    let origin = Origin {
        channel: None,
        referrer: word("referrer", line.referrer)?,
        utm_source: word("utm_source", line.utm_source)?,
        utm_medium: word("utm_medium", line.utm_medium)?,
        utm_campaign: word("utm_campaign", line.utm_campaign)?,
        utm_term: word("utm_term", line.utm_term)?,
        utm_content: word("utm_content", line.utm_content)?,
    };
    if kind != TotalsKind::Source && origin != Origin::default() {
        return Err("only a source has a referrer or a campaign".to_owned());
    }
    if kind != TotalsKind::Page && host.is_some() {
        return Err("only a page has a host".to_owned());
    }
    let site = word("site", line.site)?.unwrap_or_else(|| bring.site.to_owned());
    let day = day(&line.day, bring.now)?;
    let origin = match kind {
        TotalsKind::Source => with_channel(value.as_deref(), origin),
        _ => origin,
    };
    Ok(DayTotal { line: bring.line, site, day, kind, value, host, origin, counts })
}

fn names() -> String {
    TotalsKind::EACH.map(TotalsKind::name).join(", ")
}

fn with_channel(source: Option<&str>, origin: Origin) -> Origin {
    let channel = Channel::of(source, origin.utm_medium.as_deref(), origin.utm_campaign.as_deref());
    Origin { channel: Some(channel.name().to_owned()), ..origin }
}

fn counts(line: &TotalLine) -> Result<DayCounts, String> {
    let TotalLine { visitors, visits, pageviews, bounces, seconds, events, .. } = *line;
    for (name, count) in [
        ("visitors", visitors),
        ("visits", visits),
        ("pageviews", pageviews),
        ("bounces", bounces),
        ("seconds", seconds),
        ("events", events),
    ] {
        if !(0..=COUNT_MAX).contains(&count) {
            return Err(format!("{name} is {count}: it is between 0 and {COUNT_MAX}"));
        }
    }
    if bounces > visits {
        return Err(format!("{bounces} of {visits} visits cannot have bounced"));
    }
    Ok(DayCounts { visitors, visits, pageviews, bounces, seconds, events })
}

/// A day since 2000 that has begun somewhere.
fn day(text: &str, now: Timestamp) -> Result<Date, String> {
    let shown: String = text.chars().take(64).collect();
    let day: Date =
        text.parse().ok().filter(|_| text.len() == 10).ok_or_else(|| format!("day {shown:?} is none"))?;
    let at: Timestamp = format!("{day}T00:00:00Z").parse().map_err(|_| format!("day {shown} is none"))?;
    let tomorrow = now.plus_micros(kassa_model::MICROS_PER_DAY);
    match (Timestamp::EARLIEST..=tomorrow).contains(&at) {
        true => Ok(day),
        false => Err(format!("day {shown} is before 2000 or ahead")),
    }
}

#[cfg(test)]
mod tests {
    use kassa_model::PartitionBy;

    use super::*;

    fn of(raw: &str) -> Result<DayTotal, String> {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        total(raw, Bring { batch: "events-1", line: 7, site: "shop", now, partition_by: PartitionBy::Site })
    }

    #[test]
    fn a_source_knows_its_channel() {
        let line = r#"{"day":"2024-05-01","by":"source","value":"Google","utm_medium":"cpc","visits":4,"bounces":1,"seconds":30}"#;
        assert!(is_total(line));
        let found = of(line).unwrap();
        assert_eq!(
            (found.line, found.site.as_str(), found.day.to_string().as_str()),
            (7, "shop", "2024-05-01")
        );
        assert_eq!(found.origin.channel.as_deref(), Some("Paid Search"));
        assert_eq!(found.counts, DayCounts { visits: 4, bounces: 1, seconds: 30, ..DayCounts::default() });
    }

    #[test]
    fn what_is_no_total_says_why() {
        let check = |line: &str, why: &str| {
            let found = of(line).unwrap_err();
            assert!(found.contains(why), "{line}: {found}");
        };
        check(r#"{"day":"yesterday","by":"all"}"#, "day");
        check(r#"{"day":"2024-05-32","by":"all"}"#, "day");
        check(r#"{"day":"2024-05-01T10:00:00","by":"all"}"#, "day");
        check(r#"{"day":"1999-05-01","by":"all"}"#, "before 2000");
        check(r#"{"day":"2026-05-01","by":"all"}"#, "ahead");
        check(r#"{"day":"2024-05-01","by":"moon"}"#, "entry_page");
        check(r#"{"day":"2024-05-01","by":"all","value":"x"}"#, "no value");
        check(r#"{"day":"2024-05-01","by":"event","events":1}"#, "no name");
        check(r#"{"day":"2024-05-01","by":"all","visitors":-1}"#, "between 0");
        check(r#"{"day":"2024-05-01","by":"all","visitors":9223372036854775807}"#, "between 0");
        check(r#"{"day":"2024-05-01","by":"all","visits":1,"bounces":2}"#, "bounced");
        check(r#"{"day":"2024-05-01","by":"page","value":"/","utm_source":"x"}"#, "only a source");
        check(r#"{"day":"2024-05-01","by":"device","host":"x"}"#, "only a page");
        check(r#"{"day":"2024-05-01","by":"all","visitor":1}"#, "visitor");
        check("{\"day\":\"2024-05-01\",\"by\":\"page\",\"value\":\"\\u0000\"}", "U+0000");
    }
}
