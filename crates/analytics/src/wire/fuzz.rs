//! Fuzzing of every dialect: valid examples, mutated in their structure and in their bytes, and plain noise. Nothing
//! may panic; every answer is one that wire.md knows; every record is within the limits and goes through the log's
//! codec and back. `KASSA_TEST_SCALE` is in percent of 1,000,000 cases; `KASSA_TEST_SEED` repeats a run.

use kassa_model::{LogRecord, Reason};

use super::reading::{Context, Reading};
use super::testing::{RECEIVED_AT, Random, context, documented, random_cases};
use super::{Door, FORMATS, door, doors};

/// Cases of a run at full scale.
const CASES: u64 = 1_000_000;

/// Where an example is sent, and the example; beside those in the dialects' documentation.
const EXAMPLES: [(&str, &str); 7] = [
    (
        "track",
        r#"{"eventType":"click","page":"/shop","timestamp":"2025-01-01 12:00:00","sessionId":"abc123","target":"Buy"}"#,
    ),
    ("track", r#"{"eventType":"time_on_page","page":"https://shop.test/a?utm_source=x","seconds":12.50}"#),
    (
        "track",
        r#"{"appName":"shop","events":[{"timestamp":1735732800000,"event_id":"6f1c","event_type":"CLICK","location_type":"COMPONENT","component_name":"BuyButton","page_path":"/shop","page_title":"Shop","dom_info":{"tag":"BUTTON","text":"Buy"},"user_metadata":{"userId":7}},{"event_type":"HOVER_ENTER"}]}"#,
    ),
    ("event", r#"{"type":"purchase","amount":9.50}"#),
    (
        "event",
        r#"{"site_id":"site-abc-123","event_type":"page_view","path":"/p/1","user_id":"u1","timestamp":"2025-11-12T19:30:01Z"}"#,
    ),
    (
        "v1/batch",
        r#"{"batch":[{"type":"track","messageId":"m-1","anonymousId":"a-1","userId":"u-1","event":"Product Viewed","timestamp":"2025-01-01T12:00:00.000Z","properties":{"product_id":"mug","price":9.50},"context":{"page":{"path":"/p/mug","url":"https://shop.test/p/mug?utm_term=q","title":"Mug","referrer":"https://a.test/"},"campaign":{"source":"news","name":"spring"},"sessionId":"s-1","userAgent":"Mozilla/5.0"}},{"type":"page","name":"Home"}],"sentAt":"2025-01-01T12:00:05.000Z","writeKey":"demo","context":{"library":{"name":"kassa","version":"1"}}}"#,
    ),
    (
        "v1/identify",
        r#"{"type":"identify","userId":7,"traits":{"email":"a@b.c","name":"Ä"},"context":{"ip":"10.0.0.1"},"integrations":{}}"#,
    ),
];

/// Pieces that parsers stumble over.
const PIECES: &[&str] = &[
    "null",
    "true",
    "0",
    "-0",
    "-1",
    "1.5",
    "1e999",
    "-1e-999",
    "9223372036854775807",
    "9223372036854775808",
    "99999999999999999999999999",
    "\"\"",
    "\"x\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\udc00\\ud800\"",
    "\"\\ud83d\\ude00\"",
    "\"\\",
    "\\u",
    "\\ud8",
    "\"2025-02-29T25:61:61Z\"",
    "\"0000-00-00\"",
    "\"9999-12-31T23:59:59.999999999Z\"",
    "\"-262143-01-01T00:00:00Z\"",
    "[]",
    "{}",
    "[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]",
    "{\"a\":{\"a\":{\"a\":{}}}}",
    "\"https://\"",
    "\"http://u:p@h:1/?utm_source=%ff&utm_medium\"",
    "\"events\"",
    "\"batch\"",
    "\"context\"",
    "\"properties\"",
    "\"$absent\"",
    "\"writeKey\"",
    "\"type\"",
    "\"site_id\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\u{0}",
    "\u{feff}",
    "ä",
    "\u{10ffff}",
    "\"a\":1,",
    "\"type\":\"x\",",
    "\"events\":[],",
    "\"batch\":[{}],",
    "\"timestamp\":",
    "\"sentAt\":\"2025-01-01T00:00:00Z\",",
];

/// Values that are valid JSON and nevertheless no field's.
const VALUES: &[&str] = &[
    "null",
    "true",
    "0",
    "-1",
    "1.50",
    "1e999",
    "99999999999999999999999999",
    "1735732800000",
    "\"\"",
    "\"x\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"2025-02-30\"",
    "\"2025-01-01T00:00:00Z\"",
    "[]",
    "{}",
    "[[1],{\"a\":null}]",
    "{\"userId\":1,\"a\":{}}",
    "\"https://h/p?utm_source=%ff&x#y\"",
    "\"/p?q\"",
    "{\"path\":1,\"url\":\"http://\",\"search\":\"?utm_term=1\"}",
    "\"demo\"",
];

type Example = (&'static Door, String);

fn examples() -> Vec<Example> {
    let mut examples: Vec<Example> =
        EXAMPLES.iter().map(|(path, text)| (door(path).unwrap(), (*text).to_owned())).collect();
    examples.extend(FORMATS.map(documented));
    examples
}

/// A body, and the path that it is sent to: mostly one that knows its shape.
fn case(random: &mut Random, examples: &[Example]) -> (Vec<u8>, &'static Door) {
    let doors: Vec<&Door> = doors().collect();
    let any = random.pick(&doors);
    if random.below(20) == 0 {
        return ((0..random.below(64)).map(|_| random.next().to_le_bytes()[0]).collect(), any);
    }
    let (door, example) = &examples[random.below(examples.len())];
    let mut bytes = example.as_bytes().to_vec();
    for _ in 0..random.below(5) {
        mutate(random, &mut bytes, examples);
    }
    (bytes, if random.below(4) == 0 { any } else { door })
}

fn mutate(random: &mut Random, bytes: &mut Vec<u8>, examples: &[Example]) {
    // Half of all mutations leave the body JSON, so that what is behind the parser is reached too.
    if random.below(2) == 0 {
        return replace_value(random, bytes);
    }
    let place = random.below(bytes.len() + 1);
    let length = random.below(bytes.len().saturating_sub(place).min(40) + 1);
    match random.below(9) {
        0 => bytes.truncate(place),
        1 => drop(bytes.drain(place..place + length)),
        2 => {
            let copy = bytes[place..place + length].to_vec();
            let to = random.below(bytes.len() + 1);
            bytes.splice(to..to, copy);
        }
        3 if place < bytes.len() => bytes[place] = random.next().to_le_bytes()[0],
        4 if place < bytes.len() => bytes[place] ^= 1 << random.below(8),
        5 => {
            let piece = random.pick(PIECES).repeat(1 + random.below(30));
            bytes.splice(place..place, piece.into_bytes());
        }
        6 => {
            let other = examples[random.below(examples.len())].1.as_bytes();
            let from = random.below(other.len());
            bytes.splice(place..place, other[from..].iter().copied());
        }
        _ => {
            let piece = random.pick(PIECES);
            bytes.splice(place..place + length, piece.bytes());
        }
    }
}

/// Puts a piece in the place of a value, which keeps most bodies readable and reaches deeper than noise does.
fn replace_value(random: &mut Random, bytes: &mut Vec<u8>) {
    let colons: Vec<usize> =
        bytes.iter().enumerate().filter(|(_, byte)| **byte == b':').map(|(place, _)| place).collect();
    let Some(colon) = colons.get(random.below(colons.len())) else { return };
    let start = colon + 1;
    let end =
        bytes[start..].iter().position(|byte| b",}]".contains(byte)).map_or(bytes.len(), |end| start + end);
    let piece = random.pick(VALUES);
    bytes.splice(start..end, piece.bytes());
}

fn check(reading: &Reading, body: &[u8]) {
    let shown = || String::from_utf8_lossy(body).into_owned();
    let answer = &reading.answer;
    assert!([200, 201, 202, 400].contains(&answer.status), "{}: {}", answer.status, shown());
    assert!(answer.status == 400 || answer.json || answer.body == "Recorded", "{}", shown());
    if answer.json {
        assert!(serde_json::from_str::<serde_json::Value>(&answer.body).is_ok(), "{}", answer.body);
    }
    let (accepted, refused) = reading.counts();
    assert!(!reading.single || accepted + refused == 1, "{}", shown());
    for record in &reading.records {
        let bytes = kassa_model::encode(record).unwrap_or_else(|error| panic!("{error}: {}", shown()));
        assert_eq!(kassa_model::decode(&bytes).as_ref().ok(), Some(record), "{}", shown());
        assert!(!bytes.contains(&0));
        match record {
            LogRecord::Event(recorded) => check_event(&recorded.event, shown),
            LogRecord::Rejected(rejected) => {
                assert!(rejected.original.len() <= super::limits::ORIGINAL_BYTES_MAX);
                assert!(!matches!(rejected.reason, Reason::Undecodable | Reason::Unstorable));
            }
        }
    }
}

fn check_event(event: &kassa_model::Event, shown: impl Fn() -> String) {
    assert!(!event.name.is_empty() && event.name_sent.len() <= 255, "{}", shown());
    assert!(!event.site.is_empty() && event.id.len() <= 200, "{}", shown());
    assert!(super::time::in_range(event.occurred_at, RECEIVED_AT), "{}", shown());
    assert!(event.path.as_ref().is_none_or(|path| path.len() <= 2_048), "{}", shown());
    let texts =
        [&event.title, &event.component, &event.location_type, &event.target, &event.host, &event.utm_source];
    for text in texts.into_iter().flatten() {
        assert!(text.len() <= 255 && !text.contains('\0'), "{}", shown());
    }
    let props: Result<std::collections::BTreeMap<String, &serde_json::value::RawValue>, _> =
        serde_json::from_str(&event.props);
    assert!(props.is_ok_and(|props| props.len() <= 128), "{}: {}", event.props, shown());
}

fn run(cases: u64, mut random: Random) -> (u64, u64) {
    let (mut accepted, mut refused) = (0, 0);
    let examples = examples();
    for _ in 0..cases {
        let (body, door) = case(&mut random, &examples);
        let ctx = Context { private: random.below(4) == 0, counter_first: random.below(4) == 0, ..context() };
        let reading = (door.read)(&body, &ctx);
        check(&reading, &body);
        let counts = reading.counts();
        accepted += counts.0;
        refused += counts.1;
    }
    (accepted, refused)
}

#[test]
fn no_input_breaks_a_dialect() {
    let (cases, random) = random_cases("wire fuzz", CASES);
    let (accepted, refused) = run(cases, random);
    println!("wire fuzz: {accepted} events accepted, {refused} refused, none broke a dialect");
    assert!(accepted > cases / 20 && refused > cases / 20, "the cases say little: {accepted}, {refused}");
}
