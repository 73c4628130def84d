//! The example in every dialect's module documentation, parsed, against the records it must give. To write the golden
//! files anew after a wanted change: `KASSA_BLESS=1 cargo test -p kassa-analytics golden`.

use kassa_model::LogRecord;

use super::super::reading::{Context, Reading};
use super::super::testing::context;
use super::super::{read_event, read_segment, read_track};

type Read = fn(&[u8], &Context<'_>) -> Reading;

fn check(name: &str, source: &str, read: Read, status: u16) {
    let example = example(source);
    let reading = read(example.as_bytes(), &context());
    assert_eq!(reading.answer.status, status, "{name}");
    let mut lines = String::new();
    for (place, mut record) in reading.records.into_iter().enumerate() {
        if let LogRecord::Event(recorded) = &mut record
            && recorded.event.id.is_empty()
        {
            recorded.event.id = format!("made-{place}");
        }
        let bytes = kassa_model::encode(&record).unwrap();
        assert_eq!(kassa_model::decode(&bytes).unwrap(), record, "{name}");
        lines.push_str(std::str::from_utf8(&bytes).unwrap());
        lines.push('\n');
    }
    let path = format!("{}/src/wire/golden/{name}.jsonl", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("KASSA_BLESS").is_some() {
        std::fs::write(&path, &lines).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    assert_eq!(lines, expected, "{name}");
}

/// The JSON block of the module documentation.
fn example(source: &str) -> String {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim_start);
    let example: Vec<&str> =
        lines.skip_while(|line| *line != "```json").skip(1).take_while(|line| *line != "```").collect();
    assert!(!example.is_empty(), "no example in the module documentation");
    example.join("\n")
}

#[test]
fn flat() {
    check("flat", include_str!("../flat.rs"), read_track, 201);
}

#[test]
fn batch() {
    check("batch", include_str!("../batch.rs"), read_track, 200);
}

#[test]
fn counter() {
    check("counter", include_str!("../counter.rs"), read_event, 200);
}

#[test]
fn site() {
    check("site", include_str!("../site.rs"), read_event, 202);
}

#[test]
fn segment() {
    check("segment", include_str!("../segment.rs"), |body, ctx| read_segment(None, body, ctx), 200);
}
