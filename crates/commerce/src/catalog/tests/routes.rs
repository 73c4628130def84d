//! Products over HTTP: made, read, changed, archived; ETags, repeats and freshness.

use serde_json::{Value, json};

use super::{body, row};
use crate::testing::Bed;

#[tokio::test(flavor = "multi_thread")]
async fn a_product_from_its_making_to_its_end() {
    for bed in Bed::each() {
        let whole = json!({"sku": "ps5", "name": "PlayStation 5", "category": "consoles", "description": "White\nand loud",
            "release_date": "2020-11-12", "image_url": "/assets/ps5.svg", "price": {"amount_minor": 49_900, "currency": "eur"},
            "attributes": {"colour": "white", "sizes": [1, 2]}, "track_stock": true, "low_stock_at": 2});
        let made = bed.call("POST /v1/products", &[], whole.to_string()).await;
        assert_eq!((made.status, made.header("etag")), (201, "\"1-0-low\""), "{}", made.text);
        let product = made.json();
        assert_eq!(made.header("location"), format!("/v1/products/{}", product["id"]));
        let (price, stock) =
            (json!({"amount_minor": 49_900, "currency": "EUR"}), json!({"available": 0, "low": true}));
        let variant = json!({"id": product["variants"][0]["id"], "sku": "ps5", "title": null, "options": [], "price": price,
            "barcode": null, "track_stock": true, "stock": stock, "cost": null, "weight_g": null, "position": 1,
            "archived": false});
        let expected = json!({"id": product["id"], "slug": "playstation-5", "sku": "ps5", "name": "PlayStation 5",
            "category": "consoles", "category_slug": "consoles", "description": "White\nand loud",
            "release_date": "2020-11-12", "image_url": "/assets/ps5.svg", "images": [], "price": price, "price_from": price,
            "price_to": price, "options": [], "variants": [variant], "variant_count": 1, "status": "active",
            "attributes": {"colour": "white", "sizes": [1, 2]}, "track_stock": true, "stock": stock, "version": 1,
            "created_at": "2027-01-15T08:00:00Z", "updated_at": "2027-01-15T08:00:00Z"});
        assert_eq!(product, expected, "{}", bed.name);
        let path = made.header("location").to_owned();
        assert_eq!(bed.get(&path).await, expected);
        assert_eq!(bed.get("/v1/products/sku:ps5").await, expected);
        assert_eq!(bed.get("/v1/products/slug:playstation-5").await, expected);
        assert_eq!(bed.get("/v1/products").await, json!({"results": [row(&expected)], "next_cursor": null}));
        let part = json!({"name": "PS5", "category": null, "price": {"amount_minor": 1, "currency": "JPY"}});
        let changed = bed.send(&format!("PATCH {path}"), part, 200).await;
        assert_eq!(
            (&changed["name"], &changed["category"], &changed["version"]),
            (&json!("PS5"), &Value::Null, &json!(2))
        );
        assert_eq!(changed["description"], "White\nand loud");
        assert_eq!(changed["price"], json!({"amount_minor": 1, "currency": "JPY"}));
        let replaced = bed.send(&format!("PUT {path}"), body("PS6", 5), 200).await;
        assert_eq!((&replaced["description"], &replaced["attributes"]), (&Value::Null, &json!({})));
        assert_eq!((&replaced["sku"], &replaced["track_stock"]), (&json!("ps5"), &json!(true)));
        assert_eq!(bed.get(&path).await, replaced);
        assert_eq!(bed.send(&format!("DELETE {path}"), json!({}), 204).await, Value::Null);
        for head in ["GET", "DELETE", "PATCH", "PUT"] {
            let text =
                if ["GET", "DELETE"].contains(&head) { String::new() } else { body("x", 1).to_string() };
            let reply = bed.call(&format!("{head} {path}"), &[], text).await;
            assert_eq!(reply.status, 404, "{} {head}", bed.name);
        }
        assert_eq!(bed.get("/v1/products").await["results"], json!([]));
        let taken = bed
            .send("POST /v1/products", json!({"sku": "ps5", "name": "x", "price": {"amount_minor": 1}}), 409)
            .await;
        assert_eq!(taken["type"], "/errors/sku-taken");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_product_gets_what_it_does_not_say() {
    let bed = Bed::sqlite();
    let made = bed.send("POST /v1/products", json!({"name": "Mug", "price": {"amount_minor": 0}}), 201).await;
    assert_eq!(made["sku"], format!("p-{}", made["id"]));
    assert_eq!(made["price"], json!({"amount_minor": 0, "currency": "USD"}));
    assert_eq!((&made["track_stock"], &made["attributes"]), (&json!(true), &json!({})));
    let game = json!({"name": "Game", "price": {"amount_minor": 1}, "track_stock": false});
    let game = bed.send("POST /v1/products", game, 201).await;
    assert_eq!(game["stock"], Value::Null);
    let reply = bed.call(&format!("GET /v1/products/{}", game["id"]), &[], "").await;
    assert_eq!(reply.header("etag"), "\"1\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn etags_go_round() {
    for bed in Bed::each() {
        let made = bed.call("POST /v1/products", &[], body("Mug", 950).to_string()).await;
        let path = made.header("location").to_owned();
        let read = bed.call(&format!("GET {path}"), &[], "").await;
        assert_eq!(read.header("etag"), made.header("etag"));
        for path in [path.as_str(), "/v1/products", "/v1/categories"] {
            let etag = bed.call(&format!("GET {path}"), &[], "").await.header("etag").to_owned();
            for known in [etag.clone(), format!("W/{etag}"), format!("\"x\", {etag}"), "*".to_owned()] {
                let reply = bed.call(&format!("GET {path}"), &[&format!("if-none-match: {known}")], "").await;
                assert_eq!((reply.status, reply.text.as_str()), (304, ""), "{} {path} {known}", bed.name);
                assert_eq!(reply.header("etag"), etag);
            }
            let reply = bed.call(&format!("GET {path}"), &["if-none-match: \"other\""], "").await;
            assert_eq!(reply.status, 200, "{path}");
        }
        let etag = format!("if-match: {}", read.header("etag"));
        let patch = async |header: &str, name: &str| {
            let body = json!({"name": name}).to_string();
            bed.call(&format!("PATCH {path}"), &[header], body).await
        };
        let changed = patch(&etag, "Cup").await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        assert_ne!(changed.header("etag"), read.header("etag"));
        let refused = patch(&etag, "Pot").await;
        assert_eq!((refused.status, refused.problem().as_str()), (412, "precondition-failed"));
        for (header, expected) in [
            ("if-match: *", 200),
            ("if-match: \"3-0-low\"", 200),
            ("if-match: \"1\", \"4\"", 200),
            ("if-match: W/\"5\"", 412),
            ("if-match: nonsense", 412),
            ("if-match: \"\"", 412),
            ("if-match: \u{fc}", 400),
        ] {
            let reply = patch(header, &format!("Cup for {header}")).await;
            assert_eq!(reply.status, expected, "{} {header}: {}", bed.name, reply.text);
        }
        let delete = format!("DELETE {path}");
        assert_eq!(bed.call(&delete, &["if-match: \"1\""], "").await.status, 412);
        assert_eq!(bed.call(&delete, &["if-match: \"5\""], "").await.status, 204);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_that_is_sent_again_is_made_once() {
    for bed in Bed::each() {
        let make = async |key: &str, name: &str| {
            let header = format!("idempotency-key: {key}");
            bed.call("POST /v1/products", &[&header], body(name, 5).to_string()).await
        };
        let (first, again) = (make("k", "Mug").await, make("k", "Mug").await);
        assert_eq!((first.status, again.status, again.header("idempotent-replayed")), (201, 201, "true"));
        for name in ["location", "etag", "content-type"] {
            assert_eq!(first.header(name), again.header(name), "{name}");
        }
        assert_eq!(first.text, again.text);
        assert_eq!(make("k", "Cup").await.problem(), "idempotency-key-reused");
        assert_eq!(bed.get("/v1/products").await["results"].as_array().unwrap().len(), 1, "{}", bed.name);
        let path = first.header("location").to_owned();
        let delete = async || bed.call(&format!("DELETE {path}"), &["idempotency-key: d"], "").await.status;
        assert_eq!((delete().await, delete().await), (204, 204), "{}", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_shows_what_this_process_has_committed() {
    for bed in [Bed::sqlite(), Bed::apart()] {
        let mut product = body("Mug", 1);
        product["sku"] = "mug".into();
        let path =
            bed.call("POST /v1/products", &[], product.to_string()).await.header("location").to_owned();
        for number in 1..=50 {
            // Warm: what is read next would come from memory.
            for path in [&path, "/v1/products/sku:mug", "/v1/products", "/v1/categories"] {
                bed.get(path).await;
            }
            bed.send("POST /v1/inventory/mug/receive", json!({"quantity": 1}), 200).await;
            let name = format!("Mug {number}");
            bed.send(&format!("PATCH {path}"), json!({"name": name, "category": name}), 200).await;
            for path in [&path, "/v1/products/sku:mug"] {
                let read = bed.get(path).await;
                assert_eq!(
                    (&read["name"], &read["stock"]["available"]),
                    (&json!(name), &json!(number)),
                    "{}",
                    bed.name
                );
            }
            let page = bed.get("/v1/products").await;
            assert_eq!(page["results"][0]["name"], name.as_str(), "{}", bed.name);
            let categories = bed.get("/v1/categories").await;
            let mut rows = categories["results"].as_array().unwrap().iter();
            assert_eq!(rows.find(|row| row["name"] == name).unwrap()["count"], 1, "{}", bed.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_needs_no_key_and_changing_does() {
    let bed = Bed::sqlite().closed();
    let reply = bed.call("POST /v1/products", &[], "{").await;
    assert_eq!(reply.status, 401, "the body of a stranger is not even looked at");
    let reply =
        bed.call("POST /v1/products", &["authorization: Bearer wrong"], body("Mug", 1).to_string()).await;
    assert_eq!(reply.status, 401);
    let key = "authorization: Bearer an-admin-token-for-tests";
    assert_eq!(bed.call("POST /v1/products", &[key], body("Mug", 1).to_string()).await.status, 201);
    for (head, expected) in [
        ("GET /v1/products", 200),
        ("GET /v1/products/1", 200),
        ("GET /v1/categories", 200),
        ("GET /v1/inventory", 401),
        ("GET /v1/inventory/p-1", 401),
        ("GET /v1/inventory/p-1/ledger", 401),
        ("POST /v1/inventory/p-1/receive", 401),
        ("POST /v1/inventory/p-1/adjust", 401),
        ("PUT /v1/inventory/p-1", 401),
        ("PUT /v1/products/1", 401),
        ("PATCH /v1/products/1", 401),
        ("DELETE /v1/products/1", 401),
    ] {
        assert_eq!(bed.call(head, &[], "").await.status, expected, "{head}");
    }
    for (head, expected) in [("GET /v1/inventory", 200), ("DELETE /v1/products/1", 204)] {
        assert_eq!(bed.call(head, &[key], "").await.status, expected, "{head}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_may_read_and_not_change() {
    let bed = Bed::sqlite();
    let foreign = "origin: https://elsewhere.example";
    let reply = bed.call("POST /v1/products", &[foreign], body("Mug", 1).to_string()).await;
    assert_eq!((reply.status, reply.problem().as_str()), (403, "foreign-origin"));
    let reply = bed.call("POST /v1/inventory/x/receive", &[foreign], "{}").await;
    assert_eq!(reply.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_ask_first_and_are_answered_by_the_storefront() {
    let bed = Bed::sqlite();
    for path in ["/v1/products", "/v1/products/1", "/v1/categories", "/v1/orders"] {
        let asked = ["origin: http://shop.example", "access-control-request-method: POST"];
        let reply = bed.call(&format!("OPTIONS {path}"), &asked, "").await;
        let allowed = reply.header("access-control-allow-origin");
        assert_eq!((reply.status, allowed), (204, "http://shop.example"), "{path}");
    }
}
