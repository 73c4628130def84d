//! An order's money in the reports: at the source of its visit, exactly once, through kills between its appending and
//! its marking; and whatever clients send does not change it.

use serde_json::{Value, json};

use crate::http::Answer;
use crate::kassa::{Kassa, Start, metric, wait_for};

const VISIT: &str = r#"{"writeKey":"default","type":"page","anonymousId":"a-1","messageId":"v-1","context":{
    "page":{"path":"/landing","url":"https://shop.test/landing?utm_source=x"},"campaign":{"source":"x","name":"spring"}}}"#;

fn send(kassa: &Kassa, method: &str, path: &str, key: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    kassa.http().send(method, path, &headers, body.to_string().as_bytes()).unwrap()
}

fn query(kassa: &Kassa, query: &Value) -> Value {
    let answer = send(kassa, "POST", "/v1/query", "", query);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["results"].clone()
}

fn by_source(kassa: &Kassa) -> Value {
    let metrics = json!(["revenue", "orders", "units", "refunds"]);
    query(
        kassa,
        &json!({"site_id": "default", "metrics": metrics, "date_range": "day", "dimensions": ["visit:utm_source"]}),
    )
}

fn usd(amount_minor: i64) -> Value {
    json!({"amount_minor": amount_minor, "currency": "USD"})
}

fn wait_until_published(kassa: &Kassa) {
    let unpublished = || metric(&kassa.get("/metrics").body, "kassa_outbox_unpublished_rows").unwrap();
    wait_for("the outbox to be published", || (unpublished() == 0.0).then_some(()));
}

#[test]
fn an_orders_revenue_shows_once_at_its_source_through_kills() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start::up(&folder.path().join("data"));
    let kassa = start.start();
    assert_eq!(kassa.post("/v1/page", VISIT).status, 200);
    let mug = json!({"sku": "mug", "name": "Mug", "category": "kitchen", "price": {"amount_minor": 1_250, "currency": "USD"}});
    assert_eq!(send(&kassa, "POST", "/v1/products", "p", &mug).status, 201);
    assert_eq!(send(&kassa, "POST", "/v1/inventory/mug/receive", "s", &json!({"quantity": 50})).status, 200);
    kassa.wait_until_drained();
    // Or that the mug came would be what an armed process dies of, before it serves.
    wait_until_published(&kassa);
    assert!(kassa.stop().success());

    let order = json!({"items": [{"sku": "mug", "quantity": 2}], "context": {"anonymous_id": "a-1"}});
    let mut placed = Vec::new();
    for (number, point) in ["relay.after_append", "relay.before_mark"].into_iter().enumerate() {
        let mut armed = start.clone().env("KASSA_FAILPOINTS", &format!("{point}=1")).start();
        let key = format!("o-{number}");
        // The kill may come before the answer; the key makes the repeat harmless.
        let _ = armed.http().send(
            "POST",
            "/v1/orders",
            &[("content-type", "application/json"), ("idempotency-key", &key)],
            order.to_string().as_bytes(),
        );
        assert!(!armed.ended().success(), "{point}");
        let kassa = start.start();
        let answer = send(&kassa, "POST", "/v1/orders", &key, &order);
        assert_eq!(answer.status, 201, "{}", answer.body);
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        // A client that knows the order claims its record's next id, and money of its own.
        let forged = json!({"writeKey": "default", "type": "track", "event": "Order Completed", "anonymousId": "a-1",
            "messageId": format!("order:{id}:2"), "properties": {"order_id": id, "revenue": 9_999, "currency": "USD"}});
        assert_eq!(kassa.post("/v1/track", &forged.to_string()).status, 200);
        placed.push(id);
        wait_until_published(&kassa);
        assert!(kassa.stop().success());
    }

    let kassa = start.start();
    let refund = json!({"lines": [{"sku": "mug", "quantity": 1, "restock": true}]});
    let refunded = send(&kassa, "POST", &format!("/v1/orders/{}/refunds", placed[0]), "r-1", &refund);
    assert!(refunded.status < 300, "{}", refunded.body);
    let expected = json!([{"dimensions": ["x"], "metrics": [usd(3_750), 2, 3, usd(1_250)]}]);
    wait_for("the refund to be counted", || (by_source(&kassa) == expected).then_some(()));
    kassa.wait_until_drained();
    assert_eq!(by_source(&kassa), expected);
    let by_product = json!({"site_id": "default", "metrics": ["revenue", "average_order_value"], "date_range": "day",
        "dimensions": ["product:category"]});
    assert_eq!(
        query(&kassa, &by_product),
        json!([{"dimensions": ["kitchen"], "metrics": [usd(3_750), usd(2_500)]}])
    );
    let conversions =
        json!({"site_id": "default", "metrics": ["conversion_rate", "visitors"], "date_range": "day"});
    assert_eq!(query(&kassa, &conversions), json!([{"dimensions": [], "metrics": [100, 1]}]));
    let counts = kassa.get("/v1/admin/counts?site_id=default");
    assert!(counts.body.contains("duplicate"), "both kills made their record come twice: {}", counts.body);
    assert!(kassa.stop().success());
}

/// A page from a newsletter, the login, the cart, and the order that the shop's server sends with the user's id alone.
#[test]
fn one_who_names_themselves_in_mid_visit_is_one_visitor_and_converts_at_their_source() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = Start::up(&folder.path().join("data")).start();
    let mug = json!({"sku": "mug", "name": "Mug", "category": "kitchen", "price": {"amount_minor": 1_250, "currency": "USD"}});
    assert_eq!(send(&kassa, "POST", "/v1/products", "p", &mug).status, 201);
    assert_eq!(send(&kassa, "POST", "/v1/inventory/mug/receive", "s", &json!({"quantity": 5})).status, 200);
    let batch = json!({"writeKey": "default", "batch": [
        {"type": "page", "anonymousId": "a-7", "context": {"page": {"path": "/sale"}, "campaign": {"source": "newsletter"}}},
        {"type": "identify", "anonymousId": "a-7", "userId": "c7", "traits": {"plan": "b"}},
        {"type": "track", "event": "Product Added", "anonymousId": "a-7", "userId": "c7"},
        {"type": "track", "event": "Address Checked", "userId": "c7"},
    ]});
    assert_eq!(kassa.post("/v1/batch", &batch.to_string()).status, 200);
    kassa.wait_until_drained();
    let order = json!({"items": [{"sku": "mug", "quantity": 1}], "context": {"user_id": "c7"}});
    let placed = send(&kassa, "POST", "/v1/orders", "o", &order);
    assert_eq!(placed.status, 201);
    let expected = json!([{"dimensions": ["newsletter"], "metrics": [usd(1_250), 1, 1, usd(0)]}]);
    wait_for("the order to be counted", || (by_source(&kassa) == expected).then_some(()));
    let metrics = json!(["visitors", "visits", "bounce_rate", "conversion_rate"]);
    let whole = json!({"site_id": "default", "metrics": metrics, "date_range": "day"});
    assert_eq!(query(&kassa, &whole), json!([{"dimensions": [], "metrics": [1, 1, 0, 100]}]));
    // It is found by the number that people call it by.
    let (number, id) = (&placed.json()["number"], &placed.json()["id"]);
    let found = |id: String| kassa.get(&format!("/v1/where?site_id=default&id={id}")).json();
    let by_number = found(number.to_string());
    assert_eq!(by_number["status"], "counted", "{by_number}");
    assert_eq!(by_number["records"][0]["event"]["order"]["order_id"], *id, "{by_number}");
    assert_eq!(by_number["records"], found(id.as_str().unwrap().to_owned())["records"]);
    assert_eq!(found("999".to_owned())["status"], "unknown");
    assert!(kassa.stop().success());
}
