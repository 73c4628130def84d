//! What must not reach the disk: the bytes of the log's records are looked at, accepted or refused.

use kassa_model::{LogRecord, encode};

use super::super::testing::{context, event};
use super::super::{Context, Kind, Reading, read_event, read_segment, read_track};

const SECRETS: [&str; 5] =
    ["s3cr3t", "ann@example.com", "ann%40example.com", "hunter2", "eyJhbGciOiJIUzI1NiJ9"];

fn bytes(reading: &Reading) -> String {
    let encoded = |record: &LogRecord| String::from_utf8(encode(record).unwrap()).unwrap();
    reading.records.iter().map(encoded).collect()
}

fn check(reading: &Reading) {
    let log = bytes(reading);
    for secret in SECRETS {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

/// An address with every kind of secret in it.
const ADDRESS: &str = "https://ann:hunter2@shop.test/reset/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc/ann@example.com/\
                       ?token=s3cr3t&email=ann%40example.com&utm_source=news&s3cr3t#access_token=s3cr3t";

fn segment_bodies() -> Vec<String> {
    vec![
        format!(
            r#"{{"event":"x","context":{{"page":{{"url":"{ADDRESS}","search":"?token=s3cr3t","referrer":"{ADDRESS}"}}}}}}"#
        ),
        format!(
            r#"{{"event":"x","properties":{{"href":"{ADDRESS}","image":["{ADDRESS}"],"deep":{{"path":"/p?token=s3cr3t"}}}}}}"#
        ),
        format!(
            r#"{{"name":"Reset","properties":{{"url":"{ADDRESS}","path":"/p?token=s3cr3t","referrer":"https://mail.test/?q=s3cr3t"}}}}"#
        ),
        format!(
            r#"{{"event":"x","context":{{"page":{{"path":"{ADDRESS}"}},"campaign":{{"content":"ann@example.com"}}}}}}"#
        ),
        format!(r#"{{"event":"x","timestamp":"nonsense","context":{{"page":{{"url":"{ADDRESS}"}}}}}}"#),
        format!(r#"{{"event":"x","properties":{{"url":"{ADDRESS}"}}"#),
    ]
}

#[test]
fn no_secret_of_an_address_reaches_the_log() {
    for body in segment_bodies() {
        let reading = read_segment(Some(Kind::Page), body.as_bytes(), &context());
        check(&reading);
        assert!(
            bytes(&reading).contains("/reset/") || bytes(&reading).contains("/p"),
            "the page stays: {body}"
        );
    }
    let batch = format!(r#"{{"batch":[{{"type":"page"}}],"context":{{"page":{{"url":"{ADDRESS}"}}}}}}"#);
    check(&read_segment(None, batch.as_bytes(), &context()));
    check(&read_event(format!(r#"{{"type":"x","url":"{ADDRESS}"}}"#).as_bytes(), &context()));
    check(&read_track(format!(r#"{{"eventType":"x","referrer":"{ADDRESS}"}}"#).as_bytes(), &context()));
    let site = format!(r#"{{"site_id":"site-1","event_type":"x","path":"/p","referrer":"{ADDRESS}"}}"#);
    check(&read_event(site.as_bytes(), &context()));
}

/// A's, B's and E's path is data that they give back as sent; kassa's own page is another matter.
#[test]
fn the_old_systems_paths_stay_as_sent_unless_the_visitor_asks_for_privacy() {
    let bodies = [
        ("track", r#"{"eventType":"x","page":"/p?token=s3cr3t"}"#),
        ("track", r#"{"events":[{"event_type":"X","page_path":"/p?token=s3cr3t"}]}"#),
        ("event", r#"{"site_id":"site-1","event_type":"x","path":"/p?token=s3cr3t"}"#),
    ];
    for (path, body) in bodies {
        let read = |ctx: &Context<'_>| match path {
            "track" => read_track(body.as_bytes(), ctx),
            _ => read_event(body.as_bytes(), ctx),
        };
        let reading = read(&context());
        assert_eq!(event(&reading, 0).path.as_deref(), Some("/p"), "{body}");
        assert!(bytes(&reading).contains(r#""$path":"/p?token=s3cr3t""#), "{body}");
        check(&read(&Context { private: true, ..context() }));
    }
}

#[test]
fn under_privacy_no_value_is_kept() {
    let private = Context { private: true, ..context() };
    let body = r#"{"event":"x","context":{"page":{"url":"https://shop.test/p?utm_source=news&ref=s3cr3t&gclid=s3cr3t","referrer":"https://r.test/a?q=s3cr3t"},"campaign":{"medium":"s3cr3t"}}}"#;
    let reading = read_segment(Some(Kind::Track), body.as_bytes(), &private);
    check(&reading);
    assert!(!bytes(&reading).contains("news"), "{}", bytes(&reading));
    assert!(bytes(&reading).contains("utm_source=&ref=&gclid="), "{}", bytes(&reading));
    let read = event(&reading, 0);
    assert_eq!((read.utm_source.as_deref(), read.utm_medium.as_deref()), (Some("google"), Some("cpc")));
    let flat = r#"{"eventType":"x","page":"https://shop.test/p?utm_source=s3cr3t"}"#;
    check(&read_track(flat.as_bytes(), &private));
}
