//! How much strangers may send, in the words of each dialect.

use axum::body::Body;
use axum::http::Request;

use super::super::{LimitOptions, Rate};
use super::bad_input::{bomb, gzip};
use super::shop::{Answered, Shop};

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
        let in_place = [STRANGER, ("x-write-key", "sk_sender")];
        assert_eq!(shop.post_with("/v1/page", &in_place, "{}").await.status, 200, "where a write key is {n}");
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

/// From the stranger, packed.
async fn post_packed(shop: &Shop, body: Vec<u8>) -> Answered {
    let request = Request::post("/v1/batch").header(STRANGER.0, STRANGER.1);
    shop.send(request.body(Body::from(body)).unwrap()).await
}

/// What is left to the stranger pays for so many events.
async fn has_left(shop: &Shop, events: usize) -> bool {
    let junk = "x".repeat((events - 1) * 512);
    match shop.post_with("/v1/batch", &[STRANGER], &junk).await.status {
        400 => true,
        429 => false,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn what_a_body_inflates_to_is_paid_for_before_it_is_inflated() {
    // The size that it says is paid first: it is not seen that the rest is damaged.
    let mut damaged = bomb(1 << 20);
    damaged[600] ^= 0xff;
    let shop = Shop::limited(limits(1_000, 1_000));
    assert_eq!(post_packed(&shop, damaged.clone()).await.status, 400, "a whole burst at the most");
    let shop = Shop::limited(limits(3_000, 1_000));
    assert_eq!(post_packed(&shop, damaged.clone()).await.status, 400);
    let refused = post_packed(&shop, damaged).await;
    assert_eq!(refused.status, 429);
    assert!(refused.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 1_000);
    assert!(has_left(&shop, 940).await, "no work, no pay");
}

#[tokio::test]
async fn who_lies_about_the_size_pays_while_it_is_inflated() {
    let mut lying = bomb(1 << 20);
    let end = lying.len() - 4;
    lying[end..].fill(0);
    let shop = Shop::limited(limits(1_000, 1_000));
    assert!(has_left(&shop, 500).await);
    assert_eq!(post_packed(&shop, lying).await.status, 429, "in the middle of it");
    assert!(!has_left(&shop, 200).await, "what was inflated is paid for");
}

#[tokio::test]
async fn a_body_over_the_limit_is_paid_for_too() {
    let shop = Shop::limited(limits(40_000, 1_000));
    assert_eq!(post_packed(&shop, bomb(17 << 20)).await.status, 413);
    assert_eq!(post_packed(&shop, bomb(17 << 20)).await.status, 429);
    let refused =
        |cause: &str| shop.metric(&format!("kassa_collect_requests_refused_total{{cause=\"{cause}\"}}"));
    assert_eq!((refused("too_large"), refused("client_rate")), (Some(1.0), Some(1.0)));
}

#[tokio::test]
async fn a_packed_batch_costs_what_it_costs_unpacked() {
    let events: Vec<_> = (0..60).map(|n| format!(r#"{{"type":"page","messageId":"p-{n}"}}"#)).collect();
    let batch = format!(r#"{{"writeKey":"pk_1","batch":[{}]}}"#, events.join(","));
    let shop = Shop::limited(limits(100, 1_000));
    assert_eq!(post_packed(&shop, gzip(batch.as_bytes())).await.status, 200);
    assert_eq!(shop.records().len(), 60);
    assert!(has_left(&shop, 38).await, "60 events were paid for, and no more");
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
