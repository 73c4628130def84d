//! What happens to the shop is among the annotations of its site, newest first and once.

use kassa_model::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::kassa::{Kassa, Start};
use crate::market::send;

fn done(kassa: &Kassa, method: &str, path: &str, body: &Value, status: u16) {
    let answer = send(&mut kassa.http(), method, path, "", body).unwrap();
    assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
}

fn order(kassa: &Kassa, key: &str, quantity: i64) -> u16 {
    let body = json!({"items": [{"sku": "mug", "quantity": quantity}]});
    send(&mut kassa.http(), "POST", "/v1/orders", key, &body).unwrap().status
}

/// A page of annotations.
fn page(kassa: &Kassa, more: &str) -> Value {
    let answer = kassa.get(&format!("/v1/annotations?site_id=default{more}"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

#[test]
fn what_happens_to_the_shop_is_among_its_annotations() {
    let cluster = kassa_db::testing::TestPostgres::start();
    let postgres = cluster.as_ref().map(kassa_db::testing::TestPostgres::fresh_database);
    for database in std::iter::once(None).chain(postgres.as_deref().map(Some)) {
        let folder = tempfile::tempdir().unwrap();
        let start = Start::up(&folder.path().join("data"))
            .with_database(database)
            .env("KASSA_CHAOS__ALLOWED", "true");
        let kassa = start.start();
        let price = |minor: i64| json!({"amount_minor": minor, "currency": "USD"});
        done(&kassa, "POST", "/v1/products", &json!({"sku": "mug", "name": "Mug", "price": price(900)}), 201);
        done(&kassa, "PATCH", "/v1/products/sku:mug", &json!({"price": price(700)}), 200);
        done(&kassa, "POST", "/v1/inventory/mug/receive", &json!({"quantity": 3}), 200);
        // The last is sold once, and again by nobody.
        assert_eq!((order(&kassa, "a", 1), order(&kassa, "b", 2), order(&kassa, "c", 1)), (201, 201, 422));
        let mine = json!({"site_id": "default", "at": SystemClock.now().to_string(), "text": "Mine"});
        done(&kassa, "POST", "/v1/annotations", &mine, 201);
        done(&kassa, "POST", "/v1/inventory/mug/receive", &json!({"quantity": 1}), 200);
        done(&kassa, "DELETE", "/v1/products/sku:mug", &json!({}), 204);
        done(&kassa, "POST", "/api/admin/chaos", &json!({"latency_ms": 1}), 200);
        done(&kassa, "DELETE", "/api/admin/chaos", &json!({}), 200);
        let notes = page(&kassa, "");
        let sources: Vec<&str> = notes["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|note| note["source"].as_str().unwrap())
            .collect();
        let expected = [
            "chaos_off",
            "chaos_on",
            "product_archived",
            "stock_back",
            "manual",
            "stock_out",
            "stock_back",
            "price_changed",
            "product_published",
            "version_started",
        ];
        assert_eq!((sources.as_slice(), &notes["next_cursor"]), (&expected[..], &Value::Null), "{notes}");
        let changed = &notes["results"][7];
        assert_eq!((&changed["sku"], &changed["name"]), (&json!("mug"), &json!("Mug")), "{changed}");
        assert_eq!(changed["detail"], json!({"before": price(900), "after": price(700)}));
        assert_eq!(notes["results"][9]["detail"], json!({"version": env!("CARGO_PKG_VERSION")}));
        // Page by page it is the same, and so it is after a restart.
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let some = page(&kassa, &format!("&limit=3{cursor}"));
            paged.extend(some["results"].as_array().unwrap().iter().cloned());
            let Some(next) = some["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(Value::from(paged), notes["results"]);
        assert!(kassa.stop().success());
        let kassa = start.start();
        assert_eq!(page(&kassa, ""), notes);
        let other = kassa.get("/v1/annotations?site_id=another");
        assert!(!other.body.contains("mug"), "{}", other.body);
    }
}
