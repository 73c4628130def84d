//! Categories: a tree whose branches are listed with what is below them; renamed, moved and removed with what is in them.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::before::index_is_right;
use super::body;
use crate::testing::Bed;

/// `name slug count` by depth, in the order of the answer.
async fn tree(bed: &Bed) -> Vec<String> {
    let found = bed.get("/v1/categories").await;
    let rows = found["results"].as_array().unwrap();
    let depth = |row: &Value| {
        let (mut depth, mut row) = (0, row);
        while let Some(parent) = rows.iter().find(|other| other["id"] == row["parent_id"]) {
            (depth, row) = (depth + 1, parent);
        }
        depth
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| {
            format!(
                "{}{} {} {}",
                "  ".repeat(depth(row)),
                text(&row["name"]),
                text(&row["slug"]),
                row["count"]
            )
        })
        .collect()
}

async fn make(bed: &Bed, category: Value) -> i64 {
    bed.send("POST /v1/categories", category, 201).await["id"].as_i64().unwrap()
}

async fn product(bed: &Bed, name: &str, category: Value) -> Value {
    let mut product = body(name, 5);
    for (key, value) in category.as_object().unwrap() {
        product[key.as_str()] = value.clone();
    }
    bed.send("POST /v1/products", product, 201).await
}

async fn names(bed: &Bed, query: &str) -> Vec<String> {
    let page = bed.get(&format!("/v1/products?sort=oldest&{query}")).await;
    page["results"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_holds_what_is_below_it() {
    for bed in Bed::each() {
        let kitchen = make(&bed, json!({"name": "Küche"})).await;
        let cups = make(&bed, json!({"name": "Tassen", "parent_id": kitchen, "position": 2})).await;
        make(&bed, json!({"name": "Ärmel", "position": 1})).await;
        make(&bed, json!({"name": "Messer", "parent_id": kitchen, "position": 1, "slug": "knives"})).await;
        let espresso = make(&bed, json!({"name": "Espresso", "parent_id": cups})).await;
        product(&bed, "Kettle", json!({"category": "Küche"})).await;
        product(&bed, "Big cup", json!({"category_id": cups})).await;
        let small = product(&bed, "Small cup", json!({"category_id": espresso})).await;
        assert_eq!((&small["category"], &small["category_slug"]), (&json!("Espresso"), &json!("espresso")));
        // A name that there is not is made, at the top.
        product(&bed, "Wool", json!({"category": "Garn"})).await;
        let expected = [
            "Garn garn 1",
            "Küche kuche 3",
            "  Messer knives 0",
            "  Tassen tassen 2",
            "    Espresso espresso 1",
            "Ärmel armel 0",
        ];
        assert_eq!(tree(&bed).await, expected, "{}", bed.name);
        assert_eq!(names(&bed, "category=kuche").await, ["Kettle", "Big cup", "Small cup"], "{}", bed.name);
        assert_eq!(names(&bed, "category=Tassen&q=cup").await, ["Big cup", "Small cup"], "{}", bed.name);
        assert_eq!(names(&bed, "category=knives").await, Vec::<String>::new(), "{}", bed.name);
        assert_eq!(
            bed.get("/v1/products?category=kuche&total=true&limit=1").await["total"],
            3,
            "{}",
            bed.name
        );
        // What it was called finds nothing any more, in search and list; what it is called does.
        let path = format!("/v1/categories/{cups}");
        bed.send(&format!("PATCH {path}"), json!({"name": "Becher", "slug": "becher"}), 200).await;
        for (query, found) in
            [("q=tassen", false), ("q=becher", true), ("category=becher", true), ("category=Tassen", false)]
        {
            assert_eq!(
                names(&bed, query).await.contains(&"Big cup".to_owned()),
                found,
                "{} {query}",
                bed.name
            );
        }
        let renamed = bed.get("/v1/products?q=big").await["results"][0].clone();
        assert_eq!(
            (&renamed["category"], &renamed["version"]),
            (&json!("Becher"), &json!(2)),
            "{}",
            bed.name
        );
        index_is_right(&bed.db);
        // Removed, its products and its branches are its parent's.
        bed.send(&format!("DELETE {path}"), json!({}), 204).await;
        bed.send(&format!("DELETE {path}"), json!({}), 404).await;
        let expected =
            ["Garn garn 1", "Küche kuche 3", "  Espresso espresso 1", "  Messer knives 0", "Ärmel armel 0"];
        assert_eq!(tree(&bed).await, expected, "{}", bed.name);
        let big = &bed.get("/v1/products?q=big").await["results"][0];
        assert_eq!((&big["category"], &big["version"]), (&json!("Küche"), &json!(3)), "{}", bed.name);
        bed.send(&format!("DELETE /v1/categories/{kitchen}"), json!({}), 204).await;
        assert_eq!(
            bed.get("/v1/products?q=big").await["results"][0]["category"],
            Value::Null,
            "{}",
            bed.name
        );
        index_is_right(&bed.db);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tree_has_no_circle_and_a_slug_one_category() {
    for bed in Bed::each() {
        let top = make(&bed, json!({"name": "Top"})).await;
        let below = make(&bed, json!({"name": "Below", "parent_id": top})).await;
        let same = bed.send("POST /v1/categories", json!({"name": "top"}), 201).await;
        assert_eq!(same["slug"], format!("top-{}", same["id"]), "{}", bed.name);
        for (head, category, status) in [
            ("POST /v1/categories".to_owned(), json!({"name": "x", "slug": "top"}), 409),
            ("POST /v1/categories".to_owned(), json!({"name": "x", "slug": "X"}), 400),
            ("POST /v1/categories".to_owned(), json!({"name": " "}), 400),
            ("POST /v1/categories".to_owned(), json!({"name": "x", "parent_id": 99}), 400),
            ("POST /v1/categories".to_owned(), json!({"name": "x", "position": -1}), 400),
            ("POST /v1/categories".to_owned(), json!({"name": "x", "colour": "red"}), 400),
            (format!("PATCH /v1/categories/{below}"), json!({"slug": "top"}), 409),
            (format!("PATCH /v1/categories/{top}"), json!({"parent_id": below}), 400),
            (format!("PATCH /v1/categories/{top}"), json!({"parent_id": top}), 400),
            ("PATCH /v1/categories/99".to_owned(), json!({"name": "x"}), 404),
            ("PATCH /v1/categories/x".to_owned(), json!({"name": "x"}), 404),
            (
                "POST /v1/products".to_owned(),
                json!({"name": "x", "price": {"amount_minor": 1}, "category_id": 99}),
                400,
            ),
            (
                "POST /v1/products".to_owned(),
                json!({"name": "x", "price": {"amount_minor": 1}, "category_id": 1, "category": "Top"}),
                400,
            ),
            (format!("PATCH /v1/categories/{below}"), json!({"parent_id": null}), 200),
            (format!("PATCH /v1/categories/{top}"), json!({"parent_id": below}), 200),
        ] {
            bed.send(&head, category, status).await;
        }
        let mut parent = top;
        for depth in 0..8 {
            parent = make(&bed, json!({"name": format!("d{depth}"), "parent_id": parent})).await;
        }
        bed.send("POST /v1/categories", json!({"name": "too deep", "parent_id": parent}), 400).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_related_is_of_the_same_category_and_what_was_named_stands_first() {
    for bed in Bed::each() {
        for number in 0..10 {
            product(&bed, &format!("Cup {number}"), json!({"category": "Cups"})).await;
        }
        let wool = product(&bed, "Wool", json!({"category": "Garn", "sku": "wool"})).await;
        let named =
            json!({"category": "Cups", "attributes": {"related": ["wool", "cup-3", "nope", 1, 99, null]}});
        let cup = product(&bed, "Red cup", named).await;
        let related = async |id: &Value| {
            let found = bed.get(&format!("/v1/products/{id}/related")).await;
            found["results"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["name"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let expected = ["Wool", "Cup 3", "Cup 0", "Cup 9", "Cup 8", "Cup 7", "Cup 6", "Cup 5"];
        assert_eq!(related(&cup["id"]).await, expected, "{}", bed.name);
        assert_eq!(related(&wool["id"]).await, Vec::<String>::new(), "{}", bed.name);
        bed.call("DELETE /v1/products/sku:wool", &[], "").await;
        assert_eq!(
            related(&cup["id"]).await[0],
            "Cup 3",
            "{}: what buyers do not know is not shown",
            bed.name
        );
        assert_eq!(bed.call("GET /v1/products/sku:wool/related", &[], "").await.status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_for_the_version_that_was_read() {
    for bed in Bed::each() {
        let made = bed.call("POST /v1/categories", &[], r#"{"name":"Cups"}"#).await;
        assert_eq!((made.status, made.header("etag"), &made.json()["version"]), (201, "\"1\"", &json!(1)));
        let path = format!("/v1/categories/{}", made.json()["id"]);
        let child = make(&bed, json!({"name": "Small", "parent_id": made.json()["id"]})).await;
        let patch = async |headers: &[&str], body: Value| {
            bed.call(&format!("PATCH {path}"), headers, body.to_string()).await
        };
        let listed = async |place: usize| bed.get("/v1/categories").await["results"][place].clone();
        let first = patch(&["if-match: \"1\""], json!({"name": "Mugs"})).await;
        assert_eq!((first.status, first.header("etag")), (200, "\"2\""), "{}", first.text);
        let late = patch(&["if-match: \"1\""], json!({"name": "Pots"})).await;
        assert_eq!((late.status, late.problem().as_str()), (412, "precondition-failed"), "{}", bed.name);
        assert_eq!((&listed(0).await["name"], &listed(0).await["version"]), (&json!("Mugs"), &json!(2)));
        // What changes nothing is no other version; without If-Match the last one wins.
        assert_eq!(patch(&[], json!({"name": "Mugs"})).await.header("etag"), "\"2\"");
        assert_eq!(patch(&[], json!({"position": 3})).await.header("etag"), "\"3\"");
        assert_eq!(patch(&["if-match: W/\"3\""], json!({"position": 4})).await.status, 412);
        assert_eq!(patch(&["if-match: *"], json!({"position": 4})).await.header("etag"), "\"4\"");
        // A repeat with its key is answered as before.
        let once = ["if-match: \"4\"", "idempotency-key: k"];
        assert_eq!(patch(&once, json!({"position": 5})).await.status, 200);
        let again = patch(&once, json!({"position": 5})).await;
        assert_eq!((again.status, again.header("etag")), (200, "\"5\""), "{}", bed.name);
        let delete = format!("DELETE {path}");
        assert_eq!(bed.call(&delete, &["if-match: \"4\""], "").await.status, 412, "{}", bed.name);
        assert_eq!(bed.call(&delete, &["if-match: \"5\""], "").await.status, 204, "{}", bed.name);
        assert_eq!(bed.call(&delete, &["if-match: \"5\""], "").await.status, 404, "{}", bed.name);
        // It went to where its category was.
        let moved = listed(0).await;
        assert_eq!((&moved["id"], &moved["version"]), (&json!(child), &json!(2)), "{}", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_once_one_is_first() {
    for bed in Bed::each() {
        let bed = Arc::new(bed);
        let path = format!("/v1/categories/{}", make(&bed, json!({"name": "Cups"})).await);
        let mut running = JoinSet::new();
        for number in 0..8 {
            let (bed, head) = (Arc::clone(&bed), format!("PATCH {path}"));
            let body = json!({"name": format!("Cups {number}")}).to_string();
            running.spawn(async move { bed.call(&head, &["if-match: \"1\""], body).await.status });
        }
        let mut statuses = running.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412], "{}", bed.name);
    }
}
