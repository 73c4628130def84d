//! An event as a line of JSON, as [`super::line`] reads it.

use kassa_eventstore::export::EventRef;
use kassa_model::Dialect;
use serde::Serialize;
use serde_json::value::RawValue;

/// The members of a line that is written, in their order; some may be missing.
pub const MEMBERS: [&str; 28] = [
    "id",
    "site",
    "name",
    "name_sent",
    "occurred_at",
    "visitor",
    "session",
    "user",
    "host",
    "path",
    "title",
    "source",
    "referrer",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "device",
    "browser",
    "os",
    "country",
    "bot",
    "component",
    "location_type",
    "target",
    "dialect",
    "props",
];

#[derive(Serialize)]
struct Written<'a> {
    id: &'a str,
    site: &'a str,
    name: &'a str,
    name_sent: &'a str,
    occurred_at: String,
    visitor: Option<String>,
    session: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    referrer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    utm_source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    utm_medium: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    utm_campaign: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    utm_term: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    utm_content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    browser: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    os: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    bot: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'a str>,
    dialect: &'a str,
    props: &'a RawValue,
}

/// Appends the line of an event; nothing for the shop's own, which come with its orders.
pub fn write_line(event: &EventRef<'_>, out: &mut String) {
    if event.dialect == Dialect::SHOP.name() || event.order.is_some() {
        return;
    }
    let [
        source,
        referrer,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_term,
        utm_content,
        device,
        browser,
        os,
        country,
    ] = event.origin;
    let hash = |hash: i64| format!("{hash:016x}");
    let line = Written {
        id: event.id,
        site: event.site,
        name: event.name,
        name_sent: event.name_sent,
        occurred_at: event.occurred_at.to_string(),
        visitor: event.visitor.map(hash),
        session: event.session.filter(|session| *session != 0).map(hash),
        user: event.user,
        host: event.host,
        path: event.path,
        title: event.title,
        source,
        referrer,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_term,
        utm_content,
        device,
        browser,
        os,
        country,
        bot: event.bot,
        component: event.component,
        location_type: event.location_type,
        target: event.target,
        dialect: event.dialect,
        props: serde_json::from_str(event.props).unwrap_or(RawValue::NULL),
    };
    if let Ok(line) = serde_json::to_string(&line) {
        out.push_str(&line);
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use kassa_eventstore::export::EventRef;
    use kassa_model::Timestamp;

    use super::*;

    #[test]
    fn the_members_of_a_line_are_those_that_are_named() {
        let (at, some) = (Timestamp::from_micros(1_714_557_600_000_000), Some("x"));
        let event = EventRef {
            id: "1",
            site: "default",
            name: "page_view",
            name_sent: "page_view",
            occurred_at: at,
            received_at: at,
            visitor: Some(7),
            session: Some(9),
            bot: true,
            dialect: "import",
            props: "{}",
            user: some,
            host: some,
            path: some,
            title: some,
            origin: [some; 11],
            component: some,
            location_type: some,
            target: some,
            order: None,
            visit: None,
        };
        let mut line = String::new();
        write_line(&event, &mut line);
        let mut place = 0;
        for name in MEMBERS {
            let found = line[place..].find(&format!("\"{name}\":"));
            place += found.unwrap_or_else(|| panic!("{name} is not behind the others in {line}"));
        }
        assert_eq!(line.matches("\":").count(), MEMBERS.len(), "{line}");
    }
}
