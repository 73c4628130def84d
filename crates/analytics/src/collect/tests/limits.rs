//! How much strangers may send, in the words of each dialect.

use super::super::{LimitOptions, Rate};
use super::shop::Shop;

/// So much at once, and next to nothing after that.
fn limits(client: u32, site: u32) -> LimitOptions {
    let rate = |burst: u32| Rate { per_second: 1.try_into().unwrap(), burst: burst.try_into().unwrap() };
    LimitOptions { per_client: rate(client), per_site: rate(site) }
}

const STRANGER: (&str, &str) = ("x-forwarded-for", "203.0.113.9");

fn page(n: usize) -> String {
    format!(r#"{{"writeKey":"pk_1","type":"page","messageId":"m-{n}"}}"#)
}

#[tokio::test]
async fn each_dialect_says_so_in_its_own_words() {
    for (path, body, expected) in [
        ("/track", r#"{"eventType":"click"}"#, r#"{"error":"Too many requests"}"#),
        ("/track", r#"{"events":[]}"#, r#"{"error":"Too many requests"}"#),
        ("/event", r#"{"site_id":"free"}"#, r#"{"errors":["too_many_requests"]}"#),
        ("/analytics/event", r#"{"type":"purchase"}"#, "Too many requests"),
        ("/v1/page", "{}", r#"{"success":false,"error":"too_many_requests"}"#),
        ("/v1/batch", "{}", r#"{"success":false,"error":"too_many_requests"}"#),
    ] {
        let shop = Shop::limited(limits(1, 100));
        shop.post_with(path, &[STRANGER], body).await;
        let refused = shop.post_with(path, &[STRANGER], body).await;
        assert_eq!((refused.status, refused.body.as_str()), (429, expected), "{path}");
        assert_eq!(refused.headers["retry-after"], "1", "{path}");
        let text = shop.metrics.text();
        assert!(text.contains(r#"requests_refused_total{cause="client_rate"} 1"#), "{text}");
    }
}

#[tokio::test]
async fn who_has_a_secret_key_and_the_machine_itself_are_exempt() {
    let shop = Shop::limited(limits(1, 1));
    for n in 0..50 {
        assert_eq!(shop.post_with("/v1/page", &[], &page(n)).await.status, 200, "loopback {n}");
        let keyed = [STRANGER, ("authorization", "Bearer sk_sender")];
        assert_eq!(shop.post_with("/v1/page", &keyed, &page(n)).await.status, 200, "a secret key {n}");
    }
    let wrong = [STRANGER, ("authorization", "Bearer sk_wrong")];
    assert_eq!(shop.post_with("/v1/page", &wrong, &page(1)).await.status, 200);
    assert_eq!(shop.post_with("/v1/page", &wrong, &page(2)).await.status, 429, "a wrong one is none");
}

#[tokio::test]
async fn an_event_counts_as_one_however_it_is_sent() {
    let batch = |events: usize| {
        let events: Vec<_> =
            (0..events).map(|n| format!(r#"{{"type":"page","messageId":"b-{n}"}}"#)).collect();
        format!(r#"{{"writeKey":"pk_1","batch":[{}]}}"#, events.join(","))
    };
    let shop = Shop::limited(limits(100, 1_000));
    assert_eq!(shop.post_with("/v1/batch", &[STRANGER], &batch(60)).await.status, 200);
    let refused = shop.post_with("/v1/batch", &[STRANGER], &batch(60)).await;
    assert_eq!(refused.status, 429, "a refused batch is refused whole");
    assert_eq!(shop.records().len(), 60);
    // What is in a body does not matter: its bytes are paid for.
    let shop = Shop::limited(limits(100, 1_000));
    let junk = "x".repeat(40_000);
    assert_eq!(shop.post_with("/v1/batch", &[STRANGER], &junk).await.status, 400);
    assert_eq!(shop.post_with("/v1/batch", &[STRANGER], &junk).await.status, 429);
}

#[tokio::test]
async fn a_site_has_a_limit_of_its_own() {
    let shop = Shop::limited(limits(1_000, 5));
    for n in 0..5 {
        assert_eq!(shop.post_with("/v1/page", &[STRANGER], &page(n)).await.status, 200);
    }
    assert_eq!(shop.post_with("/v1/page", &[STRANGER], &page(9)).await.status, 429);
    let other = r#"{"site_id":"free","event_type":"e","path":"/","timestamp":"2025-11-13T12:00:00Z"}"#;
    assert_eq!(shop.post_with("/event", &[STRANGER], other).await.status, 202, "another site has its own");
    let text = shop.metrics.text();
    assert!(text.contains(r#"requests_refused_total{cause="site_rate"} 1"#), "{text}");
}

#[tokio::test]
async fn open_mode_has_none_but_for_what_a_proxy_passed_on() {
    let shop = Shop::open_and_limited(limits(1, 1));
    for n in 0..20 {
        assert_eq!(shop.post_with("/v1/page", &[], &page(n)).await.status, 200);
    }
    assert_eq!(shop.post_with("/v1/page", &[STRANGER], &page(1)).await.status, 200);
    assert_eq!(shop.post_with("/v1/page", &[STRANGER], &page(2)).await.status, 429);
}
