//! What a request with a key has done to an order is remembered for ever; and `If-Match` of whoever changes one.

use axum::http::Method;
use kassa_model::MICROS_PER_DAY;
use serde_json::{Value, json};

use super::support::{Answered, TestShop, shops};

fn two_days_later(shop: &TestShop) {
    shop.clock.advance(2 * MICROS_PER_DAY);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_with_a_key_is_done_once_for_ever() {
    for shop in shops() {
        shop.stock("ps5", 100, 20);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 4}])).await;
        let line = json!({"lines": [{"sku": "ps5", "quantity": 1, "restock": true}]});
        let part = json!({"lines": [{"sku": "ps5", "quantity": 1}]});
        let other = json!({"lines": [{"sku": "ps5", "quantity": 2}]});
        for (tail, body) in [("refunds", &line), ("fulfil", &part)] {
            let (path, key) = (format!("{path}/{tail}"), format!("key-{tail}"));
            let first = shop.post(&path, &key, body).await;
            assert_eq!((first.status, first.is_replay()), (200, false), "{}", first.body);
            // Beyond the day that the answer itself is kept.
            two_days_later(&shop);
            let again = shop.post(&path, &key, body).await;
            assert_eq!((again.status, again.is_replay()), (200, true), "{tail}: {}", again.body);
            assert_eq!(again.body, first.body);
            assert_eq!(shop.post(&path, &key, body).await.body, first.body);
            two_days_later(&shop);
            let reused = shop.post(&path, &key, &other).await;
            assert_eq!(reused.problem(), "idempotency-key-reused", "{tail}: {}", reused.body);
            // And under the key stands what it has done.
            let again = shop.post(&path, &key, body).await;
            assert_eq!((again.status, again.is_replay()), (200, true), "{tail}: {}", again.body);
        }
        let order = shop.get(&path).await.json();
        let line = &order["items"][0];
        assert_eq!((&line["refunded_quantity"], &line["fulfilled_quantity"]), (&json!(1), &json!(1)));
        assert_eq!(shop.on_hand("ps5"), 17);
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_edit_or_cancel_comes_again_and_does_nothing() {
    for shop in shops() {
        shop.stock("ps5", 100, 20);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 4}])).await;
        let edit = async |key: &str, quantity: i64| {
            let body = json!({"items": [{"sku": "ps5", "quantity": quantity}]}).to_string();
            shop.call((Method::PUT, &path), &[("idempotency-key", key)], body).await
        };
        assert_eq!(edit("e1", 5).await.status, 200);
        assert_eq!(edit("e2", 6).await.status, 200);
        two_days_later(&shop);
        let late = edit("e1", 5).await;
        assert_eq!((late.status, late.is_replay()), (200, true), "{}", late.body);
        assert_eq!(
            (&late.json()["revision"], &late.json()["total"]["amount_minor"]),
            (&json!(3), &json!(600))
        );
        assert_eq!(shop.on_hand("ps5"), 14);
        let cancel = format!("{path}/cancel");
        assert_eq!(shop.post(&cancel, "c1", &json!({})).await.status, 200);
        two_days_later(&shop);
        let late = shop.post(&cancel, "c1", &json!({})).await;
        assert_eq!((late.status, late.is_replay()), (200, true), "{}", late.body);
        assert_eq!(shop.post(&cancel, "c2", &json!({})).await.status, 409, "a new key is a new cancel");
        // Another order's key of the same name is another.
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 1}])).await;
        two_days_later(&shop);
        let other = shop.post(&format!("{path}/cancel"), "c1", &json!({})).await;
        assert_eq!((other.status, other.is_replay()), (200, false), "{}", other.body);
        shop.check_books();
    }
}

fn etag(answer: &Answered) -> String {
    answer.headers["etag"].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_that_shows_an_order_has_its_etag() {
    for shop in shops() {
        shop.stock("ps5", 100, 20);
        let placed = shop.order("k1", "ps5", 4).await;
        let path = format!("/v1/orders/{}", placed.json()["id"].as_str().unwrap());
        let mut seen = vec![etag(&placed)];
        assert_eq!(etag(&shop.get(&path).await), seen[0]);
        assert_eq!(etag(&shop.order("k1", "ps5", 4).await), seen[0], "a replay has it, too");
        let items = json!({"items": [{"sku": "ps5", "quantity": 5}]});
        seen.push(etag(&shop.put(&path, &items).await));
        let line = json!({"lines": [{"sku": "ps5", "quantity": 1}]});
        seen.push(etag(&shop.post(&format!("{path}/refunds"), "r1", &line).await));
        seen.push(etag(&shop.post(&format!("{path}/fulfil"), "f1", &line).await));
        seen.push(etag(&shop.post(&format!("{path}/refunds"), "r2", &json!({"amount_minor": 1})).await));
        let mut distinct = seen.clone();
        distinct.dedup();
        assert_eq!(distinct, seen, "each change makes a new one");
        let last = seen.last().unwrap().as_str();
        let known = shop.call((Method::GET, &path), &[("if-none-match", last)], "").await;
        assert_eq!((known.status, known.body.as_str(), etag(&known).as_str()), (304, "", last));
        let news = shop.call((Method::GET, &path), &[("if-none-match", seen[0].as_str())], "").await;
        assert_eq!((news.status, etag(&news).as_str()), (200, last));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_what_is_no_more_is_refused() {
    for shop in shops() {
        shop.stock("ps5", 100, 20);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 4}])).await;
        let first = etag(&shop.get(&path).await);
        let items = json!({"items": [{"sku": "ps5", "quantity": 5}]});
        let now = etag(&shop.put(&path, &items).await);
        let line = json!({"lines": [{"sku": "ps5", "quantity": 1}]});
        let edges: [(Method, &str, Value); 4] = [
            (Method::PUT, "", items),
            (Method::POST, "/fulfil", line.clone()),
            (Method::POST, "/refunds", line),
            (Method::POST, "/cancel", json!({})),
        ];
        let weak = format!("W/{now}");
        let many = format!("{first}, \"x\"");
        for (method, tail, body) in &edges {
            let path = format!("{path}{tail}");
            for stale in [first.as_str(), &weak, &many, "\"\"", "2.2"] {
                let headers = [("if-match", stale), ("idempotency-key", "k-stale")];
                let answer = shop.call((method.clone(), &path), &headers, body.to_string()).await;
                let said = (answer.status, answer.problem());
                assert_eq!(said, (412, "precondition-failed".to_owned()), "{path} {stale}");
            }
        }
        assert_eq!((etag(&shop.get(&path).await), shop.on_hand("ps5")), (now.clone(), 15));
        // The state that was seen, by its tag, in a list, or any.
        let mut now = now;
        for (place, (method, tail, body)) in edges.iter().enumerate().take(3) {
            let path = format!("{path}{tail}");
            let seen = [now.clone(), format!("\"0.0\", {now}"), "*".to_owned()][place].clone();
            let key = format!("k{place}");
            let headers = [("if-match", seen.as_str()), ("idempotency-key", key.as_str())];
            let answer = shop.call((method.clone(), &path), &headers, body.to_string()).await;
            assert_eq!(answer.status, 200, "{path} {seen}: {}", answer.body);
            now = etag(&answer);
            // A repeat comes before its precondition, which no longer holds.
            let again = shop.call((method.clone(), &path), &headers, body.to_string()).await;
            assert_eq!((again.status, again.is_replay(), etag(&again)), (200, true, now.clone()));
        }
        let nobody = "/v1/orders/0190aaaa-0000-7000-8000-000000000000/cancel";
        let answer = shop.call((Method::POST, nobody), &[("if-match", "*")], "").await;
        assert_eq!(answer.status, 404);
        shop.check_books();
    }
}
