//! Pictures of products: given, changed, shown to whom, and where a list shows one.

use ::image::ImageFormat;
use serde_json::{Value, json};

use super::body;
use crate::assets::tests::{asset, corners, file};
use crate::catalog::image;
use crate::shop::ShopOptions;
use crate::testing::Bed;

/// Three pictures of different sizes.
async fn three(bed: &Bed) -> [Value; 3] {
    let [one, two, three] = [10, 20, 30].map(|side| file(corners(side, 5), ImageFormat::Png));
    [asset(bed, &one).await, asset(bed, &two).await, asset(bed, &three).await]
}

fn shirt(images: &Value) -> Value {
    json!({"name": "Shirt", "price": {"amount_minor": 1_900}, "options": ["Size"], "images": images,
           "variants": [{"sku": "shirt-s", "options": ["S"]}, {"sku": "shirt-m", "options": ["M"]}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_has_pictures_in_their_order() {
    for bed in Bed::each() {
        let [one, two, three] = three(&bed).await;
        let images = json!([{"id": two["id"], "alt": "  From the front "}, {"id": one["id"]},
                            {"id": three["id"], "alt": "M", "variant_sku": "shirt-m"}]);
        let made = bed.send("POST /v1/products", shirt(&images), 201).await;
        let shown = json!([
            {"id": two["id"], "alt": "From the front", "width": 20, "height": 5, "variant_sku": null},
            {"id": one["id"], "alt": "", "width": 10, "height": 5, "variant_sku": null},
            {"id": three["id"], "alt": "M", "width": 30, "height": 5, "variant_sku": "shirt-m"},
        ]);
        assert_eq!(made["images"], shown, "{}", bed.name);
        for path in [made["id"].to_string(), "sku:shirt-m".to_owned(), "slug:shirt".to_owned()] {
            assert_eq!(bed.get(&format!("/v1/products/{path}")).await["images"], shown, "{}", bed.name);
        }
        let first = json!([shown[0]]);
        assert_eq!(bed.get("/v1/products").await["results"][0]["images"], first, "{}", bed.name);
        bed.send("POST /v1/products", body("Mug", 900), 201).await;
        let list = bed.get("/v1/products?sort=name").await;
        assert_eq!(list["results"][0]["images"], json!([]), "{}", bed.name);
        assert_eq!(list["results"][1]["images"], first, "{}", bed.name);
        let skus = ["shirt-m", "shirt-s", "nope"];
        let found = bed.db.read_blocking(move |tx| image::store::of_skus(tx, &skus)).unwrap();
        let mut found: Vec<_> =
            found.iter().map(|(sku, picture)| (sku.as_str(), json!(picture.id))).collect();
        found.sort_by_key(|(sku, _)| *sku);
        let expected = [("shirt-m", three["id"].clone()), ("shirt-s", two["id"].clone())];
        assert_eq!(found, expected, "{}: its own, or the product's", bed.name);
        let cart = json!({"lines": [{"sku": "shirt-m", "quantity": 1}, {"sku": "shirt-s", "quantity": 1},
                                    {"sku": "nope", "quantity": 1}]});
        let priced = bed.send("POST /v1/carts/price", cart, 200).await;
        let image = |line: usize| &priced["lines"][line]["image"];
        assert_eq!((image(0), image(1), image(2)), (&shown[2], &shown[0], &Value::Null), "{}", bed.name);
        bed.send("POST /v1/inventory/shirt-m/receive", json!({"quantity": 1}), 200).await;
        let order = json!({"items": [{"sku": "shirt-m", "quantity": 1}]}).to_string();
        let order = bed.call("POST /v1/orders", &["idempotency-key: o"], order).await.json();
        let link = order["link"].as_str().unwrap().replace("/order/", "/v1/orders/").replace('?', "/status?");
        assert_eq!(bed.get(&link).await["lines"][0]["image"], shown[2], "{}: {link}", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_change_and_whoever_looks_sees_it() {
    for bed in Bed::each() {
        let [one, two, _] = three(&bed).await;
        let made = bed.send("POST /v1/products", shirt(&json!([{"id": one["id"]}])), 201).await;
        let path = format!("/v1/products/{}", made["id"]);
        let read = bed.call(&format!("GET {path}"), &[], "").await;
        let (before, list) = (read.header("etag").to_owned(), bed.get("/v1/products").await);
        assert_eq!(list["results"][0]["images"][0]["id"], one["id"]);
        let other = json!({"images": [{"id": two["id"]}, {"id": one["id"], "alt": "Back"}]});
        let changed = bed.send(&format!("PATCH {path}"), other.clone(), 200).await;
        assert_eq!((&changed["version"], &changed["images"][0]["width"]), (&json!(2), &json!(20)));
        let known = bed.call(&format!("GET {path}"), &[&format!("if-none-match: {before}")], "").await;
        assert_eq!((known.status, &known.json()["images"][1]["alt"]), (200, &json!("Back")), "{}", bed.name);
        let list = bed.get("/v1/products").await;
        assert_eq!(list["results"][0]["images"][0]["id"], two["id"], "{}", bed.name);
        // The same again changes nothing.
        assert_eq!(bed.send(&format!("PATCH {path}"), other, 200).await["version"], 2, "{}", bed.name);
        // Words alone are a change, too; and so is their order.
        let words = json!({"images": [{"id": one["id"], "alt": "Back"}, {"id": two["id"]}]});
        assert_eq!(bed.send(&format!("PATCH {path}"), words, 200).await["version"], 3, "{}", bed.name);
        // Who does not know of pictures leaves them.
        let put = json!({"name": "Blouse", "price": {"amount_minor": 1_900}});
        let put = bed.send(&format!("PUT {path}"), put, 200).await;
        assert_eq!((&put["name"], put["images"].as_array().unwrap().len()), (&json!("Blouse"), 2));
        let none = bed.send(&format!("PATCH {path}"), json!({"images": null}), 200).await;
        assert_eq!(none["images"], json!([]), "{}", bed.name);
        assert_eq!(bed.get(&path).await["images"], json!([]), "{}", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_product_can_show_is_refused() {
    for bed in Bed::each() {
        let [one, ..] = three(&bed).await;
        let id = &one["id"];
        let made = bed.send("POST /v1/products", shirt(&json!([{"id": id}])), 201).await;
        let path = format!("PATCH /v1/products/{}", made["id"]);
        let twenty = vec![json!({"id": id}); 20];
        for images in [
            json!([{"id": "0".repeat(64)}]),
            json!([{"id": ""}]),
            json!([{"id": "\u{0}"}]),
            json!([{"id": "../../kassa.db"}]),
            json!([{"id": id, "variant_sku": "mug"}]),
            json!([{"id": id, "variant_sku": ""}]),
            json!([{"id": id, "alt": "x".repeat(256)}]),
            json!([{"id": id, "alt": "a\u{7}b"}]),
            json!([{"id": id, "alt": 7}]),
            json!([{"id": id, "title": "x"}]),
            json!([{"alt": "x"}]),
            json!([id]),
            json!([[id, "x", null]]),
            json!({"id": id}),
            json!("x"),
            json!([twenty.as_slice(), &[json!({"id": id})]].concat()),
        ] {
            bed.send(&path, json!({"images": &images}), 400).await;
            let mut mug = body("Mug", 900);
            mug["images"] = images;
            bed.send("POST /v1/products", mug, 400).await;
        }
        let all = bed.send(&path, json!({"images": twenty}), 200).await;
        assert_eq!(all["images"].as_array().unwrap().len(), 20, "{}", bed.name);
        assert_eq!(bed.get("/v1/products?total=true").await["total"], 1, "{}", bed.name);
        // Words are shown as they were written, whatever they are.
        let words = "\u{202e}<img src=x onerror=alert(1)> =1+1 שלום";
        let told = bed.send(&path, json!({"images": [{"id": id, "alt": words}]}), 200).await;
        assert_eq!(told["images"][0]["alt"], words, "{}", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_of_a_variant_outlives_it() {
    for bed in Bed::each() {
        let [one, ..] = three(&bed).await;
        let images = json!([{"id": one["id"], "variant_sku": "shirt-m"}]);
        let made = bed.send("POST /v1/products", shirt(&images), 201).await;
        let path = format!("/v1/products/{}", made["id"]);
        bed.send(&format!("DELETE {path}/variants/shirt-m"), json!({}), 200).await;
        assert_eq!(bed.get(&path).await["images"][0]["variant_sku"], "shirt-m", "{}", bed.name);
        bed.send(&format!("PATCH {path}"), json!({"images": images}), 200).await;
        let gone = bed.call(&format!("DELETE {path}"), &[], "").await;
        let back = bed.call(&format!("POST {path}/restore"), &[], "").await;
        assert_eq!((gone.status, back.json()["images"][0]["id"].clone()), (204, one["id"].clone()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn buyers_are_shown_pictures_from_where_the_shop_says() {
    let options =
        ShopOptions { image_origins: vec!["https://cdn.example".to_owned()], ..ShopOptions::default() };
    let key = "authorization: Bearer an-admin-token-for-tests";
    let bed = Bed::sqlite().closed().with(options);
    for (url, shown) in [
        ("https://cdn.example/a.png", true),
        ("/pictures/a.png", true),
        ("https://evil.example/a.png", false),
        ("//evil.example/a.png", false),
    ] {
        let mut product = body("Mug", 900);
        product["image_url"] = url.into();
        let made = bed.call("POST /v1/products", &[key], product.to_string()).await;
        assert_eq!(made.json()["image_url"], url);
        let path = format!("GET /v1/products/{}", made.json()["id"]);
        let expected = if shown { json!(url) } else { Value::Null };
        assert_eq!(bed.call(&path, &[], "").await.json()["image_url"], expected, "{url}");
        assert_eq!(bed.call(&path, &[key], "").await.json()["image_url"], url);
        let newest = "GET /v1/products?limit=1";
        assert_eq!(bed.call(newest, &[], "").await.json()["results"][0]["image_url"], expected, "{url}");
        assert_eq!(bed.call(newest, &[key], "").await.json()["results"][0]["image_url"], url);
    }
}
