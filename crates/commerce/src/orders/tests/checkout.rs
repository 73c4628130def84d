//! What a checkout sends beside its goods: where they go, what the buyer was shown; and the link by which they follow.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use super::super::failed::remove_failed;
use super::support::{TestShop, shops};
use crate::testing::Bed;

const ADMIN: (&str, &str) = ("authorization", "Bearer admin-token-1");

/// An order of two with everything that a checkout sends.
fn checkout(expected_minor: i64) -> Value {
    json!({
        "items": [{"sku": "mug", "quantity": 2}],
        "customer": {"name": " Zoë ", "email": "Zoe@Shop.test", "phone": "+44 20 7946 0000"},
        "shipping_address": {"name": "Zoë", "line1": "High Street 1", "city": "Leeds", "postal_code": "LS1 1AA", "country": "gb"},
        "billing_address": {"name": "Acme", "company": "Acme Ltd", "line1": "Mill Lane 2", "line2": "Floor 3", "city": "York",
            "region": "North Yorkshire", "country": "GB"},
        "note": "Ring twice\r\nat the back",
        "marketing_consent": true,
        "expected_total": {"amount_minor": expected_minor, "currency": "USD"},
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_link_shows_its_order_and_no_other() {
    for shop in shops() {
        shop.stock("mug", 1_250, 10);
        let made = shop.post("/v1/orders", "k1", &checkout(2_500)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        for word in ["Zo", "High Street", "Acme", "Ring twice"] {
            assert!(!made.body.contains(word), "{word} in {}", made.body);
        }
        let (id, link) = (made.json()["id"].clone(), made.json()["link"].as_str().unwrap().to_owned());
        let id = id.as_str().unwrap();
        let key = link.strip_prefix(&format!("/order/{id}?k=")).unwrap().to_owned();
        assert_eq!(key.len(), 32);
        let path = format!("/v1/orders/{id}/status?k={key}");
        let seen = shop.get(&path).await;
        let body = seen.json();
        assert_eq!(
            (seen.status, &seen.headers["cache-control"]),
            (200, &"private, no-store".parse().unwrap())
        );
        assert_eq!(
            body["customer"],
            json!({"name": "Zoë", "email": "Zoe@Shop.test", "phone": "+44 20 7946 0000"})
        );
        assert_eq!(body["shipping_address"]["country"], "GB");
        assert_eq!(body["billing_address"]["region"], "North Yorkshire");
        assert_eq!(body["note"], "Ring twice\nat the back");
        assert_eq!(body["total"], json!({"amount_minor": 2_500, "currency": "USD"}));
        assert_eq!(body["events"][0]["kind"], "confirmed");
        let line = &body["lines"][0];
        assert_eq!(
            (&line["slug"], &line["quantity"], &line["image"]),
            (&json!("the-mug"), &json!(2), &Value::Null)
        );
        assert_eq!(line["unit_price"]["amount_minor"], 1_250);

        let tag = seen.headers["etag"].to_str().unwrap().to_owned();
        let known = [("if-none-match", tag.as_str())];
        let again = shop.call((Method::GET, &path), &known, Body::empty()).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""));
        shop.call((Method::POST, &format!("/v1/orders/{id}/cancel")), &[], "").await;
        let changed = shop.call((Method::GET, &path), &known, Body::empty()).await;
        assert_eq!((changed.status, &changed.json()["status"]), (200, &json!("cancelled")));

        let other = shop.order("k2", "mug", 1).await.json();
        let other = other["id"].as_str().unwrap();
        let other_path = format!("/v1/orders/{other}/status?k={key}");
        let nobodys = format!("/v1/orders/{}/status?k={key}", uuid::Uuid::now_v7());
        for wrong in [
            other_path.as_str(),
            nobodys.as_str(),
            &format!("/v1/orders/{id}/status"),
            &format!("/v1/orders/{id}/status?k="),
            &format!("/v1/orders/{id}/status?k={}", key.to_uppercase()),
            &format!("/v1/orders/{id}/status?k={key}0"),
            &format!("/v1/orders/{id}/status?k=%C3%A9{}", &key[2..]),
            "/v1/orders/7/status",
        ] {
            let answer = shop.get(wrong).await;
            assert_eq!(answer.status, 404, "{wrong}: {}", answer.body);
            assert!(!answer.body.contains("Zo"), "{wrong}: {}", answer.body);
        }
        for bad in ["?k=1&k=2", "?q=1", "?k=%00"] {
            assert_eq!(shop.get(&format!("/v1/orders/{id}/status{bad}")).await.status, 400, "{bad}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_total_orders_nothing_and_leaves_the_key() {
    for shop in shops() {
        shop.stock("mug", 1_250, 10);
        for (place, wrong) in [2_499, 2_501, 0, -2_500].into_iter().enumerate() {
            let refused = shop.post("/v1/orders", "k1", &checkout(wrong)).await;
            assert_eq!((refused.status, refused.problem().as_str()), (409, "total-changed"), "{place}");
            assert_eq!(refused.json()["total"], json!({"amount_minor": 2_500, "currency": "USD"}));
            let line = &refused.json()["lines"][0];
            assert_eq!((&line["sku"], &line["price"]["amount_minor"]), (&json!("mug"), &json!(1_250)));
        }
        let mut other = checkout(2_500);
        other["expected_total"]["currency"] = json!("EUR");
        assert_eq!(shop.post("/v1/orders", "k1", &other).await.status, 409);
        for table in [
            "SELECT COUNT(*) FROM orders",
            "SELECT COUNT(*) FROM order_addresses",
            "SELECT COUNT(*) FROM customers",
            "SELECT COUNT(*) FROM client_references",
            "SELECT COUNT(*) FROM idempotency",
            "SELECT COUNT(*) FROM outbox WHERE order_id IS NOT NULL",
        ] {
            assert_eq!(shop.number(table), 0, "{:?}: {table}", shop.engine());
        }
        assert_eq!(shop.on_hand("mug"), 10);
        let made = shop.post("/v1/orders", "k1", &checkout(2_500)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        // What was ordered stands under the key, whatever the price is by now.
        shop.change("UPDATE variants SET price_minor = 9999");
        let again = shop.post("/v1/orders", "k1", &checkout(2_500)).await;
        assert_eq!((again.status, again.is_replay(), &again.body), (201, true, &made.body));
        shop.check_books();
    }
}

/// Where stock is apart the total is held against the price at which the order is accepted.
#[tokio::test]
async fn another_total_is_refused_where_stock_is_apart() {
    let bed = Bed::apart();
    let product = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 1_250, "currency": "USD"}});
    bed.send("POST /v1/products", product, 201).await;
    bed.send("POST /v1/inventory/mug/receive", json!({"quantity": 10}), 200).await;
    let refused = bed.call("POST /v1/orders", &["idempotency-key: k1"], checkout(1).to_string()).await;
    assert_eq!((refused.status, refused.problem().as_str()), (409, "total-changed"));
    let none = bed.db.read_blocking(|tx| {
        tx.first("SELECT (SELECT COUNT(*) FROM orders) + (SELECT COUNT(*) FROM work)", &[], |row| row.int(0))
    });
    assert_eq!(none.unwrap(), Some(0));
    let made = bed.call("POST /v1/orders", &["idempotency-key: k1"], checkout(2_500).to_string()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let link =
        made.json()["link"].as_str().unwrap().replace("/order/", "/v1/orders/").replace("?k", "/status?k");
    let seen = bed.get(&link).await;
    let kinds: Vec<&Value> = seen["events"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
    assert_eq!(kinds, ["accepted", "confirmed"]);
    let whole = bed.get(&format!("/v1/orders/{}", made.json()["id"].as_str().unwrap())).await;
    assert_eq!((&whole["customer_type"], &whole["customer_id"]), (&json!("new"), &whole["id"]));
}

#[tokio::test]
async fn the_shop_sees_where_an_order_goes_and_nobody_else_does() {
    let shop = TestShop::closed();
    shop.stock("mug", 1_250, 10);
    let body = checkout(2_500).to_string();
    let made = shop.call((Method::POST, "/v1/orders"), &[("idempotency-key", "k1")], body.clone()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("/v1/orders/{}", made.json()["id"].as_str().unwrap());
    let public = shop.get(&path).await;
    for word in ["Zo", "High Street", "Acme", "Ring twice", "customer", "source", "link"] {
        assert!(!public.body.contains(word), "{word} in {}", public.body);
    }
    let full = shop.call((Method::GET, &path), &[ADMIN], Body::empty()).await.json();
    assert_eq!(full["shipping_address"]["line1"], "High Street 1");
    assert_eq!(full["billing_address"]["company"], "Acme Ltd");
    assert_eq!((&full["source"], &full["note"]), (&json!("web"), &json!("Ring twice\nat the back")));
    assert_eq!((&full["marketing_consent"], &full["customer_type"]), (&json!(true), &json!("new")));
    let key = ("idempotency-key", "k2");
    let by_hand = shop.call((Method::POST, "/v1/orders"), &[key, ADMIN], body.clone()).await.json();
    let path = format!("/v1/orders/{}", by_hand["id"].as_str().unwrap());
    let full = shop.call((Method::GET, &path), &[ADMIN], Body::empty()).await.json();
    assert_eq!((&full["source"], &full["customer_type"]), (&json!("admin"), &json!("returning")));
    let list = shop.call((Method::GET, "/v1/orders"), &[ADMIN], Body::empty()).await.json();
    assert_eq!(list["results"][0]["customer_id"], made.json()["id"]);
}

#[tokio::test]
async fn what_no_checkout_should_send_is_refused() {
    let shop = TestShop::sqlite();
    shop.stock("mug", 1_250, 10);
    let long = "x".repeat(256);
    let address = json!({"name": "a", "line1": "b", "city": "c", "country": "DE"});
    let without = |member: &str| {
        let mut address = address.clone();
        address.as_object_mut().unwrap().remove(member);
        address
    };
    let with = |member: &str, value: Value| {
        let mut address = address.clone();
        address[member] = value;
        address
    };
    let mut addresses: Vec<Value> = ["name", "line1", "city", "country"].map(without).to_vec();
    addresses
        .extend(["XX", "D", "DEU", "Germany", "ZZ", " ", "D\u{0}"].map(|code| with("country", json!(code))));
    addresses.extend([
        with("street", json!("b")),
        with("name", json!(7)),
        with("name", json!("\u{200b}")),
        with("line1", json!(long)),
        with("city", json!("a\nb")),
        with("company", json!("\u{7}")),
        with("postal_code", json!("1".repeat(33))),
        json!([]),
        json!("x"),
        json!({}),
    ]);
    let mut more: Vec<Value> = Vec::new();
    for bad in addresses {
        more.push(json!({"shipping_address": bad}));
        more.push(json!({"billing_address": bad}));
    }
    more.extend([
        json!({"note": "x".repeat(2_001)}),
        json!({"note": "a\u{0}b"}),
        json!({"note": 7}),
        json!({"marketing_consent": "yes"}),
        json!({"expected_total": 2_500}),
        json!({"expected_total": {"amount_minor": 2_500}}),
        json!({"expected_total": {"amount_minor": 2_500.5, "currency": "USD"}}),
        json!({"expected_total": {"amount_minor": "2500", "currency": "USD"}}),
        json!({"expected_total": {"amount_minor": 2_500, "currency": "dollar"}}),
        json!({"expected_total": {"amount_minor": 2_500, "currency": "USD", "of": 1}}),
        json!({"customer": {"phone": "1".repeat(65)}}),
        json!({"customer": {"phone": "1\n2"}}),
    ]);
    for bad in more {
        let mut body = json!({"items": [{"sku": "mug", "quantity": 2}]});
        body.as_object_mut().unwrap().extend(bad.as_object().unwrap().clone());
        let answer = shop.post("/v1/orders", "k1", &body).await;
        assert_eq!(answer.status, 400, "{bad}: {}", answer.body);
    }
    assert_eq!(shop.number("SELECT COUNT(*) FROM orders"), 0);
    // Null is nothing, and 2e3 characters of two bytes are 2,000.
    let fine = json!({"items": [{"sku": "mug", "quantity": 2}], "shipping_address": null, "expected_total": null, "note": "é".repeat(2_000)});
    assert_eq!(shop.post("/v1/orders", "k1", &fine).await.status, 201);
}

/// Nothing that a stranger sends is kept for ever: with an order that has failed its addresses leave, and it makes no customer.
#[tokio::test]
async fn the_addresses_of_a_failed_order_leave_with_it() {
    let shop = TestShop::sqlite();
    shop.stock("mug", 1_250, 1);
    let failed = shop.post("/v1/orders", "k1", &checkout(2_500)).await;
    assert_eq!((failed.status, failed.problem().as_str()), (422, "insufficient-stock"));
    assert_eq!(shop.number("SELECT COUNT(*) FROM order_addresses"), 2);
    shop.change("DELETE FROM outbox");
    let now = super::support::NOW.plus_micros(1);
    let removed = shop.db.write_blocking(move |tx| remove_failed(tx, 0, now, 10)).unwrap();
    assert_eq!((removed, shop.number("SELECT COUNT(*) FROM order_addresses")), (1, 0));
    assert_eq!(shop.number("SELECT COUNT(*) FROM customers"), 0);
}

/// The form of a page without a script orders as a stranger does.
#[tokio::test]
async fn a_form_of_ours_orders_like_a_stranger() {
    let bed = Bed::sqlite();
    let product = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 1_250, "currency": "USD"}});
    bed.send("POST /v1/products", product, 201).await;
    bed.send("POST /v1/inventory/mug/receive", json!({"quantity": 10}), 200).await;
    let place = async |body: Value| {
        let visit = (&axum::http::HeaderMap::new(), std::net::IpAddr::from([9, 9, 9, 9]));
        let placed = crate::orders::http::place_public(&bed.shop, "k1", visit, body).await;
        placed.map_or_else(|problem| problem.status().as_u16(), |response| response.status().as_u16())
    };
    assert_eq!(place(json!({"items": [{"sku": "mug"}]})).await, 400);
    assert_eq!(place(checkout(1)).await, 409);
    assert_eq!(place(checkout(2_500)).await, 201);
    assert_eq!(place(checkout(2_500)).await, 201);
    let list = bed.get("/v1/orders").await;
    assert_eq!((&list["results"][0]["source"], &list["results"][1]), (&json!("web"), &Value::Null));
}

/// A key that was used before this could be said stands for the same request still.
#[test]
fn a_request_that_says_no_more_is_the_same_as_before() {
    let ask = |body: Value| {
        let body: super::super::request::OrderBody = serde_json::from_value(body).unwrap();
        serde_json::to_string(&body.check().unwrap()).unwrap()
    };
    let written = ask(json!({"items": [{"sku": "mug", "quantity": 2}], "customer": {"email": "a@b"}}));
    let before = r#"{"items":[{"sku":"mug","quantity":2}],"customer":{"name":null,"email":"a@b"},"client_reference":null,"context":{"anonymous_id":null,"user_id":null,"session_id":null,"page":null}}"#;
    assert_eq!(written, before);
}
