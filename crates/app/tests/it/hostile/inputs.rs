//! What a hostile client sends: bodies, values, ids, headers, methods. What a route takes is turned at every place of its example.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

/// Where something hostile stands for a value.
const PLACE: &str = "@hostile@";

/// Bodies that no native route takes; a dialect of events may keep one as a dead letter.
pub(super) fn bodies() -> Vec<Vec<u8>> {
    let deep = format!(r#"{{"type":"x","a":{}1{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
    let texts = [
        "null",
        "0",
        "\"\"",
        "{",
        "{\"a\":}",
        "{\"\":1}",
        "{\"\\u0000\":1}",
        r#"{"site_id":7,"event_type":[],"path":{}}"#,
        r#"{"site_id":"s","event_type":"e","path":"/","timestamp":1e400}"#,
        r#"{"site_id":"s","event_type":"e","path":"/","timestamp":"0000-00-00"}"#,
        r#"{"site_id":"s","site_id":"t","event_type":"e","path":"/"}"#,
        r#"{"events":[1,null,"x",[],{}]}"#,
        r#"{"events":7}"#,
        r#"{"batch":[{"type":"nope"},{"type":7},null],"writeKey":"w"}"#,
        r#"{"type":"\ud800","writeKey":"\u0000"}"#,
        r#"{"eventType":"x","seconds":-99999999999999999999999999999}"#,
        r#"{"site_id":"s","metrics":["visitors"],"date_range":"-5d"}"#,
        r#"{"site_id":"s","metrics":["visitors"],"date_range":["9999-99-99","0"]}"#,
        r#"{"into":7}"#,
        r#"{"into":"/no/such/folder/x.duckdb","more":1}"#,
        &deep,
    ];
    let mut bodies: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    bodies.push(vec![0]);
    bodies.push(vec![0xff, 0xfe, 0x00, 0x7b]);
    bodies.push(b"{\"a\":\"\xff\"}".to_vec());
    let zipped = gzip(deep.as_bytes());
    bodies.push(zipped[..zipped.len() / 2].to_vec());
    bodies.push(gzip(&vec![b'['; 64 << 20]));
    bodies.push(format!(r#"{{"type":"{}"}}"#, "x".repeat(10 << 20)).into_bytes());
    bodies
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Values in JSON, as they are written. No text is one of [`words`], so that nothing of that name comes to be there.
fn values() -> Vec<String> {
    let mut values: Vec<String> = [
        "null",
        "true",
        "-1",
        "0",
        "1.5",
        "1e400",
        "9007199254740993",
        "18446744073709551616",
        "-99999999999999999999999999999",
        "\"\"",
        "\" \"",
        "\"-2\"",
        "\"2e400\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"2026-02-31\"",
        "\"../../etc/shadow\"",
        "\"'; DROP TABLE orders; --\"",
        "[]",
        "[null]",
        "{}",
        "{\"\":null}",
    ]
    .map(str::to_owned)
    .to_vec();
    values.push(format!("\"{}\"", "x".repeat(70_000)));
    values.push(format!("{}{}", "[".repeat(100), "]".repeat(100)));
    values
}

/// `example` with something hostile at each of its places in turn, without each of its members, with each one twice, and with
/// something hostile as each of the members that a route `knows`.
pub(super) fn turned(example: &str, knows: &[String]) -> Vec<String> {
    let mut example: Value = serde_json::from_str(example).unwrap();
    let (values, mut bodies) = (values(), Vec::new());
    for pointer in places(&example) {
        let place = example.pointer_mut(&pointer).unwrap();
        let before = std::mem::replace(place, json!(PLACE));
        bodies.extend(filled(&example, &values));
        *example.pointer_mut(&pointer).unwrap() = before;
        let Some((parent, name)) = pointer.rsplit_once('/') else { continue };
        let members = example.pointer_mut(parent).and_then(Value::as_object_mut);
        if let Some(removed) = members.and_then(|members| members.remove(name)) {
            bodies.push(example.to_string());
            example.pointer_mut(parent).unwrap()[name] = removed;
        }
    }
    if let Some(members) = example.as_object() {
        for (name, value) in members {
            bodies.push(example.to_string().replacen('{', &format!("{{{name:?}:{value},"), 1));
        }
        for name in knows.iter().filter(|name| !members.contains_key(*name)) {
            let mut more = example.clone();
            more[name] = json!(PLACE);
            bodies.extend(filled(&more, &values));
        }
    }
    bodies
}

fn filled(body: &Value, values: &[String]) -> Vec<String> {
    let text = body.to_string();
    values.iter().map(|value| text.replace(&format!("\"{PLACE}\""), value)).collect()
}

/// A pointer to every value in `value`, itself included.
fn places(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let below: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(n, value)| (n.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in below {
        found.extend(places(value).into_iter().map(|pointer| format!("/{name}{pointer}")));
    }
    found
}

/// What stands for an id in a path or for a parameter's value, percent-encoded.
pub(super) fn words() -> Vec<String> {
    let mut words: Vec<String> = [
        "nobody",
        "%00",
        "%ff%fe",
        "%ZZ",
        "%",
        "-1",
        "1.5",
        "1e400",
        "99999999999999999999",
        "2026-02-30",
        "0000-00-00",
        "..%2f..%2fetc%2fpasswd",
        "'%20OR%201=1--",
        "%22%7b",
        "%F0%9F%98%80",
        "sku:%00",
        "00000000-0000-0000-0000-000000000000",
    ]
    .map(str::to_owned)
    .to_vec();
    words.push("x".repeat(6_000));
    words
}

/// Queries for whom the parameters' names do not matter.
pub(super) const QUERIES: [&str; 5] = ["?", "?&&=&", "?%00=%00", "?%ZZ", "?site_id=s&site_id=t&nope=1"];

pub(super) const HEADERS: [(&str, &str); 10] = [
    ("idempotency-key", ""),
    ("idempotency-key", "\u{e9}\u{1f600}"),
    ("if-match", "\""),
    ("if-none-match", "W/,,\"\""),
    ("content-type", "text/plain; charset=\""),
    ("content-encoding", "gzip"),
    ("accept", "*/*;q=x,,"),
    ("cookie", "=;=;kassa"),
    ("range", "bytes=-1-"),
    ("traceparent", "00-x"),
];

pub(super) const METHODS: [&str; 8] = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW", "PROPFIND"];
