//! Every bad input of the verification page, on every ingest route: a 4xx or a dead letter, never a 500, and the next
//! request is served.

use std::io::Write;

use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::shop::Shop;

const ROUTES: [&str; 6] = ["/track", "/event", "/v1/track", "/v1/batch", "/v1/identify", "/analytics/event"];

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// `bytes` zeros, packed a thousandfold.
pub(super) fn bomb(bytes: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![b'0'; 1 << 20];
    for _ in 0..bytes >> 20 {
        encoder.write_all(&zeros).unwrap();
    }
    encoder.finish().unwrap()
}

async fn served(shop: &Shop) {
    let answered = shop.post("/event", r#"{"type":"neighbour"}"#).await;
    assert_eq!(answered.status, 200, "{}", answered.body);
}

#[tokio::test]
async fn gzip_is_told_by_its_first_bytes() {
    let shop = Shop::open();
    let packed = gzip(br#"{"eventType":"packed"}"#);
    assert_eq!(shop.post("/track", packed.clone()).await.status, 201);
    assert_eq!(shop.last().event.name, "packed");
    let twice = [gzip(br#"{"eventType":"#), gzip(br#""two members"}"#)].concat();
    assert_eq!(shop.post("/track", twice).await.status, 201);
    assert_eq!(shop.last().event.name, "two members");
    for cut in [2, 5, 10, packed.len() / 2, packed.len() - 1] {
        for route in ROUTES {
            let answered = shop.post(route, packed[..cut].to_vec()).await;
            assert_eq!(answered.status, 400, "{route} cut at {cut}");
        }
    }
    let mut damaged = packed.clone();
    damaged[14] ^= 0xff;
    assert_eq!(shop.post("/track", damaged).await.status, 400);
    served(&shop).await;
}

#[tokio::test]
async fn gzip_bombs_are_413() {
    let shop = Shop::open();
    for route in ROUTES {
        let answered = shop.post(route, bomb(17 << 20)).await;
        assert_eq!(answered.status, 413, "{route}");
        assert!(answered.body.contains("16777216"), "{}", answered.body);
    }
    assert_eq!(shop.post("/track", bomb(1 << 30)).await.status, 413);
    assert!(shop.records().is_empty());
    // At the limit it is only not JSON.
    assert_eq!(shop.post("/track", bomb(16 << 20)).await.status, 400);
    assert_eq!(shop.metric(r#"kassa_collect_requests_refused_total{cause="too_large"}"#), Some(7.0));
    served(&shop).await;
}

#[tokio::test]
async fn bodies_over_4_mib_are_413() {
    let shop = Shop::open();
    let body = |bytes: usize| Bytes::from(format!("{{\"eventType\":\"{}\"}}", "x".repeat(bytes - 16)));
    assert_eq!(body(4 << 20).len(), 4 << 20);
    for route in ROUTES {
        for bytes in [(4 << 20) + 1, 10 << 20] {
            let answered = shop.post(route, body(bytes)).await;
            assert_eq!(answered.status, 413, "{route}");
            assert!(answered.body.contains("4194304"));
            // A body of unknown length is no way around.
            let parts = futures_util::stream::iter(
                body(bytes)
                    .chunks(100_000)
                    .map(Bytes::copy_from_slice)
                    .map(Ok::<_, std::io::Error>)
                    .collect::<Vec<_>>(),
            );
            let request = Request::post(route).body(Body::from_stream(parts)).unwrap();
            assert_eq!(shop.send(request).await.status, 413, "{route}");
        }
        let answered = shop.post(route, body(4 << 20)).await;
        assert!([200, 400].contains(&answered.status), "{route} {}", answered.status);
    }
    served(&shop).await;
}

#[tokio::test]
async fn odd_bodies_are_refused_and_kept() {
    let shop = Shop::open();
    let deep = "[".repeat(100_000);
    let bodies: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"\0".to_vec(),
        b"\xff\xfe".to_vec(),
        b"{".to_vec(),
        b"{\"type\":\"x\"".to_vec(),
        b"{\"type\":\"x\"}}".to_vec(),
        b"{'type':'x'}".to_vec(),
        b"{\"eventType\":\"\xc3\x28\"}".to_vec(),
        b"{\"type\":\"a\0b\"}".to_vec(),
        b"null".to_vec(),
        b"true".to_vec(),
        b"-0".to_vec(),
        b"1e999999".to_vec(),
        b"\"text\"".to_vec(),
        b"[[[]]]".to_vec(),
        b"NaN".to_vec(),
        b"a=b&c=d".to_vec(),
        b"<xml/>".to_vec(),
        b"\\".to_vec(),
        b"{\"a\":\"\\".to_vec(),
        b"{\"a\":\"\\u".to_vec(),
        b"{\"a\":\"\\ud800".to_vec(),
        deep.clone().into_bytes(),
        format!("{{\"type\":{deep}").into_bytes(),
        "{\"a\":".repeat(50_000).into_bytes(),
        b"\x1f\x8b".to_vec(),
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03".to_vec(),
    ];
    for route in ROUTES {
        for body in &bodies {
            let answered = shop.post(route, body.clone()).await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
            assert_eq!(answered.status, 400, "{route} {shown}: {}", answered.body);
            shop.clock.advance(1_000_000);
        }
    }
    assert_eq!(shop.records().len(), ROUTES.len() * bodies.len(), "each is a dead letter");
    served(&shop).await;
}

#[tokio::test]
async fn odd_values_in_every_field_never_fail() {
    let shop = Shop::open();
    let values = [
        "null",
        "true",
        "0",
        "-1",
        "1.5",
        "1e999",
        "99999999999999999999999",
        "\"\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "[]",
        "{}",
        "[[[]]]",
        "{\"a\":{\"b\":null}}",
        "\"2025-01-01 12:00:00\"",
        "\"/\"",
        "\"https://\"",
    ];
    let fields = [
        "eventType",
        "page",
        "timestamp",
        "sessionId",
        "target",
        "seconds",
        "anonymousId",
        "userId",
        "writeKey",
        "events",
        "event_id",
        "event_type",
        "location_type",
        "component_name",
        "page_path",
        "page_title",
        "dom_info",
        "user_metadata",
        "type",
        "site_id",
        "path",
        "user_id",
        "messageId",
        "sentAt",
        "originalTimestamp",
        "event",
        "properties",
        "context",
        "traits",
        "integrations",
        "name",
        "batch",
        "groupId",
    ];
    let mut requests = 0;
    for field in fields {
        for value in values {
            let one = format!(
                "{{\"eventType\":\"x\",\"event_type\":\"x\",\"type\":\"track\",\"{field}\":{value}}}"
            );
            let context = format!(
                "{{\"event\":\"x\",\"context\":{{\"{field}\":{value},\"page\":{value},\"campaign\":{value},\"library\":{value},\"userAgent\":{value}}}}}"
            );
            let bodies = [
                one.clone(),
                format!("{{\"site_id\":\"a\",\"path\":\"/\",\"event_type\":\"x\",\"{field}\":{value}}}"),
                format!("{{\"events\":[{one}],\"batch\":[{one},{context}],\"{field}\":{value}}}"),
                format!("{{\"{field}\":{value},\"events\":[{one}],\"batch\":[{one},{context}]}}"),
                context,
            ];
            for route in ROUTES {
                for body in &bodies {
                    let answered = shop.post(route, body.clone()).await;
                    assert!(answered.status < 500, "{route} {body}: {}", answered.status);
                    requests += 1;
                }
            }
        }
    }
    println!("{requests} requests with odd values, {} records", shop.records().len());
    served(&shop).await;
}

#[tokio::test]
async fn odd_heads_never_fail() {
    let shop = Shop::open();
    let long = "x".repeat(6_000);
    let odd = [
        ("authorization", "Basic"),
        ("authorization", "Basic "),
        ("authorization", "Basic !!!"),
        ("authorization", "Basic /////w=="),
        ("authorization", "Basi"),
        ("x-write-key", ""),
        ("x-write-key", &long),
        ("user-agent", ""),
        ("content-encoding", "gzip"),
        ("content-type", "\u{ff}"),
        ("sec-gpc", "yes"),
        ("origin", "null"),
    ];
    for (name, value) in odd {
        let request = Request::post("/v1/track").header(name, value.as_bytes());
        let answered = shop.send(request.body(Body::from(r#"{"event":"x"}"#)).unwrap()).await;
        assert_eq!(answered.status, 200, "{name}: {value}");
    }
    let request = Request::post("/event").header("user-agent", &b"\xff\xfe\x80 agent"[..]);
    assert_eq!(shop.send(request.body(Body::from(r#"{"type":"x"}"#)).unwrap()).await.status, 200);
    assert_eq!(shop.last().agent.as_deref(), Some("\u{fffd}\u{fffd}\u{fffd} agent"));
    for query in ["writeKey=%", "writeKey=%ff%fe", "writeKey=%00", "&&&===", "writeKey"] {
        let answered = shop.post(&format!("/track?{query}"), r#"{"eventType":"x"}"#).await;
        assert_eq!(answered.status, 201, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_bodies_at_once_take_turns() {
    let shop = std::sync::Arc::new(Shop::open());
    let event = format!("{{\"event_type\":\"a\",\"text\":\"{}\"}}", "x".repeat(1_200));
    let events = format!("{{\"events\":[{}]}}", vec![event; 3_000].join(","));
    let packed = gzip(events.as_bytes());
    assert!(events.len() > 3 << 20 && packed.len() < 1 << 20);
    let bomb = bomb(64 << 20);
    let mut sending = Vec::new();
    for n in 0..24 {
        let shop = std::sync::Arc::clone(&shop);
        let (body, expected) = match n % 4 {
            0 => (events.clone().into_bytes(), 200),
            1 => (packed.clone(), 200),
            2 => (bomb.clone(), 413),
            _ => (br#"{"eventType":"small"}"#.to_vec(), 201),
        };
        sending.push(tokio::spawn(async move { (shop.post("/track", body).await.status, expected) }));
    }
    for sent in sending {
        let (status, expected) = sent.await.unwrap();
        assert_eq!(status, expected);
    }
    assert_eq!(shop.records().len(), 12 * 3_000 + 6);
}
