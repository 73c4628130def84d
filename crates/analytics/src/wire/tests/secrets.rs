//! What must not reach the disk: the bytes of the log's records are looked at, accepted or refused.

use kassa_model::{LogRecord, encode};

use super::super::reading::{Context, Reading};
use super::super::testing::{Random, context, event, random_cases};
use super::super::{Kind, read_event, read_segment, read_track};

const SECRETS: [&str; 8] = [
    "s3cr3t",
    "ann@example.com",
    "ann%40example.com",
    "ann%2540example.com",
    "hunter2",
    "eyJhbGciOiJIUzI1NiJ9",
    "ks_live_",
    "203.0.113.7",
];

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
    let body = r#"{"event":"x","context":{"page":{"url":"https://shop.test/p?utm_source=news&ref=s3cr3t&gclid=s3cr3t","referrer":"https://r.test/a?q=s3cr3t"},"campaign":{"medium":"s3cr3t","id":"s3cr3t"}},"properties":{"utm_id":"s3cr3t"}}"#;
    let reading = read_segment(Some(Kind::Track), body.as_bytes(), &private);
    check(&reading);
    assert!(!bytes(&reading).contains("news"), "{}", bytes(&reading));
    assert!(bytes(&reading).contains("utm_source=&ref=&gclid="), "{}", bytes(&reading));
    let read = event(&reading, 0);
    assert_eq!((read.utm_source.as_deref(), read.utm_medium.as_deref()), (Some("google"), Some("cpc")));
    let flat = r#"{"eventType":"x","page":"https://shop.test/p?utm_source=s3cr3t"}"#;
    check(&read_track(flat.as_bytes(), &private));
}

/// Every text of every format may be an address, whatever it is called; B's own path alone stays as it was sent.
#[test]
fn no_field_of_any_format_keeps_a_secret() {
    let addresses = [
        ADDRESS.to_owned(),
        format!(" {ADDRESS}"),
        "/p?token=s3cr3t&to=https://a.test/".to_owned(),
        "reset.php?token=s3cr3t".to_owned(),
        "/p;jsessionid=s3cr3t".to_owned(),
        "#access_token=s3cr3t".to_owned(),
        "/verify/ann%2540example.com".to_owned(),
        "https%3A%2F%2Fa.test%2Fp%3Ftoken%3Ds3cr3t".to_owned(),
        "see https://a.test/p?token=s3cr3t now".to_owned(),
        "mailto:ann@example.com".to_owned(),
        "/p\\u003ftoken=s3cr3t".to_owned(),
    ];
    let named = [
        "url",
        "href",
        "title",
        "target",
        "x",
        "initial_referrer",
        "component_name",
        "location_type",
        "page_title",
    ];
    for address in &addresses {
        for name in named {
            let field = format!("\"{name}\":\"{address}\"");
            let deep = format!(
                "\"deep\":{{\"page\":\"{address}\",\"path\":\"{address}\",\"$path\":\"{address}\",{field}}}"
            );
            check(&read_track(format!("{{\"eventType\":\"x\",{field},{deep}}}").as_bytes(), &context()));
            let item = format!(
                "{{\"event_type\":\"X\",{field},\"dom_info\":{{{field}}},\"user_metadata\":{{{field}}},{deep}}}"
            );
            let batch = format!("{{\"app_url\":\"{address}\",\"events\":[{item},{{{field},\"n\":1}}]}}");
            check(&read_track(batch.as_bytes(), &context()));
            check(&read_event(format!("{{\"type\":\"x\",{field},{deep}}}").as_bytes(), &context()));
            let site =
                format!("{{\"site_id\":\"site-1\",\"event_type\":\"x\",\"path\":\"/p\",{field},{deep}}}");
            check(&read_event(site.as_bytes(), &context()));
            let segment = format!(
                "{{\"event\":\"{address}\",\"properties\":{{{field},{deep}}},\"traits\":{{{field}}},\"context\":{{\"page\":{{{field}}},\
                 \"campaign\":{{\"source\":\"{address}\",\"id\":\"{address}\"}},\"referrer\":{{{field}}}}}}}"
            );
            check(&read_segment(Some(Kind::Track), segment.as_bytes(), &context()));
        }
    }
}

/// Bodies that are no JSON become dead letters, and so does what is wrong in them.
#[test]
fn no_dead_letter_keeps_a_secret() {
    let bodies = [
        "url=https%3A%2F%2Fa.test%2F%3Ftoken%3Ds3cr3t&email=ann%40example.com&token=s3cr3t".to_owned(),
        format!("{{url:'{ADDRESS}'}}"),
        format!("{ADDRESS} and so on"),
        format!(
            "{{\"type\":5,\"site_id\":7,\"eventType\":5,\"timestamp\":\"soon\",\"$path\":\"{ADDRESS}\"}}"
        ),
        r#"{"event":"x","timestamp":"soon","eventType":5,"type":5,"writeKey":"ks_live_s3cr3t","context":{"ip":"203.0.113.7"}}"#.to_owned(),
    ];
    for body in bodies {
        let readings = [
            read_track(body.as_bytes(), &context()),
            read_event(body.as_bytes(), &context()),
            read_segment(Some(Kind::Track), body.as_bytes(), &context()),
            read_segment(None, format!("{{\"batch\":[{body}]}}").as_bytes(), &context()),
        ];
        for reading in readings {
            assert!(matches!(reading.records[0], LogRecord::Rejected(_)), "{body}");
            check(&reading);
        }
    }
}

#[test]
fn a_campaign_in_a_route_counts_where_routes_are_pages() {
    let body = r#"{"site_id":"site-1","event_type":"x","path":"/#/sale?utm_source=news&token=s3cr3t"}"#;
    let reading = read_event(body.as_bytes(), &context());
    let read = event(&reading, 0);
    assert_eq!((read.path.as_deref(), read.utm_source.as_deref()), (Some("/#/sale"), Some("news")));
}

/// Cases of a run at full scale.
const CASES: u64 = 50_000;

/// An address with a secret in one of its parts, in one of the ways in which texts have addresses in them.
fn random_text(random: &mut Random) -> String {
    let start = random.pick(&[
        "https://a.test",
        "HTTP://ann:hunter2@a.test:8443",
        "//a.test",
        "",
        "android-app://a.test",
    ]);
    let path = random.pick(&[
        "/p",
        "/verify/ann@example.com/x",
        "/in/ann%2540example.com",
        "/p;jsessionid=s3cr3t;v=1",
        "/p%3Ftoken%3Ds3cr3t",
        "/a//b/../eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
    ]);
    let query = random.pick(&[
        "",
        "?",
        "?s3cr3t",
        "?a=s3cr3t&b=%73s3cr3t",
        "?utm_source=ann@example.com",
        "?ref=//a.test/?x=s3cr3t",
    ]);
    let fragment = random.pick(&["", "#", "#access_token=s3cr3t", "#/route?token=s3cr3t"]);
    let address = format!("{start}{path}{query}{fragment}");
    let encoded = match random.below(4) {
        // An encoded question mark without a value behind it may be part of a page's name.
        times @ 0..=1 if query != "?s3cr3t" => (0..=times).fold(address, |text, _| percent_encoded(&text)),
        _ => address,
    };
    match random.below(6) {
        0 => format!(" {encoded}"),
        1 => format!("see {encoded} now"),
        2 => format!("({encoded})"),
        3 => format!("{{\"u\":\"{encoded}\"}}"),
        _ => encoded,
    }
}

fn percent_encoded(text: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02x}"),
    };
    text.bytes().map(encoded).collect()
}

#[test]
fn no_random_address_leaves_a_secret() {
    let (cases, mut random) = random_cases("secrets", CASES);
    for _ in 0..cases {
        let text = serde_json::Value::from(random_text(&mut random)).to_string();
        let key = random.pick(&[
            "url",
            "x",
            "title",
            "target",
            "Referrer",
            "page_title",
            "landing-page",
            "event",
            "name",
        ]);
        let field = format!("\"{key}\":{text}");
        let reading = match random.below(6) {
            0 => read_track(
                format!("{{\"eventType\":\"x\",\"deep\":[{text}],{field}}}").as_bytes(),
                &context(),
            ),
            1 => read_track(
                format!("{{\"shared\":{text},\"events\":[{{\"event_type\":\"X\",{field}}}]}}").as_bytes(),
                &context(),
            ),
            2 => read_event(format!("{{\"type\":\"x\",{field}}}").as_bytes(), &context()),
            3 => {
                let campaign = format!("\"campaign\":{{\"source\":{text},\"x\":{text}}}");
                let body = format!(
                    "{{\"properties\":{{{field}}},\"context\":{{\"page\":{{\"url\":{text},\"path\":{text},{field}}},{campaign}}}}}"
                );
                read_segment(Some(Kind::Page), body.as_bytes(), &context())
            }
            // Dead letters: of a wrong time, and of no JSON.
            4 => read_segment(
                Some(Kind::Track),
                format!("{{\"timestamp\":\"soon\",{field}}}").as_bytes(),
                &context(),
            ),
            _ => read_track(format!("{field}; {text}").as_bytes(), &context()),
        };
        let log = bytes(&reading);
        for secret in SECRETS {
            assert!(!log.contains(secret), "{secret} of {field} in {log}");
        }
    }
}
