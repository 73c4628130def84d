//! Which dialect answers, and in which words.

use kassa_model::{Dialect, Reason};

use super::super::reading::{Context, Reading};
use super::super::testing::{context, event, recorded, rejected};
use super::super::{Kind, read_event, read_segment, read_track};

fn check(reading: &Reading, dialect: Dialect, status: u16, body: &str) {
    assert_eq!(
        (reading.dialect, reading.answer.status, reading.answer.body.as_ref()),
        (dialect, status, body)
    );
    assert_eq!(reading.answer.json, body.starts_with('{'), "{body}");
}

fn track(body: &str) -> Reading {
    read_track(body.as_bytes(), &context())
}

fn event_of(body: &str) -> Reading {
    read_event(body.as_bytes(), &context())
}

fn batch_of(body: &str) -> Reading {
    read_segment(None, body.as_bytes(), &context())
}

#[test]
fn flat_in_its_own_words() {
    let tracked = r#"{"message":"Event tracked successfully"}"#;
    check(&track(r#"{"eventType":"page_view"}"#), Dialect::named("flat"), 201, tracked);
    check(
        &track(r#"{"eventType":"x","timestamp":"2010-01-01 00:00:00"}"#),
        Dialect::named("flat"),
        201,
        tracked,
    );
    check(&track(r#"{"eventType":"x","timestamp":""}"#), Dialect::named("flat"), 201, tracked);
    let required = r#"{"error":"eventType is required"}"#;
    for body in [
        r#"{"page":"/shop"}"#,
        r#"{"sessionId":"s"}"#,
        r#"{"target":"s"}"#,
        r#"{"seconds":1}"#,
        r#"{"eventType":""}"#,
        r#"{"eventType":null}"#,
        r#"{"eventType":"","timestamp":"x"}"#,
    ] {
        check(&track(body), Dialect::named("flat"), 400, required);
        assert_eq!(rejected(&track(body), 0).reason, Reason::MissingField, "{body}");
    }
    check(&track(r#"{"eventType":5}"#), Dialect::named("flat"), 400, r#"{"error":"invalid_field"}"#);
    check(
        &track(r#"{"eventType":"x","timestamp":"soon"}"#),
        Dialect::named("flat"),
        400,
        r#"{"error":"invalid_time"}"#,
    );
    check(
        &track(r#"{"eventType":"x","timestamp":"1999-12-31 23:59:59"}"#),
        Dialect::named("flat"),
        400,
        r#"{"error":"time_out_of_range"}"#,
    );
    check(
        &track(r#"{"eventType":"x","writeKey":"nope"}"#),
        Dialect::named("flat"),
        400,
        r#"{"error":"unknown_site"}"#,
    );
}

#[test]
fn what_is_nobodys_on_track() {
    for body in ["{}", "", "[]", "5", "nonsense", "{", r#"{"a":1}"#, r#"{"eventtype":"x"}"#, "\u{0}"] {
        check(&track(body), Dialect::named("flat"), 400, r#"{"error":"Invalid payload"}"#);
        assert_eq!(rejected(&track(body), 0).reason, Reason::InvalidPayload, "{body}");
    }
    check(
        &read_track(b"{\"eventType\":\"\xff\"}", &context()),
        Dialect::named("flat"),
        400,
        r#"{"error":"Invalid payload"}"#,
    );
}

#[test]
fn batch_in_its_own_words() {
    let ok = r#"{"status":"ok"}"#;
    check(&track(r#"{"events":[]}"#), Dialect::named("batch"), 200, ok);
    check(&track(r#"{"events":[{"event_type":"CLICK"}]}"#), Dialect::named("batch"), 200, ok);
    for events in ["5", "{}", "null", "\"x\"", "true", "{\"event_type\":\"CLICK\"}"] {
        let body = format!("{{\"eventType\":\"x\",\"events\":{events}}}");
        check(&track(&body), Dialect::named("batch"), 400, r#"{"error":"Invalid payload"}"#);
    }
    let mixed = r#"{"events":[{"event_type":"A"},{"event_type":""},5,{"event_type":7},{"event_type":"B","timestamp":"x"},
        {"event_type":"C","timestamp":1735732800000}]}"#;
    let reading = track(mixed);
    check(&reading, Dialect::named("batch"), 200, r#"{"status":"ok","accepted":2,"rejected":4}"#);
    assert_eq!(reading.counts(), (2, 4));
    let reasons = [Reason::MissingField, Reason::InvalidPayload, Reason::InvalidField, Reason::InvalidTime];
    for (place, reason) in (1..5).zip(reasons) {
        assert_eq!(rejected(&reading, place).reason, reason);
    }
    assert_eq!(rejected(&reading, 1).original, r#"{"event_type":""}"#);
    check(
        &track(r#"{"writeKey":"nope","events":[{"event_type":"A"},{"event_type":"B"}]}"#),
        Dialect::named("batch"),
        200,
        r#"{"status":"ok","accepted":0,"rejected":2}"#,
    );
}

#[test]
fn counter_in_its_own_words() {
    check(&event_of(r#"{"type":"purchase"}"#), Dialect::named("counter"), 200, "Recorded");
    check(&event_of(r#"{"type":""}"#), Dialect::named("counter"), 400, "Event type is required");
    check(&event_of(r#"{"type":null}"#), Dialect::named("counter"), 400, "Event type is required");
    check(&event_of(r#"{"type":[]}"#), Dialect::named("counter"), 400, "invalid_field");
    check(&event_of(r#"{"type":"a","writeKey":"nope"}"#), Dialect::named("counter"), 400, "unknown_site");
    let by_port = |body: &str| read_event(body.as_bytes(), &Context { counter_first: true, ..context() });
    for body in ["{}", "", "[]", r#"{"a":1}"#] {
        check(&by_port(body), Dialect::named("counter"), 400, "Event type is required");
    }
    check(&by_port("{"), Dialect::named("counter"), 400, "invalid_payload");
    let of_site = by_port(r#"{"type":"x","path":"/"}"#);
    assert_eq!(of_site.dialect, Dialect::named("site"));
}

#[test]
fn site_in_its_own_words() {
    let queued = r#"{"status":"queued","message":"Event received and queued for processing"}"#;
    let good = r#"{"site_id":"site-1","event_type":"page_view","path":"/"}"#;
    check(&event_of(good), Dialect::named("site"), 202, queued);
    for body in [
        r#"{"site_id":"site-1","event_type":"x","path":"/","user_id":null,"timestamp":null}"#,
        r#"{"site_id":"site-1","event_type":"x","path":"/","user_id":"","timestamp":""}"#,
        r#"{"site_id":"site-1","event_type":"x","path":"/","timestamp":"2025-11-12T19:30:01.250+02:00"}"#,
        r#"{"site_id":"site-1","type":"purchase","event_type":"x","path":"/"}"#,
    ] {
        check(&event_of(body), Dialect::named("site"), 202, queued);
    }
    let all = r#"{"errors":["site_id is required","event_type is required","path is required"]}"#;
    for body in ["{}", "", "[]", "5", r#"{"a":1}"#, r#"{"site_id":"","event_type":null,"path":""}"#] {
        check(&event_of(body), Dialect::named("site"), 400, all);
    }
    check(
        &event_of(r#"{"path":"/","timestamp":"12/11/2025"}"#),
        Dialect::named("site"),
        400,
        r#"{"errors":["site_id is required","event_type is required","timestamp must be a valid ISO date string"]}"#,
    );
    for timestamp in ["5", "true", "[]", "\"2025-02-30T00:00:00Z\""] {
        let body = format!(
            "{{\"site_id\":\"site-1\",\"event_type\":\"x\",\"path\":\"/\",\"timestamp\":{timestamp}}}"
        );
        let reading = event_of(&body);
        check(
            &reading,
            Dialect::named("site"),
            400,
            r#"{"errors":["timestamp must be a valid ISO date string"]}"#,
        );
        assert_eq!(
            (rejected(&reading, 0).reason, rejected(&reading, 0).site.as_str()),
            (Reason::InvalidTime, "site-1")
        );
    }
    let word = |name: &str| format!("{{\"errors\":[\"{name}\"]}}");
    check(&event_of("{"), Dialect::named("site"), 400, &word("invalid_payload"));
    check(
        &event_of(r#"{"site_id":"nope","event_type":"x","path":"/"}"#),
        Dialect::named("site"),
        400,
        &word("unknown_site"),
    );
    check(
        &event_of(r#"{"site_id":"site-1","event_type":"x","path":"/","writeKey":"demo"}"#),
        Dialect::named("site"),
        400,
        &word("unknown_site"),
    );
    check(
        &event_of(r#"{"site_id":5,"event_type":"x","path":"/"}"#),
        Dialect::named("site"),
        400,
        &word("invalid_field"),
    );
    let late = r#"{"site_id":"site-1","event_type":"x","path":"/","timestamp":"2099-01-01T00:00:00Z"}"#;
    check(&event_of(late), Dialect::named("site"), 400, &word("time_out_of_range"));
}

#[test]
fn segment_in_its_own_words() {
    let success = r#"{"success":true}"#;
    let none = r#"{"success":true,"accepted":0,"rejected":1}"#;
    let unreadable = r#"{"success":false,"error":"invalid_payload"}"#;
    let one = |kind, body: &str| read_segment(Some(kind), body.as_bytes(), &context());
    check(&one(Kind::Track, r#"{"event":"Order Completed"}"#), Dialect::SEGMENT, 200, success);
    check(&one(Kind::Track, "{}"), Dialect::SEGMENT, 200, success);
    check(&one(Kind::Track, r#"{"event":"x","timestamp":"soon"}"#), Dialect::SEGMENT, 200, none);
    check(&one(Kind::Track, r#"{"event":"x","writeKey":"nope"}"#), Dialect::SEGMENT, 200, none);
    check(&batch_of(r#"{"batch":[]}"#), Dialect::SEGMENT, 200, success);
    check(
        &batch_of(r#"{"batch":[{"type":"track","event":"x"},7]}"#),
        Dialect::SEGMENT,
        200,
        r#"{"success":true,"accepted":1,"rejected":1}"#,
    );
    check(
        &batch_of(r#"{"writeKey":"nope","batch":[{"type":"track","event":"x"},7]}"#),
        Dialect::SEGMENT,
        200,
        r#"{"success":true,"accepted":0,"rejected":2}"#,
    );
    for body in ["", "{", "[]", "5", "null", "nonsense"] {
        check(&one(Kind::Page, body), Dialect::SEGMENT, 400, unreadable);
        check(&batch_of(body), Dialect::SEGMENT, 400, unreadable);
    }
    for body in ["{}", r#"{"batch":{}}"#, r#"{"batch":null}"#] {
        check(&batch_of(body), Dialect::SEGMENT, 400, unreadable);
    }
}

#[test]
fn keys_name_sites() {
    let key = |key| Context { key: Some(key), ..context() };
    let site = |reading: &Reading| event(reading, 0).site.clone();
    let body = br#"{"eventType":"x","writeKey":"other"}"#;
    assert_eq!(site(&read_track(body, &context())), "other");
    assert_eq!(site(&read_track(body, &key("demo"))), "demo", "the head's key goes first");
    assert_eq!(site(&track(r#"{"eventType":"x"}"#)), "default");
    assert_eq!(site(&event_of(r#"{"type":"x","writeKey":"demo"}"#)), "demo");
    assert_eq!(site(&track(r#"{"writeKey":"demo","events":[{"event_type":"x"}]}"#)), "demo");
    assert_eq!(site(&batch_of(r#"{"batch":[{"type":"track","event":"x"}],"writeKey":"demo"}"#)), "demo");
    let named = br#"{"site_id":"demo","event_type":"x","path":"/"}"#;
    assert_eq!(site(&read_event(named, &key("demo"))), "demo");
    assert_eq!(rejected(&read_event(named, &key("other")), 0).reason, Reason::UnknownSite);
    let kept = recorded(&track(r#"{"eventType":"x","writeKey":"demo","a":1}"#), 0).event.props.clone();
    assert_eq!(kept, r#"{"a":1}"#, "a key is no property");
}
