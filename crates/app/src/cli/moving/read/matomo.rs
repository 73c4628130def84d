//! Matomo's visits log: what `Live.getLastVisitsDetails` answers with `format=JSON`, one array of visits, or a visit a line.
//!
//! ```json
//! [{"idVisit":"7","visitorId":"a1b2","userId":"42","countryCode":"de","deviceType":"Desktop","browserName":"Firefox","operatingSystemName":"Linux","referrerUrl":"https://www.google.com/","actionDetails":[{"type":"action","url":"https://shop.example/mugs","pageTitle":"Mugs","timestamp":1714557600},{"type":"event","eventCategory":"video","eventAction":"play","url":"https://shop.example/mugs","timestamp":1714557630}]}]
//! ```
//! Events of a visit are counted on, for each takes a number of its own; what is refused is told by that number.

use std::collections::VecDeque;
use std::io::{self, BufRead};

use serde_json::{Map, Value, json};

use super::ga4::apart;
use super::{Input, Item, Items, raw};

/// The most bytes of a visit.
const VISIT_BYTES_MAX: usize = 4 << 20;

/// Events of such a file.
pub(super) struct Matomo {
    input: Input,
    events: VecDeque<Result<Value, String>>,
    number: u64,
}

impl Matomo {
    pub(super) fn new(input: Input) -> Self {
        Self { input, events: VecDeque::new(), number: 0 }
    }

    /// The text of the next object of the array; one that is too long is passed over.
    fn object(&mut self) -> io::Result<Option<Result<String, String>>> {
        let (mut text, mut depth, mut quoted, mut escaped, mut is_long) =
            (Vec::new(), 0_usize, false, false, false);
        loop {
            let part = self.input.fill_buf()?;
            if part.is_empty() {
                return Ok((depth > 0).then(|| Err("the file ends in the middle of a visit".to_owned())));
            }
            let (mut taken, mut is_done) = (0, false);
            for byte in part {
                taken += 1;
                if depth == 0 && *byte != b'{' {
                    continue;
                }
                is_long |= text.len() >= VISIT_BYTES_MAX;
                if !is_long {
                    text.push(*byte);
                }
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if quoted => escaped = true,
                    b'"' => quoted = !quoted,
                    b'{' if !quoted => depth += 1,
                    b'}' if !quoted => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    is_done = true;
                    break;
                }
            }
            self.input.consume(taken);
            if is_done {
                let text = String::from_utf8(text).map_err(|_| "the visit is not UTF-8".to_owned());
                return Ok(Some(match is_long {
                    true => Err(format!("the visit has more than {VISIT_BYTES_MAX} bytes")),
                    false => text,
                }));
            }
        }
    }
}

impl Items for Matomo {
    fn next(&mut self) -> anyhow::Result<Option<Item>> {
        while self.events.is_empty() {
            match self.object()? {
                None => return Ok(None),
                Some(Err(why)) => self.events.push_back(Err(why)),
                Some(Ok(text)) => match serde_json::from_str::<Value>(&text) {
                    Ok(visit) => self.events.extend(events(&visit)),
                    Err(error) => self.events.push_back(Err(format!("the visit is no JSON: {error}"))),
                },
            }
        }
        let Some(event) = self.events.pop_front() else { return Ok(None) };
        self.number += 1;
        Ok(Some(Item { line: self.number, value: event.and_then(|event| raw(&event)) }))
    }
}

fn events(visit: &Value) -> Vec<Result<Value, String>> {
    let actions = visit["actionDetails"].as_array().map(Vec::as_slice).unwrap_or_default();
    if actions.is_empty() {
        return vec![Err("the visit has no actionDetails".to_owned())];
    }
    let mut events: Vec<_> = actions.iter().map(|action| event(visit, action)).collect();
    // Where the visit came from is told once.
    if let (Some(Ok(first)), Some(referrer)) = (events.first_mut(), word(&visit["referrerUrl"])) {
        first["referrer"] = referrer.into();
    }
    events
}

fn event(visit: &Value, action: &Value) -> Result<Value, String> {
    let seconds = action["timestamp"].as_i64().ok_or("an action has no timestamp")?;
    let micros = seconds.checked_mul(1_000_000).ok_or("an action's timestamp is too large")?;
    let kind = action["type"].as_str().unwrap_or_default();
    let said = |name: &str| word(&action[name]);
    let name = match kind {
        "action" => "page_view".to_owned(),
        "event" => said("eventAction").unwrap_or_else(|| "event".to_owned()),
        "" => return Err("an action has no type".to_owned()),
        other => other.to_owned(),
    };
    let url = said("url");
    let (host, path) = url.as_deref().map(apart).unwrap_or_default();
    let mut props = Map::new();
    for (name, value) in [
        ("category", said("eventCategory")),
        ("label", said("eventName")),
        ("goal", said("goalName")),
        ("query", said("siteSearchKeyword")),
    ] {
        if let Some(value) = value {
            props.insert(name.to_owned(), value.into());
        }
    }
    let of_visit = |name: &str| word(&visit[name]);
    let country =
        of_visit("countryCode").filter(|code| code.len() == 2).map(|code| code.to_ascii_uppercase());
    let mut item = Map::new();
    for (name, value) in [
        ("name", Some(name)),
        ("occurred_at", Some(kassa_model::Timestamp::from_micros(micros).to_string())),
        ("visitor", of_visit("visitorId")),
        ("session", of_visit("idVisit")),
        ("user", of_visit("userId")),
        ("host", host.map(str::to_owned)),
        ("path", path.map(str::to_owned)),
        ("title", said("pageTitle")),
        ("country", country),
        ("device", of_visit("deviceType").map(|kind| kind.to_ascii_lowercase())),
        ("browser", of_visit("browserName")),
        ("os", of_visit("operatingSystemName")),
    ] {
        if let Some(value) = value {
            item.insert(name.to_owned(), value.into());
        }
    }
    item.insert("props".to_owned(), json!(props));
    Ok(Value::Object(item))
}

/// A text that says something, or a number.
fn word(value: &Value) -> Option<String> {
    let text = value.as_str().map(str::to_owned).or_else(|| value.is_number().then(|| value.to_string()));
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_is_its_events() {
        let text = r#"[{"idVisit":7,"visitorId":"a1","countryCode":"de","referrerUrl":"https://www.google.com/","actionDetails":[
            {"type":"action","url":"https://shop.example/mugs?x=1","pageTitle":"A } \" {","timestamp":1714557600},
            {"type":"event","eventAction":"play","eventCategory":"video","timestamp":1714557630}]},
            {"idVisit":8,"actionDetails":[]}, {"idVisit":9"#;
        let mut visits = Matomo::new(Box::new(io::Cursor::new(text.as_bytes().to_vec())));
        let mut next = || visits.next().unwrap();
        let value =
            |item: Option<Item>| serde_json::from_str::<Value>(item.unwrap().value.unwrap().get()).unwrap();
        let first = value(next());
        assert_eq!(
            (&first["name"], &first["path"], &first["country"]),
            (&json!("page_view"), &json!("/mugs"), &json!("DE"))
        );
        assert_eq!(
            (&first["title"], &first["referrer"]),
            (&json!("A } \" {"), &json!("https://www.google.com/"))
        );
        let second = value(next());
        assert_eq!(
            (&second["name"], &second["session"], &second["referrer"]),
            (&json!("play"), &json!("7"), &Value::Null)
        );
        assert!(next().unwrap().value.unwrap_err().contains("actionDetails"));
        let last = next().unwrap();
        assert_eq!(last.line, 4);
        assert!(last.value.unwrap_err().contains("middle"));
        assert!(next().is_none());
    }
}
