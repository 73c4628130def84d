//! The example in every dialect's module documentation, parsed, against the records it must give. To write the golden
//! files anew after a wanted change: `KASSA_BLESS=1 cargo test -p kassa-analytics golden`.

use kassa_model::LogRecord;

use super::super::testing::{context, documented};
use super::super::{FORMATS, Format};

#[test]
fn every_dialect_s_example_gives_its_records() {
    FORMATS.into_iter().for_each(check);
}

fn check(format: &Format) {
    let name = format.dialect.name();
    let (door, example) = documented(format);
    let reading = (door.read)(example.as_bytes(), &context());
    assert_eq!(reading.dialect, format.dialect);
    assert!(matches!(reading.answer.status, 200..=202), "{name}: {:?}", reading.answer);
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
