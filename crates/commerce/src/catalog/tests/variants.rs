//! Variants over HTTP: made with a product and after it, changed, archived, ordered; what buyers and what others see.

use serde_json::{Value, json};

use super::before::index_is_right;
use super::body;
use crate::testing::Bed;

const KEY: &str = "authorization: Bearer an-admin-token-for-tests";

fn shirt() -> Value {
    json!({"name": "Shirt", "category": "Clothes", "price": {"amount_minor": 1_900, "currency": "EUR"}, "options": ["Size", "Colour"],
    "variants": [
        {"sku": "shirt-s", "options": ["S", "red"], "cost": {"amount_minor": 700}, "weight_g": 180},
        {"options": ["M", "red"], "price": {"amount_minor": 2_100}, "barcode": "4006381333931"},
        {"sku": "shirt-d", "options": ["any", "none"], "title": "Pattern to sew", "price": {"amount_minor": 500, "currency": "EUR"},
         "track_stock": false},
    ]})
}

fn skus(product: &Value) -> Vec<&str> {
    product["variants"].as_array().unwrap().iter().map(|variant| variant["sku"].as_str().unwrap()).collect()
}

fn minor(price: &Value) -> i64 {
    price["amount_minor"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_with_a_choice() {
    for bed in Bed::each() {
        let made = bed.send("POST /v1/products", shirt(), 201).await;
        let second = skus(&made)[1].to_owned();
        assert_eq!(
            (skus(&made)[0], second.as_str()),
            ("shirt-s", format!("p-{}", made["id"]).as_str()),
            "{}",
            bed.name
        );
        assert_eq!(
            (minor(&made["price"]), minor(&made["price_from"]), minor(&made["price_to"])),
            (1_900, 500, 2_100)
        );
        assert_eq!(
            (&made["sku"], &made["variant_count"], &made["options"]),
            (&json!("shirt-s"), &json!(3), &json!(["Size", "Colour"]))
        );
        let titles: Vec<_> =
            made["variants"].as_array().unwrap().iter().map(|variant| &variant["title"]).collect();
        assert_eq!(titles, ["S / red", "M / red", "Pattern to sew"]);
        bed.send("POST /v1/inventory/shirt-s/receive", json!({"quantity": 3}), 200).await;
        bed.send(&format!("POST /v1/inventory/{second}/receive"), json!({"quantity": 30}), 200).await;
        for path in [made["id"].to_string(), format!("sku:{second}"), "slug:shirt".to_owned()] {
            let read = bed.get(&format!("/v1/products/{path}")).await;
            let stock = |place: usize| &read["variants"][place]["stock"];
            assert_eq!(
                (stock(0), stock(1), stock(2)),
                (
                    &json!({"available": 3, "low": true}),
                    &json!({"available": 30, "low": false}),
                    &Value::Null
                )
            );
            assert_eq!((&read["sku"], &read["stock"]["available"]), (&json!("shirt-s"), &json!(3)), "{path}");
        }
        // Each is found, sold and counted by its own SKU.
        for word in ["shirt-d", &second, "clothes", "shirt"] {
            let found = bed.get(&format!("/v1/products?q={word}")).await;
            assert_eq!(found["results"][0]["id"], made["id"], "{} {word}", bed.name);
        }
        let order = json!({"items": [{"sku": second, "quantity": 2}, {"sku": "shirt-d", "quantity": 1}]});
        let order = bed.call("POST /v1/orders", &["idempotency-key: o"], order.to_string()).await;
        assert_eq!(order.status, 201, "{}: {}", bed.name, order.text);
        let order = order.json();
        assert_eq!(minor(&order["total"]), 2 * 2_100 + 500, "{}", bed.name);
        let left = bed.get("/v1/products/slug:shirt").await;
        assert_eq!(left["variants"][1]["stock"]["available"], 28, "{}", bed.name);
        let prices = bed.get(&format!("/v1/products/sku:{second}/prices")).await;
        assert_eq!(minor(&prices["results"][0]["price"]), 2_100);
        index_is_right(&bed.db);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn variants_come_change_and_go() {
    for bed in Bed::each() {
        let made = bed.send("POST /v1/products", shirt(), 201).await;
        let path = format!("/v1/products/{}/variants", made["id"]);
        let added = json!({"sku": "shirt-l", "options": ["L", "red"], "price": {"amount_minor": 2_500}});
        let added = bed.call(&format!("POST {path}"), &["if-match: \"1\""], added.to_string()).await;
        assert_eq!(added.status, 201, "{}: {}", bed.name, added.text);
        let added = added.json();
        assert_eq!(
            (&added["version"], minor(&added["price_to"]), skus(&added)[3]),
            (&json!(2), 2_500, "shirt-l")
        );
        assert_eq!(
            bed.call(
                &format!("POST {path}"),
                &["if-match: \"1\""],
                json!({"options": ["X", "red"]}).to_string()
            )
            .await
            .status,
            412
        );
        bed.send("POST /v1/inventory/shirt-l/receive", json!({"quantity": 1}), 200).await;
        // Equal options in other letters.
        let twice = bed.send(&format!("POST {path}"), json!({"options": ["l", "RÉD"]}), 409).await;
        assert_eq!(
            (&twice["type"], &twice["sku"]),
            (&json!("/errors/options-taken"), &json!("shirt-l")),
            "{}",
            bed.name
        );
        bed.send(&format!("PATCH {path}/shirt-l"), json!({"options": ["S", "Red"]}), 409).await;
        for (change, status) in [
            (json!({"options": ["L"]}), 400),
            (json!({"options": ["L", " "]}), 400),
            (json!({"price": {"amount_minor": 1, "currency": "USD"}}), 400),
            (json!({"cost": {"amount_minor": 1, "currency": "USD"}}), 400),
            (json!({"barcode": "a b"}), 400),
            (json!({"weight_g": -1}), 400),
            (json!({"position": -1}), 400),
            (json!({"sku": "other"}), 400),
            (json!({"track_stock": false}), 409),
        ] {
            bed.send(&format!("PATCH {path}/shirt-l"), change, status).await;
        }
        assert_eq!(
            bed.get(&format!("/v1/products/{}", made["id"])).await["version"],
            2,
            "{}: nothing has changed",
            bed.name
        );
        let change = json!({"price": {"amount_minor": 100}, "title": "Large", "cost": {"amount_minor": 40}, "weight_g": null, "position": 0});
        let changed = bed.send(&format!("PATCH {path}/shirt-l"), change, 200).await;
        assert_eq!(
            (skus(&changed)[0], &changed["sku"], minor(&changed["price"])),
            ("shirt-l", &json!("shirt-l"), 100),
            "{}",
            bed.name
        );
        assert_eq!(
            (minor(&changed["price_from"]), &changed["variants"][0]["cost"]),
            (100, &json!({"amount_minor": 40, "currency": "EUR"}))
        );
        let gone = bed.send(&format!("DELETE {path}/shirt-l"), json!({}), 200).await;
        assert_eq!(
            (skus(&gone).len(), minor(&gone["price_from"]), &gone["sku"]),
            (3, 500, &json!("shirt-s")),
            "{}",
            bed.name
        );
        // Buyers no longer know it; its stock has stayed.
        let order = json!({"items": [{"sku": "shirt-l", "quantity": 1}]}).to_string();
        let order = bed.call("POST /v1/orders", &["idempotency-key: o"], order).await;
        assert_eq!((order.status, order.problem().as_str()), (422, "unknown-sku"), "{}", bed.name);
        let stock = bed.get("/v1/inventory/shirt-l").await;
        assert_eq!((&stock["archived"], &stock["on_hand"]), (&json!(true), &json!(1)), "{}", bed.name);
        let all = bed.get(&path).await;
        let archived: Vec<_> =
            all["results"].as_array().unwrap().iter().map(|variant| &variant["archived"]).collect();
        assert_eq!(archived, [true, false, false, false], "{}", bed.name);
        bed.send(&format!("PATCH {path}/shirt-l"), json!({"title": "x"}), 404).await;
        bed.send(&format!("PATCH {path}/nope"), json!({"title": "x"}), 404).await;
        let back = bed.send(&format!("PATCH {path}/shirt-l"), json!({"archived": false}), 200).await;
        assert_eq!((skus(&back)[0], &back["stock"]["available"]), ("shirt-l", &json!(1)), "{}", bed.name);
        for sku in skus(&back)[1..].to_vec() {
            bed.send(&format!("DELETE {path}/{sku}"), json!({}), 200).await;
        }
        let last = bed.send(&format!("DELETE {path}/shirt-l"), json!({}), 409).await;
        assert_eq!(last["type"], "/errors/last-variant", "{}", bed.name);
        index_is_right(&bed.db);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_is_made_of_a_product_without_one() {
    for bed in Bed::each() {
        let mut mug = body("Mug", 900);
        mug["sku"] = "mug".into();
        let path = format!("/v1/products/{}", bed.send("POST /v1/products", mug, 201).await["id"]);
        let add = format!("POST {path}/variants");
        bed.send(&add, json!({"options": ["Blue"]}), 400).await;
        bed.send(&format!("PATCH {path}"), json!({"options": ["Glaze", "glaze"]}), 400).await;
        bed.send(&format!("PATCH {path}"), json!({"options": ["a", "b", "c", "d"]}), 400).await;
        let named = bed.send(&format!("PATCH {path}"), json!({"options": ["Glaze"]}), 200).await;
        assert_eq!(
            (&named["options"], &named["variants"][0]["options"]),
            (&json!(["Glaze"]), &json!([])),
            "{}",
            bed.name
        );
        // The first needs a value before there is a second.
        bed.send(&add, json!({"sku": "mug-blue", "options": ["Blue"]}), 400).await;
        bed.send(&format!("PATCH {path}/variants/mug"), json!({"options": ["White"]}), 200).await;
        let two = bed.send(&add, json!({"sku": "mug-blue", "options": ["Blue"]}), 201).await;
        assert_eq!(
            (skus(&two), minor(&two["variants"][1]["price"])),
            (vec!["mug", "mug-blue"], 900),
            "{}",
            bed.name
        );
        let refused = bed.send(&format!("PATCH {path}"), json!({"price": {"amount_minor": 1}}), 409).await;
        assert_eq!(refused["type"], "/errors/several-variants", "{}", bed.name);
        bed.send(&format!("PATCH {path}"), json!({"track_stock": false}), 409).await;
        bed.send(&format!("PATCH {path}"), json!({"options": []}), 400).await;
        let same = bed.send(&format!("PUT {path}"), body("Cup", 900), 200).await;
        assert_eq!(
            (&same["name"], &same["options"], &same["slug"]),
            (&json!("Cup"), &json!(["Glaze"]), &json!("mug"))
        );
        let renamed = bed.send(&format!("PATCH {path}"), json!({"options": ["Colour"]}), 200).await;
        assert_eq!(renamed["options"], json!(["Colour"]), "{}", bed.name);
        bed.send(&format!("DELETE {path}/variants/mug-blue"), json!({}), 200).await;
        let plain = bed
            .send(&format!("PATCH {path}"), json!({"options": [], "price": {"amount_minor": 5}}), 200)
            .await;
        assert_eq!(
            (&plain["variants"][0]["options"], minor(&plain["price_to"])),
            (&json!([]), 5),
            "{}",
            bed.name
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_and_no_more() {
    let bed = Bed::sqlite();
    let variants = |count: usize| (0..count).map(|n| json!({"options": [n.to_string()]})).collect::<Vec<_>>();
    let product = |count| json!({"name": "x", "price": {"amount_minor": 1}, "options": ["n"], "variants": variants(count)});
    bed.send("POST /v1/products", product(101), 400).await;
    let made = bed.send("POST /v1/products", product(100), 201).await;
    let path = format!("POST /v1/products/{}/variants", made["id"]);
    bed.send(&path, json!({"options": ["x"]}), 400).await;
    let twice = json!({"name": "x", "price": {"amount_minor": 1}, "options": ["n"], "variants": [{"sku": "same", "options": ["1"]}, {"sku": "same", "options": ["2"]}]});
    assert_eq!(bed.send("POST /v1/products", twice, 409).await["type"], "/errors/sku-taken");
    let none = json!({"name": "x", "options": ["n"], "variants": [{"options": ["1"], "price": {"amount_minor": 3}}, {"options": ["2"]}]});
    bed.send("POST /v1/products", none, 400).await;
    assert_eq!(bed.get("/v1/products?total=true").await["total"], 1, "what was refused has left nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn buyers_see_neither_drafts_nor_costs() {
    for bed in Bed::each() {
        let bed = bed.closed();
        let mut draft = shirt();
        draft["status"] = "draft".into();
        let made = bed.call("POST /v1/products", &[KEY], draft.to_string()).await.json();
        assert_eq!(
            (&made["status"], &made["variants"][0]["cost"]["amount_minor"]),
            (&json!("draft"), &json!(700))
        );
        let path = format!("/v1/products/{}", made["id"]);
        let status = async |head: &str, headers: &[&str]| bed.call(head, headers, "").await.status;
        for name in [path.as_str(), "/v1/products/sku:shirt-s", "/v1/products/slug:shirt"] {
            assert_eq!(status(&format!("GET {name}"), &[]).await, 404, "{} {name}", bed.name);
            assert_eq!(status(&format!("GET {name}"), &[KEY]).await, 200, "{} {name}", bed.name);
        }
        let order = json!({"items": [{"sku": "shirt-d", "quantity": 1}]}).to_string();
        assert_eq!(
            bed.call("POST /v1/orders", &["idempotency-key: a"], order.clone()).await.status,
            422,
            "{}",
            bed.name
        );
        assert_eq!(bed.get("/v1/products").await["results"], json!([]), "{}", bed.name);
        assert_eq!(status("GET /v1/products?status=draft", &[]).await, 403, "{}", bed.name);
        assert_eq!(status("GET /v1/products?status=sold", &[]).await, 400, "{}", bed.name);
        let drafts = bed.call("GET /v1/products?status=draft", &[KEY], "").await.json();
        assert_eq!(drafts["results"][0]["slug"], "shirt", "{}", bed.name);
        let publish =
            bed.call(&format!("PATCH {path}"), &[KEY], json!({"status": "active"}).to_string()).await;
        assert_eq!(publish.status, 200, "{}", publish.text);
        let shown = bed.get(&path).await;
        let first = shown["variants"][0].as_object().unwrap();
        assert!(!first.contains_key("cost") && !first.contains_key("weight_g"), "{}: {shown}", bed.name);
        let full = bed.call(&format!("GET {path}"), &[KEY], "").await;
        assert_eq!(full.json()["variants"][0]["weight_g"], 180, "{}", bed.name);
        assert_eq!(full.header("cache-control"), "private, no-cache");
        assert_eq!(
            bed.call("POST /v1/orders", &["idempotency-key: b"], order).await.status,
            201,
            "{}",
            bed.name
        );
        let archive =
            bed.call(&format!("PATCH {path}"), &[KEY], json!({"status": "archived"}).to_string()).await;
        assert_eq!(
            (archive.status, status(&format!("GET {path}"), &[KEY]).await),
            (200, 404),
            "{}",
            bed.name
        );
        let back = bed.call(&format!("PATCH {path}"), &[KEY], json!({"status": "draft"}).to_string()).await;
        assert_eq!((back.status, status(&format!("GET {path}"), &[]).await), (200, 404), "{}", bed.name);
    }
}
