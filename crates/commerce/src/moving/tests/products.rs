//! Products that come in and go out.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{ask, begin, export, file, lines, send};
use crate::audit::{Audit, AuditOptions};
use crate::testing::Bed;

fn mug(sku: &str) -> Value {
    let price = json!({"amount_minor": 1_250, "currency": "USD"});
    json!({"name": "Mug", "variants": [{"sku": sku, "price": price, "on_hand": 7}]})
}

/// A shop with something of everything.
async fn stocked(bed: &Bed) {
    let kitchen = bed.send("POST /v1/categories", json!({"name": "Kitchen", "slug": "kitchen"}), 201).await;
    let mugs = json!({"name": "Mugs", "parent_id": kitchen["id"], "position": 3});
    let mugs = bed.send("POST /v1/categories", mugs, 201).await;
    let price = json!({"amount_minor": 1_900, "currency": "EUR"});
    let shirt = json!({"name": "Shirt, \"linen\"", "slug": "shirt", "price": price, "category_id": mugs["id"],
        "options": ["Size", "Colour"], "description": "Of linen\nand air", "release_date": "2025-01-01",
        "image_url": "https://cdn.example/a.png", "attributes": {"b": 1.50, "a": ["x"]},
        "variants": [{"sku": "shirt-s", "options": ["S", "red"], "cost": {"amount_minor": 700}, "barcode": "4006381333931"},
                     {"sku": "shirt-m", "options": ["M", "red"], "weight_g": 180, "title": "Medium"},
                     {"sku": "shirt-l", "options": ["L", "red"], "track_stock": false}]});
    bed.send("POST /v1/products", shirt, 201).await;
    let gone = bed.call("DELETE /v1/products/sku:shirt-l/variants/shirt-l", &[], "").await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    bed.send("POST /v1/inventory/shirt-s/receive", json!({"quantity": 9}), 200).await;
    let old = json!({"sku": "old", "name": "Old", "price": {"amount_minor": 5, "currency": "USD"}, "category": "Kitchen"});
    bed.send("POST /v1/products", old, 201).await;
    assert_eq!(bed.call("DELETE /v1/products/sku:old", &[], "").await.status, 204);
    let draft = json!({"sku": "draft", "name": "=Draft", "status": "draft", "price": {"amount_minor": 0, "currency": "USD"}});
    bed.send("POST /v1/products", draft, 201).await;
}

#[tokio::test]
async fn a_shop_that_moved_is_the_same() {
    for (from, to) in Bed::each().into_iter().zip(Bed::each()) {
        stocked(&from).await;
        let before = export(&from, "products").await;
        assert_eq!(before.len(), 3, "{before:?}");
        let batch = begin(&to, "products", 'a').await;
        let taken = send(&to, &batch, &before).await;
        assert_eq!((&taken["made"], &taken["refused"]), (&json!(3), &json!(0)), "{taken}");
        assert_eq!(export(&to, "products").await, before, "{}", to.name);
        let clean =
            Audit { shop: Arc::clone(&to.shop), log: None, money: None, options: AuditOptions::default() };
        let report = clean.run(Arc::new(|_, _, _| {})).await.unwrap();
        assert!(report.ok, "{report:?}");
        // The same lines by another file change nothing.
        let batch = begin(&to, "products", 'b').await;
        let taken = send(&to, &batch, &before).await;
        assert_eq!((&taken["same"], &taken["refused"]), (&json!(3), &json!(0)), "{taken}");
        assert_eq!(export(&to, "products").await, before);
    }
}

#[tokio::test]
async fn what_is_sent_twice_is_taken_once() {
    for bed in Bed::each() {
        let batch = begin(&bed, "products", 'a').await;
        let path = format!("POST /v1/admin/imports/{batch}");
        let part = json!({"from": 0, "to": 2, "lines": lines(&[mug("a"), mug("b")])});
        for made in [2, 0] {
            let taken = ask(&bed, &path, part.clone(), 200).await;
            assert_eq!((&taken["made"], &taken["done_to"]), (&json!(made), &json!(2)), "{taken}");
        }
        assert_eq!(begin(&bed, "products", 'a').await, batch);
        let batch_now = ask(&bed, &format!("GET /v1/admin/imports/{batch}"), Value::Null, 200).await;
        assert_eq!((&batch_now["done_to"], &batch_now["finished_at"]), (&json!(2), &Value::Null));
        let rest = json!({"from": 2, "to": 3, "lines": [{"line": 3, "item": mug("c")}], "finished": true});
        ask(&bed, &path, rest, 200).await;
        let stock = bed.get("/v1/inventory/a").await;
        assert_eq!(stock["on_hand"], 7, "{stock}");
        // Finished: what comes late is not taken.
        let late = json!({"from": 3, "to": 4, "lines": [{"line": 4, "item": mug("d")}]});
        assert_eq!(ask(&bed, &path, late, 200).await["made"], 0);
        assert_eq!(export(&bed, "products").await.len(), 3);
    }
}

#[tokio::test]
async fn a_line_that_is_refused_leaves_its_neighbours_and_nothing_of_itself() {
    let price = json!({"amount_minor": 1, "currency": "USD"});
    let cases = [
        (json!({"name": "", "variants": [{"price": price}]}), "name"),
        (json!({"name": "x", "category": "Left over", "variants": []}), "variants"),
        (json!({"name": "x", "variants": [{"sku": "a b", "price": price}]}), "sku"),
        (json!({"name": "x", "variants": [{"price": {"amount_minor": -1, "currency": "USD"}}]}), "price"),
        (json!({"name": "x", "variants": [{"price": {"amount_minor": 1, "currency": "XYZ"}}]}), "currency"),
        (json!({"name": "x\u{0}", "variants": [{"price": price}]}), "control"),
        (json!({"name": "x", "colour": "red", "variants": [{"price": price}]}), "colour"),
        (
            json!({"name": "x", "variants": [{"sku": "one", "price": price}, {"sku": "other", "price": price}]}),
            "options",
        ),
        (
            json!({"name": "x", "image_url": "file:///etc/passwd", "variants": [{"price": price}]}),
            "image_url",
        ),
        (
            json!({"name": "x", "images": [{"id": "../../etc", "mime": "image/png", "bytes": 1, "width": 1, "height": 1}],
                "variants": [{"price": price}]}),
            "images",
        ),
        (json!({"name": "x", "slug": "No Slug", "variants": [{"price": price}]}), "slug"),
        (json!({"name": "x", "variants": [{"price": price, "on_hand": -3}]}), "on_hand"),
        (json!([1]), "object"),
        (json!({"name": "x"}), "variants"),
    ];
    for bed in Bed::each() {
        let batch = begin(&bed, "products", 'c').await;
        let mut items = vec![mug("first")];
        items.extend(cases.iter().map(|(item, _)| item.clone()));
        items.push(mug("last"));
        let taken = send(&bed, &batch, &items).await;
        assert_eq!(taken["made"], 2, "{taken}");
        let refused = taken["refused_lines"].as_array().unwrap();
        for ((item, why), line) in cases.iter().zip(refused) {
            assert!(line["why"].as_str().unwrap().contains(why), "{} {item}: {line}", bed.name);
        }
        assert_eq!(refused.len(), cases.len(), "{taken}");
        let left = bed.get("/v1/categories").await;
        assert_eq!(left["results"], json!([]), "a category of a line that was refused");
        let kept = ask(&bed, &format!("GET /v1/admin/imports/{batch}/refused"), Value::Null, 200).await;
        assert_eq!(kept["results"].as_array().unwrap(), refused);
    }
}

#[tokio::test]
async fn lines_that_are_only_looked_at_write_nothing() {
    for bed in Bed::each() {
        let body = json!({"kind": "products", "lines": lines(&[mug("a"), json!({"name": "x"})])});
        let looked = ask(&bed, "POST /v1/admin/imports/check", body, 200).await;
        assert_eq!((&looked["made"], &looked["refused"]), (&json!(1), &json!(1)), "{looked}");
        assert!(export(&bed, "products").await.is_empty());
        assert_eq!(ask(&bed, "GET /v1/admin/imports", Value::Null, 200).await["results"], json!([]));
    }
}

#[tokio::test]
async fn what_a_file_changes_and_takes_back() {
    for bed in Bed::each() {
        bed.send(
            "POST /v1/products",
            json!({"sku": "own", "name": "Own", "price": {"amount_minor": 5, "currency": "USD"}}),
            201,
        )
        .await;
        let batch = begin(&bed, "products", 'a').await;
        let mut own = mug("own");
        own["variants"].as_array_mut().unwrap().truncate(1);
        let taken = send(&bed, &batch, &[mug("a"), own]).await;
        assert_eq!((&taken["made"], &taken["changed"]), (&json!(1), &json!(1)), "{taken}");
        let changed = bed.get("/v1/products/sku:own").await;
        assert_eq!((&changed["name"], &changed["price"]["amount_minor"]), (&json!("Mug"), &json!(1_250)));
        assert_eq!(
            changed["stock"]["available"], 0,
            "stock that was there is the shop's business: {changed}"
        );
        let undo = format!("POST /v1/admin/imports/{batch}/undo");
        let undone = ask(&bed, &undo, Value::Null, 200).await;
        assert_eq!(undone, json!({"undone": 1, "finished": true}));
        assert_eq!(ask(&bed, &undo, Value::Null, 200).await["undone"], 0);
        let sold: Vec<String> = bed.get("/v1/products").await["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|product| product["sku"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(sold, ["own"]);
        // Taken back, the file may come again.
        assert_eq!(begin(&bed, "products", 'a').await, batch);
        let again = send(&bed, &batch, &[mug("a")]).await;
        assert_eq!((&again["refused"], &again["changed"]), (&json!(0), &json!(1)), "{again}");
    }
}

#[tokio::test]
async fn bad_questions_are_refused() {
    let bed = Bed::sqlite();
    let batch = begin(&bed, "products", 'a').await;
    let path = format!("POST /v1/admin/imports/{batch}");
    for body in [
        json!({"from": 0, "to": 0, "lines": []}),
        json!({"from": -1, "to": 1, "lines": []}),
        json!({"from": 2, "to": 1, "lines": []}),
        json!({"from": 0, "to": 1, "lines": [{"line": 2, "item": {}}]}),
        json!({"from": 0, "to": 3, "lines": [{"line": 2, "item": {}}, {"line": 1, "item": {}}]}),
        json!({"from": 0, "to": 3, "lines": [{"line": 2}]}),
        json!({"from": 0, "to": 3, "lines": [{"line": 2, "item": {}, "refused": "x"}]}),
        json!({"from": 0, "to": 3}),
        json!({"from": 0, "to": 3, "lines": [], "more": 1}),
    ] {
        ask(&bed, &path, body, 400).await;
    }
    for body in [
        json!({"kind": "gold", "file": file('a')}),
        json!({"kind": "products", "file": "a"}),
        json!({"kind": "products"}),
    ] {
        ask(&bed, "POST /v1/admin/imports", body, 400).await;
    }
    ask(&bed, "GET /v1/admin/imports/products-ffffffffffffffff", Value::Null, 404).await;
    ask(&bed, "GET /v1/admin/imports/nothing", Value::Null, 404).await;
    ask(&bed, "GET /v1/admin/exports/gold", Value::Null, 404).await;
    ask(&bed, "GET /v1/admin/exports/products?cursor=-1", Value::Null, 400).await;
    ask(&bed, "GET /v1/admin/exports/products?page=2", Value::Null, 400).await;
}
