//! Every limit of wire.md, on both of its sides, and input that is odd rather than wrong.

use kassa_model::{LogRecord, Reason};

use super::super::reading::Reading;
use super::super::testing::{RECEIVED_AT, context, event, rejected};
use super::super::{Kind, read_event, read_segment, read_track};

fn flat(fields: &str) -> Reading {
    read_track(format!("{{\"eventType\":\"x\",{fields}}}").as_bytes(), &context())
}

fn reason(reading: &Reading) -> Option<Reason> {
    match &reading.records[0] {
        LogRecord::Event(_) => None,
        LogRecord::Rejected(rejected) => Some(rejected.reason),
    }
}

#[test]
fn an_event_has_64_kib() {
    let sized = |bytes: usize| {
        let empty = r#"{"eventType":"x","a":""}"#.len();
        let body = format!("{{\"eventType\":\"x\",\"a\":\"{}\"}}", "y".repeat(bytes - empty));
        assert_eq!(body.len(), bytes);
        reason(&read_track(body.as_bytes(), &context()))
    };
    assert_eq!(sized(65_536), None);
    assert_eq!(sized(65_537), Some(Reason::EventTooLarge));
    assert_eq!(sized(3 << 20), Some(Reason::EventTooLarge));
    let body = format!(
        "{{\"events\":[{{\"event_type\":\"a\",\"x\":\"{}\"}},{{\"event_type\":\"b\"}}]}}",
        "y".repeat(70_000)
    );
    let reading = read_track(body.as_bytes(), &context());
    assert_eq!(reason(&reading), Some(Reason::EventTooLarge));
    assert!(rejected(&reading, 0).original.len() <= 8_192);
    assert_eq!(event(&reading, 1).name, "b");
}

#[test]
fn shared_fields_count_with_every_event() {
    let batch = |shared: usize, events: usize| {
        let item = r#"{"event_type":"a"}"#;
        let body =
            format!("{{\"app\":\"{}\",\"events\":[{}]}}", "y".repeat(shared), vec![item; events].join(","));
        read_track(body.as_bytes(), &context())
    };
    assert_eq!(batch(60_000, 3).counts(), (3, 0));
    assert_eq!(batch(66_000, 3).counts(), (0, 3));
    let (accepted, refused) = batch(60_000, 10_000).counts();
    // Ten times the body's own 240 kB, and 1 MiB.
    assert!(accepted > 50 && accepted < 60 && accepted + refused == 10_000, "{accepted} {refused}");
    assert_eq!(batch(1_000, 1_000).counts(), (1_000, 0));
}

#[test]
fn a_batch_has_10_000_events() {
    let batch = |events: usize| {
        let body = format!("{{\"events\":[{}]}}", vec![r#"{"event_type":"a"}"#; events].join(","));
        read_track(body.as_bytes(), &context())
    };
    assert_eq!(batch(10_000).counts(), (10_000, 0));
    let reading = batch(20_000);
    assert_eq!(reading.counts(), (10_000, 10_000));
    assert_eq!((reading.records.len(), reading.dropped), (10_100, 9_900));
    assert_eq!(rejected(&reading, 10_000).reason, Reason::BatchTooLong);
    assert_eq!(reading.answer.body, r#"{"status":"ok","accepted":10000,"rejected":10000}"#);
    let body = format!("{{\"batch\":[{}]}}", vec![r#"{"type":"page"}"#; 10_001].join(","));
    let reading = read_segment(None, body.as_bytes(), &context());
    assert_eq!(reading.counts(), (10_000, 1));
}

#[test]
fn an_event_has_64_properties() {
    let many = |count: usize| (0..count).map(|n| format!("\"p{n}\":{n}")).collect::<Vec<_>>().join(",");
    assert_eq!(reason(&flat(&many(64))), None);
    assert_eq!(reason(&flat(&many(65))), Some(Reason::TooManyProperties));
    assert_eq!(reason(&flat(&many(5_000))), Some(Reason::TooManyProperties));
    let segment = |count: usize| {
        let body = format!(
            "{{\"event\":\"x\",\"context\":{{\"locale\":\"de\"}},\"properties\":{{{}}}}}",
            many(count)
        );
        reason(&read_segment(Some(Kind::Track), body.as_bytes(), &context()))
    };
    assert_eq!(segment(64), None);
    assert_eq!(segment(65), Some(Reason::TooManyProperties));
    assert_eq!(segment(500), Some(Reason::TooManyProperties));
    let batch = |shared: usize, own: usize| {
        let own = (0..own).map(|n| format!(",\"q{n}\":{n}")).collect::<String>();
        let body =
            format!("{{{},\"events\":[{{\"event_type\":\"a\",\"dom_info\":{{}}{own}}}]}}", many(shared));
        reason(&read_track(body.as_bytes(), &context()))
    };
    assert_eq!(batch(32, 32), None);
    assert_eq!(batch(33, 32), Some(Reason::TooManyProperties));
    assert_eq!(batch(1_000, 0), Some(Reason::TooManyProperties));
}

#[test]
fn an_event_nests_16_levels() {
    // The event itself is the first level.
    let deep = |levels: usize| format!("\"a\":{}{}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    assert_eq!(reason(&flat(&deep(16))), None);
    assert_eq!(reason(&flat(&deep(17))), Some(Reason::TooDeep));
    assert_eq!(reason(&flat(&deep(30_000))), Some(Reason::TooDeep));
    let body = format!("{{\"events\":[{{\"event_type\":\"a\",{}}},{{\"event_type\":\"b\"}}]}}", deep(1_000));
    let reading = read_track(body.as_bytes(), &context());
    assert_eq!(rejected(&reading, 0).reason, Reason::TooDeep);
    assert_eq!(event(&reading, 1).name, "b");
    let body = format!("{{{},\"events\":[{{\"event_type\":\"a\"}}]}}", deep(20));
    assert_eq!(reason(&read_track(body.as_bytes(), &context())), Some(Reason::TooDeep));
    let body = format!("{{\"batch\":[{{\"type\":\"page\"}}],\"context\":{{{}}}}}", deep(20));
    assert_eq!(reason(&read_segment(None, body.as_bytes(), &context())), Some(Reason::TooDeep));
    for open in ["[", "{\"a\":", "{\"events\":[", "{\"a\":["] {
        let body = open.repeat(1 << 20);
        assert_eq!(read_track(body.as_bytes(), &context()).answer.status, 400);
        assert_eq!(read_event(body.as_bytes(), &context()).answer.status, 400);
        assert_eq!(read_segment(None, body.as_bytes(), &context()).answer.status, 400);
    }
}

#[test]
fn ids_have_200_bytes_and_names_255() {
    let id = |bytes: usize| {
        let body =
            format!("{{\"events\":[{{\"event_type\":\"a\",\"event_id\":\"{}\"}}]}}", "i".repeat(bytes));
        reason(&read_track(body.as_bytes(), &context()))
    };
    assert_eq!((id(200), id(201)), (None, Some(Reason::IdTooLong)));
    let user = |bytes: usize| reason(&flat(&format!("\"userId\":\"{}\"", "u".repeat(bytes))));
    assert_eq!((user(200), user(201)), (None, Some(Reason::IdTooLong)));
    let name = |bytes: usize| {
        let body = format!("{{\"type\":\"{}\"}}", "n".repeat(bytes));
        reason(&read_event(body.as_bytes(), &context()))
    };
    assert_eq!((name(255), name(256)), (None, Some(Reason::NameTooLong)));
    let site = |bytes: usize| {
        let id = format!("site-{}", "s".repeat(bytes - 5));
        let body = format!("{{\"site_id\":\"{id}\",\"event_type\":\"a\",\"path\":\"/\"}}");
        reason(&read_event(body.as_bytes(), &context()))
    };
    assert_eq!((site(255), site(256)), (None, Some(Reason::NameTooLong)));
}

#[test]
fn times_run_from_2000_to_a_day_ahead() {
    let millis = |millis: i64| {
        let body = format!("{{\"events\":[{{\"event_type\":\"a\",\"timestamp\":{millis}}}]}}");
        reason(&read_track(body.as_bytes(), &context()))
    };
    assert_eq!(millis(946_684_800_000), None);
    assert_eq!(millis(946_684_799_999), Some(Reason::TimeOutOfRange));
    let day_ahead = RECEIVED_AT.micros() / 1_000 + 86_400_000;
    assert_eq!(millis(day_ahead), None);
    assert_eq!(millis(day_ahead + 1), Some(Reason::TimeOutOfRange));
    assert_eq!(millis(i64::MAX), Some(Reason::InvalidTime));
    assert_eq!(millis(i64::MIN), Some(Reason::InvalidTime));
    assert_eq!(reason(&flat("\"timestamp\":1e400")), Some(Reason::InvalidTime));
    assert_eq!(reason(&flat("\"timestamp\":{}")), Some(Reason::InvalidTime));
}

#[test]
fn long_texts_are_cut_and_kept() {
    let long = "ä".repeat(200);
    let reading = flat(&format!("\"target\":\"{long}\",\"page\":\"/{}\"", "p".repeat(3_000)));
    let event = event(&reading, 0);
    assert_eq!(event.target.as_deref().map(str::len), Some(254));
    assert_eq!(event.path.as_deref().map(str::len), Some(2_048));
    assert!(event.props.contains(&long) && event.props.contains(&"p".repeat(3_000)));
}

#[test]
fn odd_texts_become_text() {
    let reading = flat(r#""target":"a\u0000b\ud800c","k\udfff\u0000":"\ud83d\ude00\ud83d","n":1.50e+3"#);
    let read = event(&reading, 0);
    assert_eq!(read.target.as_deref(), Some("a\u{fffd}b\u{fffd}c"));
    assert_eq!(read.props, "{\"k\u{fffd}\u{fffd}\":\"\\ud83d\\ude00\\ufffd\",\"n\":1.50e+3}");
    let batch = read_track(br#"{"events":[{"event_type":"\ud800"},{"event_type":"b\u0000"}]}"#, &context());
    assert_eq!((event(&batch, 0).name.as_str(), event(&batch, 1).name.as_str()), ("\u{fffd}", "b\u{fffd}"));
    // A bare NUL is no JSON.
    assert_eq!(read_track(b"{\"eventType\":\"a\0\"}", &context()).answer.status, 400);
}

#[test]
fn the_last_of_repeated_fields_wins() {
    let reading = flat(r#""eventType":"y","a":1,"a":2,"page":"/1","page":"/2""#);
    let read = event(&reading, 0);
    assert_eq!(
        (read.name.as_str(), read.path.as_deref(), read.props.as_str()),
        ("y", Some("/2"), "{\"a\":2}")
    );
    let twice = read_track(br#"{"events":[{"event_type":"a"}],"events":[]}"#, &context());
    assert_eq!(twice.counts(), (0, 0));
}

#[test]
fn a_string_of_10_mib_is_refused_and_small_in_memory() {
    let body = format!("{{\"eventType\":\"{}\"}}", "x".repeat(10 << 20));
    let reading = read_track(body.as_bytes(), &context());
    assert_eq!(reason(&reading), Some(Reason::EventTooLarge));
    assert_eq!(rejected(&reading, 0).original.len(), 8_192);
    let body = format!("{{\"{}\":1}}", "k".repeat(10 << 20));
    assert_eq!(read_event(body.as_bytes(), &context()).answer.status, 400);
}
