//! GA4's export to BigQuery as JSON Lines, as `bq extract --destination_format NEWLINE_DELIMITED_JSON` writes it.
//!
//! ```json
//! {"event_date":"20240501","event_timestamp":"1714557600000000","event_name":"page_view","user_pseudo_id":"1.2","event_params":[{"key":"page_location","value":{"string_value":"https://shop.example/mugs"}},{"key":"ga_session_id","value":{"int_value":"77"}}],"device":{"category":"desktop","web_info":{"browser":"Firefox"}},"geo":{"country":"Germany"}}
//! ```
//! Parameters that have no place of their own become properties; countries are names there and stay such.

use serde_json::{Map, Value, json};

use super::lines::{Line, Lines};
use super::{Input, Item, Items, raw};

/// Events of such a file.
pub(super) struct Ga4(Lines);

impl Ga4 {
    pub(super) fn new(input: Input) -> Self {
        Self(Lines::new(input))
    }
}

impl Items for Ga4 {
    fn next(&mut self) -> anyhow::Result<Option<Item>> {
        while let Some((line, found)) = self.0.next()? {
            let value = match found {
                Line::Text(text) if text.trim().is_empty() => continue,
                Line::Text(text) => read(text).and_then(|event| raw(&event)),
                Line::Bad(why) => Err(why),
            };
            return Ok(Some(Item { line, value }));
        }
        Ok(None)
    }
}

fn read(text: &str) -> Result<Value, String> {
    let sent: Value = serde_json::from_str(text).map_err(|error| format!("the line is no JSON: {error}"))?;
    let micros = number(&sent["event_timestamp"]).ok_or("event_timestamp is missing")?;
    let at = kassa_model::Timestamp::from_micros(micros).to_string();
    let name = sent["event_name"].as_str().ok_or("event_name is missing")?;
    let mut params = params(&sent["event_params"]);
    let mut take = |key: &str| params.remove(key).and_then(|value| text_of(&value));
    let (location, session) = (take("page_location"), take("ga_session_id"));
    let (title, referrer) = (take("page_title"), take("page_referrer"));
    let visitor = sent["user_pseudo_id"].as_str();
    let (host, path) = location.as_deref().map(apart).unwrap_or_default();
    if let Some(country) = sent["geo"]["country"].as_str().filter(|country| !country.is_empty()) {
        params.insert("country".to_owned(), country.into());
    }
    let source = &sent["collected_traffic_source"];
    let device = &sent["device"];
    let mut item = Map::new();
    for (name, value) in [
        ("name", json!(name)),
        ("occurred_at", json!(at)),
        ("visitor", json!(visitor)),
        ("session", json!(visitor.zip(session).map(|(visitor, session)| format!("{visitor}.{session}")))),
        ("user", sent["user_id"].clone()),
        ("host", json!(host)),
        ("path", json!(path)),
        ("title", json!(title)),
        ("referrer", json!(referrer)),
        ("utm_source", source["manual_source"].clone()),
        ("utm_medium", source["manual_medium"].clone()),
        ("utm_campaign", source["manual_campaign_name"].clone()),
        ("device", device["category"].clone()),
        ("browser", device["web_info"]["browser"].clone()),
        ("os", device["operating_system"].clone()),
        ("props", Value::Object(params)),
    ] {
        if !value.is_null() {
            item.insert(name.to_owned(), value);
        }
    }
    Ok(Value::Object(item))
}

fn params(list: &Value) -> Map<String, Value> {
    let mut params = Map::new();
    for param in list.as_array().into_iter().flatten() {
        let kinds = ["string_value", "int_value", "double_value", "float_value"];
        let value = kinds.iter().find_map(|kind| param["value"].get(*kind)).filter(|value| !value.is_null());
        if let (Some(key), Some(value)) = (param["key"].as_str(), value) {
            params.insert(key.to_owned(), value.clone());
        }
    }
    params
}

fn text_of(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned).or_else(|| value.is_number().then(|| value.to_string()))
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// Host and path of an address; what stands behind `?` or `#` is left out.
pub(super) fn apart(url: &str) -> (Option<&str>, Option<&str>) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    (Some(host).filter(|host| !host.is_empty()), Some(if path.is_empty() { "/" } else { path }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_event() {
        let text = r#"{"event_timestamp":"1714557600000000","event_name":"page_view","user_pseudo_id":"1.2","event_params":[{"key":"page_location","value":{"string_value":"https://shop.example/mugs?token=1"}},{"key":"ga_session_id","value":{"int_value":"77"}},{"key":"colour","value":{"string_value":"red"}}],"device":{"category":"desktop","web_info":{"browser":"Firefox"}},"geo":{"country":"Germany"}}"#;
        let event = read(text).unwrap();
        assert_eq!(
            (&event["occurred_at"], &event["session"]),
            (&json!("2024-05-01T10:00:00Z"), &json!("1.2.77"))
        );
        assert_eq!((&event["host"], &event["path"]), (&json!("shop.example"), &json!("/mugs")));
        assert_eq!(event["props"], json!({"colour": "red", "country": "Germany"}));
        assert!(read(r#"{"event_name":"x"}"#).unwrap_err().contains("event_timestamp"));
        assert!(read("{").is_err() && read("[]").is_err());
    }
}
