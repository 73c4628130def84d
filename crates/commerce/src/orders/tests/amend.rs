//! What is put right of an order: customer, addresses and the note of whoever runs the shop.

use serde_json::{Value, json};

use crate::testing::{Bed, Reply};

async fn placed(bed: &Bed, key: &str, customer: Value) -> String {
    let body = json!({"items": [{"sku": "mug", "quantity": 2}], "customer": customer, "note": "Ring twice"});
    let placed = bed.call("POST /v1/orders", &[&format!("idempotency-key: {key}")], body.to_string()).await;
    assert_eq!(placed.status, 201, "{}", placed.text);
    format!("/v1/orders/{}", placed.json()["id"].as_str().unwrap())
}

async fn shop(bed: &Bed) {
    let product = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 1_250, "currency": "USD"}});
    bed.send("POST /v1/products", product, 201).await;
    bed.send("POST /v1/inventory/mug/receive", json!({"quantity": 50}), 200).await;
}

async fn patch(bed: &Bed, path: &str, headers: &[&str], body: Value) -> Reply {
    bed.clock.advance(1_000_000);
    bed.call(&format!("PATCH {path}"), headers, body.to_string()).await
}

fn address(name: &str) -> Value {
    json!({"name": name, "line1": "Corner Street 1", "city": "Berlin", "postal_code": "10115", "country": "DE"})
}

/// The events of an order's story.
async fn story(bed: &Bed, path: &str) -> Vec<Value> {
    let told = bed.get(&format!("{path}/timeline")).await;
    let orders = told["entries"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "order");
    orders.cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_absent_stays_and_null_empties() {
    for bed in Bed::each() {
        shop(&bed).await;
        let path = placed(&bed, "a", json!({"name": "Anne", "email": "anne@shop.test", "phone": "1"})).await;
        let first =
            patch(&bed, &path, &[], json!({"customer": {"name": "Ann"}, "shipping_address": address("Ann")}))
                .await;
        assert_eq!(first.status, 200, "{}", first.text);
        let order = first.json();
        let customer = json!({"name": "Ann", "email": "anne@shop.test", "phone": "1"});
        assert_eq!(
            (&order["customer"], &order["shipping_address"]),
            (&customer, &address("Ann")),
            "{}",
            bed.name
        );
        assert_eq!((&order["note"], &order["revision"]), (&json!("Ring twice"), &json!(1)), "{}", bed.name);
        assert_eq!(bed.get(&path).await, order, "{}", bed.name);
        let etag = first.header("etag").to_owned();
        // The same again changes nothing.
        let again = patch(&bed, &path, &[], json!({"customer": {"name": "Ann"}})).await;
        assert_eq!((again.status, again.header("etag")), (200, etag.as_str()), "{}", bed.name);
        let noted = patch(&bed, &path, &[], json!({"staff_note": " Rings at noon\r\nTwice "})).await;
        assert_eq!(noted.json()["staff_note"], "Rings at noon\nTwice", "{}", bed.name);
        let emptied = json!({"customer": {"phone": null}, "shipping_address": null, "staff_note": null});
        let emptied = patch(&bed, &path, &[], emptied).await.json();
        assert_eq!((&emptied["staff_note"], &emptied["shipping_address"]), (&Value::Null, &Value::Null));
        assert_eq!(emptied["customer"], json!({"name": "Ann", "email": "anne@shop.test"}), "{}", bed.name);

        let told = story(&bed, &path).await;
        let names: Vec<&str> = told.iter().map(|entry| entry["event"].as_str().unwrap()).collect();
        assert_eq!(names, ["confirmed", "amended", "noted", "amended"], "{}", bed.name);
        assert_eq!(told[1]["changed"], json!(["customer.name", "shipping_address"]), "{}", bed.name);
        assert_eq!(told[2]["note"], "Rings at noon\nTwice", "{}", bed.name);
        assert_eq!((&told[3]["note"], &told[3]["amount"]), (&Value::Null, &Value::Null), "{}", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_is_told_and_a_repeat_is_one_change() {
    for bed in Bed::each() {
        shop(&bed).await;
        let path = placed(&bed, "a", json!({"name": "Ann"})).await;
        let etag = bed.call(&format!("GET {path}"), &[], "").await.header("etag").to_owned();
        let seen = format!("if-match: {etag}");
        let note = json!({"staff_note": "a"});
        for _ in 0..2 {
            let done = patch(&bed, &path, &[&seen, "idempotency-key: n"], note.clone()).await;
            assert_eq!(done.status, 200, "{}", done.text);
        }
        assert_eq!(
            patch(&bed, &path, &[&seen], json!({"staff_note": "b"})).await.status,
            412,
            "{}",
            bed.name
        );
        assert_eq!(story(&bed, &path).await.len(), 2, "{}", bed.name);
        for (bad, status) in [
            (json!({"staff_note": "x".repeat(2_001)}), 400),
            (json!({"customer": {"email": "nobody"}}), 400),
            (json!({"customer": []}), 400),
            (json!({"shipping_address": {"name": "Ann"}}), 400),
            (json!({"total": 1}), 400),
        ] {
            let refused = patch(&bed, &path, &[], bad.clone()).await;
            assert_eq!(refused.status, status, "{bad}: {}", refused.text);
        }
        bed.send(&format!("POST {path}/cancel"), json!({}), 200).await;
        let late = patch(&bed, &path, &[], json!({"customer": {"name": "Bob"}})).await;
        assert_eq!((late.status, late.problem()), (409, "illegal-transition".to_owned()), "{}", bed.name);
        assert_eq!(patch(&bed, &path, &[], json!({"staff_note": "late"})).await.status, 200, "{}", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_of_one_order_follows_its_address() {
    for bed in Bed::each() {
        shop(&bed).await;
        let email = |email: &str| json!({"customer": {"email": email}});
        let emails = async || {
            let page = bed.get("/v1/customers").await;
            let mut found: Vec<String> =
                page["results"].as_array().unwrap().iter().map(|one| one["email"].to_string()).collect();
            found.sort();
            found.join(" ")
        };
        let first = placed(&bed, "a", json!({"email": "an@shop.test"})).await;
        let customer = bed.get(&first).await["customer_id"].clone();
        patch(&bed, &first, &[], email("Ann@shop.test")).await;
        assert_eq!(emails().await, r#""Ann@shop.test""#, "{}", bed.name);
        let second = placed(&bed, "b", json!({"email": "ann@shop.test"})).await;
        assert_eq!(bed.get(&second).await["customer_id"], customer, "{}", bed.name);
        // Of several orders one alone goes elsewhere; whose it is stays.
        patch(&bed, &second, &[], email("work@shop.test")).await;
        assert_eq!(emails().await, r#""Ann@shop.test""#, "{}", bed.name);
        let order = bed.get(&second).await;
        assert_eq!(
            (&order["customer_id"], &order["customer"]["email"]),
            (&customer, &json!("work@shop.test"))
        );
        // Nobody takes an address that somebody has.
        let third = placed(&bed, "c", json!({"email": "ben@shop.test"})).await;
        patch(&bed, &third, &[], email("ann@shop.test")).await;
        assert_eq!(emails().await, r#""Ann@shop.test" "ben@shop.test""#, "{}", bed.name);
    }
}
