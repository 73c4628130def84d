//! `GET /events` owes B's clients the object that they sent: random events, rebuilt from columns and properties by the
//! rule in `batch`'s documentation, must equal it as JSON values. Nothing that came by any dialect may get lost either.

use std::collections::BTreeSet;

use kassa_model::{Event, LogRecord, id_as_sent};
use serde_json::{Map, Value};

use super::super::testing::{Random, context, random_cases};
use super::super::{Kind, read_segment, read_track};

/// Cases of a run at full scale.
const CASES: u64 = 100_000;

const FIELDS: &[&str] = &[
    "event_id",
    "timestamp",
    "location_type",
    "component_name",
    "page_path",
    "page_title",
    "dom_info",
    "user_metadata",
    "appName",
    "className",
    "extra",
    "writeKey",
    "\"quoted\"",
    "",
];

fn value(random: &mut Random) -> String {
    let text = random.pick(&[
        "/shop",
        "a b",
        "\\u00e4",
        "\\n",
        "ä",
        "2025-01-01T00:00:00Z",
        "1735732800000",
        "order:0190:1",
        "client:order:0190:1",
        "x\\\"y",
        " ",
    ]);
    match random.below(12) {
        0 => "null".to_owned(),
        1 => "\"\"".to_owned(),
        2 => format!("{}", 1_735_732_800_000 + random.below(1_000_000)),
        3 => "1735732800000.5".to_owned(),
        4 => "1.735732800000E12".to_owned(),
        5 => random
            .pick(&[
                "true",
                "[]",
                "[1,{\"a\":2.50}]",
                "{}",
                "{\"userId\":7,\"b\":null}",
                "{\"userId\":\"u\"}",
            ])
            .to_owned(),
        6 => format!("\"{}\"", text.repeat(1 + random.below(300))),
        _ => format!("\"{text}\""),
    }
}

fn object(random: &mut Random, fields: &[&str]) -> Vec<(String, String)> {
    let mut seen = BTreeSet::new();
    let mut members = Vec::new();
    for _ in 0..random.below(9) {
        let field = random.pick(fields);
        if seen.insert(field) {
            members.push((field.to_owned(), value(random)));
        }
    }
    members
}

fn json(members: &[(String, String)]) -> String {
    let members: Vec<String> =
        members.iter().map(|(key, value)| format!("{}:{value}", Value::from(key.as_str()))).collect();
    format!("{{{}}}", members.join(","))
}

/// The rule of `batch`'s documentation.
fn rebuilt(event: &Event) -> Value {
    let mut props: Map<String, Value> = serde_json::from_str(&event.props).unwrap();
    let absent = props.remove("$absent").unwrap_or(Value::Null);
    let path = props.remove("$path").or_else(|| event.path.as_deref().map(Value::from));
    let absent: Vec<&str> = absent.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let columns = [
        ("event_id", Some(Value::from(id_as_sent(&event.id)))),
        ("event_type", Some(event.name_sent.as_str().into())),
        ("timestamp", Some((event.occurred_at.micros() / 1_000).into())),
        ("location_type", event.location_type.as_deref().map(Value::from)),
        ("component_name", event.component.as_deref().map(Value::from)),
        ("page_path", path),
        ("page_title", event.title.as_deref().map(Value::from)),
    ];
    for (name, column) in columns {
        if let Some(column) = column.filter(|_| !absent.contains(&name)) {
            props.entry(name).or_insert(column);
        }
    }
    Value::Object(props)
}

#[test]
fn batch_events_come_back_as_sent() {
    let (cases, mut random) = random_cases("batch rebuild", CASES);
    let mut accepted = 0;
    for _ in 0..cases {
        let mut item = object(&mut random, FIELDS);
        item.push(("event_type".to_owned(), "\"CLICK\"".to_owned()));
        if random.below(3) == 0 {
            item.retain(|(key, _)| key != "page_path");
            let path = random.pick(&["/Caf%c3%a9//x/?token=1#y", "https://a.test/x/?token=1", "/a/", "home"]);
            item.push(("page_path".to_owned(), format!("\"{path}\"")));
        }
        let shared = object(&mut random, &FIELDS[2..11]);
        let mut envelope = shared.clone();
        envelope.push(("events".to_owned(), format!("[{}]", json(&item))));
        let body = json(&envelope);
        let reading = read_track(body.as_bytes(), &context());
        let LogRecord::Event(recorded) = &reading.records[0] else { continue };
        accepted += 1;
        let missing = shared.into_iter().filter(|(key, _)| item.iter().all(|(own, _)| own != key));
        let sent: Vec<_> = item.iter().cloned().chain(missing).collect();
        let sent: Value = serde_json::from_str(&json(&sent)).unwrap();
        assert_eq!(rebuilt(&recorded.event), sent, "{body}");
    }
    println!("batch rebuild: {accepted} accepted");
    assert!(accepted > cases / 4, "the cases say little: {accepted}");
}

#[test]
fn segment_properties_come_back_as_sent() {
    let (cases, mut random) = random_cases("segment properties", CASES);
    for _ in 0..cases {
        let properties = object(&mut random, FIELDS);
        let body = format!("{{\"event\":\"x\",\"properties\":{}}}", json(&properties));
        let reading = read_segment(Some(Kind::Track), body.as_bytes(), &context());
        let LogRecord::Event(recorded) = &reading.records[0] else { panic!("{body}") };
        assert_eq!(recorded.event.props, json(&properties), "to the letter");
    }
}
