//! A line as a record of the log, within the same bounds as an event that a client sends.

use bytes::Bytes;
use kassa_eventlog::Record;
use kassa_model::{
    Dialect, Event, LogRecord, MICROS_PER_DAY, MONEY_IDS, Naming, PartitionBy, Recorded, RouteKey, Timestamp,
    encode, names_nobody, session_from, visitor_from,
};
use serde_json::value::RawValue;

use super::line::EventLine;
use crate::wire::{EVENT_BYTES_MAX, ID_BYTES_MAX, PATH_BYTES_MAX, TEXT_BYTES_MAX};

/// The dialect of events that no kassa had before.
const IMPORTED: Dialect = Dialect::named("import");
/// The property that says by which file an event came.
const BATCH: &str = "$import";

/// Of which file a line is, and what it is brought into.
#[derive(Debug, Clone, Copy)]
pub struct Bring<'a> {
    /// The batch.
    pub batch: &'a str,
    /// The line's number.
    pub line: i64,
    /// Whose events they are where a line names no site.
    pub site: &'a str,
    /// When it came.
    pub now: Timestamp,
    /// `log.partition_by`.
    pub partition_by: PartitionBy,
}

/// The record of a line, and the site that it is of.
///
/// # Errors
/// Why it is no event.
pub fn record(raw: &str, bring: Bring<'_>) -> Result<(Record, String), String> {
    if raw.len() > EVENT_BYTES_MAX {
        return Err(format!("an event has at most {EVENT_BYTES_MAX} bytes"));
    }
    let line: EventLine = serde_json::from_str(raw).map_err(|error| kassa_service::json::explain(&error))?;
    let recorded = recorded(line, bring)?;
    let (site, visitor) = (recorded.event.site.clone(), recorded.event.visitor.unwrap_or_default());
    let key = bring.partition_by.key(&site, || RouteKey(visitor.unsigned_abs()));
    let payload = encode(&LogRecord::Event(Box::new(recorded))).map_err(|error| error.to_string())?;
    Ok((Record { key, payload: Bytes::from(payload) }, site))
}

fn recorded(line: EventLine, bring: Bring<'_>) -> Result<Recorded, String> {
    let site = word("site", line.site)?.unwrap_or_else(|| bring.site.to_owned());
    let id = id(line.id, bring)?;
    let is_from_kassa = line.dialect.is_some();
    let dialect = match line.dialect.as_deref() {
        None => IMPORTED,
        Some(name) => name.parse().map_err(|_| "dialect is none".to_owned())?,
    };
    if dialect == Dialect::SHOP {
        return Err("the shop's own events come with its orders".to_owned());
    }
    // It is received now, so that the processor's clock, and what it remembers of visits that go on, stay as they are.
    let occurred_at = time("occurred_at", &line.occurred_at)?;
    if occurred_at > bring.now.plus_micros(MICROS_PER_DAY) {
        return Err("occurred_at is more than a day ahead".to_owned());
    }
    let name = word("name", Some(line.name))?.ok_or("name is empty")?;
    let user = word("user", line.user)?.filter(|user| !names_nobody(user));
    let visitor = hashed("visitor", line.visitor, |name| visitor_from(&site, name))?;
    let of_user = user.as_deref().map(|user| visitor_from(&site, user));
    let props = props(line.props.as_deref(), (!is_from_kassa).then_some(bring.batch))?;
    let long = |name: &str, text| bounded(name, text, PATH_BYTES_MAX);
    let source = word("source", line.source)?;
    let event = Event {
        id,
        name_sent: word("name_sent", line.name_sent)?.unwrap_or_else(|| name.clone()),
        name,
        occurred_at,
        // Without any name each event is somebody else's.
        visitor: visitor
            .or(of_user)
            .or_else(|| Some(visitor_from(&site, &format!("{}/{}", bring.batch, bring.line)))),
        session: hashed("session", line.session, |name| session_from(&site, name))?,
        user,
        host: word("host", line.host)?,
        path: long("path", line.path)?,
        title: word("title", line.title)?,
        referrer: long("referrer", line.referrer)?,
        utm_source: word("utm_source", line.utm_source)?,
        utm_medium: word("utm_medium", line.utm_medium)?,
        utm_campaign: word("utm_campaign", line.utm_campaign)?,
        utm_term: word("utm_term", line.utm_term)?,
        utm_content: word("utm_content", line.utm_content)?,
        device: word("device", line.device)?,
        browser: word("browser", line.browser)?,
        os: word("os", line.os)?,
        country: word("country", line.country)?,
        component: word("component", line.component)?,
        location_type: word("location_type", line.location_type)?,
        target: word("target", line.target)?,
        props,
        site,
        ..Event::blank(dialect, bring.now)
    };
    Ok(Recorded {
        // What was said to come from nowhere was so by the site's rules.
        referrer_ignored: is_from_kassa && source.is_none(),
        agent: bounded("user_agent", line.user_agent, 1_024)?,
        from_browser: false,
        crawlers_are_bots: true,
        visitor_today: 0,
        visitor_yesterday: 0,
        placed_at: None,
        automated: line.bot,
        naming: Naming::Heeded,
        event,
    })
}

/// The event's id; without one it is of its batch and line.
fn id(given: Option<String>, bring: Bring<'_>) -> Result<String, String> {
    match bounded("id", given, ID_BYTES_MAX)? {
        Some(id) if id.starts_with(MONEY_IDS) => {
            Err("id begins with order:, as only the shop's do".to_owned())
        }
        Some(id) => Ok(id),
        None => Ok(format!("{}/{}", bring.batch, bring.line)),
    }
}

fn time(name: &str, text: &str) -> Result<Timestamp, String> {
    let shown: String = text.chars().take(64).collect();
    let at: Timestamp = text.parse().map_err(|_| format!("{name} {shown:?} is no RFC 3339 time"))?;
    match at >= Timestamp::EARLIEST {
        true => Ok(at),
        false => Err(format!("{name} {shown} is before 2000")),
    }
}

pub(super) fn word(name: &str, text: Option<String>) -> Result<Option<String>, String> {
    bounded(name, text, TEXT_BYTES_MAX)
}

fn bounded(name: &str, text: Option<String>, bytes_max: usize) -> Result<Option<String>, String> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    if text.len() > bytes_max {
        return Err(format!("{name} has at most {bytes_max} bytes"));
    }
    match text.contains('\0') {
        true => Err(format!("{name} contains U+0000")),
        false => Ok(Some(text)),
    }
}

/// What kassa makes of a name, or has made of one.
fn hashed(name: &str, text: Option<String>, of: impl FnOnce(&str) -> i64) -> Result<Option<i64>, String> {
    let Some(text) = bounded(name, text, ID_BYTES_MAX)?.filter(|text| !names_nobody(text)) else {
        return Ok(None);
    };
    let is_hash = text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let made = i64::from_str_radix(&text, 16).ok().filter(|_| is_hash);
    Ok(Some(made.unwrap_or_else(|| of(&text))))
}

/// The properties, and by which file the event came where that is to be told.
fn props(raw: Option<&RawValue>, batch: Option<&str>) -> Result<String, String> {
    let text = raw.map_or("{}", RawValue::get);
    if !text.starts_with('{') {
        return Err("props is no object".to_owned());
    }
    if text.contains("\\u0000") {
        return Err("props contains U+0000".to_owned());
    }
    let Some(batch) = batch else { return Ok(text.to_owned()) };
    let inside = text[1..].trim_start();
    let comma = if inside.starts_with('}') { "" } else { "," };
    Ok(format!("{{\"{BATCH}\":\"{batch}\"{comma}{inside}"))
}

#[cfg(test)]
mod tests {
    use kassa_model::decode;

    use super::*;

    fn bring<'a>() -> Bring<'a> {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        Bring { batch: "events-1", line: 7, site: "default", now, partition_by: PartitionBy::Site }
    }

    fn event(raw: &str) -> Event {
        let (record, _) = record(raw, bring()).unwrap();
        let LogRecord::Event(recorded) = decode(&record.payload).unwrap() else { panic!("no event") };
        recorded.event
    }

    #[test]
    fn an_event_keeps_its_time_and_says_where_it_is_from() {
        let line = r#"{"name":"page_view","occurred_at":"2024-05-01T10:00:00Z","visitor":"a-1","path":"/mugs","props":{"a":1.50}}"#;
        let event = event(line);
        assert_eq!(event.occurred_at.to_string(), "2024-05-01T10:00:00Z");
        assert_eq!(
            (event.id.as_str(), event.site.as_str(), event.dialect),
            ("events-1/7", "default", IMPORTED)
        );
        assert_eq!(event.visitor, Some(visitor_from("default", "a-1")));
        assert_eq!(event.props, r#"{"$import":"events-1","a":1.50}"#);
        assert_eq!(self::event(line), event, "the same line is the same event");
    }

    #[test]
    fn what_kassa_has_written_comes_back_as_it_was() {
        let line = r#"{"id":"m-1","name":"click","occurred_at":"2024-05-01T10:00:00Z",
            "visitor":"0000000000000007","session":"0000000000000009","dialect":"segment","props":{}}"#;
        let event = event(line);
        assert_eq!((event.visitor, event.session, event.props.as_str()), (Some(7), Some(9), "{}"));
        assert_eq!(event.received_at, bring().now);
    }

    #[test]
    fn what_is_no_event_is_refused() {
        let check = |line: &str, why: &str| {
            let found = record(line, bring()).unwrap_err();
            assert!(found.contains(why), "{line}: {found}");
        };
        check(r#"{"name":"a"}"#, "occurred_at");
        check(r#"{"occurred_at":"2024-05-01T10:00:00Z"}"#, "name");
        check(r#"{"name":"","occurred_at":"2024-05-01T10:00:00Z"}"#, "empty");
        check(r#"{"name":"a","occurred_at":"1999-05-01T10:00:00Z"}"#, "2000");
        check(r#"{"name":"a","occurred_at":"2099-05-01T10:00:00Z"}"#, "day ahead");
        check(r#"{"name":"a","occurred_at":"2024-05-01T10:00:00Z","id":"order:1:1"}"#, "order:");
        check(r#"{"name":"a","occurred_at":"2024-05-01T10:00:00Z","dialect":"shop"}"#, "shop");
        check(r#"{"name":"a","occurred_at":"2024-05-01T10:00:00Z","props":[1]}"#, "object");
        check(r#"{"name":"a","occurred_at":"2024-05-01T10:00:00Z","props":{"a":"\u0000"}}"#, "U+0000");
        check(r#"{"name":"a\u0000","occurred_at":"2024-05-01T10:00:00Z"}"#, "U+0000");
        check(r#"{"name":"a","occurred_at":"2024-05-01T10:00:00Z","colour":1}"#, "colour");
        check("[]", "");
        check(
            &format!(r#"{{"name":"a","occurred_at":"2024-05-01T10:00:00Z","title":"{}"}}"#, "x".repeat(256)),
            "255",
        );
        check(
            &format!(
                r#"{{"name":"a","occurred_at":"2024-05-01T10:00:00Z","props":{{"a":"{}"}}}}"#,
                "x".repeat(70_000)
            ),
            "65536",
        );
    }
}
